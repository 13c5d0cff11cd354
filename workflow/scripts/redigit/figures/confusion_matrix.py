"""Which classes a network takes for which."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.settings import Settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the confusion matrix of a network on its test images.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The predictions of a row of a `network` experiment, one file for each seed; the first is
        shown.

    Returns
    -------
    figure : Figure
        Numbers of images, true classes from top to bottom, predicted ones from left to right.
    words : str
        What the figure shows.
    """
    arrays = read_arrays(files[0])
    missing = [name for name in ("probability", "label") if name not in arrays]
    if missing:
        raise InputError(f"{files[0]}: no array {missing[0]!r}; it has {', '.join(sorted(arrays))}")
    probability, label = arrays["probability"][0], arrays["label"][0]
    counts = count_confusions(label, probability.argmax(axis=1), probability.shape[1])
    return draw_counts(counts)


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


def draw_counts(counts: np.ndarray) -> tuple[Figure, str]:
    """Draw a confusion matrix, shaded by the share of each true class."""
    n_classes = len(counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(5.6, 5.2))
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (true, predicted), count in np.ndenumerate(counts):
        colour = "white" if shares[true, predicted] > 0.5 else "0.5" if count == 0 else "black"
        axes.text(predicted, true, count, ha="center", va="center", color=colour, fontsize=8)
    axes.set(xlabel="Predicted", ylabel="True", xticks=range(n_classes), yticks=range(n_classes))
    axes.grid(False)
    wrong = counts - np.diag(np.diag(counts))
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return figure, (
        f"Of {counts.sum():,} test images {np.trace(counts):,} are predicted right. The most "
        f"frequent mistake: {wrong.max()} times {true} is taken for {predicted}."
    )
