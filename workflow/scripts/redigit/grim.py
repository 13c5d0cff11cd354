"""The GRIM test: a share of so many items can only be a whole number of them divided by it.

It needs no run at the study's scale, and a claim that fails it is impossible whatever we measure.
A mean that is printed with few decimals of many items passes always.
"""

import re
from collections.abc import Iterable
from math import floor
from typing import Any, NamedTuple

from redigit.claims import Claim, read_printed
from redigit.quantities import Quantity, find_settings
from redigit.settings import read_experiment, trace_sources
from redigit.verdicts import TOLERANCE, Verdict

FRACTIONS = ("share", "percent")


class Items(NamedTuple):
    """What a printed number is a mean over.

    Attributes
    ----------
    n : int
        How many items there are.
    words : str
        Which they are.
    weight : float
        What one of them adds to the sum, if it adds anything.
    """

    n: int
    words: str
    weight: float = 1


def judge_items(claim: Claim, items: Items) -> Verdict | None:
    """Find out whether a whole number of items gives a printed mean (the GRIM test).

    Numbers that lie half a unit of the last digit away count as given, so that it does not matter
    how the study rounds halves.

    Parameters
    ----------
    claim : Claim
        The mean.
    items : Items
        What it is a mean over.

    Returns
    -------
    Verdict or None
        `impossible`, or None if there is such a number.

    Notes
    -----
    N. J. L. Brown and J. A. J. Heathers, The GRIM test: a simple technique detects numerous
    anomalies in the reporting of results in psychology, Social Psychological and Personality
    Science 8 (2017) 363-369.
    """
    step = items.weight / items.n
    below = min(max(floor(claim.number / step), 0), items.n - 1)
    counts = (below, below + 1)
    distances = [abs(claim.number - count * step) for count in counts]
    if min(distances) <= claim.half_unit + TOLERANCE:
        return None
    shown = [f"{count * step / claim.factor:.6g}" for count in counts]
    each = f" at {items.weight:g} each" if items.weight != 1 else ""
    sentence = (
        f"{counts[0]:,} of the {items.n:,} {items.words}{each} give {shown[0]}, {counts[1]:,} give "
        f"{shown[1]}; no whole number of them gives the printed {claim.printed}."
    )
    return Verdict("impossible", sentence, n=items.n)


def find_items(
    claim: Claim, target: Quantity, claims: Iterable[Claim], metrics: dict[str, Any]
) -> Items | None:
    """Find what a printed number is a mean over, where the study leaves no doubt.

    That is so if these are all images of two digits, of which there is a known number, and if the
    study prints how many they are. Where we had to assume it, nothing is found.

    Parameters
    ----------
    claim : Claim
        The number; one in words is not known to any digit.
    target : Quantity
        What it is about.
    claims : iterable of Claim
        All claims of the study.
    metrics : dict
        Metrics of the row, at any scale.
    """
    if read_printed(claim.printed) is None:
        return None
    if read_experiment(target.experiment).get("kind") == "perceptron":
        return find_images(claim, target, metrics)
    if claim.unit not in FRACTIONS:
        return None
    if target.name.startswith("recall_"):
        support = target._replace(name=target.name.replace("recall", "support"))
        return find_stated(support, "items of the class", claims, claim.location)
    if target.name == "test_accuracy":
        pairs = Quantity(*trace_sources(*target[:2], "full")[-1], "settings.test")
        return find_stated(pairs, "test pairs", claims)
    return None


def find_images(claim: Claim, target: Quantity, metrics: dict[str, Any]) -> Items | None:
    """Find the images of a perceptron's two digits, all of which it learns from or is tested on.

    Its loss is the mean distance of what it gives from the right label, so that each mistake adds
    the distance of the two labels (study C, task 2).
    """
    name = re.fullmatch(r"(train|test)_(accuracy|loss_at_\d+)", target.name)
    if not name or f"n_{name[1]}" not in metrics:
        return None
    settings = find_settings(target, "full")
    split = "training" if name[1] == "train" else "test"
    words = "{} images of {} and {}".format(split, *settings["digits"])
    n = metrics[f"n_{name[1]}"]
    if name[2] == "accuracy":
        return Items(n, words) if claim.unit in FRACTIONS else None
    low, high = settings["labels"]
    return Items(n, words, abs(high - low))


def find_stated(
    target: Quantity, words: str, claims: Iterable[Claim], location: str | None = None
) -> Items | None:
    """Find the number of items that the study prints, everywhere or in one place."""
    for claim in claims:
        if claim.target == target and location in (None, claim.location):
            return Items(int(claim.value), words)
    return None
