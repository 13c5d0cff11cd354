"""From predictions to metrics: one number for each replicate, and their mean."""

from pathlib import Path

import numpy as np

from redigit.class_scores import measure_classes
from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.predictions import measure_accuracy, measure_loss
from redigit.replicates import Metrics, average_replicates

Arrays = dict[str, np.ndarray]


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
        for each replicate and is taken over as a metric; one named ``n_classes`` says how many
        classes there are where ``predicted`` does not.
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
        if by_class:
            if kind == "probability":
                predicted, n_classes = output.argmax(axis=2), output.shape[2]
            else:
                predicted, n_classes = output, find_n_classes(given, path)
            scores = measure_classes(predicted, label, n_classes)
            measured |= {f"{score}{task}": values for score, values in scores.items()}
    return {name: array.tolist() for name, array in sorted(given.items())} | measured


def find_n_classes(arrays: Arrays, path: Path) -> int:
    """Find how many classes there are among the arrays of a classifier without probabilities."""
    if "n_classes" not in arrays:
        raise InputError(f"{path}: by_class: no array 'n_classes' beside the predicted classes")
    return int(arrays["n_classes"].max())


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
