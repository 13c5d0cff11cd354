"""Probabilities that classifiers give each sum, for some test pairs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.settings import Settings

# For each heading, the probabilities of the samples, shape (m, classes), and their true classes.
Panels = dict[str, tuple[np.ndarray, np.ndarray]]


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the probabilities of some test pairs in the first draw.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The predictions of its experiment.

    Returns
    -------
    figure : Figure
        A panel for each row: a heat map with a line for each sample, or bars with the true sum
        hatched.
    words : str
        What the figure shows.
    """
    (file,) = files
    arrays, numbers = read_arrays(file), definition["samples"]
    panels: Panels = {}
    for row, heading in definition["rows"].items():
        if f"{row}/probability" not in arrays:
            raise InputError(f"{file}: row {row!r} has no probabilities")
        probability, label = (arrays[f"{row}/{name}"][0] for name in ("probability", "label"))
        if max(numbers) > len(label):
            raise InputError(
                f"{file}: found {len(label)} test pairs; sample {max(numbers)} is none"
            )
        chosen = np.array(numbers) - 1
        panels[heading] = probability[chosen], label[chosen]
    figure = {"heat_map": draw_heat_maps, "bars": draw_bars}[definition["look"]](panels, numbers)
    return figure, describe_panels(panels, numbers)


def draw_heat_maps(panels: Panels, numbers: list[int]) -> Figure:
    """Draw one heat map above the other, samples from top to bottom."""
    figure = Figure(figsize=(6.4, len(panels) * (0.9 + 0.3 * len(numbers))))
    axes = figure.subplots(len(panels), 1, squeeze=False).ravel()
    for panel, (heading, (probability, label)) in zip(axes, panels.items(), strict=True):
        image = panel.imshow(probability, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        names = [f"{number} (sum {true})" for number, true in zip(numbers, label, strict=True)]
        panel.set(title=heading, ylabel="Sample", xticks=range(probability.shape[1]))
        panel.set_yticks(range(len(numbers)), names)
        panel.grid(False)
    axes[-1].set_xlabel("Sum of the two digits")
    figure.colorbar(image, ax=axes.tolist(), label="Probability")
    return figure


def draw_bars(panels: Panels, numbers: list[int]) -> Figure:
    """Draw bars, rows side by side and samples from top to bottom."""
    size = (3.6 * len(panels), 0.6 + 2.4 * len(numbers))
    figure = Figure(figsize=size)
    axes = figure.subplots(len(numbers), len(panels), squeeze=False, sharey=True)
    for column, (heading, (probability, label)) in enumerate(panels.items()):
        for line, number in enumerate(numbers):
            panel = axes[line, column]
            bars = panel.bar(range(probability.shape[1]), probability[line], color="C0")
            bars[label[line]].set(hatch="///", edgecolor="white", linewidth=0, facecolor="C1")
            panel.set(title=f"{heading}, sample {number} (sum {label[line]})")
            panel.set_xticks(range(0, probability.shape[1], 3))
            panel.grid(False, axis="x")
    for panel in axes[-1]:
        panel.set_xlabel("Sum of the two digits")
    for panel in axes[:, 0]:
        panel.set_ylabel("Probability")
    return figure


def describe_panels(panels: Panels, numbers: list[int]) -> str:
    """Say which sum each row takes each sample for."""
    sentences = []
    for heading, (probability, label) in panels.items():
        found = [
            f"sample {number}, of the sum {true}, for {line.argmax()} with {line.max():.2f}"
            for number, true, line in zip(numbers, label, probability, strict=True)
        ]
        sentences.append(f"{heading} takes {'; '.join(found)}.")
    return " ".join(sentences)
