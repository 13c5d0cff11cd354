"""Datasets of stacked digit pairs, as manifests of image indices."""

import numpy as np
import pandas as pd

from redigit.randomness import make_generator

SPLITS = ("train", "validation", "test")


def draw_pairs(labels: np.ndarray, sizes: dict[str, int], draws: int, stream: str) -> pd.DataFrame:
    """Draw pairs of images at random.

    Both images of a pair are drawn independently, each image equally likely, so that an image can
    stand in several pairs and in several splits (study E, sections 1.2 and 1.3).

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

    Returns
    -------
    pandas.DataFrame
        ``first`` and ``second`` (int32, image indices), ``sum`` (uint8), ``split`` (category),
        ``draw`` (int32); the draws one after the other, in each the splits in order.
    """
    split = np.repeat(np.arange(len(SPLITS), dtype=np.int8), [sizes[name] for name in SPLITS])
    drawn = np.stack(
        [
            make_generator("pairs", stream, draw).integers(
                len(labels), size=(len(split), 2), dtype=np.int32
            )
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


def summarise_pairs(pairs: pd.DataFrame) -> dict[str, float]:
    """Count what a manifest of pairs holds, as numbers by name.

    Returns
    -------
    dict of str to float
        Pairs of each split in one draw, the sums that occur, and the share of test pairs that have
        an image which also stands in a training pair of the same draw.
    """
    counts = pairs[pairs["draw"] == 0]["split"].value_counts()
    sums = pairs["sum"].value_counts()
    return {
        "draws": int(pairs["draw"].nunique()),
        **{f"{name}_pairs": int(counts[name]) for name in SPLITS},
        "smallest_sum": int(pairs["sum"].min()),
        "largest_sum": int(pairs["sum"].max()),
        "distinct_sums": len(sums),
        "mode": int(sums.idxmax()),
        "mode_share": float(sums.max() / len(pairs)),
        "shared_test_share": measure_overlap(pairs),
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
