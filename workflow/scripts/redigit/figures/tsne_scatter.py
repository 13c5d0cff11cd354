"""Maps of pairs by t-SNE, each pair a dot in the colour of its sum."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from redigit.datasets import N_SUMS
from redigit.drawings import TIP
from redigit.errors import InputError
from redigit.files import read_arrays, read_json
from redigit.settings import Settings

COLUMNS = 3
# One panel is as wide as other figures; more of them share a wider one.
ONE_PANEL, PANEL = 5.4, 3.2
# From dark violet to yellow, evenly for any colour vision; a sum near another has a colour near it.
PALETTE = "viridis"
# What the maps of a row come as.
ARRAYS = ("embedding", "label", "digits")


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw maps side by side.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        Metrics of its experiment, then its maps.

    Returns
    -------
    figure : Figure
        A panel for the first map of each row, or of the best row only. Its axes have no scale, for
        only nearness means anything.
    words : str
        What the figure shows.
    """
    metrics, rows = read_json(files[0]), definition["rows"]
    maps = read_arrays(files[1])
    absent = [
        row
        for row in rows
        if row not in metrics or any(f"{row}/{name}" not in maps for name in ARRAYS)
    ]
    if absent:
        raise InputError(f"row {absent[0]!r}: not among the maps and metrics given")
    if "best" in definition:
        best = max(rows, key=lambda row: metrics[row][definition["best"]])
        rows = {best: rows[best]}
    n_columns = min(COLUMNS, len(rows))
    n_lines = -(-len(rows) // n_columns)
    size = ONE_PANEL if len(rows) == 1 else PANEL
    figure = Figure(figsize=(size * n_columns + 0.8, size * n_lines))
    panels = figure.subplots(n_lines, n_columns, squeeze=False).ravel()
    for axes in panels[len(rows) :]:
        axes.set_axis_off()
    sentences = []
    for axes, (row, heading) in zip(panels, rows.items(), strict=False):
        points, label, digits = (maps[f"{row}/{name}"][0] for name in ARRAYS)
        scatter = draw_map(axes, points, label)
        scatter.set_urls([f"{TIP}{first} + {second}" for first, second in digits])
        axes.set_title(heading)
        n_points, silhouette = (metrics[row][name] for name in ("n_points", "silhouette"))
        sentences.append(f"{heading}: {n_points:,} pairs, silhouette {silhouette:.4f}")
    bar = figure.colorbar(scatter, ax=panels.tolist(), ticks=np.arange(N_SUMS), aspect=30)
    bar.set_label("Sum of the two digits")
    bar.minorticks_off()
    shown = "The best map" if "best" in definition else "Maps"
    return figure, f"{shown} of digit pairs by t-SNE, coloured by sum. {'; '.join(sentences)}."


def draw_map(axes: Axes, embedding: np.ndarray, label: np.ndarray) -> PathCollection:
    """Draw one map.

    Parameters
    ----------
    axes : Axes
        Panel to draw in.
    embedding : ndarray of float32, shape (n, 2)
        The points of the map.
    label : ndarray of uint8, shape (n,)
        Their sums.
    """
    axes.set(xticks=[], yticks=[], aspect="equal")
    return axes.scatter(
        *embedding.T,
        c=label,
        s=6,
        linewidths=0,
        cmap=mpl.colormaps[PALETTE].resampled(N_SUMS),
        norm=BoundaryNorm(np.arange(N_SUMS + 1) - 0.5, N_SUMS),
    )
