"""Every call into DVC that is not part of its documented interface.

Written for dvc 3.67.1 exactly; `tests/test_internals.py` notices a change. DVC is imported
inside the functions: most runs of the bridge do not need it, and it takes long to load.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dvc_bridge.errors import BridgeError
from dvc_bridge.files import (
    RACY_NS,
    STATE_FOLDER,
    Signature,
    is_racy,
    sign_file,
    write_atomically,
)

LOCK = Path("dvc.lock")
_PARSED_LOCK = STATE_FOLDER / "lock.json"
DEFAULT_PARAMS = "params.yaml"


class MissingKey:
    """Stands for the value of a key that a parameter file does not have."""

    def __repr__(self) -> str:
        """Stand in a message as the value that was found."""
        return "no such key"


MISSING = MissingKey()


class ParamFiles:
    """Parameter files as DVC reads them, each parsed once."""

    def __init__(self):
        self._load = cache(self._parse)

    def read(self, file: str, key: str) -> Any:
        """Give a value.

        Parameters
        ----------
        file
            The file.
        key
            Names of nested keys, joined by dots.

        Returns
        -------
        Any
            The value, or `MISSING`.

        Raises
        ------
        BridgeError
            If the file is missing or is not YAML or JSON.
        """
        value = self._load(file)
        for name in key.split("."):
            if not isinstance(value, Mapping) or name not in value:
                return MISSING
            value = value[name]
        return value

    @staticmethod
    def _parse(file: str) -> Any:
        from dvc.utils.serialize import LOADERS, ParseError

        suffix = Path(file).suffix.lower()
        if suffix not in (".yaml", ".yml", ".json"):
            raise BridgeError(f"{file}: parameter files are .yaml, .yml or .json")
        try:
            return LOADERS[suffix](file)
        except FileNotFoundError:
            raise BridgeError(f"{file}: there is no such parameter file") from None
        except ParseError as error:
            raise BridgeError(f"{file}: {error}") from None


@dataclass(frozen=True)
class Lock:
    """What dvc.lock says, or has said.

    Attributes
    ----------
    stages
        Name of a stage: its entry.
    lost
        The same of entries that were there and no longer are, for example because DVC was killed
        while it wrote. An entry proves itself: it holds for outputs, inputs, command and
        parameters that all equal its own, and says nothing of others.
    damage
        Why the file cannot be read; empty if it can, or if there is none.
    """

    stages: dict[str, Any]
    lost: dict[str, Any]
    damage: str = ""


def load_lock() -> Lock:
    """Read dvc.lock; an unchanged file is not parsed again, which takes long.

    Raises
    ------
    BridgeError
        If the file is in the middle of a merge.
    """
    signature = sign_file(LOCK)
    remembered = _recall_lock()
    if signature is not None and remembered["signature"] == signature:
        return Lock(remembered["stages"], remembered["lost"])
    stages, damage = ({}, "") if signature is None else _parse_lock()
    known = {**remembered["lost"], **remembered["stages"]}
    lost = {name: entry for name, entry in known.items() if name not in stages}
    if not damage:
        _remember_lock(signature, stages, lost)
    return Lock(stages, lost, damage)


def _parse_lock() -> tuple[dict[str, Any], str]:
    """Give the stages of dvc.lock, none if it is damaged, and what the damage is."""
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from dvc.utils.serialize import ParseError, parse_yaml
    from voluptuous import Invalid

    text = LOCK.read_text(encoding="utf-8", errors="replace")
    if re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
        raise BridgeError(f"{LOCK}: in the middle of a merge; settle it first")
    try:
        return dict(COMPILED_LOCKFILE_SCHEMA(parse_yaml(text, LOCK))["stages"]), ""
    except (ParseError, Invalid, KeyError, TypeError, ValueError) as error:
        return {}, " ".join(str(error).split())


def _recall_lock() -> dict[str, Any]:
    """Give what was remembered of dvc.lock; it only saves time and spares reruns."""
    empty = {"signature": None, "stages": {}, "lost": {}}
    try:
        return {**empty, **json.loads(_PARSED_LOCK.read_text())}
    except (OSError, ValueError, TypeError):
        return empty


def _remember_lock(
    signature: Signature | None, stages: Mapping[str, Any], lost: Mapping[str, Any]
) -> None:
    """Keep what dvc.lock holds, if its signature can be relied on and JSON can hold it."""
    try:
        text = json.dumps({"signature": signature, "stages": stages, "lost": lost})
    except TypeError:
        return
    is_reliable = signature is None or not is_racy(signature, time.time_ns())
    if is_reliable and json.loads(text)["stages"] == stages:
        write_atomically(_PARSED_LOCK, text)


def resolve_pipeline(text: str) -> dict[str, dict[str, Any]]:
    """Expand the text of a dvc.yaml into its stages, as DVC does.

    Returns
    -------
    dict
        Name of a stage: the stage, normalised.

    Raises
    ------
    BridgeError
        If DVC refuses the text.
    """
    from dvc.exceptions import DvcException
    from dvc.fs import LocalFileSystem
    from dvc.parsing import DataResolver
    from dvc.schema import COMPILED_MULTI_STAGE_SCHEMA
    from dvc.utils.serialize import loads_yaml
    from voluptuous import Invalid

    try:
        content = COMPILED_MULTI_STAGE_SCHEMA(loads_yaml(text))
        repo = SimpleNamespace(fs=LocalFileSystem(), config={})
        stages = DataResolver(repo, "", content).resolve()["stages"]
    except (DvcException, Invalid) as error:
        raise BridgeError(f"dvc.yaml: {' '.join(str(error).split())}") from error
    return {name: normalise_stage(stage) for name, stage in stages.items()}


def normalise_stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a stage into one form, in which order and notation do not count."""
    params: dict[str, set[str]] = {}
    for entry in stage.get("params", ()):
        files = entry if isinstance(entry, Mapping) else {DEFAULT_PARAMS: [entry]}
        for file, keys in files.items():
            params.setdefault(file, set()).update(keys)
    sections = {
        section: {
            path: dict(flags)
            for entry in stage.get(section, ())
            for path, flags in (entry.items() if isinstance(entry, Mapping) else [(entry, {})])
        }
        for section in ("outs", "metrics", "plots")
    }
    return {
        "cmd": stage["cmd"],
        "deps": set(stage.get("deps", ())),
        "params": params,
        **sections,
    }


