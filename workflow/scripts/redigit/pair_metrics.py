"""What a dataset of pairs holds, and how much its test pairs share with its training pairs."""

import numpy as np
import pandas as pd

from redigit.datasets import N_SUMS
from redigit.evaluation import Metrics, average_replicates
from redigit.pairs import SPLITS
from redigit.settings import Settings

# Numbers of two images become one number of a pair.
BASE = 2**32


def summarise_pairs(
    pairs: pd.DataFrame, pools: dict[str, range], settings: Settings, by_class: bool = False
) -> Metrics:
    """Count what a manifest of pairs holds.

    Parameters
    ----------
    pairs : pandas.DataFrame
        A manifest of pairs.
    pools : dict of str to range
        For each split the numbers of the images that it was drawn from.
    settings : dict
        Settings of the kind `pairs`.
    by_class : bool
        Whether the pairs are counted by their sum.

    Returns
    -------
    dict
        Pairs of each split in one draw, the sums that occur and, if there are test pairs, what
        `measure_leakage` and `expect_leakage` say; by class, ``support_0`` to ``support_18``, how
        many pairs of one draw have that sum. Those of each draw stand under ``replicates``.
    """
    counts = pairs[pairs["draw"] == 0]["split"].value_counts()
    sums = pairs["sum"].value_counts()
    of_all = {
        "draws": int(pairs["draw"].nunique()),
        **{f"{name}_pairs": int(counts[name]) for name in SPLITS},
        "smallest_sum": int(pairs["sum"].min()),
        "largest_sum": int(pairs["sum"].max()),
        "distinct_sums": len(sums),
        "mode": int(sums.idxmax()),
        "mode_share": float(sums.max() / len(pairs)),
    }
    metrics = {name: [value] for name, value in of_all.items()}
    if counts["test"]:
        for _, draw in pairs.groupby("draw"):
            for name, value in measure_leakage(draw).items():
                metrics.setdefault(name, []).append(value)
        expected = expect_leakage(pools, settings)
        metrics |= {f"expected_{name}": [value] for name, value in expected.items()}
    if by_class:
        by_draw = pd.crosstab(pairs["draw"], pairs["sum"]).reindex(
            columns=range(N_SUMS), fill_value=0
        )
        metrics |= {f"support_{n}": by_draw[n].tolist() for n in range(N_SUMS)}
    return average_replicates(metrics)


def measure_leakage(pairs: pd.DataFrame) -> dict[str, float]:
    """Measure how much the test pairs of one draw share with its training pairs.

    Parameters
    ----------
    pairs : pandas.DataFrame
        One draw of a manifest of pairs, with test pairs.

    Returns
    -------
    dict of str to float
        ``shared_test_share``, the share of test pairs with an image that also stands in a training
        pair; ``shared_image_share``, the share of the images of test pairs that do;
        ``repeated_test_share``, the share of test pairs that stand among the training pairs as
        they are, in this order; ``images_apart``, 1 if no image stands in both and 0 if one does.
    """
    train, test = (
        pairs.loc[pairs["split"] == name, ["first", "second"]].to_numpy(np.int64)
        for name in ("train", "test")
    )
    shared = np.isin(test, train)
    known = np.isin(np.unique(test), train)
    repeated = np.isin(test @ [BASE, 1], train @ [BASE, 1])
    return {
        "shared_test_share": float(shared.any(axis=1).mean()),
        "shared_image_share": float(known.mean()),
        "repeated_test_share": float(repeated.mean()),
        "images_apart": int(not known.any()),
    }


def expect_leakage(pools: dict[str, range], settings: Settings) -> dict[str, float]:
    """Expect the shares of `measure_leakage`, by formula.

    The scheme `random` draws the 2m images of m training pairs, and those of the test pairs, each
    independently from the same n images. A given image is in none of the training pairs with
    probability (1 - 1/n)^2m, two different ones are in none with (1 - 2/n)^2m, and the images of
    a test pair are the same one with probability 1/n; a given pair is none of the m with
    probability (1 - 1/n^2)^m. All other schemes deal the images out first, so that nothing is
    shared; nor is it if the splits are drawn from different images.

    Parameters
    ----------
    pools, settings
        As of `summarise_pairs`.

    Returns
    -------
    dict of str to float
        The three shares.
    """
    names = ("shared_test_share", "shared_image_share", "repeated_test_share")
    if settings["scheme"] != "random" or pools["train"] != pools["test"]:
        return dict.fromkeys(names, 0.0)
    n, m = len(pools["train"]), settings["train"]
    none_of_one, none_of_two = (1 - 1 / n) ** (2 * m), (1 - 2 / n) ** (2 * m)
    none_of_pair = none_of_one / n + none_of_two * (1 - 1 / n)
    return dict(zip(names, (1 - none_of_pair, 1 - none_of_one, 1 - (1 - n**-2) ** m), strict=True))
