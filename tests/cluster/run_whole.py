"""Run the whole project on a Slurm of its own: ``python tests/cluster/run_whole.py FOLDER``.

FOLDER is empty or new, and its path short. There the project is cloned as it was committed, its
environment is made, and `snakemake --profile profiles/slurm` runs to the report. Prints where each
job ran, what was left to do, and what the run cost; everything stays in FOLDER. Takes half an hour
or more, so it is no test; those are in `test_slurm.py`.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from scheduler import Scheduler, find_missing

ROOT = Path(__file__).resolve().parents[2]
RUN = ("snakemake", "--profile", "profiles/slurm")
LEFT_TO_DO = (("snakemake", "-n"), ("dvc", "status"), ("python", "-m", "redigit.summary"))
COLUMNS = "{:>6} {:44} {:>5} {:>4} {:>10} {:>8}"


def main() -> int:
    """Clone, set up, run, report; 1 if the run failed."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if missing := find_missing():
        sys.exit(f"error: no {', '.join(missing)}")
    folder = Path(sys.argv[1]).resolve()
    project = folder / "project"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "-q", str(ROOT), str(project)], check=True)
    subprocess.run(["make", "setup"], cwd=project, check=True)
    scheduler = Scheduler(folder / "slurm", gpus=(0, 2))
    try:
        scheduler.start()
        return run(project, scheduler)
    finally:
        scheduler.stop()


def run(project: Path, scheduler: Scheduler) -> int:
    """Run the project on a Slurm, and print what happened."""
    environment = os.environ | {"PATH": f"{project}/.venv/bin:{scheduler.path}"}
    log = project.parent / "snakemake.log"
    started = time.monotonic()
    gpus: dict[str, str] = {}
    with log.open("w") as output:
        running = subprocess.Popen(RUN, cwd=project, env=environment, stdout=output, stderr=output)
        while running.poll() is None:
            # Of a job that has ended Slurm forgets which it had.
            gpus |= find_gpus(scheduler.call("scontrol", "show", "job", "-o", "-d"))
            time.sleep(1)
    status = running.returncode
    minutes = (time.monotonic() - started) / 60
    print_jobs(scheduler, re.findall(r"SLURM jobid (\d+)", log.read_text()), gpus)
    print(f"{' '.join(RUN)}: status {status} after {minutes:.1f} minutes; see {log}")
    for command in LEFT_TO_DO:
        result = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        print(f"\n{' '.join(command)}:\n{(result.stdout + result.stderr)[-1500:]}")
    return int(status > 0)


def find_gpus(jobs: str) -> dict[str, str]:
    """Find the GPUs of the jobs at work in what Slurm says of all, by the job's number."""
    found = (
        re.search(r"JobId=(\d+) .*GRES=gpu:\d+\(IDX:([\d,-]+)\)", line) for line in jobs.split("\n")
    )
    return {job[1]: job[2] for job in found if job}


def print_jobs(scheduler: Scheduler, numbers: list[str], gpus: dict[str, str]) -> None:
    """Print of each job of the cluster its rule, its node and GPU, how it ended and its time."""
    print(COLUMNS.format("job", "rule", "node", "GPU", "state", "time"))
    placed: Counter[tuple[str, str, str]] = Counter()
    for number in numbers:
        job = scheduler.read_job(number)
        line = (job["Comment"], job["NodeList"], gpus.get(number, "-"), job["JobState"])
        print(COLUMNS.format(number, line[0][:44], *line[1:], job["RunTime"]))
        placed[line[1:]] += 1
    print()
    for (node, gpu, state), n in sorted(placed.items()):
        print(f"{n} jobs on {node}, GPU {gpu}: {state}")


if __name__ == "__main__":
    sys.exit(main())
