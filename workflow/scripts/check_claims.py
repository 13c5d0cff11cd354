"""Give a verdict on every number that one study prints."""

from pathlib import Path

from redigit.audit import Audit, count_verdicts, tabulate
from redigit.claims import read_claims
from redigit.files import write_csv, write_json
from redigit.program import run_program
from redigit.settings import RUN_FILE, look_up
from redigit.verdicts import Criteria


def check_claims(
    study: str, claims: Path, schema: Path, metrics: list[Path], verdicts: Path, summary: Path
) -> None:
    """Judge all claims of a study; write the verdicts by claim, and how many there are of each."""
    criteria = Criteria(**look_up(RUN_FILE, "audit"))
    printed = read_claims(claims, study, schema)
    audit = Audit(printed, metrics, criteria, look_up(RUN_FILE, "scale"))
    judged = [audit.judge(claim) for claim in printed]
    write_csv(verdicts, tabulate(printed, judged, criteria))
    counts = count_verdicts(judged)
    write_json(summary, counts)
    print(f"{study}: " + ", ".join(f"{count} {name}" for name, count in counts.items() if count))


if __name__ == "__main__":
    run_program(check_claims)
