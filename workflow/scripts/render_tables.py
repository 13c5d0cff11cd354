"""Set what one study printed in its tables beside what was measured."""

from pathlib import Path

from redigit.files import read_json, write_csv
from redigit.program import run_program
from redigit.tables import CLAIM_COLUMNS, build_tables, find_recorded, read_texts


def render_tables(
    study: str, metrics: list[Path], recordings: list[Path], verdicts: Path, tables: Path
) -> None:
    """Set what one study printed in its tables beside what was measured.

    Parameters
    ----------
    study : str
        Name of the study.
    metrics : list of Path
        Metrics of the experiments that the tables show, ``…/<experiment>.json``.
    recordings : list of Path
        The study's rows that were recorded at full scale.
    verdicts : Path
        The study's claims with their verdicts.
    tables : Path
        The tables to be written into one file, one line a cell.
    """
    measured = {path.stem: read_json(path) for path in metrics}
    claims = read_texts(verdicts, CLAIM_COLUMNS)
    recorded = find_recorded(recordings, claims)
    write_csv(tables, build_tables(study, measured, claims, recorded))


if __name__ == "__main__":
    run_program(render_tables)
