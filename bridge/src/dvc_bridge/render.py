"""Writes dvc.yaml from the jobs of a workflow: one stage for each job."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pathspec
import yaml

from dvc_bridge import dvc_internals
from dvc_bridge.errors import BridgeError
from dvc_bridge.files import write_atomically
from dvc_bridge.graph import Job
from dvc_bridge.templates import escape, find_template

PIPELINE = Path("dvc.yaml")
DEFAULT_PARAMS = "params.yaml"
_HEADER = """\
# Generated from the Snakefile: do not edit. `python -m dvc_bridge render` writes it anew.
"""


@dataclass(frozen=True)
class Options:
    """How outputs are to be seen by DVC; patterns are those of a .gitignore.

    Attributes
    ----------
    metrics
        Patterns of metrics, which are kept in git.
    plots
        Pattern of plots, which are kept in DVC's cache: properties of the plot.
    in_git
        Patterns of other outputs that are kept in git.
    """

    metrics: tuple[str, ...] = ()
    plots: dict[str, dict[str, Any]] = field(default_factory=dict)
    in_git: tuple[str, ...] = ()

    def classify(self, path: str) -> tuple[str, dict[str, Any]]:
        """Give the section of a stage in which an output stands, and its flags there.

        Raises
        ------
        BridgeError
            If the output is both a metric and a plot.
        """
        plots = [flags for pattern, flags in self.plots.items() if _matches((pattern,), path)]
        if _matches(self.metrics, path):
            if plots:
                raise BridgeError(f"{path}: both a metric and a plot; let one pattern match it")
            return "metrics", {"cache": False}
        kept = {"cache": False} if _matches(self.in_git, path) else {}
        return ("plots", {**plots[0], **kept}) if plots else ("outs", kept)


def name_stages(jobs: Sequence[Job], options: Options) -> dict[Job, str]:
    """Give the name that each job has as a stage of dvc.yaml."""
    return {
        job: f"{job.rule}@{job.key}" if is_uniform else _name_plain(job)
        for of_rule, is_uniform in _group_by_rule(jobs, options)
        for job in of_rule
    }


def render(jobs: Sequence[Job], options: Options) -> str:
    """Write the jobs as the text of dvc.yaml.

    Parameters
    ----------
    jobs
        All jobs that make something.
    options
        How outputs are to be seen by DVC.

    Returns
    -------
    str
        The text, ending in a newline.
    """
    stages: dict[str, Any] = {}
    for of_rule, is_uniform in _group_by_rule(jobs, options):
        if is_uniform:
            stages[of_rule[0].rule] = _write_foreach(of_rule, options)
        else:
            stages.update({_name_plain(job): _write_plain(job, options) for job in of_rule})
    body = yaml.dump(
        {"stages": stages}, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True
    )
    return _HEADER + body


def verify(text: str, jobs: Sequence[Job], options: Options) -> None:
    """Let DVC expand a dvc.yaml and compare the stages with the jobs.

    Raises
    ------
    BridgeError
        If a stage differs from its job, naming both.
    """
    expanded = dvc_internals.resolve_pipeline(text)
    expected = {
        name: dvc_internals.normalise_stage(_write_flat(job, options))
        for job, name in name_stages(jobs, options).items()
    }
    for name in sorted(expanded.keys() | expected.keys()):
        if expanded.get(name) != expected.get(name):
            raise BridgeError(
                f"dvc.yaml: stage {name}: DVC reads {expanded.get(name)}, "
                f"the Snakefile says {expected.get(name)}"
            )


def check_settings_values(jobs: Sequence[Job]) -> None:
    """Compare the parameters that the Snakefile gives with what DVC reads from the files.

    Raises
    ------
    BridgeError
        If a key is missing in its file or has another value there.
    """
    values = dvc_internals.ParamFiles()
    for job in jobs:
        for file, keys in job.settings.items():
            for key, value in keys.items():
                found = values.read(file, key)
                if found != value or type(found) is not type(value):
                    raise BridgeError(
                        f"{file}: {key}: {job} takes {value!r:.60}, DVC reads {found!r:.60} "
                        "(settings must be the file's own values; write 0.001, not 1e-3)"
                    )


def update_pipeline(jobs: Sequence[Job], options: Options) -> bool:
    """Write dvc.yaml anew if it is out of date, and only then.

    Returns
    -------
    bool
        Whether it was out of date.
    """
    text = render(jobs, options)
    if PIPELINE.exists() and PIPELINE.read_text() == text:
        return False
    verify(text, jobs, options)
    write_atomically(PIPELINE, text)
    return True


_NUMBER = re.compile(
    r"[-+]?(0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9_.]*([eE][-+]?[0-9_]+)?|\.(inf|nan))", re.I
)


class _Inline(dict):
    """A mapping that is written on one line."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    """Plain YAML with inline mappings and commands of many lines as blocks."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_inline(dumper: yaml.SafeDumper, data: _Inline) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # "09" is a text in YAML 1.1, which PyYAML writes, and a number in YAML 1.2, which DVC reads.
    style = "'" if _NUMBER.fullmatch(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(_Inline, _represent_inline)
_Dumper.add_representer(str, _represent_text)


def _matches(patterns: Sequence[str], path: str) -> bool:
    return _compile(tuple(patterns)).match_file(path)


@cache
def _compile(patterns: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    return pathspec.GitIgnoreSpec.from_lines(patterns)


def _group_by_rule(jobs: Sequence[Job], options: Options) -> Iterator[tuple[list[Job], bool]]:
    """Give the jobs of each rule, and whether they differ by values only (one `foreach`)."""
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(job.rule, []).append(job)
    for of_rule in groups.values():
        shapes = {_describe_shape(job, options) for job in of_rule}
        yield of_rule, bool(of_rule[0].wildcards) and len(shapes) == 1


def _name_plain(job: Job) -> str:
    return f"{job.rule}-{job.key}" if job.key else job.rule


def _list_params(job: Job) -> list[tuple[str, str]]:
    """Give the (file, key) pairs of a job, those of DVC's default file first."""
    pairs = [(file, key) for file, keys in job.settings.items() for key in keys]
    return sorted(pairs, key=lambda pair: (pair[0] != DEFAULT_PARAMS, pair))


def _write_flat(job: Job, options: Options) -> dict[str, Any]:
    """Write a job as a stage that stands for itself, not escaped."""
    outs = [(path, *options.classify(path)) for path in job.outputs]
    return _write_stage(job.dvc_command, job.inputs, _list_params(job), outs)


def _write_plain(job: Job, options: Options) -> dict[str, Any]:
    """Write a job as a stage that stands for itself, ready for dvc.yaml."""
    outs = [(escape(path), *options.classify(path)) for path in job.outputs]
    params = [(escape(file), escape(key)) for file, key in _list_params(job)]
    return _write_stage(escape(job.dvc_command), list(map(escape, job.inputs)), params, outs)


def _write_stage(
    command: str,
    deps: Sequence[str],
    params: Sequence[tuple[str, str]],
    outs: Sequence[tuple[str, str, dict[str, Any]]],
) -> dict[str, Any]:
    """Put the parts of a stage in DVC's form and order."""
    stage: dict[str, Any] = {"cmd": command}
    if deps:
        stage["deps"] = list(deps)
    entries: list[Any] = [key for file, key in params if file == DEFAULT_PARAMS]
    others = [pair for pair in params if pair[0] != DEFAULT_PARAMS]
    for file, pairs in itertools.groupby(others, key=lambda pair: pair[0]):
        entries.append({file: [key for _, key in pairs]})
    if entries:
        stage["params"] = entries
    for section in ("outs", "metrics", "plots"):
        entries = [
            {path: _Inline(flags)} if flags else path
            for path, kind, flags in outs
            if kind == section
        ]
        if entries:
            stage[section] = entries
    return stage


def _write_foreach(jobs: Sequence[Job], options: Options) -> dict[str, Any]:
    """Write the jobs of a rule, which differ by values only, as one entry."""
    table = _Table(jobs)
    deps = [
        table.write([job.inputs[n] for job in jobs], jobs[0].input_names[n] or "dep")
        for n in range(len(jobs[0].inputs))
    ]
    params = []
    for pairs in zip(*map(_list_params, jobs), strict=True):
        files, keys = zip(*pairs, strict=True)
        params.append((table.write(files, "params_file"), table.write(keys, "params_key")))
    outs = [
        (table.write([job.outputs[n] for job in jobs], "out"), *options.classify(path))
        for n, path in enumerate(jobs[0].outputs)
    ]
    # Last, since the values that the paths needed occur in the command as well.
    command = table.write([job.dvc_command for job in jobs], "cmd")
    items = {job.key: _Inline(row) for job, row in zip(jobs, table.write_rows(), strict=True)}
    return {"foreach": items, "do": _write_stage(command, deps, params, outs)}


def _describe_shape(job: Job, options: Options) -> tuple:
    """Give what must be the same in all jobs of a `foreach` entry."""
    return (
        len(job.inputs),
        tuple(repr(options.classify(path)) for path in job.outputs),
        tuple(file == DEFAULT_PARAMS for file, _ in _list_params(job)),
    )


class _Table:
    """The values by which the jobs of a rule differ: the wildcards, and more where needed."""

    def __init__(self, jobs: Sequence[Job]):
        self._rows = [dict(job.wildcards) for job in jobs]

    def write(self, texts: Sequence[str], name: str) -> str:
        """Write texts as one template; where there is none they become a value of their own.

        Parameters
        ----------
        texts
            One for each job.
        name
            How to call the value, if need be with a number.
        """
        template = find_template(texts, self._rows)
        if template is not None:
            return template
        numbered = (f"{name}_{number}" for number in itertools.count(2))
        free = next(n for n in itertools.chain([name], numbered) if n not in self._rows[0])
        for row, text in zip(self._rows, texts, strict=True):
            row[free] = text
        return f"${{item.{free}}}"

    def write_rows(self) -> list[dict[str, str]]:
        """Give the values of each job, ready for dvc.yaml."""
        return [{name: escape(value) for name, value in row.items()} for row in self._rows]
