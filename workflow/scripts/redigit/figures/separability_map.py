"""Which pairs of digits a hyperplane separates, and with what margin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from redigit.datasets import N_DIGITS
from redigit.files import read_json
from redigit.settings import Settings

# Even for any colour vision, dark for narrow margins.
PALETTE = "cividis"
# Squares lighter than this, as a share of the palette, have dark figures.
LIGHT = 0.5


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the margins of all rows.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        Metrics of an experiment of kind `separability`.

    Returns
    -------
    figure : Figure
        A square for each pair, lighter for a wider margin, with the margin in it; a cross where no
        hyperplane separates the two.
    words : str
        What the figure shows.
    """
    (file,) = files
    return draw_map(list(read_json(file).values()))


def draw_map(rows: list[dict[str, Any]]) -> tuple[Figure, str]:
    """Draw the metrics of pairs, the smaller digit as the column."""
    margins = np.full((N_DIGITS, N_DIGITS), np.nan)
    crosses = []
    for row in rows:
        low, high = sorted((row["first_digit"], row["second_digit"]))
        if row["separable"]:
            margins[high, low] = row["margin"]
        else:
            crosses.append((low, high))
    figure = Figure(figsize=(6.4, 5.6))
    axes = figure.subplots()
    norm = LogNorm(*np.nanpercentile(margins, (0, 100))) if np.isfinite(margins).any() else None
    picture = axes.imshow(margins, cmap=PALETTE, norm=norm)
    for high, low in np.argwhere(np.isfinite(margins)):
        light = picture.norm(margins[high, low]) > LIGHT
        look = {"ha": "center", "va": "center", "fontsize": 8, "color": "k" if light else "w"}
        axes.text(low, high, f"{margins[high, low]:.3g}", **look)
    for low, high in crosses:
        axes.plot(low, high, marker="x", markersize=12, markeredgewidth=2.5, color="C1")
    axes.set(xlabel="Digit", ylabel="Digit", xticks=range(N_DIGITS), yticks=range(N_DIGITS))
    axes.set(xlim=(-0.5, N_DIGITS - 1.5), ylim=(N_DIGITS - 0.5, 0.5))
    axes.grid(False)
    figure.colorbar(picture, ax=axes, label="Margin in grey values")
    names = ", ".join(f"{low}-{high}" for low, high in sorted(crosses))
    words = f"{len(rows) - len(crosses)} of {len(rows)} pairs are separated by a hyperplane"
    return figure, f"{words}; not {names}." if crosses else f"{words}."
