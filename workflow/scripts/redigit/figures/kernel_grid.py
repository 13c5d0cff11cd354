"""The kernels of a network's convolutions as images."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.figures.mosaic import choose_columns, draw_mosaic, pick_array, stack_panels
from redigit.files import read_arrays
from redigit.settings import Settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the kernels of some convolutions.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        Weights of the network, one file for each seed; the first is shown.

    Returns
    -------
    figure : Figure
        A panel for each convolution; red above zero and blue below, each on its own scale.
    words : str
        What the figure shows.
    """
    arrays = read_arrays(files[0])
    kernels = {
        number: pick_array(arrays, f"convolution_{number}/kernel", files[0])
        for number in definition["layers"]
    }
    return draw_kernels(kernels, definition["channels"])


def draw_kernels(kernels: dict[int, np.ndarray], channels: int | None) -> tuple[Figure, str]:
    """Draw the first channels of kernels, those of one kernel after the other.

    Parameters
    ----------
    kernels : dict of int to ndarray of float32, shape (height, width, channels, kernels)
        Weights by the number of the convolution.
    channels : int or None
        How many channels of each kernel are drawn, from the first; all if it is None.
    """
    shown = {number: array[:, :, :channels] for number, array in kernels.items()}
    counts = [array.shape[2] * array.shape[3] for array in shown.values()]
    columns = choose_columns(counts)
    figure, panels = stack_panels(counts, columns)
    sentences = []
    for (axes,), (number, array) in zip(panels, shown.items(), strict=True):
        height, width, n_channels, n_kernels = array.shape
        tiles = array.transpose(3, 2, 0, 1).reshape(-1, height, width)
        limit = np.abs(tiles).max()
        draw_mosaic(axes, tiles, columns, (-limit, limit), "RdBu_r")
        text = f"{n_kernels} kernels of {height} by {width}"
        total = kernels[number].shape[2]
        if total > 1:
            text += f", {n_channels} of {total} channels"
        axes.set_title(f"Convolution {number}: {text}, ±{limit:.2f}")
        positive = np.mean(tiles > 0)
        sentences.append(f"convolution {number}, {text}: {tiles.min():.3f} to {tiles.max():.3f}, ")
        sentences[-1] += f"{100 * positive:.0f} % above zero"
    return figure, f"Weights of kernels. {'; '.join(sentences).capitalize()}."
