"""Test accuracy of networks against their number of parameters."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from redigit.errors import InputError
from redigit.files import read_json
from redigit.settings import Settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw networks by size and accuracy.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The metrics of its experiments, ``…/<study>/<experiment>.json``.

    Returns
    -------
    figure : Figure
        A labelled dot for each network, in the look of its experiment.
    words : str
        What the figure shows.
    """
    metrics = {path.stem: read_json(path) for path in files}
    series: dict[str, dict[str, tuple[int, float]]] = {}
    for reference, name in definition["networks"].items():
        experiment, row = reference.split("/")
        if row not in metrics.get(experiment, {}):
            raise InputError(f"{study}: {reference} is in none of the metrics {', '.join(metrics)}")
        found = metrics[experiment][row]
        point = found["n_parameters"], found["test_accuracy"]
        series.setdefault(experiment, {})[name] = point
    return draw_series(series)


def draw_series(series: dict[str, dict[str, tuple[int, float]]]) -> tuple[Figure, str]:
    """Draw accuracies by number of parameters.

    Parameters
    ----------
    series : dict of str to dict of str to (int, float)
        For each experiment, number of parameters and accuracy by the network's name.
    """
    figure = Figure()
    axes = figure.subplots()
    sentences = []
    for experiment, networks in series.items():
        sizes, accuracies = zip(*networks.values(), strict=True)
        axes.plot(sizes, accuracies, linestyle="none", label=experiment.upper())
        for name, point in networks.items():
            axes.annotate(name, point, (4, 4), textcoords="offset points", fontsize=8)
            sentences.append(f"{name} {point[1]:.4f} with {point[0]:,}")
    axes.set(xscale="log", xlabel="Parameters", ylabel="Test accuracy")
    axes.margins(x=0.15, y=0.12)
    if len(series) > 1:
        axes.legend()
    return figure, f"Test accuracy by number of parameters. {'; '.join(sentences)}."
