"""What a study does not state and its parameter file assumes: comments ``# ASSUME: …``."""

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from redigit.errors import InputError
from redigit.settings import read_experiment, resolve_settings, split_experiment

# A comment that marks an assumption: `# ASSUME: text`.
MARK = re.compile(r"#\s*ASSUME\b:?")
COMMENT = re.compile(r"\s*#\s*(?P<text>.*)")


def find_assumptions(path: Path) -> list[tuple[str, str]]:
    """Find the comments ``# ASSUME: …`` of a parameter file.

    Parameters
    ----------
    path : Path
        A YAML file. Such a comment stands behind the setting that is assumed, or on a line of its
        own above it; comments on the lines right below, in the same column, go on with it.

    Returns
    -------
    list of (str, str)
        The setting's dotted key and the comment's text, in the order of the file.

    Raises
    ------
    InputError
        If such a comment has no text, or no setting follows it.
    """
    content = path.read_text()
    texts, lines = find_texts(content), content.split("\n")
    keys = map_lines(yaml.compose(content, yaml.SafeLoader))
    assumptions = []
    for number, line in enumerate(lines):
        mark = next((m for m in MARK.finditer(line) if (number, m.start()) not in texts), None)
        if not mark:
            continue
        alone = not line[: mark.start()].strip()
        near = [n for n in keys if n > number] if alone else [n for n in keys if n <= number]
        more = read_continuation(lines[number + 1 :], mark.start())
        text = " ".join([line[mark.end() :].strip(), *more]).strip()
        if not near or not text:
            raise InputError(f"{path}: line {number + 1}: ASSUME names no setting or no reason")
        assumptions.append((keys[min(near) if alone else max(near)], text))
    return assumptions


def find_texts(content: str) -> set[tuple[int, int]]:
    """Give the places, as (line, column) from 0, that lie in values and so in no comment."""
    places = set()
    lines = content.split("\n")
    for token in yaml.scan(content, yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            for line in range(token.start_mark.line, token.end_mark.line + 1):
                first = token.start_mark.column if line == token.start_mark.line else 0
                last = token.end_mark.column if line == token.end_mark.line else len(lines[line])
                places |= {(line, column) for column in range(first, last)}
    return places


def map_lines(node: yaml.Node | None, key: str = "") -> dict[int, str]:
    """Map the lines on which keys stand, from 0, to the first key on each."""
    keys: dict[int, str] = {}
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            inner = f"{key}.{name.value}" if key else name.value
            keys.setdefault(name.start_mark.line, inner)
            keys = {**map_lines(value, inner), **keys}
    return keys


def read_continuation(lines: list[str], column: int) -> list[str]:
    """Read the comment lines that go on with a comment of this column."""
    texts = []
    for line in lines:
        comment = COMMENT.fullmatch(line)
        if not comment or line.index("#") != column or MARK.search(line):
            break
        texts.append(comment["text"])
    return texts


def list_dependents(experiments: Sequence[str], experiment: str, key: str) -> list[str]:
    """List the rows, as ``study/experiment/row``, that depend on a key of an experiment's file.

    These are the rows whose settings it is among, and those that name one of these rows, as
    ``experiment/row``, in a setting of their own.

    Parameters
    ----------
    experiments : sequence of str
        All experiments of the study, as ``study/experiment``.
    experiment : str
        The experiment, one of them.
    key : str
        Dotted key.
    """
    study, name = split_experiment(experiment)
    layer, inner = [*key.split("."), ""][:2]
    rows = read_experiment(experiment)["rows"]
    if layer == "rows" and inner:
        found = [f"{name}/{inner}"]
    else:
        found = [f"{name}/{row}" for row in rows if inner not in rows[row]]
    # The list grows while it is walked, so that chains of any length are followed.
    for source in found:
        for other in experiments:
            for row in read_experiment(other)["rows"]:
                user = f"{split_experiment(other)[1]}/{row}"
                users = resolve_settings(other, row, "full").values()
                if source in users and user not in found:
                    found.append(user)
    return [f"{study}/{row}" for row in found]
