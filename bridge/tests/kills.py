"""Kills engines and programs at random moments, and checks that nothing wrong is accepted.

Used on the toy here, and by the project on its own example.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import yaml

ENGINES = {"snakemake": ("snakemake", "-q", "all", "--cores", "2"), "dvc": ("dvc", "repro")}
# Who is killed: the engine alone, so that its programs go on; all; one program, or a shell.
VICTIMS = ("engine", "all", "program")


@dataclass(frozen=True)
class Reference:
    """What undisturbed runs give.

    Attributes
    ----------
    outputs
        State: MD5 of each output.
    entries
        Every entry that dvc.lock may hold.
    duration_s
        Engine: how long it takes from one state to another.
    """

    outputs: dict[str, dict[str, str]]
    entries: set[str]
    duration_s: dict[str, float]


@dataclass(frozen=True)
class Subject:
    """A project that is to be killed.

    Attributes
    ----------
    project
        Has `folder`, `run(*command, check=…)`, `start(*command, …)` and `read(name)`.
    states
        Name: a function that edits the parameters.
    program
        A text in the command line of each program.
    """

    project: Any
    states: dict[str, Callable[[], None]]
    program: str

    def set_state(self, state: str) -> None:
        self.states[state]()
        # DVC's memory of earlier runs would spare it all jobs.
        shutil.rmtree(self.project.folder / ".dvc/cache/runs", ignore_errors=True)

    def read_entries(self) -> dict[str, dict] | None:
        """Give the entries of dvc.lock; None if a killed DVC has left the file damaged."""
        try:
            return yaml.load(self.project.read("dvc.lock"), yaml.CSafeLoader)["stages"]
        except (yaml.YAMLError, TypeError, KeyError):
            return None

    def digest_outputs(self) -> dict[str, str]:
        """Give the MD5 of each output that dvc.lock lists."""
        paths = [out["path"] for e in self.read_entries().values() for out in e["outs"]]
        folder = self.project.folder
        return {path: hashlib.md5((folder / path).read_bytes()).hexdigest() for path in paths}

    def make_reference(self) -> Reference:
        """Bring the project into each state, by one engine and the other."""
        outputs, entries, duration_s = {}, set(), {}
        for number, state in enumerate(self.states):
            engine = list(ENGINES)[number % 2]
            self.set_state(state)
            started = time.monotonic()
            self.project.run(*ENGINES[engine])
            duration_s[engine] = time.monotonic() - started
            self.project.run(*ENGINES["snakemake"])
            outputs[state] = self.digest_outputs()
            entries |= {json.dumps(entry) for entry in self.read_entries().values()}
        return Reference(outputs, entries, duration_s)

    def kill(self, engine: str, victim: str, moment_s: float, chance: random.Random) -> str:
        """Start an engine, kill somebody after a while, and tell what there was to kill."""
        with self.project.start(
            *ENGINES[engine],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            time.sleep(moment_s)
            if process.poll() is not None:
                return "it had ended"
            if victim == "all":
                os.killpg(process.pid, signal.SIGKILL)
                return "all were killed"
            programs = list(self.list_programs(process.pid))
            if victim == "program" and programs:
                chance.choice(programs).kill()
                return f"one of {len(programs)} programs was killed"
            process.kill()
            return f"the engine was killed, {len(programs)} programs went on"

    def list_programs(self, pid: int) -> Iterator[psutil.Process]:
        for child in psutil.Process(pid).children(recursive=True):
            try:
                if any(self.program in argument for argument in child.cmdline()):
                    yield child
            except psutil.NoSuchProcess:
                continue

    def check_recorded(self, reference: Reference) -> None:
        """Whatever dvc.lock says is true."""
        entries = self.read_entries() or {}
        for name, entry in entries.items():
            # A damaged file may end in the middle of its last entry, which then says nothing.
            if name != list(entries)[-1]:
                assert json.dumps(entry) in reference.entries, name

    def run_series(self, reference: Reference, seed: int, kills: int) -> None:
        """Kill, change the parameters perhaps, finish with an engine; compare the results."""
        chance = random.Random(seed)
        state = next(iter(self.states))
        for number in range(kills):
            state = chance.choice([other for other in self.states if other != state])
            self.set_state(state)
            engine = list(ENGINES)[number % 2]
            moment_s = chance.uniform(0, reference.duration_s[engine])
            killed = self.kill(engine, chance.choice(VICTIMS), moment_s, chance)
            self.check_recorded(reference)
            # A parameter changes while programs of the killed engine may be at work.
            state = chance.choice([state, chance.choice(list(self.states))])
            self.set_state(state)
            successor = chance.choice(list(ENGINES))
            print(f"{engine} after {moment_s:.1f} s: {killed}; then {successor}", end=": ")
            print(self.finish(successor))
            self.check_recorded(reference)
            assert self.digest_outputs() == reference.outputs[state]
        self.project.run(*ENGINES["snakemake"])
        assert self.digest_outputs() == reference.outputs[state]

    def finish(self, engine: str) -> str:
        """Run an engine to its end; tell whether it had to be Snakemake in the end."""
        result = self.project.run(*ENGINES[engine], check=False)
        if result.returncode == 0:
            return "finished"
        # DVC cannot go on by itself after it was killed while it wrote one of its own files.
        assert engine == "dvc", result.stderr
        assert "dvc.lock" in result.stderr or "RWLock" in result.stderr, result.stderr
        self.project.run(*ENGINES["snakemake"])
        return f"refused ({result.stderr.strip().splitlines()[0]}), snakemake: finished"
