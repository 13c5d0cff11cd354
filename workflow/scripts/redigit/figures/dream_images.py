"""Images that a network's convolutions or classes answer to more than to what they began as."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.feature_measures import correlate, find_lead
from redigit.figures.mosaic import even_out, pick_array, read_features
from redigit.settings import Settings

SIDE = 1.7


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the dreams of layers beside the image that they began as, or those of classes.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        What a row of a `features` experiment found, one file for each seed; the first is shown.

    Returns
    -------
    figure : Figure
        A line for each digit, or for classes one for all.
    words : str
        What the figure shows.
    """
    arrays, digits = read_features(study, definition, files)
    if definition["dreams"] == "classes":
        images = pick_array(arrays, "class_dream", files[0])
        return draw_classes(images, pick_array(arrays, "class_dream_probability", files[0]), digits)
    layers = [pick_array(arrays, f"dream_{number}", files[0]) for number in definition["layers"]]
    dreams = dict(zip(definition["layers"], layers, strict=True))
    return draw_layers(arrays["image"], dreams, digits)


def draw_layers(
    starts: np.ndarray, dreams: dict[int, np.ndarray], digits: Sequence[int]
) -> tuple[Figure, str]:
    """Draw for each digit the image at the start and then the dream of each convolution.

    Parameters
    ----------
    starts : ndarray of uint8, shape (d, height, width)
        Grey values of the images at the start.
    dreams : dict of int to ndarray of float32, shape (d, height, width)
        The images at the end, by the number of the convolution.
    digits : sequence of int
        The digit of each image.
    """
    figure = Figure(figsize=(SIDE * (len(dreams) + 1), (SIDE + 0.25) * len(digits)))
    panels = figure.subplots(len(digits), len(dreams) + 1, squeeze=False)
    sentences = []
    for place, (digit, line) in enumerate(zip(digits, panels, strict=True)):
        line[0].imshow(starts[place], vmin=0, vmax=255)
        line[0].set_title(f"A {digit}")
        likeness = []
        for axes, (number, images) in zip(line[1:], dreams.items(), strict=True):
            r = correlate(images[place], starts[place])
            axes.imshow(even_out(images[place][None])[0], vmin=0, vmax=1)
            axes.set_title(f"Convolution {number}: r = {r:.2f}")
            likeness.append(f"{r:.2f} with convolution {number}")
        sentences.append(f"of the {digit}, {', '.join(likeness)}")
    for axes in panels.ravel():
        axes.set_axis_off()
    return figure, f"Correlation of dreams with the image at the start: {'; '.join(sentences)}."


def draw_classes(
    images: np.ndarray, probability: np.ndarray, digits: Sequence[int]
) -> tuple[Figure, str]:
    """Draw for each digit the image that the network takes for it.

    Parameters
    ----------
    images : ndarray of float32, shape (d, height, width)
        The images.
    probability : ndarray of float32, shape (d, classes)
        What the network says of them.
    digits : sequence of int
        The digits.
    """
    figure = Figure(figsize=(1.5 * SIDE * len(digits), 1.5 * SIDE + 0.25))
    panels = figure.subplots(1, len(digits), squeeze=False)[0]
    sentences = []
    for axes, image, digit, row in zip(panels, images, digits, probability, strict=True):
        axes.imshow(even_out(image[None])[0], vmin=0, vmax=1)
        axes.set_axis_off()
        axes.set_title(f"Digit {digit}: probability {row[digit]:.3f}")
        lead = find_lead(row, digit)
        sentences.append(f"{digit} with probability {row[digit]:.4f}, {lead:.4f} above the next")
    return figure, f"Images that the network takes for {'; '.join(sentences)}."
