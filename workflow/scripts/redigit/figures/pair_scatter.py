"""Images of two classes on their first two principal components, a panel for each pair."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.figures.pca_scatter import COLOURS, read_scores
from redigit.settings import Settings

COLUMNS = 2
PANEL = 3.2


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw pairs of classes side by side.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The scores, ratios and labels of a row of kind `pca`.

    Returns
    -------
    figure : Figure
        A panel for each pair, all with the same axes; each image is drawn as its class.
    words : str
        What the figure shows.
    """
    scores, labels, _ = read_scores(files[0], definition["points"])
    pairs = definition["digits"]
    n_columns = min(COLUMNS, len(pairs))
    n_lines = -(-len(pairs) // n_columns)
    figure = Figure(figsize=(PANEL * n_columns, PANEL * n_lines))
    panels = figure.subplots(n_lines, n_columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes in panels[len(pairs) :]:
        axes.set_axis_off()
    for axes, pair in zip(panels, pairs, strict=False):
        for label in pair:
            points = scores[labels == label, :2]
            axes.scatter(*points.T, s=30, color=COLOURS[label], marker=f"${label}$")
        axes.set_title("{} and {}".format(*pair))
    figure.supxlabel("First component", fontsize="medium")
    figure.supylabel("Second component", fontsize="medium")
    counts = "; ".join(
        " and ".join(f"{np.sum(labels == label)} of {label}" for label in pair) for pair in pairs
    )
    return figure, f"Scores of the images of two digits in each panel: {counts}."
