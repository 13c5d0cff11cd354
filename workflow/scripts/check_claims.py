"""Give a verdict on every number that one study prints."""

from pathlib import Path

from redigit.audit import judge_study
from redigit.files import write_csv, write_json
from redigit.program import run_program


def check_claims(
    study: str,
    claims: Path,
    schema: Path,
    metrics: list[Path],
    recordings: list[Path],
    code: list[Path],
    verdicts: Path,
    summary: Path,
) -> None:
    """Judge all claims of a study; write the verdicts by claim, and how many there are of each.

    Parameters
    ----------
    study : str
        Name of the study.
    claims, schema : Path
        Its claims, and the schema of claims.
    metrics : list of Path
        Metrics of its experiments.
    recordings, code : list of Path
        Its rows that were recorded at full scale, and the code that made them.
    verdicts, summary : Path
        The files to be written.
    """
    table, counts = judge_study(study, claims, metrics, schema, recordings, code)
    write_csv(verdicts, table)
    write_json(summary, counts)
    print(f"{study}: " + ", ".join(f"{count} {name}" for name, count in counts.items() if count))


if __name__ == "__main__":
    run_program(check_claims)
