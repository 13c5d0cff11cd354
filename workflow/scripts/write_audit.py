"""Write the verdicts on all claims of all studies as one table."""

from pathlib import Path

from redigit.files import write_csv, write_json
from redigit.program import run_program
from redigit.summary import count_by_study, join_verdicts


def write_audit(job: str, verdicts: list[Path], table: Path, summary: Path) -> None:
    """Write the verdicts on all claims of all studies as one table, and how many there are.

    Parameters
    ----------
    job : str
        ``all``: there is one table.
    verdicts : list of Path
        The verdicts of each study, ``…/<study>/verdicts.csv``.
    table, summary : Path
        The table (a line for each claim), and the counts by study and verdict.
    """
    joined = join_verdicts(verdicts)
    write_csv(table, joined)
    counts = count_by_study(joined)
    write_json(summary, {"claims": len(joined), "studies": counts})


if __name__ == "__main__":
    run_program(write_audit)
