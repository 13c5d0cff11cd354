"""The tables of a study: what it printed beside what was measured, cell by cell."""

import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from redigit.errors import InputError
from redigit.exhibits import name_row, read_exhibit
from redigit.recordings import read_recorded
from redigit.settings import Settings, look_up, report_file

CLAIM_COLUMNS = (
    *("id", "location", "model", "metric", "printed", "quantity", "verdict"),
    "recorded",
)
# What a cell has of the run at hand, and under which name the same of a recorded run.
RECORDED_COLUMNS = {
    "measured": "recorded",
    "sd": "recorded_sd",
    "replicates": "recorded_replicates",
}
CELL_COLUMNS = (
    *("row", "row_heading", "column", "column_heading"),
    *("printed", "measured", "sd", "replicates", "verdict", "claim"),
    *RECORDED_COLUMNS.values(),
)
# Of a file with all tables of a study.
TABLE_COLUMNS = ("table", *CELL_COLUMNS)
# Columns of a classification report, and the metrics in its last lines.
REPORT_COLUMNS = {"precision": "Precision", "recall": "Recall", "f1": "F1", "support": "Support"}
REPORT_AVERAGES = {
    "accuracy": ("Accuracy", {"f1": "test_accuracy", "support": "n_test"}),
    "macro": (
        "Macro average",
        {"precision": "macro_precision", "recall": "macro_recall", "f1": "macro_f1"},
    ),
    "weighted": (
        "Weighted average",
        {"precision": "weighted_precision", "recall": "weighted_recall", "f1": "weighted_f1"},
    ),
}


class Cell(NamedTuple):
    """A cell of a table: what heads it, and the row of the experiment and metric that it shows."""

    row: str
    row_heading: str
    column: str
    column_heading: str
    source: str
    metric: str


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


def find_recorded(recordings: Iterable[Path], verdicts: pd.DataFrame) -> dict[str, dict]:
    """Find the recorded rows by which the audit has judged claims.

    Parameters
    ----------
    recordings : iterable of Path
        As `redigit.recordings.list_recording_files` names them.
    verdicts : DataFrame
        As `build_table` takes them.

    Returns
    -------
    dict of str to dict
        By ``study/experiment/row``, the row's metrics.
    """
    quantities = verdicts["quantity"][verdicts["recorded"] != ""]
    used = {name.rpartition("/")[0] for name in quantities if " " not in name}
    rows = {
        f"{path.parent.name}/{path.stem}/{row}": entry["metrics"]
        for path in recordings
        for row, entry in read_recorded(path)["rows"].items()
    }
    return {name: rows[name] for name in rows if name in used}


def build_tables(
    study: str,
    metrics: dict[str, dict[str, dict]],
    verdicts: pd.DataFrame,
    recorded: dict[str, dict],
) -> pd.DataFrame:
    """Set what a study printed in its tables beside what was measured.

    Parameters
    ----------
    study : str
        Name of the study; its report.yaml defines the tables.
    metrics : dict of str to dict
        By the name of the experiment, the metrics of each row.
    verdicts, recorded : DataFrame, dict of str to dict
        As `build_table` takes them.

    Returns
    -------
    DataFrame
        One line a cell, columns `TABLE_COLUMNS`: the table's name, then what `build_table` gives.
    """
    of_all = {f"{name}/{row}": rows[row] for name, rows in metrics.items() for row in rows}
    lines = []
    for name in look_up(report_file(study), "tables"):
        definition = read_exhibit(study, f"tables.{name}")
        experiment = definition.get("experiment")
        rows = metrics[experiment] if experiment else of_all
        table = build_table(study, definition, rows, verdicts, recorded)
        lines += [{"table": name, **line} for line in table.to_dict("records")]
    return pd.DataFrame(lines, columns=TABLE_COLUMNS, dtype=object)


