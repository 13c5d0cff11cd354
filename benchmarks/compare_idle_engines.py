"""Compare what the engines take to find that there is nothing to do.

Run in the project's folder after `make report`.
"""

import os
import statistics
import subprocess
import time

REPEATS = 3
COMMANDS = {
    "snakemake -n, without bridge": (["snakemake", "-n"], {"IN_BRIDGE": "1"}),
    "snakemake -n": (["snakemake", "-n"], {}),
    "dvc status": (["dvc", "status"], {}),
    "dvc repro": (["dvc", "repro"], {}),
}


def time_command(command: list[str], extra: dict[str, str]) -> float:
    """Run a command and measure its wall time in seconds."""
    started = time.perf_counter()
    subprocess.run(command, env=os.environ | extra, capture_output=True, check=True)
    return time.perf_counter() - started


def main() -> None:
    """Run all commands in turn, print medians and their ratios to the first."""
    times = {name: [] for name in COMMANDS}
    for _ in range(REPEATS):
        for name, (command, extra) in COMMANDS.items():
            times[name].append(time_command(command, extra))
    base = next(iter(times.values()))
    print(f"{'':30} median s   ratio (median of {REPEATS} pairs)")
    for name, values in times.items():
        ratio = statistics.median(a / b for a, b in zip(values, base, strict=True))
        print(f"{name:30} {statistics.median(values):8.2f}   {ratio:.2f}")


if __name__ == "__main__":
    main()
