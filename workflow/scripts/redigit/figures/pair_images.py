"""Stacked pairs of digits as images, with their sums."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from redigit.errors import InputError
from redigit.pairs import load_pool
from redigit.settings import Settings, resolve_settings

COLUMNS = 8


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the first training pairs of a dataset.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The manifest of the pairs, then the images and the labels that it points into.

    Returns
    -------
    figure : Figure
        The pairs in the order of the manifest.
    words : str
        What the figure shows.
    """
    pairs, images, labels = read_pairs(study, definition["pairs"], files)
    first_draw = pairs[pairs["draw"] == pairs["draw"].min()]
    shown = first_draw[first_draw["split"] == "train"].head(definition["examples"])
    if len(shown) < definition["examples"]:
        found = f"found {len(shown)} training pairs, expected {definition['examples']}"
        raise InputError(f"{files[0]}: {found}")
    return draw_pairs(shown, images, labels)


def read_pairs(
    study: str, pairs: str, files: Sequence[Path]
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Read a manifest of pairs, and the images and labels that it points into.

    Parameters
    ----------
    study : str
        Name of the study.
    pairs : str
        ``experiment/row`` of the dataset of pairs.
    files : sequence of Path
        The manifest, then raw files.

    Returns
    -------
    pairs : DataFrame
        Columns ``first``, ``second``, ``sum``, ``split``, ``draw``.
    images : ndarray of uint8, shape (n, 28, 28)
        Grey values.
    labels : ndarray of uint8, shape (n,)
        Digits.
    """
    experiment, row = pairs.split("/")
    settings = resolve_settings(f"{study}/{experiment}", row)
    images, labels = load_pool(files[1:], settings["images"])
    return pd.read_parquet(files[0]), images, labels


def draw_pairs(pairs: pd.DataFrame, images: np.ndarray, labels: np.ndarray) -> tuple[Figure, str]:
    """Draw pairs, each with its sum."""
    equations = write_equations(pairs, labels)
    words = f"{len(pairs)} pairs of handwritten digits, stacked: {', '.join(equations)}."
    return draw_titled(pairs, images, equations), words


def write_equations(pairs: pd.DataFrame, labels: np.ndarray) -> list[str]:
    """Write each pair as its digits and their sum."""
    return [f"{labels[p.first]} + {labels[p.second]} = {p.sum}" for p in pairs.itertuples()]


def draw_titled(pairs: pd.DataFrame, images: np.ndarray, titles: list[str]) -> Figure:
    """Draw each pair as the classifiers see it, the first digit above the second."""
    n_lines = -(-len(pairs) // COLUMNS)
    figure = Figure(figsize=(6.4, 1.8 * n_lines))
    panels = figure.subplots(n_lines, COLUMNS, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, pair, title in zip(panels, pairs.itertuples(), titles, strict=False):
        axes.imshow(np.vstack([images[pair.first], images[pair.second]]), vmin=0, vmax=255)
        axes.set_title(title, fontsize="small")
    return figure
