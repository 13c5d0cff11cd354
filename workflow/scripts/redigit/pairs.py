"""Datasets of stacked digit pairs, as manifests of image indices."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from redigit.datasets import N_DIGITS
from redigit.errors import InputError
from redigit.randomness import make_generator

SPLITS = ("train", "validation", "test")


def draw_pairs(
    labels: np.ndarray, sizes: dict[str, int], draws: int, stream: str, scheme: str
) -> pd.DataFrame:
    """Draw pairs of images.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        Digits of the images to draw from.
    sizes : dict of str to int
        Number of pairs of each split in `SPLITS`.
    draws : int
        How many independent draws are made.
    stream : str
        Name of the random stream; draw number k of it is the same however many draws there are.
    scheme : str
        One of `SCHEMES`.

    Returns
    -------
    pandas.DataFrame
        ``first`` and ``second`` (int32, image indices), ``sum`` (uint8), ``split`` (category),
        ``draw`` (int32); the draws one after the other, in each the splits in order.
    """
    counts = [sizes[name] for name in SPLITS]
    split = np.repeat(np.arange(len(SPLITS), dtype=np.int8), counts)
    drawn = np.stack(
        [
            SCHEMES[scheme](labels, counts, make_generator("pairs", stream, draw))
            for draw in range(draws)
        ]
    )
    first, second = drawn.reshape(-1, 2).T
    return pd.DataFrame(
        {
            "first": first,
            "second": second,
            "sum": labels[first] + labels[second],
            "split": pd.Categorical.from_codes(np.tile(split, draws), SPLITS),
            "draw": np.repeat(np.arange(draws, dtype=np.int32), len(split)),
        }
    )


def draw_random(
    labels: np.ndarray, counts: list[int], generator: np.random.Generator
) -> np.ndarray:
    """Draw both images of each pair independently, each image equally likely.

    An image can stand in several pairs and in several splits (study E, sections 1.2 and 1.3).

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        Digits of the images to draw from.
    counts : list of int
        Number of pairs of each split.
    generator : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    ndarray of int32, shape (sum of counts, 2)
        The images of each pair, split after split.
    """
    return generator.integers(len(labels), size=(sum(counts), 2), dtype=np.int32)


def draw_stratified(
    labels: np.ndarray, counts: list[int], generator: np.random.Generator
) -> np.ndarray:
    """Draw each of the 100 ordered pairs of digits equally often, in each split.

    The images are dealt out to the splits first, so that no image stands in two of them; within a
    split they may repeat (study D, section 2). Parameters and result as in `draw_random`; counts
    are multiples of 100.
    """

    def list_codes(count: int) -> np.ndarray:
        """List the ordered pairs of digits, each as a number from 0 to 99."""
        codes = np.arange(N_DIGITS**2)
        return generator.permutation(np.repeat(codes, count // len(codes)))

    return draw_apart(labels, counts, generator, list_codes)


def draw_without_replacement(
    labels: np.ndarray, counts: list[int], generator: np.random.Generator
) -> np.ndarray:
    """Draw each of the 100 ordered pairs of digits at most once, in each split.

    The images are dealt out to the splits first (study D, section 2). Parameters and result as in
    `draw_random`; counts are at most 100.
    """

    def list_codes(count: int) -> np.ndarray:
        """Draw ordered pairs of digits, each as a number from 0 to 99."""
        return generator.choice(N_DIGITS**2, size=count, replace=False)

    return draw_apart(labels, counts, generator, list_codes)


SCHEMES: dict[str, Callable[[np.ndarray, list[int], np.random.Generator], np.ndarray]] = {
    "random": draw_random,
    "stratified": draw_stratified,
    "without_replacement": draw_without_replacement,
}


def draw_apart(
    labels: np.ndarray,
    counts: list[int],
    generator: np.random.Generator,
    list_codes: Callable[[int], np.ndarray],
) -> np.ndarray:
    """Draw pairs of given digits, from images that each belong to one split only.

    Parameters
    ----------
    labels, counts, generator
        As in `draw_random`.
    list_codes : callable
        Lists the digits of so many pairs, ten times the first plus the second.

    Returns
    -------
    ndarray of int32, shape (sum of counts, 2)
    """
    pairs = []
    for part, count in zip(deal_images(len(labels), counts, generator), counts, strict=True):
        digits = np.stack(np.divmod(list_codes(count), N_DIGITS), axis=1)
        pairs.append(pick_images(part, labels, digits, generator))
    return np.concatenate(pairs)


def deal_images(
    n_images: int, counts: list[int], generator: np.random.Generator
) -> list[np.ndarray]:
    """Deal images out at random to parts that are disjoint, as large as the counts ask.

    Returns
    -------
    list of ndarray of int64
        The images of each part, in proportion to its count.
    """
    ends = np.cumsum(counts[:-1]) * n_images // sum(counts)
    return np.split(generator.permutation(n_images), ends)


def pick_images(
    part: np.ndarray, labels: np.ndarray, digits: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Pick an image of each digit, every one of them in a part equally likely.

    Parameters
    ----------
    part : ndarray of int, shape (m,)
        The images to pick from.
    labels : ndarray of uint8, shape (n,)
        Digits of all images.
    digits : ndarray of int, shape (k, 2)
        Digits of the images that are wanted.
    generator : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    ndarray of int32, shape (k, 2)
    """
    picked = np.empty(digits.shape, np.int32)
    for digit in np.unique(digits):
        wanted, members = digits == digit, part[labels[part] == digit]
        if not len(members):
            raise InputError(f"no image of a {digit} among the {len(part)} of one split")
        picked[wanted] = members[generator.integers(len(members), size=wanted.sum())]
    return picked


def summarise_pairs(pairs: pd.DataFrame) -> dict[str, float]:
    """Count what a manifest of pairs holds, as numbers by name.

    Returns
    -------
    dict of str to float
        Pairs of each split in one draw, the sums that occur and, if there are test pairs, the
        share of them that have an image which also stands in a training pair of the same draw.
    """
    counts = pairs[pairs["draw"] == 0]["split"].value_counts()
    sums = pairs["sum"].value_counts()
    overlap = {"shared_test_share": measure_overlap(pairs)} if counts["test"] else {}
    return {
        "draws": int(pairs["draw"].nunique()),
        **{f"{name}_pairs": int(counts[name]) for name in SPLITS},
        "smallest_sum": int(pairs["sum"].min()),
        "largest_sum": int(pairs["sum"].max()),
        "distinct_sums": len(sums),
        "mode": int(sums.idxmax()),
        "mode_share": float(sums.max() / len(pairs)),
        **overlap,
    }


def measure_overlap(pairs: pd.DataFrame) -> float:
    """Share of test pairs with an image that also stands in a training pair of their draw."""
    shared = []
    for _, draw in pairs.groupby("draw"):
        train, test = (
            draw[draw["split"] == name][["first", "second"]] for name in ("train", "test")
        )
        shared.append(test.isin(set(train.to_numpy().ravel())).any(axis=1))
    return float(pd.concat(shared).mean())
