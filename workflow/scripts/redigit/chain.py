"""The chain of evidence behind a verdict: raw files, code, settings, jobs, metrics, verdict.

Each link is what dvc.lock recorded when the job ran. It holds if it is still so: the command is
that of dvc.yaml, the code and the settings are those of the checkout, what the job took is what
another job made or a source, and what it made is on the disk as it was made.
"""

import hashlib
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from redigit.errors import InputError
from redigit.pipeline import Digest, Stage, read_lock, read_pipeline
from redigit.settings import look_up


class Broken(NamedTuple):
    """A link that does not hold.

    Attributes
    ----------
    stage, what : str
        The job, and the file or key.
    text : str
        What was found, and what was recorded.
    """

    stage: str
    what: str
    text: str


class Chain:
    """What git and DVC hold of a run.

    Parameters
    ----------
    has_lock : bool
        Whether there has to be a sound dvc.lock; if not, one that is missing, or that a killed DVC
        has left cut off, is as good as an empty one.

    Attributes
    ----------
    planned, recorded : dict of str to dict
        The stages of dvc.yaml and of dvc.lock.
    makers : dict of str to str
        By output, the stage that makes it.
    """

    def __init__(self, has_lock: bool = True) -> None:
        self.planned = read_pipeline()
        try:
            self.recorded = read_lock()
        except InputError:
            if has_lock:
                raise
            self.recorded = {}
        self.makers = {out: name for name, stage in self.planned.items() for out in stage["outs"]}

    def list_stages(self, output: str) -> list[str]:
        """List the stages that an output comes from, each after those that it takes from."""
        if output not in self.makers:
            raise InputError(f"{output}: no job of dvc.yaml makes it")
        found: dict[str, None] = {}

        def add(stage: str) -> None:
            for path in self.planned[stage]["deps"]:
                maker = self.makers.get(path)
                if maker and maker not in found:
                    add(maker)
            found[stage] = None

        add(self.makers[output])
        return list(found)

    def find_broken(self, name: str) -> Iterator[Broken]:
        """Find the links of a stage that do not hold, those that come first in a job first."""
        planned, recorded = self.planned[name], self.recorded.get(name)
        if recorded is None:
            yield Broken(name, "dvc.lock", "no record of this job; it has not run")
            return
        if planned["cmd"] != recorded["cmd"]:
            yield Broken(name, "dvc.yaml", "the command is not the one that was run")
        yield from self.find_changed_settings(name, planned, recorded)
        yield from self.find_changed_inputs(name, planned, recorded)
        for path in sorted({*planned["outs"], *recorded["outs"]}):
            if path not in recorded["outs"] or path not in planned["outs"]:
                file = "dvc.lock" if path in planned["outs"] else "dvc.yaml"
                yield Broken(name, path, f"not among the outputs that {file} has")
            elif text := compare_file(path, recorded["outs"][path], "made"):
                yield Broken(name, path, text)

    def find_changed_inputs(self, name: str, planned: Stage, recorded: Stage) -> Iterator[Broken]:
        """Find inputs that are not what the job took."""
        for path in sorted({*planned["deps"], *recorded["deps"]}):
            if path not in recorded["deps"] or path not in planned["deps"]:
                side = "took" if path in recorded["deps"] else "did not take"
                yield Broken(name, path, f"the recorded job {side} it, the present one differs")
            elif maker := self.makers.get(path):
                made = self.recorded.get(maker, {"outs": {}})["outs"].get(path)
                if made != recorded["deps"][path]:
                    yield Broken(
                        name,
                        path,
                        f"the job took {recorded['deps'][path]}, {maker} made {made}",
                    )
            elif text := compare_file(path, recorded["deps"][path], "taken"):
                yield Broken(name, path, text)

    def find_changed_settings(self, name: str, planned: Stage, recorded: Stage) -> Iterator[Broken]:
        """Find settings that are not those of the recorded job."""
        for file in sorted({*planned["params"], *recorded["params"]}):
            then = recorded["params"].get(file, {})
            for key in sorted({*planned["params"].get(file, []), *then}):
                try:
                    now = look_up(Path(file), key)
                except InputError as error:
                    yield Broken(name, f"{file}: {key}", str(error))
                    continue
                if key not in then:
                    yield Broken(name, f"{file}: {key}", "the recorded job did not depend on it")
                elif now != then[key]:
                    where, new, old = find_difference(key, now, then[key])
                    found = f"found {shorten(new)}, the job had {shorten(old)}"
                    yield Broken(name, f"{file}: {where}", found)


def compare_file(path: str, digest: Digest, verb: str) -> str | None:
    """Say how a file differs from what was recorded of it, if it does."""
    if not Path(path).is_file():
        return "missing; `dvc checkout` may bring it back"
    found = hash_file(path)
    return None if found == digest else f"altered: found {found}, {verb} was {digest}"


@cache
def hash_file(path: str) -> Digest:
    """Compute what DVC knows a file by; many jobs share their code."""
    with Path(path).open("rb") as file:
        return Digest(hashlib.file_digest(file, "md5").hexdigest(), Path(path).stat().st_size)


def find_difference(key: str, now: Any, then: Any) -> tuple[str, Any, Any]:
    """Find the first key within a value in which two differ, and what each has there."""
    if isinstance(now, dict) and isinstance(then, dict):
        for name in {**then, **now}:
            if now.get(name) != then.get(name) or (name in now) != (name in then):
                return find_difference(f"{key}.{name}", now.get(name), then.get(name))
    return key, now, then


def shorten(value: object) -> str:
    """Show a value in a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def run_git(*arguments: str) -> str:
    """Ask git; the answer is empty where there is no repository."""
    result = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return result.stdout.strip()
