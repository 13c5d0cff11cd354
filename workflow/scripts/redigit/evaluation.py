"""From predictions to metrics: one number for each replicate, and their mean."""

from pathlib import Path
from typing import Any

import numpy as np

from redigit.class_scores import measure_classes
from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.predictions import measure_accuracy, measure_loss

Arrays = dict[str, np.ndarray]
Metrics = dict[str, Any]


def find_row(path: Path, experiment: str) -> str:
    """Find the row that a file below ``…/study/experiment/row/…`` belongs to."""
    _, found, below = path.as_posix().rpartition(f"/{experiment}/")
    if not found:
        raise InputError(f"{path}: not below a folder {experiment}, whose predictions it should be")
    return below.split("/")[0]


def read_rows(path: Path, experiment: str) -> dict[str, Arrays]:
    """Read a file of predictions and sort its arrays by row.

    A file of one row lies below the row's name and has arrays such as ``label``; a file of all
    rows of an experiment has arrays such as ``<row>/label``.
    """
    rows: dict[str, Arrays] = {}
    for key, array in sorted(read_arrays(path).items()):
        row, _, name = key.rpartition("/")
        rows.setdefault(row or find_row(path, experiment), {})[name] = array
    return rows


def evaluate_predictions(
    arrays: Arrays, path: Path, by_class: bool = False
) -> dict[str, list[float]]:
    """Measure the predictions of one row.

    Parameters
    ----------
    arrays : dict of str to ndarray
        ``label`` (uint8, shape (replicates, n)), ``replicate`` (int64, shape (replicates,)) and
        either ``probability`` (float32, shape (replicates, n, classes)) or, of classifiers without
        probabilities, ``predicted`` (uint8, shape (replicates, n)). For a network of several
        tasks, ``label_<task>`` and ``probability_<task>`` of each. Any further array has one value
        for each replicate and is taken over as a metric.
    path : Path
        The file that they come from.
    by_class : bool
        Whether to measure each class too, see `redigit.class_scores`.

    Returns
    -------
    dict of str to list of float
        For each metric, its value in each replicate; those of tasks end in ``_<task>``. There is
        no loss without probabilities.
    """
    given = dict(arrays)
    measured: dict[str, list[float]] = {}
    for name in [name for name in arrays if name.startswith("label")]:
        task = name.removeprefix("label")
        kind = "probability" if f"probability{task}" in given else "predicted"
        label, output = given.pop(name), given.pop(f"{kind}{task}")
        if output.shape[:2] != label.shape:
            raise InputError(
                f"{path}: {kind}{task}: found shape {output.shape} for labels of shape "
                f"{label.shape}; their first two lengths have to agree"
            )
        measured["n_test"] = [label.shape[1]] * len(label)
        if kind == "probability":
            measured[f"test_accuracy{task}"] = measure_accuracy(output, label).tolist()
            measured[f"test_loss{task}"] = measure_loss(output, label).tolist()
        else:
            measured[f"test_accuracy{task}"] = (output == label).mean(axis=1).tolist()
        if by_class and kind == "predicted":
            raise InputError(f"{path}: by_class: allowed for probabilities only, found classes")
        if by_class:
            scores = measure_classes(output.argmax(axis=2), label, output.shape[2])
            measured |= {f"{score}{task}": values for score, values in scores.items()}
    return {name: array.tolist() for name, array in sorted(given.items())} | measured


def average_replicates(replicates: dict[str, list[float]]) -> Metrics:
    """Average each metric over its replicates, and keep their values.

    The lists stand apart: DVC compares the numbers and passes over the lists.
    """
    means = {name: average(values) for name, values in replicates.items() if name != "replicate"}
    return {**means, "replicates": replicates}


def average(values: list[float]) -> float:
    """Mean of some values; a whole number stays one."""
    # Ten digits tell any two means apart, and keep the files readable.
    mean = round(float(np.mean(values)), 10)
    return (
        int(mean) if all(isinstance(value, int) for value in values) and mean.is_integer() else mean
    )


def evaluate_experiment(
    experiment: str, files: list[Path], by_class: bool = False
) -> dict[str, Metrics]:
    """Measure all predictions of an experiment.

    Parameters
    ----------
    experiment : str
        ``study/experiment``, part of each file's path.
    files : list of Path
        Predictions: one file or several for a row, or one for all rows.
    by_class : bool
        Whether to measure each class too.

    Returns
    -------
    dict of str to dict
        For each row its metrics, averaged over all replicates of its files.
    """
    rows: dict[str, dict[str, list[float]]] = {}
    for path in files:
        for row, arrays in read_rows(path, experiment).items():
            metrics = rows.setdefault(row, {})
            for name, values in evaluate_predictions(arrays, path, by_class).items():
                metrics.setdefault(name, []).extend(values)
    return {row: average_replicates(replicates) for row, replicates in rows.items()}
