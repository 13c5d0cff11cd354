"""Set what a study printed in a table beside what was measured."""

from pathlib import Path

from redigit.files import read_json, write_csv
from redigit.program import run_program
from redigit.settings import look_up, study_file
from redigit.tables import CLAIM_COLUMNS, build_table, read_texts


def render_table(job: str, metrics: Path, verdicts: Path, table: Path) -> None:
    """Set what a study printed in a table beside what was measured.

    Parameters
    ----------
    job : str
        ``study/table``.
    metrics : Path
        Metrics of the table's experiment.
    verdicts : Path
        The study's claims with their verdicts.
    table : Path
        The table to be written, one line a cell.
    """
    study, name = job.split("/")
    definition = look_up(study_file(study), f"tables.{name}")
    claims = read_texts(verdicts, CLAIM_COLUMNS)
    write_csv(table, build_table(study, definition, read_json(metrics), claims))


if __name__ == "__main__":
    run_program(render_table)
