"""Compare what Snakemake takes while its jobs run, with and without the bridge's mending.

Needs nothing but the environment. The jobs themselves only sleep.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

REPEATS, JOBS = 3, (50, 100)
SNAKEFILE = """
CODE = [f"code/{{number}}.py" for number in range(200)]

onstart:
    if {is_mended}:
        from dvc_bridge.snakemake_internals import wait_without_polling
        wait_without_polling(workflow.scheduler)

rule all:
    input: expand("out/{{number}}", number=range({n_jobs}))

rule wait:
    input: CODE
    output: touch("out/{{number}}")
    shell: "sleep 0.5"
"""


def measure_run(is_mended: bool, n_jobs: int) -> float:
    """Run jobs that sleep, two at a time, and measure the processor time in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder, "code")
        code.mkdir()
        for number in range(200):
            Path(code, f"{number}.py").touch()
        Path(folder, "Snakefile").write_text(SNAKEFILE.format(is_mended=is_mended, n_jobs=n_jobs))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "snakemake", "--cores", "2"]
        subprocess.run(command, cwd=folder, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run both in turn for each number of jobs; print medians and the ratio."""
    print(f"{'jobs':>5} {'Snakemake':>12} {'mended':>10}   ratio (median of {REPEATS} pairs)")
    for n_jobs in JOBS:
        pairs = [
            [measure_run(is_mended, n_jobs) for is_mended in (False, True)] for _ in range(REPEATS)
        ]
        plain, mended = (statistics.median(values) for values in zip(*pairs, strict=True))
        ratio = statistics.median(mended / plain for plain, mended in pairs)
        print(f"{n_jobs:5} {plain:10.1f} s {mended:8.1f} s   {ratio:.2f}")


if __name__ == "__main__":
    main()
