"""From predictions to metrics: one number for each replicate, and their mean."""

from pathlib import Path
from typing import Any

import numpy as np

from redigit.class_scores import measure_classes
from redigit.errors import InputError
from redigit.files import read_arrays

# Keras clips probabilities to this before it takes their logarithm.
SMALLEST_PROBABILITY = 1e-7

Metrics = dict[str, Any]


def find_row(path: Path, experiment: str) -> str:
    """Find the row that a file below ``…/study/experiment/row/…`` belongs to."""
    _, _, below = path.as_posix().rpartition(f"/{experiment}/")
    return below.split("/")[0]


def evaluate_predictions(path: Path, by_class: bool = False) -> dict[str, list[float]]:
    """Measure the predictions of one file.

    Parameters
    ----------
    path : Path
        Arrays ``probability`` (float32, shape (replicates, n, classes)), ``label`` (uint8, shape
        (replicates, n)) and ``replicate`` (int64, shape (replicates,)); any further array has one
        value for each replicate and is taken over as a metric.
    by_class : bool
        Whether to measure each class too, see `redigit.class_scores`.

    Returns
    -------
    dict of str to list of float
        For each metric, its value in each replicate.
    """
    arrays = read_arrays(path)
    probability, label = arrays.pop("probability"), arrays.pop("label").astype(np.int64)
    if probability.shape[:2] != label.shape:
        raise InputError(
            f"{path}: found {probability.shape} probabilities for {label.shape} labels; their "
            "first two lengths have to agree"
        )
    predicted = probability.argmax(axis=2)
    chosen = np.take_along_axis(probability, label[:, :, None], axis=2)[:, :, 0]
    loss = -np.log(np.maximum(chosen.astype(np.float64), SMALLEST_PROBABILITY))
    metrics = {name: array.tolist() for name, array in sorted(arrays.items())}
    metrics |= {
        "n_test": [label.shape[1]] * len(label),
        "test_accuracy": (predicted == label).mean(axis=1).tolist(),
        "test_loss": loss.mean(axis=1).tolist(),
    }
    classes = measure_classes(predicted, label, probability.shape[2]) if by_class else {}
    return metrics | classes


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
        Predictions, one file or several for a row.
    by_class : bool
        Whether to measure each class too.

    Returns
    -------
    dict of str to dict
        For each row its metrics, averaged over all replicates of its files.
    """
    rows: dict[str, dict[str, list[float]]] = {}
    for path in files:
        row = rows.setdefault(find_row(path, experiment), {})
        for name, values in evaluate_predictions(path, by_class).items():
            row.setdefault(name, []).extend(values)
    return {row: average_replicates(replicates) for row, replicates in rows.items()}
