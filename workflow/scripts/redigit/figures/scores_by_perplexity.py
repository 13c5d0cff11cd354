"""How good maps by t-SNE are, against their perplexity."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from redigit.figures.measured import read_rows
from redigit.settings import Settings, resolve_settings

COLUMNS = 2

# For each perplexity, the score of every map.
Points = dict[float, list[float]]


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw scores of maps against perplexity.

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
        A panel for each score: every map a dot, the mean over maps a line.
    words : str
        What the figure shows.
    """
    (file,) = files
    metrics = read_rows(file, definition["rows"])
    experiment = f"{study}/{definition['experiment']}"
    perplexities = {
        row: resolve_settings(experiment, row)["perplexity"] for row in definition["rows"]
    }
    scores = definition["scores"]
    n_lines = -(-len(scores) // COLUMNS)
    figure = Figure(figsize=(8.4, 2.9 * n_lines))
    panels = figure.subplots(n_lines, COLUMNS, squeeze=False).ravel()
    for panel in panels[len(scores) :]:
        panel.set_axis_off()
    sentences = []
    for panel, (name, heading) in zip(panels, scores.items(), strict=False):
        points = {
            perplexity: metrics[row]["replicates"][name]
            for row, perplexity in sorted(perplexities.items(), key=lambda item: item[1])
        }
        sentences.append(draw_score(panel, heading, points))
    return figure, f"Scores of maps by perplexity. {'; '.join(sentences)}."


def draw_score(axes: Axes, heading: str, points: Points) -> str:
    """Draw one score against perplexity, and say where its mean is highest."""
    means = {perplexity: sum(values) / len(values) for perplexity, values in points.items()}
    for perplexity, values in points.items():
        axes.plot([perplexity] * len(values), values, linestyle="none", color="C0", alpha=0.35)
    axes.plot(list(means), list(means.values()), color="C0")
    axes.set(xscale="log", xlabel="Perplexity", title=heading)
    axes.xaxis.set_major_locator(FixedLocator(list(points)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.tick_params(axis="x", labelsize=8, labelrotation=60)
    best = max(means, key=means.get)
    if max(means.values()) == min(means.values()):
        return f"{heading}: {means[best]:.4f} at all"
    values = ", ".join(f"{mean:.4f} at {perplexity:g}" for perplexity, mean in means.items())
    return f"{heading}: highest at {best:g} ({values})"
