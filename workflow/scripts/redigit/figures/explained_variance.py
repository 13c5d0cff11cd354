"""Share of the variance that the first principal components explain together."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.files import read_arrays
from redigit.pca import count_components
from redigit.settings import Settings, resolve_settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the cumulative explained variance.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The ratios of a row of kind `pca`.

    Returns
    -------
    figure : Figure
        The share against the number of components, and the number for the share of the row.
    words : str
        What the figure shows.
    """
    (file,) = files
    experiment, row = definition["pca"].split("/")
    share = resolve_settings(f"{study}/{experiment}", row)["share"]
    return draw_cumulative(read_arrays(file)["ratios"], share)


def draw_cumulative(ratios: np.ndarray, share: float) -> tuple[Figure, str]:
    """Draw the cumulative sum of ratios and where it reaches a share."""
    needed = count_components(ratios, share)
    figure = Figure()
    axes = figure.subplots()
    axes.plot(np.arange(1, len(ratios) + 1), np.cumsum(ratios), marker="")
    axes.plot([0, needed, needed], [share, share, 0], color="0.4", linestyle="--", marker="")
    axes.annotate(
        f"{needed} components: {100 * share:g} %",
        (needed, share),
        xytext=(12, -18),
        textcoords="offset points",
    )
    axes.set(
        xlabel="Components",
        ylabel="Cumulative explained variance",
        xlim=(0, len(ratios)),
        ylim=(0, 1.02),
    )
    words = f"The first {needed} of {len(ratios)} components explain {100 * share:g} %"
    return figure, f"{words} of the variance; the first alone {100 * ratios[0]:.2f} %."
