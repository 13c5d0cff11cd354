"""Give a verdict on every number that one study prints, and weigh what may explain failures."""

from pathlib import Path

from redigit.audit import Evidence, judge_study
from redigit.files import write_csv, write_json
from redigit.program import run_program
from redigit.weighing import weigh_study


def check_claims(
    study: str,
    claims: Path,
    schema: Path,
    metrics: list[Path],
    recordings: list[Path],
    code: list[Path],
    verdicts: Path,
    explanations: Path,
    summary: Path,
) -> None:
    """Judge all claims of a study, and weigh what may explain those that do not hold.

    Parameters
    ----------
    study : str
        Name of the study.
    claims, schema : Path
        Its claims, and the schema of claims.
    metrics : list of Path
        The metrics of its experiments.
    recordings, code : list of Path
        Its rows that were recorded at full scale, and the code that made them.
    verdicts, explanations, summary : Path
        What is written: the verdicts by claim, how near each explanation comes, and how many
        claims have each verdict.
    """
    evidence = Evidence(metrics, recordings, code)
    table, counts = judge_study(study, claims, evidence, schema)
    write_csv(verdicts, table)
    write_csv(explanations, weigh_study(study, claims, evidence, schema))
    write_json(summary, counts)
    print(f"{study}: " + ", ".join(f"{count} {name}" for name, count in counts.items() if count))


if __name__ == "__main__":
    run_program(check_claims)
