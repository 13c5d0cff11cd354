"""Write the verdicts on all claims of all studies as one table, and compare the studies."""

from pathlib import Path

from redigit.between import read_comparisons
from redigit.files import write_csv, write_json
from redigit.findings import compare_studies
from redigit.program import run_program
from redigit.settings import RUN_FILE, look_up
from redigit.summary import count_by_study, join_verdicts, read_lines


def write_audit(
    job: str,
    verdicts: list[Path],
    comparisons: Path,
    table: Path,
    summary: Path,
    between: Path,
) -> None:
    """Write the verdicts on all claims of all studies as one table, and compare the studies.

    Parameters
    ----------
    job : str
        ``all``: there is one table.
    verdicts : list of Path
        The verdicts of each study, ``…/<study>/verdicts.csv``.
    comparisons : Path
        The quantities that several studies print.
    table, summary : Path
        The table (a line for each claim), and the counts by study and verdict.
    between : Path
        How these compare.
    """
    joined = join_verdicts(verdicts)
    write_csv(table, joined)
    compared = read_comparisons([file.parent.name for file in verdicts], comparisons)
    level = look_up(RUN_FILE, "audit.level")
    write_csv(between, compare_studies(compared, read_lines(verdicts), level))
    counts = count_by_study(joined)
    write_json(summary, {"claims": len(joined), "studies": counts})


if __name__ == "__main__":
    run_program(write_audit)
