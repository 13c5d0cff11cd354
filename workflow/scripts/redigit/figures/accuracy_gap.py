"""How far the training accuracy of each row is above its test accuracy."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.figures.measured import read_rows
from redigit.settings import Settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the gap between training and test accuracy.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The metrics of its experiment.

    Returns
    -------
    figure : Figure
        A bar for each row, the mean over its replicates, each of which is a dot.
    words : str
        What the figure shows.
    """
    (file,) = files
    metrics = read_rows(file, definition["rows"])
    gaps = {}
    for row, name in definition["rows"].items():
        replicates = metrics[row]["replicates"]
        gaps[name] = np.subtract(replicates["train_accuracy"], replicates["test_accuracy"])
    return draw_gaps(gaps, definition["threshold"])


def draw_gaps(gaps: dict[str, np.ndarray], threshold: float) -> tuple[Figure, str]:
    """Draw gaps as bars under a line.

    Parameters
    ----------
    gaps : dict of str to ndarray of float, shape (replicates,)
        Training accuracy minus test accuracy, by name.
    threshold : float
        From where on a gap counts as large.
    """
    figure = Figure()
    axes = figure.subplots()
    names = list(gaps)
    means = [float(np.mean(gaps[name])) for name in names]
    axes.bar(names, means, width=0.6, color="0.75")
    for place, name in enumerate(names):
        axes.plot([place] * len(gaps[name]), gaps[name], linestyle="none", color="C0", alpha=0.5)
    axes.axhline(threshold, color="C1", linestyle="--", label=f"threshold of {threshold:g}")
    axes.axhline(0, color="0.4", linewidth=0.8)
    axes.set(ylabel="Train accuracy minus test accuracy")
    axes.tick_params(axis="x", labelrotation=45 if len(names) > 6 else 0)
    axes.legend()
    values = ", ".join(f"{name} {mean:.4f}" for name, mean in zip(names, means, strict=True))
    above = [name for name, mean in zip(names, means, strict=True) if mean > threshold]
    return figure, (
        f"Mean training accuracy minus mean test accuracy: {values}. "
        f"Above {threshold:g}: {', '.join(above) or 'none'}."
    )
