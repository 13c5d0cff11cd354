"""Distribution of the sums in each split of a dataset of pairs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from redigit.figures.pair_images import read_pairs
from redigit.settings import Settings

SPLITS = {"train": "training", "validation": "validation", "test": "test"}
# Dots of one sum stand side by side, this far apart.
DODGE = 0.2


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw how often each sum occurs, and how often it should.

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
        Shares in each split as dots, expected shares as an area.
    words : str
        What the figure shows.
    """
    pairs, _, labels = read_pairs(study, definition["pairs"], files)
    return draw_shares(pairs, expect_shares(labels))


def expect_shares(labels: np.ndarray) -> np.ndarray:
    """Share of each sum of two digits when both are drawn independently with replacement.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        Digits that are drawn from, each equally likely.

    Returns
    -------
    ndarray of float64, shape (19,)
        Shares of the sums 0 to 18.
    """
    digits = np.bincount(labels, minlength=10) / len(labels)
    return np.convolve(digits, digits)


def count_shares(sums: pd.Series, n_sums: int) -> np.ndarray:
    """Share of each sum from 0 to `n_sums` - 1."""
    return np.bincount(sums, minlength=n_sums) / len(sums)


def draw_shares(pairs: pd.DataFrame, expected: np.ndarray) -> tuple[Figure, str]:
    """Draw the shares of the sums in each split over the expected ones."""
    figure = Figure()
    axes = figure.subplots()
    sums = np.arange(len(expected))
    axes.fill_between(sums, expected, color="0.88", label="expected")
    axes.plot(sums, expected, color="0.45", marker="", linewidth=1)
    present = [split for split in SPLITS if (pairs["split"] == split).any()]
    sentences = [f"expected {expected.max():.4f}, of the sum {expected.argmax()}"]
    for i, split in enumerate(present):
        shares = count_shares(pairs.loc[pairs["split"] == split, "sum"], len(expected))
        offset = (i - (len(present) - 1) / 2) * DODGE
        axes.plot(sums + offset, shares, linestyle="none", label=SPLITS[split])
        sentences.append(f"{SPLITS[split]} {shares.max():.4f}, of the sum {shares.argmax()}")
    axes.set(xlabel="Sum of the two digits", ylabel="Share of pairs", xticks=sums)
    axes.set_ylim(bottom=0)
    axes.legend()
    return figure, f"Shares of the sums 0 to {sums[-1]}. Largest share: {'; '.join(sentences)}."
