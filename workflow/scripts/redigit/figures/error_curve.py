"""Training error of a perceptron after each iteration."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.figures.weight_map import read_draws
from redigit.settings import Settings

# The band holds the middle nine tenths of the draws.
BAND = (0.05, 0.95)


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the errors of one draw of a row, and the range of all its draws.

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
        One draw as a line, nine tenths of all as a band.
    words : str
        What the figure shows.
    """
    (file,) = files
    row = definition["perceptron"].split("/")[1]
    return draw_errors(read_draws(file, row, definition["draw"]), definition["draw"])


def draw_errors(errors: np.ndarray, chosen: int) -> tuple[Figure, str]:
    """Draw errors by iteration.

    Parameters
    ----------
    errors : ndarray of float32, shape (draws, iterations)
        Share of the training images that are misclassified after each iteration.
    chosen : int
        The draw that is a line.
    """
    iterations = np.arange(1, errors.shape[1] + 1)
    low, high = np.quantile(errors, BAND, axis=0)
    figure = Figure()
    axes = figure.subplots()
    axes.fill_between(
        iterations, low, high, color="0.8", linewidth=0, label=f"middle 90 % of {len(errors)} draws"
    )
    axes.plot(iterations, errors[chosen], marker="", linewidth=1.2, label=f"draw {chosen}")
    axes.set(xlabel="Iteration", ylabel="Training error", xlim=(0, errors.shape[1]))
    axes.set_ylim(bottom=0)
    axes.legend()
    line = errors[chosen]
    return figure, (
        f"Training error of draw {chosen} over {errors.shape[1]} iterations: {line[0]:.4f} after "
        f"the first, {line[-1]:.4f} after the last. Over {len(errors)} draws the last error is "
        f"{np.median(errors[:, -1]):.4f} in the median."
    )
