"""What dvc.yaml says is to be run, and what dvc.lock says was."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from redigit.errors import InputError
from redigit.settings import RUN_FILE

PIPELINE, LOCK = Path("dvc.yaml"), Path("dvc.lock")

Stage = dict[str, Any]


class Digest(NamedTuple):
    """What a file is known by.

    Attributes
    ----------
    md5 : str
        Its MD5.
    size : int
        Its size in bytes.
    """

    md5: str
    size: int

    def __str__(self) -> str:
        return f"MD5 {self.md5} of {self.size} bytes"


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads what DVC writes, which follows YAML 1.2: there `1e-05` is a number."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), "-+0123456789"
)


def read_pipeline(file: Path = PIPELINE) -> dict[str, Stage]:
    """Read the stages that are to be run.

    DVC itself takes seconds for it, since it parses every parameter file for each stage.

    Returns
    -------
    dict of str to dict
        By DVC's name of the stage: its ``cmd``, its ``deps`` and ``outs`` as lists of paths, and
        as ``params`` the keys by file. Of a stage that is written once for several items, one for
        each.
    """
    stages = {}
    for name, stage in load_yaml(file).get("stages", {}).items():
        if "foreach" not in stage:
            stages[name] = normalise_stage(stage)
            continue
        pattern = json.dumps(stage["do"])
        for key, item in stage["foreach"].items():
            text = re.sub(r"\$\{item\.(\w+)\}", lambda match, item=item: item[match[1]], pattern)
            stages[f"{name}@{key}"] = normalise_stage(json.loads(text))
    return stages


def normalise_stage(stage: Stage) -> Stage:
    """Give a stage of dvc.yaml one form, of the several that DVC allows."""
    params: dict[str, list[str]] = {}
    for entry in stage.get("params", []):
        files = entry if isinstance(entry, dict) else {RUN_FILE.name: [entry]}
        for file, keys in files.items():
            params.setdefault(file, []).extend(keys)
    outs = [*stage.get("outs", []), *stage.get("metrics", []), *stage.get("plots", [])]
    return {
        "cmd": join_words(stage["cmd"]),
        "deps": list(stage.get("deps", [])),
        "outs": [path for out in outs for path in (out if isinstance(out, dict) else [out])],
        "params": params,
    }


def read_lock(file: Path = LOCK) -> dict[str, Stage]:
    """Read what was run last.

    Returns
    -------
    dict of str to dict
        By DVC's name of the stage: its ``cmd``; ``deps`` and ``outs``, a `Digest` by path; and
        ``params``, the values by file and dotted key.

    Raises
    ------
    InputError
        If there is anything that DVC does not write.
    """
    content = load_yaml(file)
    if content.keys() != {"schema", "stages"} or content["schema"] != "2.0":
        raise InputError(f"{file}: found {', '.join(map(str, content))}; allowed is schema 2.0")
    stages = content["stages"]
    if not isinstance(stages, dict):
        raise InputError(
            f"{file}: stages: found {stages!r}; allowed are records by name of a stage"
        )
    return {name: read_record(file, name, stage) for name, stage in stages.items()}


def read_record(file: Path, name: str, stage: Any) -> Stage:
    """Read what dvc.lock has of one stage; nothing in it is passed over."""
    try:
        unknown = stage.keys() - {"cmd", "deps", "params", "outs"}
        if unknown:
            raise InputError(f"{file}: {name}: unknown key {min(unknown)!r}")
        read = {
            part: {entry["path"]: read_digest(entry) for entry in stage.get(part, [])}
            for part in ("deps", "outs")
        }
        return read | {"cmd": join_words(stage["cmd"]), "params": dict(stage.get("params", {}))}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{file}: {name}: damaged: {error!r}") from error


def read_digest(entry: dict[str, Any]) -> Digest:
    """Read what dvc.lock has of one file."""
    if entry.keys() - {"isexec"} != {"path", "hash", "md5", "size"} or entry["hash"] != "md5":
        raise ValueError(f"found {', '.join(entry)}")
    return Digest(entry["md5"], entry["size"])


def load_yaml(file: Path) -> dict[str, Any]:
    """Load a file that DVC has, or say that it is missing or damaged."""
    try:
        content = yaml.load(file.read_text(), Loader)
    except FileNotFoundError:
        raise InputError(f"{file}: missing; `snakemake` or `git checkout` makes it") from None
    except (yaml.YAMLError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise InputError(f"{file}: no YAML: {problem}") from error
    if not isinstance(content, dict):
        raise InputError(f"{file}: found no stages")
    return content


def join_words(command: str) -> str:
    """Write a command with one space between its words, as it was before it was folded."""
    return " ".join(command.split())
