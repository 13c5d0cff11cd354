"""Measure how parsing, planning and rendering grow with the number of jobs.

The jobs are the project's own, of more and more seeds, in a temporary copy without results:
``python benchmarks/measure_many_jobs.py 1 12 127`` takes those numbers of seeds. The calls of
functions that planning takes are counted besides, which no other work on the machine disturbs.
"""

import os
import pstats
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_SEEDS = ("1", "12", "127")
PROFILE = (sys.executable, "-m", "cProfile", "-o", "calls")
SNAKEMAKE = ("snakemake", "-n", "--quiet", "rules")
# Name, command, most seeds that it is measured for: what follows takes long or is known to fail.
COMMANDS = {
    "parse": (("snakemake", "--list-rules"), None),
    "plan": (SNAKEMAKE, None),
    "count": ((*PROFILE, shutil.which(SNAKEMAKE[0]), *SNAKEMAKE[1:]), None),
    "render": (("python", "-m", "dvc_bridge", "render"), 12),
    "dvc status": (("dvc", "status", "-q"), 12),
}


def copy_project(folder: Path, n_seeds: int) -> None:
    """Copy what git has of the project, with so many seeds and without results."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if not name.startswith(("metrics/", "dvc.")) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    parameters = folder / "params.yaml"
    text = re.sub(
        r"^seeds: .*$", f"seeds: {list(range(n_seeds))}", parameters.read_text(), flags=re.M
    )
    parameters.write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)


def measure(command: tuple[str, ...], folder: Path) -> tuple[float, float, int, str]:
    """Run a command; give its time by the clock and of processors in seconds, and peak in MiB."""
    libraries = f"{folder}/workflow/scripts{os.pathsep}{folder}/bridge/src"
    # The plan is that of Snakemake alone; the bridge is measured by itself.
    environment = os.environ | {"PYTHONPATH": libraries}
    if any(part.endswith("snakemake") for part in command):
        environment["IN_BRIDGE"] = "1"
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        output.seek(0)
        text = output.read()
    # dvc status has status 1 where stages have never run.
    if status and command[0] != "dvc":
        sys.exit(f"{' '.join(command)}:\n{text[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, text


def main() -> None:
    """Print a line for each number of seeds and command."""
    print(f"{'seeds':>6} {'jobs':>6} {'command':12} {'clock s':>8} {'CPU s':>8} {'ms/job':>7} MiB")
    for n_seeds in map(int, sys.argv[1:] or DEFAULT_SEEDS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            copy_project(folder, n_seeds)
            n_jobs = 0
            measured = {}
            for title, (command, most) in COMMANDS.items():
                if most is None or n_seeds <= most:
                    *measured[title], text = measure(command, folder)
                    if found := re.search(r"^total +(\d+)$", text, re.M):
                        n_jobs = int(found[1])
            n_calls = pstats.Stats(str(folder / "calls")).prim_calls
            del measured["count"]
            for title, (wall, cpu, peak) in measured.items():
                print(
                    f"{n_seeds:6} {n_jobs:6} {title:12} {wall:8.1f} {cpu:8.1f} "
                    f"{1000 * cpu / n_jobs:7.1f} {peak}",
                    flush=True,
                )
            print(f"{n_seeds:6} {n_jobs:6} {n_calls:,} calls to plan", flush=True)


if __name__ == "__main__":
    main()
