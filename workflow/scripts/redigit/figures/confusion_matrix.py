"""Which classes a classifier takes for which."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.datasets import DATASETS, N_SUMS
from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.settings import Settings, refer_to_row, resolve_settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the confusion matrix of a classifier on its test items.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The predictions of a network, one file for each seed, or of all rows of an experiment of
        the kind `classical`; the first seed or draw is shown.

    Returns
    -------
    figure : Figure
        Numbers of items, true classes from top to bottom, predicted ones from left to right.
    words : str
        What the figure shows.
    """
    arrays, task = read_arrays(files[0]), definition.get("task", "")
    # Files of all rows of an experiment name the row first, those of several tasks the task last.
    row = definition["classical"].split("/")[1] + "/" if "classical" in definition else ""
    task_suffix = f"_{task}" if task else ""
    kind = "predicted" if f"{row}predicted" in arrays else "probability"
    names = [f"{row}{name}{task_suffix}" for name in (kind, "label")]
    missing = [name for name in names if name not in arrays]
    if missing:
        raise InputError(f"{files[0]}: no array {missing[0]!r}; it has {', '.join(sorted(arrays))}")
    output, label = (arrays[name][0] for name in names)
    predicted = output if kind == "predicted" else output.argmax(axis=1)
    classes = list_classes(study, definition.get("network") or definition["classical"], task)
    return draw_counts(count_confusions(label, predicted, len(classes)), classes)


def list_classes(study: str, reference: str, task: str) -> list[str]:
    """List the names of the classes that a row ``experiment/row`` tells apart in a task."""
    settings = resolve_settings(*refer_to_row(study, reference))
    if "pairs" in settings:
        return [str(value) for value in range(N_SUMS)]
    if task == "groups":
        return sorted(settings["groups"])
    return list(DATASETS[settings["data"]].classes)


def count_confusions(label: np.ndarray, predicted: np.ndarray, n_classes: int) -> np.ndarray:
    """Count how often each class is taken for each.

    Parameters
    ----------
    label, predicted : ndarray of integers, shape (n,)
        True and predicted class of each item.
    n_classes : int
        How many classes there are.

    Returns
    -------
    ndarray of int64, shape (n_classes, n_classes)
        Numbers of items by true class, then by predicted class.
    """
    pairs = label.astype(np.int64) * n_classes + predicted
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


def draw_counts(counts: np.ndarray, classes: list[str]) -> tuple[Figure, str]:
    """Draw a confusion matrix with the names of its classes, shaded by share of each true class."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # Numbers need this much room, whatever their number.
    side = max(5.2, 0.44 * len(classes))
    figure = Figure(figsize=(side + 0.4, side))
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (true, predicted), count in np.ndenumerate(counts):
        colour = "white" if shares[true, predicted] > 0.5 else "0.5" if count == 0 else "black"
        axes.text(predicted, true, count, ha="center", va="center", color=colour, fontsize=8)
    places = range(len(classes))
    axes.set(xlabel="Predicted", ylabel="True")
    axes.set_yticks(places, classes)
    # Names that would run into each other stand upright.
    axes.set_xticks(
        places, classes, rotation=90 if max(map(len, classes)) * len(classes) > 60 else 0
    )
    axes.grid(False)
    wrong = counts - np.diag(np.diag(counts))
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return figure, (
        f"Of {counts.sum():,} test items {np.trace(counts):,} are predicted right. The most "
        f"frequent mistake: {wrong.max()} times {classes[true]} is taken for {classes[predicted]}."
    )
