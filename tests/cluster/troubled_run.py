"""A run on a cluster in which a job of each of these rules comes to grief at its first attempt.

Each fault is one that Slurm or the machine deals out; the last kills Snakemake itself.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import STDOUT

from project import Project
from scheduler import Scheduler, wait_until

STAND_IN = Path(__file__).parent / "stand_in.py"
# What the rule's first job does, by itself or until something is done to it.
FAULTS = {
    "audit_rules": "hang",
    "train_perceptrons": "memory",
    "fit_pca": "hang",
    "find_certificates": "hang",
    "measure_embeddings": "hang",
}
OVER_TIME, OVER_MEMORY, CANCELLED, ON_KILLED_NODE, LAST = FAULTS
# The killed node takes no other fault with it, and one job is over its time soon.
EDITS = """\
  audit_rules: {runtime: 1 if attempt == 1 else 60, slurm_extra: "'--nodelist=n2'"}
  train_perceptrons: {slurm_extra: "'--nodelist=n2'"}
  fit_pca: {slurm_extra: "'--nodelist=n2'"}
  find_certificates: {slurm_extra: "'--nodelist=n1'"}
"""
GRES = ("  see_features:\n", "  see_features:\n    gpu: 0\n    gres: \"'gpu:1'\"\n")
COMMAND = (
    *("snakemake", "--profile", "profiles/slurm"),
    *("--slurm-init-seconds-before-status-checks", "5", "--seconds-between-status-checks", "2"),
)
LIMIT_S = 400


@dataclass
class TroubledRun:
    """A project whose jobs run on a Slurm.

    Attributes
    ----------
    project : Project
        As it is in a fresh clone.
    scheduler : Scheduler
        The Slurm, with all nodes up.
    folder : Path
        An empty folder, for what the jobs note.
    finished : Project
        The same project after a local run.
    """

    project: Project
    scheduler: Scheduler
    folder: Path
    finished: Project

    def make(self) -> None:
        """Run until all faults but the last are survived; kill Snakemake; run to the end."""
        self.note_jobs()
        self.set_faults()
        first = self.start("first")
        node = self.wait_for_fault(ON_KILLED_NODE)["node"]
        self.scheduler.kill_node(node)
        self.scheduler.call("scancel", self.wait_for_fault(CANCELLED)["slurm_job"])
        wait_until("the end of the node's jobs", lambda: not self.list_running(node), LIMIT_S)
        self.scheduler.start_node(node)
        self.wait_for_fault(LAST)
        wait_until("the other jobs' end", self.is_only_last_left, LIMIT_S)
        first.kill()
        first.wait()
        self.scheduler.call("scancel", f"--name={self.find_name()}")
        assert self.start("second").wait(LIMIT_S) == 0, self.read_output("second")[-3000:]

    def note_jobs(self) -> None:
        """Have each job note where it runs."""
        (self.folder / "faults").mkdir()
        python = self.folder / "bin" / "python"
        python.parent.mkdir()
        python.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} "$@"\n')
        python.chmod(0o755)

    def set_faults(self) -> None:
        """Set the faults, and edit the profile as for a cluster of one's own."""
        for rule, fault in FAULTS.items():
            (self.folder / "faults" / rule).write_text(fault)
        start = "set-resources:\n"
        self.project.edit("profiles/slurm/config.yaml", start, start + EDITS)
        self.project.edit("profiles/slurm/config.yaml", *GRES)

    def start(self, name: str, *options: str):
        """Start Snakemake; what it prints goes to a file."""
        with (self.folder / name).open("w") as output:
            programs = (
                f"{self.folder}/bin:{self.scheduler.folder}/bin:{Path(sys.executable).parent}"
            )
            environment = {
                "PATH": f"{programs}:{self.scheduler.path}",
                "FAULTS": str(self.folder / "faults"),
                "NOTES": str(self.folder / "notes"),
            }
            return self.project.start(
                *COMMAND, *options, environment=environment, stdout=output, stderr=STDOUT
            )

    def wait_for_fault(self, rule: str) -> dict:
        """Wait until the job of a rule that comes to grief is at work; give its note."""

        def find() -> list[dict]:
            return [note for note in self.read_notes() if note["rule"] == rule and note["fault"]]

        wait_until(f"the first job of {rule}", find, LIMIT_S)
        return find()[0]

    def is_only_last_left(self) -> bool:
        """Tell whether Snakemake waits for nothing but the job that hangs."""
        stages = self.finished.stages
        after = self.finished.follow(name for name in stages if name.startswith(LAST))
        ended = [note for note in self.read_notes() if note["event"] == "end"]
        # Snakemake marks the outputs of jobs that it has not seen the end of.
        marks = list(self.project.path(".snakemake/incomplete").iterdir())
        return len(ended) == len(stages) - len(after) and len(marks) == 1

    def list_running(self, node: str) -> list[str]:
        """List the jobs that Slurm holds to be at work on a node."""
        return [job for job, (_, of) in self.scheduler.list_jobs("running").items() if of == node]

    def find_name(self) -> str:
        """Find the name under which all jobs of the first run are in the queue."""
        return re.search(r"SLURM run ID: (\S+)", self.read_output("first"))[1]

    def read_output(self, name: str) -> str:
        """Read what a Snakemake has printed."""
        return (self.folder / name).read_text()

    def read_notes(self) -> list[dict]:
        """Read the jobs' notes: each has `rule`, `event` and where and when that was."""
        file = self.folder / "notes"
        lines = file.read_text().splitlines() if file.exists() else []
        notes = [{"fault": None, **json.loads(line)} for line in lines]
        return [note | {"rule": Path(note["command"][0]).stem} for note in notes]
