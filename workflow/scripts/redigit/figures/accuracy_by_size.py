"""Accuracy of classifiers against the number of their training examples."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from redigit.figures.measured import read_rows
from redigit.intervals import find_half_width_of_mean
from redigit.settings import Settings, resolve_settings

Points = dict[int, list[float]]


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw test accuracies against training sizes.

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
        Each draw a dot, the mean over draws a line with its 95 % interval.
    words : str
        What the figure shows.
    """
    (file,) = files
    metrics = read_rows(file, chain.from_iterable(definition["series"].values()))
    series: dict[str, Points] = {}
    for name, rows in definition["series"].items():
        series[name] = {}
        for row in rows:
            size = resolve_settings(f"{study}/{definition['experiment']}", row)["size"]
            series[name][size] = metrics[row]["replicates"]["test_accuracy"]
    return draw_series(series)


def draw_series(series: dict[str, Points]) -> tuple[Figure, str]:
    """Draw accuracies by size.

    Parameters
    ----------
    series : dict of str to dict of int to list of float
        For each name in the legend, the accuracy of every draw at each size.
    """
    figure = Figure()
    axes = figure.subplots()
    sentences = []
    for name, points in series.items():
        sizes = sorted(points)
        means = [sum(points[size]) / len(points[size]) for size in sizes]
        (line,) = axes.plot(sizes, means, label=name)
        intervals = [find_half_width_of_mean(points[size]) or 0 for size in sizes]
        axes.errorbar(sizes, means, intervals, fmt="none", color=line.get_color(), capsize=3)
        look = {"color": line.get_color(), "marker": line.get_marker(), "alpha": 0.35}
        for size in sizes:
            axes.plot([size] * len(points[size]), points[size], linestyle="none", **look)
        values = ", ".join(
            f"{mean:.4f} at {size:,}" for size, mean in zip(sizes, means, strict=True)
        )
        sentences.append(f"{name}: {values}")
    all_sizes = sorted({size for points in series.values() for size in points})
    axes.set(xscale="log", xlabel="Training examples", ylabel="Test accuracy")
    axes.xaxis.set_major_locator(FixedLocator(all_sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    # The interval of few draws may be wider than all that an accuracy can be.
    highest = max(
        value for points in series.values() for draws in points.values() for value in draws
    )
    axes.set_ylim(0, 1.05 * highest)
    axes.legend()
    return figure, f"Mean test accuracy by number of training examples. {'; '.join(sentences)}."
