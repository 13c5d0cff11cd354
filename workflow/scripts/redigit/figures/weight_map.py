"""The weights of a perceptron as an image."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.settings import Settings, resolve_settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the weights of one draw of a row.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The weights of a `perceptron` experiment.

    Returns
    -------
    figure : Figure
        The weight at each pixel, with the bias if asked for; red above zero and blue below.
    words : str
        What the figure shows.
    """
    (file,) = files
    experiment, row = definition["perceptron"].split("/")
    digits = resolve_settings(f"{study}/{experiment}", row)["digits"]
    draws = read_draws(file, row, definition["draw"])
    return draw_weights(draws[definition["draw"]], digits, definition["add_bias"])


def read_draws(file: Path, row: str, chosen: int) -> np.ndarray:
    """Read all draws of a row, from a file with an array for each row.

    Raises
    ------
    InputError
        If there is no such row, or the chosen draw is not among its draws.
    """
    arrays = read_arrays(file)
    if row not in arrays:
        raise InputError(f"{file}: no row {row!r}; it has {', '.join(sorted(arrays))}")
    if chosen >= len(arrays[row]):
        found = f"{row}: found {len(arrays[row])} draws"
        raise InputError(f"{file}: {found}; draw {chosen} is not among them")
    return arrays[row]


def draw_weights(weights: np.ndarray, digits: Sequence[int], add_bias: bool) -> tuple[Figure, str]:
    """Draw weights as an image.

    Parameters
    ----------
    weights : ndarray of float32, shape (785,)
        Weights of 28 by 28 pixels, then the bias.
    digits : sequence of int
        The two digits; weights above zero speak for the second.
    add_bias : bool
        Whether the bias is added to each weight.
    """
    values = (weights[:-1] + (weights[-1] if add_bias else 0)).reshape(28, 28)
    name = "Weight plus bias" if add_bias else "Weight"
    limit = np.abs(values).max()
    first, second = digits
    figure = Figure(figsize=(5, 3.8))
    axes = figure.subplots()
    picture = axes.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axes.set_axis_off()
    bar = figure.colorbar(picture, ax=axes)
    bar.set_label(f"{name}: red for {second}, blue for {first}")
    row, column = np.unravel_index(values.argmax(), values.shape)
    low_row, low_column = np.unravel_index(values.argmin(), values.shape)
    return figure, (
        f"{name} of each pixel. Most for {second}: {values.max():.3g} at row {row}, "
        f"column {column}; most for {first}: {values.min():.3g} at row {low_row}, "
        f"column {low_column}; bias {weights[-1]:.3g}."
    )