def build_table(
    study: str,
    definition: Settings,
    metrics: dict[str, dict],
    verdicts: pd.DataFrame,
    recorded: dict[str, dict],
) -> pd.DataFrame:
    """Set what a study printed in a table beside what was measured.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The table, as `redigit.exhibits.read_exhibit` gives it.
    metrics : dict of str to dict
        Metrics of each row that it names: means, and ``replicates`` with all values. Rows are
        named ``experiment/row`` if the table is not about one experiment.
    verdicts : DataFrame
        Claims of the study and their verdicts, as texts, with at least `CLAIM_COLUMNS`.
    recorded : dict of str to dict
        Metrics of rows that were recorded at full scale, as of `find_recorded`.

    Returns
    -------
    DataFrame
        One line a cell, columns `CELL_COLUMNS`; what there is not is empty, as the ``sd`` of one
        replicate. `RECORDED_COLUMNS` are those of a recorded run.

    Raises
    ------
    InputError
        If a row has no metrics, a cell has several claims, or a column is neither measured nor
        claimed in any row.
    """
    here = verdicts[verdicts["location"] == definition["title"]]
    list_cells = (
        list_report_cells if "report" in definition
        else list_class_cells if "classes" in definition
        else list_row_cells
    )  # fmt: skip
    lines = []
    for cell in list_cells(definition, metrics):
        row = f"{study}/{name_row(definition, cell.source)}"
        quantity = f"{row}/{cell.metric}"
        at_full_scale = measure_cell(recorded.get(row, {}), cell.metric)
        lines.append(
            dict.fromkeys(CELL_COLUMNS, "")
            | cell._asdict()
            | measure_cell(metrics[cell.source], cell.metric)
            | {RECORDED_COLUMNS[name]: at_full_scale[name] for name in at_full_scale}
            | find_claim(here, cell, quantity, "report" in definition)
        )
    table = pd.DataFrame(lines, columns=CELL_COLUMNS, dtype=object)
    check_columns(table, definition)
    return table


def list_row_cells(definition: Settings, metrics: dict[str, dict]) -> Iterator[Cell]:
    """List the cells of a table that has a line for each row of an experiment, line by line."""
    for row, row_heading in definition["rows"].items():
        check_row(definition, row, metrics)
        for column, column_heading in definition["columns"].items():
            yield Cell(row, row_heading, column, column_heading, row, column)


def list_class_cells(definition: Settings, metrics: dict[str, dict]) -> Iterator[Cell]:
    """List the cells of a table that has a line for each class of one row of an experiment.

    The metrics of a class are named ``<column>_<class>``.
    """
    source = definition["classes"]
    check_row(definition, source, metrics)
    classes = dict.fromkeys(
        name.removeprefix(f"{column}_")
        for column in definition["columns"]
        for name in metrics[source]
        if name.startswith(f"{column}_")
    )
    if not classes:
        raise InputError(f"{definition['title']}: row {source!r} has no metrics of classes")
    for number in sorted(classes):
        for column, column_heading in definition["columns"].items():
            yield Cell(number, number, column, column_heading, source, f"{column}_{number}")


def list_report_cells(definition: Settings, metrics: dict[str, dict]) -> Iterator[Cell]:
    """List the cells of a classification report, line by line: the classes, then averages.

    Where a report has nothing the metric is empty.
    """
    source = definition["report"]
    check_row(definition, source, metrics)
    classes = [name.removeprefix("support_") for name in metrics[source] if "support_" in name]
    lines = {
        number: (number, {column: f"{column}_{number}" for column in REPORT_COLUMNS})
        for number in classes
    }
    for row, (row_heading, shown) in (lines | REPORT_AVERAGES).items():
        for column, column_heading in REPORT_COLUMNS.items():
            yield Cell(row, row_heading, column, column_heading, source, shown.get(column, ""))


def check_row(definition: Settings, row: str, metrics: dict[str, dict]) -> None:
    """Refuse a row without metrics."""
    if row not in metrics:
        raise InputError(f"{definition['title']}: row {row!r} has no metrics")


def measure_cell(metrics: dict, metric: str) -> dict:
    """Give the mean of a metric, its standard deviation and the number of its replicates."""
    if metric not in metrics:
        return {}
    values = metrics["replicates"][metric]
    sd = statistics.stdev(values) if len(values) > 1 else ""
    return {"measured": metrics[metric], "sd": sd, "replicates": len(values)}


def find_claim(here: pd.DataFrame, cell: Cell, quantity: str, is_report: bool) -> dict:
    """Give what is printed in a cell for a quantity, the verdict on it and the claim's name."""
    # Claims that are compared with other claims have no quantity of their own. All of a report is
    # about one row, so that the metric tells them apart; else the line's heading does.
    same = here["metric"] == cell.metric
    if not is_report:
        same &= (here["model"] == cell.row_heading) & ~here["quantity"].str.contains("/")
    found = here[(here["quantity"] == quantity) | same]
    if len(found) > 1:
        claims = ", ".join(found["id"])
        location = found["location"].iloc[0]
        raise InputError(f"{location}: claims {claims} are all on {quantity}; one can be printed")
    if found.empty:
        return {}
    claim = found.iloc[0]
    return {"printed": claim["printed"], "verdict": claim["verdict"], "claim": claim["id"]}


def check_columns(table: pd.DataFrame, definition: Settings) -> None:
    """Refuse a column that is empty from top to bottom: its name is mistyped."""
    for column, cells in table.groupby("column", sort=False):
        if (cells["measured"] == "").all() and (cells["claim"] == "").all():
            place = f"{definition['title']}: column {column!r}"
            raise InputError(f"{place} is neither a measured metric nor claimed by the study")
