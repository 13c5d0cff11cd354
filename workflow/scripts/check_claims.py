"""Give a verdict on every number that one study prints."""

from pathlib import Path

from redigit.audit import judge_study
from redigit.files import write_csv, write_json
from redigit.program import run_program


def check_claims(
    study: str, claims: Path, schema: Path, metrics: list[Path], verdicts: Path, summary: Path
) -> None:
    """Judge all claims of a study; write the verdicts by claim, and how many there are of each."""
    table, counts = judge_study(study, claims, metrics, schema)
    write_csv(verdicts, table)
    write_json(summary, counts)
    print(f"{study}: " + ", ".join(f"{count} {name}" for name, count in counts.items() if count))


if __name__ == "__main__":
    run_program(check_claims)
