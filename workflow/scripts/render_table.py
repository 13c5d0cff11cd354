"""Set what a study printed in a table beside what was measured."""

from pathlib import Path

from redigit.exhibits import read_exhibit
from redigit.files import read_json, write_csv
from redigit.program import run_program
from redigit.tables import CLAIM_COLUMNS, build_table, read_texts


def render_table(job: str, metrics: list[Path], verdicts: Path, table: Path) -> None:
    """Set what a study printed in a table beside what was measured.

    Parameters
    ----------
    job : str
        ``study/table``.
    metrics : list of Path
        Metrics of the table's experiments, ``…/<experiment>.json``.
    verdicts : Path
        The study's claims with their verdicts.
    table : Path
        The table to be written, one line a cell.
    """
    study, name = job.split("/")
    definition = read_exhibit(study, f"tables.{name}")
    claims = read_texts(verdicts, CLAIM_COLUMNS)
    rows = {
        row if "experiment" in definition else f"{path.stem}/{row}": content
        for path in metrics
        for row, content in read_json(path).items()
    }
    write_csv(table, build_table(study, definition, rows, claims))


if __name__ == "__main__":
    run_program(render_table)
