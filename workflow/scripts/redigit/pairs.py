"""Datasets of stacked digit pairs, as manifests of image indices."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from redigit.datasets import N_DIGITS, load_images
from redigit.errors import InputError
from redigit.randomness import make_generator
from redigit.settings import Settings

SPLITS = ("train", "validation", "test")
# Where the images of each part of a dataset come from, by their numbers.
Pools = Sequence[range]


def load_pool(raw: list[Path], images: str) -> tuple[np.ndarray, np.ndarray]:
    """Load the images that pairs are made of.

    Parameters
    ----------
    raw : list of Path
        The raw files of the dataset.
    images : str
        ``train`` or ``test`` for the images of that official split, ``official`` for both, the
        training images first.

    Returns
    -------
    (ndarray of uint8, shape (n, 28, 28), ndarray of uint8, shape (n,))
        Images and their digits; manifests hold their numbers.
    """
    if images != "official":
        return load_images(raw, images)
    train, test = (load_images(raw, split) for split in ("train", "test"))
    return np.concatenate([train[0], test[0]]), np.concatenate([train[1], test[1]])


def find_pools(images: str, n_train: int, n_test: int) -> dict[str, range]:
    """Find which images each split is drawn from.

    Parameters
    ----------
    images : str
        As of `load_pool`.
    n_train, n_test : int
        Numbers of official training and test images.

    Returns
    -------
    dict of str to range
        For each of `SPLITS` the numbers of its images.
    """
    if images == "official":
        train, test = range(n_train), range(n_train, n_train + n_test)
        return {"train": train, "validation": train, "test": test}
    return dict.fromkeys(SPLITS, range(n_train if images == "train" else n_test))


def find_manifest(files: Sequence[Path], pairs: str) -> Path:
    """Find the manifest of the dataset ``experiment/row`` among files."""
    found = [path for path in files if path.with_suffix("").as_posix().endswith(f"/{pairs}")]
    if len(found) != 1:
        raise InputError(f"{pairs}: found {len(found)} manifests among {len(files)} files given")
    return found[0]


def draw_pairs(
    labels: np.ndarray, pools: dict[str, range], settings: Settings, stream: str
) -> pd.DataFrame:
    """Draw pairs of images.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        Digits of the images to draw from.
    pools : dict of str to range
        For each of `SPLITS` the numbers of its images, see `find_pools`.
    settings : dict
        Settings of the kind `pairs`.
    stream : str
        Name of the random stream; draw number k of it is the same however many draws there are.

    Returns
    -------
    pandas.DataFrame
        ``first`` and ``second`` (int32, image indices), ``sum`` (uint8), ``split`` (category),
        ``draw`` (int32); the draws one after the other, in each the splits in order, in the
        training split the groups.
    """
    sizes = [settings[name] for name in SPLITS]
    groups = [sizes[0] // settings["groups"]] * settings["groups"]
    part_pools = [pools["train"]] * len(groups) + [pools["validation"], pools["test"]]
    split, draws = np.repeat(np.arange(len(SPLITS), dtype=np.int8), sizes), settings["draws"]
    scheme, counts = SCHEMES[settings["scheme"]], [*groups, *sizes[1:]]
    drawn = np.stack(
        [
            scheme(labels, part_pools, counts, make_generator("pairs", stream, draw))
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
    labels: np.ndarray, pools: Pools, counts: list[int], generator: np.random.Generator
) -> np.ndarray:
    """Draw both images of each pair independently, each image equally likely.

    An image can stand in several pairs and in several splits (study E, sections 1.2 and 1.3).

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        Digits of all images.
    pools : sequence of range
        The images to draw from, for each part of the dataset.
    counts : list of int
        Number of pairs of each part.
    generator : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    ndarray of int32, shape (sum of counts, 2)
        The images of each pair, part after part.
    """
    return np.concatenate(
        [
            generator.integers(pool.start, pool.stop, size=(count, 2), dtype=np.int32)
            for pool, count in zip(pools, counts, strict=True)
        ]
    )


def draw_disjoint(
    labels: np.ndarray, pools: Pools, counts: list[int], generator: np.random.Generator
) -> np.ndarray:
    """Draw as `draw_random` does, from images that are dealt out to the parts first."""
    pairs = []
    for part, count in zip(deal_images(pools, counts, generator), counts, strict=True):
        if count and not len(part):
            raise InputError(f"no image is left for one part of {count} pairs")
        pairs.append(part[generator.integers(max(len(part), 1), size=(count, 2))])
    return np.concatenate(pairs).astype(np.int32)


def draw_stratified(
    labels: np.ndarray, pools: Pools, counts: list[int], generator: np.random.Generator
) -> np.ndarray:
    """Draw each of the 100 ordered pairs of digits equally often, in each part.

    The images are dealt out to the parts first, so that no image stands in two of them; within a
    part they may repeat (study D, section 2). Each hundred pairs has all ordered pairs of digits,
    in a new order, so that the first pairs of a part are stratified too if they are multiples of
    100, and have none twice if they are fewer. Parameters and result as in `draw_random`; counts
    are multiples of 100.
    """

    def list_codes(count: int) -> np.ndarray:
        """List the ordered pairs of digits, each as a number from 0 to 99."""
        codes = np.arange(N_DIGITS**2)
        hundreds = np.tile(codes, (count // len(codes), 1))
        return generator.permuted(hundreds, axis=1).ravel()

    return draw_apart(labels, pools, counts, generator, list_codes)


def draw_without_replacement(
    labels: np.ndarray, pools: Pools, counts: list[int], generator: np.random.Generator
) -> np.ndarray:
    """Draw each of the 100 ordered pairs of digits at most once, in each part.

    The images are dealt out to the parts first (study D, section 2). Parameters and result as in
    `draw_random`; counts are at most 100.
    """

    def list_codes(count: int) -> np.ndarray:
        """Draw ordered pairs of digits, each as a number from 0 to 99."""
        return generator.choice(N_DIGITS**2, size=count, replace=False)

    return draw_apart(labels, pools, counts, generator, list_codes)


SCHEMES: dict[str, Callable[[np.ndarray, Pools, list[int], np.random.Generator], np.ndarray]] = {
    "random": draw_random,
    "disjoint": draw_disjoint,
    "stratified": draw_stratified,
    "without_replacement": draw_without_replacement,
}


def draw_apart(
    labels: np.ndarray,
    pools: Pools,
    counts: list[int],
    generator: np.random.Generator,
    list_codes: Callable[[int], np.ndarray],
) -> np.ndarray:
    """Draw pairs of given digits, from images that each belong to one part only.

    Parameters
    ----------
    labels, pools, counts, generator
        As in `draw_random`.
    list_codes : callable
        Lists the digits of so many pairs, ten times the first plus the second.

    Returns
    -------
    ndarray of int32, shape (sum of counts, 2)
    """
    pairs = []
    for part, count in zip(deal_images(pools, counts, generator), counts, strict=True):
        digits = np.stack(np.divmod(list_codes(count), N_DIGITS), axis=1)
        pairs.append(pick_images(part, labels, digits, generator))
    return np.concatenate(pairs)


def deal_images(
    pools: Pools, counts: list[int], generator: np.random.Generator
) -> list[np.ndarray]:
    """Deal the images of each pool out at random to the parts that draw from it.

    Returns
    -------
    list of ndarray of int64
        The images of each part, in proportion to its count, so that no two parts share any.
    """
    parts: list[np.ndarray] = [np.empty(0, np.int64)] * len(pools)
    for pool in dict.fromkeys(pools):
        users = [part for part, other in enumerate(pools) if other == pool]
        shares = np.array([counts[part] for part in users])
        if not shares.sum():
            continue
        ends = np.cumsum(shares[:-1]) * len(pool) // shares.sum()
        dealt = np.split(generator.permutation(np.arange(pool.start, pool.stop)), ends)
        for part, images in zip(users, dealt, strict=True):
            parts[part] = images
    return parts


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
