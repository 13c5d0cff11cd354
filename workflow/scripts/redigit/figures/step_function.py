"""The step that turns the weighted sum of a perceptron into a label."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from redigit.settings import Settings, resolve_settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the label that a perceptron gives for each sum.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        None: it follows from the settings of the perceptron.

    Returns
    -------
    figure : Figure
        The label by the weighted sum, with its step at zero.
    words : str
        What the figure shows.
    """
    experiment, row = definition["perceptron"].split("/")
    low, high = resolve_settings(f"{study}/{experiment}", row)["labels"]
    return draw_step(low, high)


def draw_step(low: float, high: float) -> tuple[Figure, str]:
    """Draw a step from the label below zero to the one from zero on."""
    figure = Figure(figsize=(5, 3))
    axes = figure.subplots()
    for sums, label in (((-5, 0), low), ((0, 5), high)):
        axes.plot(sums, (label, label), color="C0", marker="")
    axes.plot(0, high, color="C0", marker="o")
    axes.plot(0, low, color="C0", marker="o", markerfacecolor="white")
    axes.set(xlabel="Weighted sum", ylabel="Label", yticks=(low, high))
    axes.margins(y=0.15)
    return figure, f"The label is {low:g} for sums below zero and {high:g} from zero on."
