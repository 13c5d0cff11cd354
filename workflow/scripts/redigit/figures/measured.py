"""Metrics of the rows that a figure shows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from redigit.errors import InputError
from redigit.files import read_json


def read_rows(file: Path, rows: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read the metrics of an experiment by row.

    Parameters
    ----------
    file : Path
        The metrics of one experiment.
    rows : iterable of str
        Rows that it has to have.

    Raises
    ------
    InputError
        If it lacks one of them.
    """
    metrics = read_json(file)
    absent = [row for row in rows if row not in metrics]
    if absent:
        raise InputError(f"{file}: no row {absent[0]!r}; it has {', '.join(metrics)}")
    return metrics
