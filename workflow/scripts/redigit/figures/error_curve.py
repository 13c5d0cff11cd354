"""What perceptrons get wrong in training, iteration by iteration."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from redigit.figures.weight_map import read_draws
from redigit.perceptron import find_losses
from redigit.settings import Settings, resolve_settings

# The band holds the middle nine tenths of the draws.
BAND = (0.05, 0.95)
LINE_STYLES = ("-", "--", "-.", ":")


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the errors, or losses, of one draw of each row.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The errors of a `perceptron` experiment.

    Returns
    -------
    figure : Figure
        A line for each row; of a row that is alone, nine tenths of all its draws as a band.
    words : str
        What the figure shows.
    """
    (file,) = files
    curves = {}
    for row, name in definition["rows"].items():
        values = read_draws(file, row, definition["draw"])
        if definition["measure"] == "loss":
            settings = resolve_settings(f"{study}/{definition['experiment']}", row)
            values = find_losses(values, settings)
        curves[name] = values
    return draw_curves(curves, definition)


def draw_curves(curves: dict[str, np.ndarray], definition: Settings) -> tuple[Figure, str]:
    """Draw errors or losses by iteration, up to the last that changed anything.

    Parameters
    ----------
    curves : dict of str to ndarray of float, shape (draws, iterations)
        By name in the legend.
    definition : dict
        The figure's settings.
    """
    chosen, measure = definition["draw"], definition["measure"]
    is_alone = len(curves) == 1
    end = max(find_last_change(v if is_alone else v[[chosen]]) for v in curves.values())
    iterations = np.arange(1, end + 1)
    figure = Figure()
    axes = figure.subplots()
    if is_alone:
        draw_band(axes, iterations, *curves.values())
    sentences = []
    colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    for number, (name, values) in enumerate(curves.items()):
        line, last = values[chosen, :end], find_last_change(values[[chosen]])
        look = {"color": colours[number % len(colours)], "marker": "", "linewidth": 1.2}
        style = LINE_STYLES[number % len(LINE_STYLES)]
        axes.plot(iterations[:last], line[:last], label=name, linestyle=style, **look)
        # Where a training has ended, or changes no more, so that short curves are seen to end.
        axes.plot(last, line[last - 1], marker="o", color=look["color"])
        sentences.append(f"{name}: {line[0]:.4f} after iteration 1, {line[-1]:.4f} after {last}")
    if definition["threshold"] is not None:
        axes.axhline(definition["threshold"], color="0.4", linestyle=":", label="threshold")
    axes.set(xlabel="Iteration", ylabel=f"Training {measure}", xlim=(0, end + 1))
    axes.set_ylim(bottom=0)
    axes.legend()
    return figure, f"Training {measure} of draw {chosen}. {'; '.join(sentences)}."


def draw_band(axes: Axes, iterations: np.ndarray, values: np.ndarray) -> None:
    """Draw between which values nine tenths of the draws lie."""
    low, high = np.quantile(values[:, : len(iterations)], BAND, axis=0)
    label = f"middle 90 % of {len(values)} draws"
    axes.fill_between(iterations, low, high, color="0.8", linewidth=0, label=label)


def find_last_change(values: np.ndarray) -> int:
    """Find the last iteration, from 1, that changed the values of any draw."""
    changed = np.flatnonzero((np.diff(values, axis=1) != 0).any(axis=0))
    return int(changed[-1]) + 2 if len(changed) else 1
