"""The maps that a network's convolutions make of an image."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from redigit.figures.mosaic import (
    choose_columns,
    draw_mosaic,
    even_out,
    pick_array,
    read_features,
    stack_panels,
)
from redigit.settings import Settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the maps of a chosen image, beside the images that raise them if asked for.

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
        A line for each convolution, maps from white for zero to black for the most; dead ones,
        which are zero everywhere, are pale red.
    words : str
        What the figure shows.
    """
    arrays, digits = read_features(study, definition, files)
    file = files[0]
    place = digits.index(definition["digit"])
    maps, raised = {}, {}
    for number in definition["layers"]:
        maps[number] = pick_array(arrays, f"map_{number}", file)[place].transpose(2, 0, 1)
        if definition["beside_ascent"]:
            objective = pick_array(arrays, f"ascent_objective_{number}", file)
            stuck = objective[-1] <= objective[0]
            raised[number] = pick_array(arrays, f"ascent_{number}", file), stuck
    figure, words = draw_maps(maps, raised)
    image = f"Maps of a {definition['digit']}, number {arrays['index'][place]} of the test images"
    return figure, f"{image}. {words}"


def draw_maps(
    maps: dict[int, np.ndarray], raised: dict[int, tuple[np.ndarray, np.ndarray]]
) -> tuple[Figure, str]:
    """Draw maps by convolution.

    Parameters
    ----------
    maps : dict of int to ndarray of float32, shape (k, height, width)
        Maps by the number of the convolution.
    raised : dict of int to (ndarray of float32, shape (k, h, w), ndarray of bool, shape (k,))
        The image that raises each map, and whether there was no way up to one; or nothing.
    """
    counts = [len(array) for array in maps.values()]
    columns = choose_columns(counts)
    figure, panels = stack_panels(counts, columns, beside=2 if raised else 1)
    sentences = []
    for line, (number, array) in zip(panels, maps.items(), strict=True):
        height, width = array.shape[1:]
        dead = (array == 0).all(axis=(1, 2))
        text = f"{len(array)} maps of {height} by {width}, {dead.sum()} dead"
        marked = np.where(dead[:, None, None], -1, array)
        draw_mosaic(line[0], marked, columns, (0, array.max() or 1))
        line[0].set_title(f"Convolution {number}: {text}")
        if raised:
            images, stuck = raised[number]
            # A grey tile says that there is no image to show.
            shown = np.where(stuck[:, None, None], 0.5, even_out(images))
            draw_mosaic(line[1], shown, columns, (0, 1))
            line[1].set_title(f"What raises them, {stuck.sum()} not found")
            text += f", {stuck.sum()} without an image that raises them"
        sentences.append(f"convolution {number}: {text}")
    return figure, f"{'; '.join(sentences).capitalize()}."
