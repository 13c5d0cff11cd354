"""Many small images in few panels: what figures of kernels, maps and dreams share."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.settings import Settings, refer_to_row, resolve_settings

# Tiles in a line of a panel: few of them are drawn larger.
COLUMNS, COLUMNS_OF_FEW, FEW = 16, 8, 32
# Side of a tile in inches, or less if a panel would become wider than this.
TILE, WIDEST = 0.6, 6.4


def read_features(
    study: str, definition: Settings, files: Sequence[Path]
) -> tuple[dict[str, np.ndarray], list[int]]:
    """Read what was found of the network that a figure is about, and of which digits.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        What the row of a `features` experiment found, one file for each seed; the first is read.
    """
    experiment, row = refer_to_row(study, definition["features"])
    return read_arrays(files[0]), resolve_settings(experiment, row)["digits"]


def pick_array(arrays: dict[str, np.ndarray], name: str, file: Path) -> np.ndarray:
    """Pick an array of a file by name; one that is missing is bad input."""
    if name not in arrays:
        raise InputError(f"{file}: no array {name!r}; it has {', '.join(sorted(arrays))}")
    return arrays[name]


def choose_columns(counts: Sequence[int]) -> int:
    """Choose how many tiles stand in a line of panels with so many tiles each."""
    return COLUMNS_OF_FEW if max(counts) <= FEW else COLUMNS


def stack_panels(
    counts: Sequence[int], columns: int, beside: int = 1
) -> tuple[Figure, list[list[Axes]]]:
    """Make a figure with lines of panels that all have tiles of one size.

    Parameters
    ----------
    counts : sequence of int
        Number of tiles in each panel of a line.
    columns : int
        Tiles in a line of a panel.
    beside : int
        Number of panels beside each other.
    """
    tile = min(TILE, WIDEST / columns)
    heights = [-(-count // columns) * tile for count in counts]
    figure = Figure(figsize=(columns * tile * beside + 0.4, sum(heights) + 0.35 * len(counts)))
    panels = figure.subplots(
        len(counts), beside, squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    for axes in panels.ravel():
        axes.set_axis_off()
    return figure, panels.tolist()


def tile_images(images: np.ndarray, columns: int) -> np.ma.MaskedArray:
    """Lay images out in lines, with a masked gap between them.

    Parameters
    ----------
    images : ndarray of float, shape (n, height, width)
        The images.
    columns : int
        Number of images in a line.

    Returns
    -------
    masked array of float, shape (lines (height + gap) - gap, columns (width + gap) - gap)
        The gap is an eighth of an image, one pixel at least.
    """
    n, height, width = images.shape
    gap = max(1, width // 8)
    n_lines = -(-n // columns)
    tiles = np.full((n_lines * columns, height + gap, width + gap), np.nan)
    tiles[:n, :height, :width] = images
    rows = tiles.reshape(n_lines, columns, height + gap, width + gap).swapaxes(1, 2)
    mosaic = rows.reshape(n_lines * (height + gap), columns * (width + gap))
    return np.ma.masked_invalid(mosaic[:-gap, :-gap])


def draw_mosaic(
    axes: Axes, images: np.ndarray, columns: int, limits: tuple[float, float], colours: str = ""
) -> AxesImage:
    """Draw images in lines on one scale; what lies between them is left white.

    What is below the scale is pale red, so that a whole image can be marked.

    Parameters
    ----------
    axes : Axes
        Panel to draw in.
    images : ndarray of float, shape (n, height, width)
        The images.
    columns : int
        Number of images in a line.
    limits : (float, float)
        Values at the ends of the scale.
    colours : str
        Name of the scale of colours; that of all images if it is not given.
    """
    scale = mpl.colormaps[colours or mpl.rcParams["image.cmap"]].with_extremes(
        bad="white", under="#f6d5c5"
    )
    low, high = limits
    # Without interpolation each pixel goes into the file once, and is enlarged where it is shown.
    return axes.imshow(
        tile_images(images, columns), cmap=scale, vmin=low, vmax=high, interpolation="none"
    )


def even_out(images: np.ndarray) -> np.ndarray:
    """Shift and scale images so that each has the mean 1/2 and the standard deviation 1/4.

    What is then below 0 or above 1 is cut off. Chollet, Deep Learning with Python (2021), section
    9.4.2, shows images found by ascent so.

    Parameters
    ----------
    images : ndarray of float32, shape (n, height, width)
        The images; one without contrast becomes grey.
    """
    centred = images - images.mean(axis=(1, 2), keepdims=True)
    spread = images.std(axis=(1, 2), keepdims=True)
    return np.clip(0.5 + 0.25 * centred / np.where(spread > 0, spread, 1), 0, 1)
