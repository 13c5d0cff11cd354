"""Accuracy of networks of two tasks against the weight of one task's loss."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from redigit.figures.measured import read_rows
from redigit.settings import Settings, resolve_settings

LINE_STYLES = {"test": "-", "validation": "--"}


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw what each task gains and loses as its loss weighs more or less.

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
        For each task its accuracy by weight, and that of the network that has this task alone.
    words : str
        What the figure shows, and which weight is best by the mean of both accuracies.
    """
    (file,) = files
    metrics = read_rows(file, (*definition["rows"], *definition["single"].values()))
    tasks, task = list(definition["single"]), definition["task"]
    experiment = f"{study}/{definition['experiment']}"
    weights = {row: resolve_settings(experiment, row)["tasks"][task] for row in definition["rows"]}
    curves = {
        split: pd.DataFrame(
            {name: {w: metrics[row][f"{split}_accuracy_{name}"] for row, w in weights.items()}
             for name in tasks}
        ).sort_index()
        for split in definition["splits"]
    }  # fmt: skip
    alone = {
        name: metrics[row][f"test_accuracy_{name}"] for name, row in definition["single"].items()
    }
    return draw_weights(task, curves, alone)


def draw_weights(
    task: str, curves: dict[str, pd.DataFrame], alone: dict[str, float]
) -> tuple[Figure, str]:
    """Draw accuracies by weight.

    Parameters
    ----------
    task : str
        The task whose weight is meant.
    curves : dict of str to DataFrame
        For ``test``, and ``validation`` if there is such a split, the accuracy of each task
        (columns) at each weight (index).
    alone : dict of str to float
        For each task the test accuracy of the network that has no other.
    """
    figure = Figure()
    axes = figure.subplots()
    sentences = []
    for name, level in alone.items():
        colour = None
        for split, table in curves.items():
            (line,) = axes.plot(
                table.index, table[name], LINE_STYLES[split], color=colour, label=f"{name}, {split}"
            )
            colour = line.get_color()
        axes.axhline(level, color=colour, linewidth=1, linestyle=":", label=f"{name} alone, test")
        values = ", ".join(f"{value:.4f} at {w:g}" for w, value in curves["test"][name].items())
        sentences.append(f"{name}: {values}; alone {level:.4f}")
    axes.set(xlabel=f"Weight of the loss of task {task}", ylabel="Accuracy")
    axes.legend(fontsize=8)
    return figure, f"Test accuracy by weight. {'. '.join(sentences)}. {compare_choices(curves)}"


def compare_choices(curves: dict[str, pd.DataFrame]) -> str:
    """Say which weight is best by mean accuracy, and what it is worth to choose it on test."""
    means = {split: table.mean(axis="columns") for split, table in curves.items()}
    best = {split: mean.idxmax() for split, mean in means.items()}
    words = [
        f"The best mean of both on {split} is at {weight:g}, where that on test is "
        f"{means['test'][weight]:.4f}"
        for split, weight in best.items()
    ]
    if "validation" in best:
        gain = means["test"][best["test"]] - means["test"][best["validation"]]
        words.append(f"Choosing on the test images adds {100 * gain:.2f} points to what is shown")
    return ". ".join(words) + "."
