"""How well a line tells each pair of classes apart in the plane of two principal components."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.errors import InputError
from redigit.files import read_json
from redigit.settings import Settings

PREFIX = "accuracy_"
BINS = np.linspace(0.5, 1, 21)


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the accuracies of all pairs.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        Metrics of an experiment of kind `pca`.

    Returns
    -------
    figure : Figure
        A histogram; each pair is written into the bar that it is in.
    words : str
        What the figure shows.
    """
    (file,) = files
    row = definition["pca"].split("/")[1]
    metrics = read_json(file).get(row, {})
    accuracies = {
        name.removeprefix(PREFIX).replace("_", "-"): value
        for name, value in metrics.items()
        if name.startswith(PREFIX)
    }
    if not accuracies:
        raise InputError(f"{file}: row {row!r} has no accuracies of pairs")
    return draw_histogram(accuracies)


def draw_histogram(accuracies: dict[str, float]) -> tuple[Figure, str]:
    """Draw accuracies by the name of their pair; what is below one half counts as one half."""
    figure = Figure(figsize=(6.4, 4.4))
    axes = figure.subplots()
    pairs = sorted(accuracies, key=accuracies.get)
    values = np.array([accuracies[pair] for pair in pairs])
    places = np.clip(np.digitize(values, BINS), 1, len(BINS) - 1) - 1
    heights = np.bincount(places, minlength=len(BINS) - 1)
    axes.bar(BINS[:-1], heights, width=np.diff(BINS), align="edge", color="C0", alpha=0.35)
    for place in np.unique(places):
        for height, i in enumerate(np.flatnonzero(places == place)):
            middle = (BINS[place] + BINS[place + 1]) / 2
            axes.text(middle, height + 0.5, pairs[i], ha="center", va="center", fontsize=8)
    axes.axvline(values.mean(), color="0.3", linestyle="--", linewidth=1.2)
    axes.annotate(
        f"mean {values.mean():.3f}",
        (values.mean(), heights.max()),
        xytext=(-6, 0),
        textcoords="offset points",
        ha="right",
        va="top",
    )
    axes.grid(False, axis="x")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set(xlabel="Accuracy", ylabel="Number of pairs", xlim=(BINS[0], BINS[-1]))
    least, most = (f"{pairs[i]} with {values[i]:.3f}" for i in (0, -1))
    words = f"Accuracies of {len(pairs)} pairs, {values.mean():.4f} on average; least {least}"
    return figure, f"{words}, most {most}."
