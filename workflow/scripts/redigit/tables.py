"""The tables of a study: what it printed beside what was measured, cell by cell."""

import statistics
from pathlib import Path

import pandas as pd

from redigit.errors import InputError
from redigit.settings import Settings

CLAIM_COLUMNS = ("id", "location", "printed", "quantity", "verdict")
CELL_COLUMNS = (
    *("row", "row_heading", "column", "column_heading"),
    *("printed", "measured", "sd", "replicates", "verdict", "claim"),
)


def read_texts(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read comma-separated values as the texts that stand there; what is empty is ``""``.

    Parameters
    ----------
    path : Path
        A file whose first line names its columns.
    columns : tuple of str
        Columns that it has to have.

    Raises
    ------
    InputError
        If the file has no content or lacks a column.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except pd.errors.ParserError as error:
        raise InputError(f"{path}: not comma-separated values ({str(error).strip()})") from error
    except pd.errors.EmptyDataError as error:
        raise InputError(f"{path}: empty") from error
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise InputError(f"{path}: column {missing[0]!r} is missing; it needs {', '.join(columns)}")
    return table


def build_table(
    study: str, definition: Settings, metrics: dict[str, dict], verdicts: pd.DataFrame
) -> pd.DataFrame:
    """Set what a study printed in a table beside what was measured.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The table as ``studies/<study>/params.yaml`` defines it.
    metrics : dict of str to dict
        Metrics of each row of its experiment: means, and ``replicates`` with all values.
    verdicts : DataFrame
        Claims of the study and their verdicts, as texts, with at least `CLAIM_COLUMNS`.

    Returns
    -------
    DataFrame
        One line a cell, columns `CELL_COLUMNS`. ``measured``, ``sd`` and ``replicates`` are empty
        where nothing is measured, ``sd`` also where there is one replicate; ``printed``,
        ``verdict`` and ``claim`` where the study claims nothing.

    Raises
    ------
    InputError
        If a row has no metrics, a cell has several claims, or a column is neither measured nor
        claimed in any row.
    """
    cells = []
    here = verdicts[verdicts["location"] == definition["title"]]
    for row, row_heading in definition["rows"].items():
        if row not in metrics:
            raise InputError(f"{definition['title']}: row {row!r} has no metrics")
        for column, column_heading in definition["columns"].items():
            headings = (row, row_heading, column, column_heading)
            quantity = f"{study}/{definition['experiment']}/{row}/{column}"
            cell = {**measure_cell(metrics[row], column), **find_claim(here, quantity)}
            cells.append({**dict(zip(CELL_COLUMNS, headings, strict=False)), **cell})
    table = pd.DataFrame(cells, columns=CELL_COLUMNS, dtype=object)
    check_columns(table, definition)
    return table


def measure_cell(metrics: dict, metric: str) -> dict:
    """Give the mean of a metric, its standard deviation and the number of its replicates."""
    if metric not in metrics:
        return {"measured": "", "sd": "", "replicates": ""}
    values = metrics["replicates"][metric]
    sd = statistics.stdev(values) if len(values) > 1 else ""
    return {"measured": metrics[metric], "sd": sd, "replicates": len(values)}


def find_claim(verdicts: pd.DataFrame, quantity: str) -> dict:
    """Find what is printed for a quantity, the verdict on it and the claim's name."""
    found = verdicts[verdicts["quantity"] == quantity]
    if len(found) > 1:
        claims = ", ".join(found["id"])
        location = found["location"].iloc[0]
        raise InputError(f"{location}: claims {claims} are all on {quantity}; one can be printed")
    if found.empty:
        return {"printed": "", "verdict": "", "claim": ""}
    claim = found.iloc[0]
    return {"printed": claim["printed"], "verdict": claim["verdict"], "claim": claim["id"]}


def check_columns(table: pd.DataFrame, definition: Settings) -> None:
    """Refuse a column that is empty from top to bottom: its name is mistyped."""
    for column, cells in table.groupby("column", sort=False):
        if (cells["measured"] == "").all() and (cells["claim"] == "").all():
            place = f"{definition['title']}: column {column!r}"
            raise InputError(f"{place} is neither a measured metric nor claimed by the study")