def open_cache() -> Callable[[str], bool]:
    """Give the function that tells of an MD5 whether DVC's cache has a file with it."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(".") as repo:
            find_path = repo.cache.local.oid_to_path
            return lambda md5: Path(find_path(md5)).exists()
    except (DvcException, OSError) as error:
        raise BridgeError(" ".join(str(error).split())) from error


def record_stages(stages: Mapping[str, Mapping[str, Any]], dropped: Iterable[str]) -> list[str]:
    """Put outputs into DVC's cache and their stages into dvc.lock, in one go.

    DVC hashes the outputs itself; a stage whose outputs are no longer what was verified is left
    out. Of inputs and parameters, the verified state is recorded, so that a file that changes
    meanwhile cannot slip in.

    Parameters
    ----------
    stages
        Name of a stage: what was verified of it: `deps` and `outs` ({path: (md5, size in
        bytes)}) and `params` ({file: {key: value}}).
    dropped
        Names of entries to take out of dvc.lock.

    Returns
    -------
    list of str
        The stages that were recorded.

    Raises
    ------
    BridgeError
        If DVC refuses, for example because another process holds its lock.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo, lock_repo
    from scmrepo.exceptions import SCMError

    logging.getLogger("dvc").setLevel(logging.ERROR)
    try:
        with Repo(".") as repo, lock_repo(repo), repo.scm_context(quiet=True):
            recorded = {}
            loaded = _load_stages(repo, stages)
            for name, verified in stages.items():
                if _save_stage(loaded[name], verified):
                    recorded[name] = loaded[name]
            _update_lock(repo, recorded, dropped)
            return list(recorded)
    except (DvcException, SCMError, OSError) as error:
        raise BridgeError(" ".join(str(error).split())) from error


def _load_stages(repo, names: Iterable[str]) -> dict[str, Any]:
    """Load stages from dvc.yaml, which is read once; dvc.lock, whose entries go, is not."""
    from dvc.dvcfile import load_file

    file = load_file(repo, "dvc.yaml")
    file.__dict__["lockfile_contents"] = {}
    loader = file.stages
    return {name: loader[name] for name in names}


def _save_stage(stage, verified: Mapping[str, Any]) -> bool:
    """Put a stage's outputs into the cache; tell whether they are what was verified."""
    from dvc.dependency import ParamsDependency
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.meta import Meta

    for dep in stage.deps:
        if isinstance(dep, ParamsDependency):
            dep.fill_values(verified["params"][dep.def_path])
        else:
            md5, size = verified["deps"][dep.def_path]
            dep.hash_name, dep.hash_info = "md5", HashInfo("md5", md5)
            dep.meta = Meta(size=size)
    for out in stage.outs:
        out.save()
        if out.hash_info.value != verified["outs"][out.def_path][0]:
            return False
    # As `dvc repro` does it: with other outputs than metrics in git there is no run cache.
    if all(out.use_cache or out.metric or out.plot for out in stage.outs):
        stage.repo.stage_cache.save(stage)
    # Links save space where the user has asked for them; a copy would only change file times.
    linked = {"hardlink", "symlink"} & set(stage.repo.cache.local.cache_types)
    stage.commit(relink=bool(linked))
    return True


def _update_lock(repo, stages: Mapping[str, Any], dropped: Iterable[str]) -> None:
    """Write dvc.lock once, whole or not at all, in DVC's own format."""
    from dvc.stage.serialize import to_single_stage_lockfile
    from dvc.utils.serialize import dumps_yaml

    lock = load_lock()
    entries = dict(lock.stages)
    for name in dropped:
        entries.pop(name, None)
    entries.update({name: to_single_stage_lockfile(stage) for name, stage in stages.items()})
    # A value that several stages share would be written once and referred to, unlike by DVC.
    write_atomically(LOCK, dumps_yaml({"schema": "2.0", "stages": _copy_apart(entries)}))
    repo.scm_context.track_file(str(LOCK))
    # Once the clock has moved on, the signature of the new file can be relied on.
    time.sleep(RACY_NS / 1e9)
    lost = {name: entry for name, entry in lock.lost.items() if name not in entries}
    _remember_lock(sign_file(LOCK), entries, lost)


def _copy_apart(value: Any) -> Any:
    """Copy nested mappings and lists so that no two places hold the same object."""
    if isinstance(value, Mapping):
        return type(value)((key, _copy_apart(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return [_copy_apart(inner) for inner in value]
    return value
