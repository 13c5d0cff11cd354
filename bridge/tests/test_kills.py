"""Engines and programs are killed at random moments; nothing partial or stale is ever accepted.

`KILLS=200 python -m pytest bridge/tests/test_kills.py -n 2 -rP` makes 200 kills and prints each.
"""

import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest
import yaml
from toy import Toy

KILLS = int(os.environ.get("KILLS", "20"))
KILLS_IN_SERIES = 10

ENGINES = {"snakemake": ("snakemake", "-q", "all", "--cores", "2"), "dvc": ("dvc", "repro", "-q")}
# Who is killed: the engine alone, so that its programs go on; all; one program, or a shell.
VICTIMS = ("engine", "all", "program")
# Two values of one parameter of each chapter: four states of the project.
STATES = list(itertools.product((30, 31), repeat=2))
SLEEP_S = 0.1


@dataclass(frozen=True)
class Reference:
    """What undisturbed runs give.

    Attributes
    ----------
    bytes
        State: MD5 of each output.
    entries
        Every entry that dvc.lock may hold.
    duration_s
        Engine: how long it takes from one state to another.
    """

    bytes: dict[tuple[int, int], dict[str, str]]
    entries: set[str]
    duration_s: dict[str, float]


def set_state(toy: Toy, state: tuple[int, int]) -> None:
    for chapter, n in zip(("c1", "c2"), state, strict=True):
        toy.edit_params(chapter, data__n=n)


def read_entries(toy: Toy) -> dict[str, dict] | None:
    """Give the entries of dvc.lock, None if the file was left damaged by a killed DVC."""
    try:
        return yaml.safe_load(toy.read("dvc.lock"))["stages"]
    except (yaml.YAMLError, TypeError, KeyError):
        return None


def digest_outputs(toy: Toy) -> dict[str, str]:
    folders = ("data", "models", "metrics", "reports", "notes")
    files = (p for name in folders for p in (toy.folder / name).rglob("[!.]*") if p.is_file())
    return {
        str(path.relative_to(toy.folder)): hashlib.md5(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture(scope="session")
def reference(finished, tmp_path_factory) -> Reference:
    toy = finished.copy(tmp_path_factory.mktemp("reference") / "toy")
    outputs, entries, duration_s = {}, set(), {}
    for number, state in enumerate(STATES):
        engine = list(ENGINES)[number % 2]
        set_state(toy, state)
        started = time.monotonic()
        shutil.rmtree(toy.folder / ".dvc/cache/runs", ignore_errors=True)
        toy.run(*ENGINES[engine], TOY_SLEEP=str(SLEEP_S))
        duration_s[engine] = time.monotonic() - started
        toy.snakemake()
        outputs[state] = digest_outputs(toy)
        entries |= {json.dumps(entry) for entry in read_entries(toy).values()}
    return Reference(outputs, entries, duration_s)


def kill_at(toy: Toy, engine: str, victim: str, moment_s: float) -> str:
    """Start an engine, kill somebody after a while, and tell what there was to kill."""
    with subprocess.Popen(
        ENGINES[engine],
        cwd=toy.folder,
        env={**os.environ, "TOY_SLEEP": str(SLEEP_S)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        time.sleep(moment_s)
        if process.poll() is not None:
            return "it had ended"
        if victim == "engine":
            process.kill()
        elif victim == "all":
            os.killpg(process.pid, signal.SIGKILL)
        elif programs := list(list_programs(process.pid)):
            random.choice(programs).kill()
        else:
            process.kill()
            return "the engine, no program was at work"
    return victim


def list_programs(pid: int) -> Iterator[psutil.Process]:
    for child in psutil.Process(pid).children(recursive=True):
        try:
            if any("programs/" in argument for argument in child.cmdline()):
                yield child
        except psutil.NoSuchProcess:
            continue


def check_recorded(toy: Toy, reference: Reference) -> bool:
    """Whatever dvc.lock says is true; tell whether it can be read."""
    entries = read_entries(toy)
    if entries is None:
        return False
    for name, entry in entries.items():
        # A damaged file may end in the middle of its last entry, which then says nothing.
        is_whole = all(set(out) >= {"md5", "size"} for out in entry.get("outs") or [{}])
        assert json.dumps(entry) in reference.entries or not is_whole or name == list(entries)[-1]
    return True


@pytest.mark.slow
@pytest.mark.parametrize("series", range(-(-KILLS // KILLS_IN_SERIES)))
def test_killed_at_random_moments(toy, reference, series):
    chance = random.Random(series)
    state = STATES[0]
    for number in range(KILLS_IN_SERIES):
        state = chance.choice([other for other in STATES if other != state])
        set_state(toy, state)
        # DVC's memory of earlier runs would spare it all jobs.
        shutil.rmtree(toy.folder / ".dvc/cache/runs", ignore_errors=True)
        engine = list(ENGINES)[number % 2]
        victim = chance.choice(VICTIMS)
        moment_s = chance.uniform(0, reference.duration_s[engine])
        killed = kill_at(toy, engine, victim, moment_s)
        is_readable = check_recorded(toy, reference)
        # The other parameter changes while programs of the killed engine may be at work.
        state = chance.choice([state, chance.choice(STATES)])
        set_state(toy, state)
        successor = chance.choice(list(ENGINES))
        result = toy.run(*ENGINES[successor], check=False)
        print(f"{engine} after {moment_s:.1f} s: {killed}; {successor}: {result.returncode}")
        if result.returncode:
            # DVC cannot go on by itself after it was killed while it wrote one of its own files.
            assert successor == "dvc", result.stderr
            assert "dvc.lock" in result.stderr or "RWLock" in result.stderr, result.stderr
            print(f"refused: {result.stderr.strip().splitlines()[0]} (readable: {is_readable})")
            toy.snakemake()
        check_recorded(toy, reference)
        assert digest_outputs(toy) == reference.bytes[state]
    toy.snakemake()
    assert digest_outputs(toy) == reference.bytes[state]
    assert toy.list_status() == set()
    assert toy.list_planned() == set()
