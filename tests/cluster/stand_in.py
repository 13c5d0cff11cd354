"""Stands in for `python` in the jobs of a cluster: notes where each runs, and fails when told to.

A file in the folder $FAULTS, named as a rule, is a fault of that rule's next job.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

FAULTS = Path(os.environ["FAULTS"])
NOTES = Path(os.environ["NOTES"])


def note(event: str, **more: object) -> None:
    """Add a line; one write, so that lines of jobs side by side stay whole."""
    place = {
        "slurm_job": os.environ.get("SLURM_JOB_ID"),
        "node": os.environ.get("SLURMD_NODENAME"),
        "gpu": os.environ.get("CUDA_VISIBLE_DEVICES"),
    }
    line = {"event": event, "command": sys.argv[1:3], "time": time.time(), **place, **more}
    with NOTES.open("a") as notes:
        notes.write(json.dumps(line) + "\n")


def find_fault(rule: str) -> str | None:
    """Take a rule's fault, which is one for one job."""
    file = FAULTS / rule
    try:
        fault = file.read_text()
        file.unlink()
    except FileNotFoundError:
        return None
    return fault


def fail(fault: str) -> None:
    """Take more memory than any job has, or hang, until somebody ends this."""
    ballast = bytearray(4_000_000_000 if fault == "memory" else 0)
    for place in range(0, len(ballast), 4096):
        ballast[place] = 1
    time.sleep(600)


if __name__ == "__main__":
    if not (len(sys.argv) > 1 and sys.argv[1].startswith("workflow/scripts/")):
        sys.exit(subprocess.run([sys.executable, *sys.argv[1:]], check=False).returncode)
    fault = find_fault(Path(sys.argv[1]).stem)
    note("start", fault=fault)
    if fault:
        fail(fault)
    status = subprocess.run([sys.executable, *sys.argv[1:]], check=False).returncode
    note("end", status=status)
    sys.exit(status)
