"""Distribution of the sums in a dataset of pairs."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from redigit.datasets import N_DIGITS, N_SUMS
from redigit.figures.pair_images import read_pairs
from redigit.settings import Settings, resolve_settings

SPLITS = {"train": "training", "validation": "validation", "test": "test"}
SUMS = np.arange(N_SUMS)
# Dots of one sum stand side by side, this far apart.
DODGE = 0.2
# Bars are told apart by more than their colour.
HATCHES = ("", "///", "...")


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
        Shares in each split as dots over the expected shares as an area, or counts as bars under
        the expected counts as dots.
    words : str
        What the figure shows.
    """
    pairs, _, labels = read_pairs(study, definition["pairs"], files)
    experiment, row = definition["pairs"].split("/")
    expected = expect_shares(labels, resolve_settings(f"{study}/{experiment}", row)["scheme"])
    return {"shares": draw_shares, "counts": draw_counts}[definition["measure"]](pairs, expected)


def expect_shares(labels: np.ndarray, scheme: str) -> np.ndarray:
    """Share of each sum that is expected of a scheme of drawing pairs.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        Digits that are drawn from.
    scheme : str
        With `random` and `disjoint` both digits are drawn independently, each image equally
        likely; with the others, all ordered pairs of digits are equally likely.

    Returns
    -------
    ndarray of float64, shape (19,)
        Shares of the sums 0 to 18.
    """
    counts = np.ones(N_DIGITS)
    if scheme in ("random", "disjoint"):
        counts = np.bincount(labels, minlength=N_DIGITS)
    digits = counts / counts.sum()
    return np.convolve(digits, digits)


def count_sums(pairs: pd.DataFrame, split: str) -> np.ndarray:
    """Count each sum among the pairs of a split.

    Returns
    -------
    ndarray of int64, shape (19,)
    """
    return np.bincount(pairs.loc[pairs["split"] == split, "sum"], minlength=N_SUMS)


def draw_shares(pairs: pd.DataFrame, expected: np.ndarray) -> tuple[Figure, str]:
    """Draw the shares of the sums in each split over the expected ones."""
    figure = Figure()
    axes = figure.subplots()
    axes.fill_between(SUMS, expected, color="0.88", label="expected")
    axes.plot(SUMS, expected, color="0.45", marker="", linewidth=1)
    present = [split for split in SPLITS if (pairs["split"] == split).any()]
    sentences = [f"expected {expected.max():.4f}, of the sum {expected.argmax()}"]
    for i, split in enumerate(present):
        counts = count_sums(pairs, split)
        shares = counts / counts.sum()
        offset = (i - (len(present) - 1) / 2) * DODGE
        axes.plot(SUMS + offset, shares, linestyle="none", label=SPLITS[split])
        sentences.append(f"{SPLITS[split]} {shares.max():.4f}, of the sum {shares.argmax()}")
    axes.set(xlabel="Sum of the two digits", ylabel="Share of pairs", xticks=SUMS)
    axes.set_ylim(bottom=0)
    axes.legend()
    return figure, f"Shares of the sums 0 to {SUMS[-1]}. Largest share: {'; '.join(sentences)}."


def draw_counts(pairs: pd.DataFrame, expected: np.ndarray) -> tuple[Figure, str]:
    """Draw the counts of the sums in the first draw as bars, and the expected ones."""
    figure = Figure()
    axes = figure.subplots()
    axes.grid(False, axis="x")
    first_draw = pairs[pairs["draw"] == pairs["draw"].min()]
    colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    total, sentences = np.zeros(N_SUMS, np.int64), []
    looks = zip(SPLITS.items(), colours, HATCHES, strict=False)
    for (split, name), colour, hatch in looks:
        counts = count_sums(first_draw, split)
        if counts.any():
            look = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0}
            axes.bar(SUMS, counts, bottom=total, label=name, **look)
            sentences.append(f"{counts.sum():,} {name}")
            total += counts
    expected_counts = expected * total.sum()
    look = {"color": "0.2", "marker": "_", "markersize": 11, "markeredgewidth": 1.6}
    axes.plot(SUMS, expected_counts, linestyle="none", label="expected", **look)
    axes.set(xlabel="Sum of the two digits", ylabel="Number of pairs", xticks=SUMS)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.legend()
    distance = np.abs(total - expected_counts).max()
    return figure, (
        f"Counts of the sums 0 to {SUMS[-1]} among {' and '.join(sentences)} pairs. The most, "
        f"{total.max():,}, have the sum {total.argmax()}; no number is further than "
        f"{distance:,.1f} from the expected one."
    )
