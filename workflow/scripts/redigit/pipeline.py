"""What dvc.yaml says is to be run, and what dvc.lock says was."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from redigit.errors import InputError
from redigit.settings import RUN_FILE

PIPELINE, LOCK = Path("dvc.yaml"), Path("dvc.lock")

Stage = dict[str, Any]


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
        By DVC's name of the stage: its ``cmd``; ``deps`` and ``outs``, the MD5 by path; and
        ``params``, the values by file and dotted key.
    """
    return {
        name: {
            "cmd": join_words(stage["cmd"]),
            "deps": {entry["path"]: entry.get("md5") for entry in stage.get("deps", [])},
            "outs": {entry["path"]: entry.get("md5") for entry in stage.get("outs", [])},
            "params": stage.get("params", {}),
        }
        for name, stage in load_yaml(file).get("stages", {}).items()
    }


def load_yaml(file: Path) -> dict[str, Any]:
    """Load a file that DVC has, or say that it is missing or damaged."""
    try:
        content = yaml.load(file.read_text(), Loader)
    except FileNotFoundError:
        raise InputError(f"{file}: missing; `snakemake` or `git checkout` makes it") from None
    except yaml.YAMLError as error:
        raise InputError(f"{file}: no YAML: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"{file}: found no stages")
    return content


def join_words(command: str) -> str:
    """Write a command with one space between its words, as it was before it was folded."""
    return " ".join(command.split())
