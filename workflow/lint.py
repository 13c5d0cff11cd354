"""Run `snakemake --lint` and fail on what it finds, but for the lint that is excepted.

Excepted is "Specify a conda environment or container for each rule": all rules share one locked
environment (requirements.lock), which Snakemake itself runs in, so that DVC runs the same.
"""

import subprocess
import sys

EXCEPTED = "    * Specify a conda environment or container for each rule.:"
HEADS = ("Lints for ", "Congratulations, your workflow is in a good condition!")


def main() -> None:
    """Print where each finding is and its title; exit with 1 if there is one."""
    # With `json`, version 9.27.1 prints text all the same.
    report = subprocess.run(
        ["snakemake", "--lint"], capture_output=True, text=True, check=False
    ).stderr
    if not any(line.startswith(HEADS) for line in report.splitlines()):
        sys.exit(report)
    place, findings = "", []
    for line in report.splitlines():
        if line.startswith("Lints for "):
            place = line.removeprefix("Lints for ")
        elif line.startswith("    * ") and line != EXCEPTED:
            findings.append(f"{place} {line.removeprefix('    * ')}")
    print("\n".join(findings) or "snakemake --lint: nothing found")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
