"""Images of each class of a dataset."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.datasets import DATASETS, load_images
from redigit.settings import Settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the first images of each class.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The raw files of the dataset.

    Returns
    -------
    figure : Figure
        One line for each class.
    words : str
        What the figure shows.
    """
    images, labels = load_images(files, definition["images"])
    return draw_grid(images, labels, DATASETS[definition["data"]].classes, definition["examples"])


def draw_grid(
    images: np.ndarray, labels: np.ndarray, classes: Sequence[str], examples: int
) -> tuple[Figure, str]:
    """Draw a line of images for each class.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        Grey values.
    labels : ndarray of uint8, shape (n,)
        Class of each.
    classes : sequence of str
        Names of the classes.
    examples : int
        How many images of each are drawn, from the first; fewer if there are fewer.
    """
    figure = Figure(figsize=(0.5 * examples + 1, 0.5 * len(classes)))
    panels = figure.subplots(len(classes), examples, squeeze=False)
    for label, (name, line) in enumerate(zip(classes, panels, strict=True)):
        for axes in line:
            axes.set_axis_off()
        for axes, image in zip(line, images[labels == label], strict=False):
            axes.imshow(image, vmin=0, vmax=255)
        line[0].text(-0.4, 0.5, name, transform=line[0].transAxes, ha="right", va="center")
    height, width = images.shape[1:]
    size = f"{height} by {width} pixels"
    return figure, f"The first {examples} images of each of {len(classes)} classes, {size}."
