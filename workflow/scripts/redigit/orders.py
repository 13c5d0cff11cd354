"""The rule for claims of order: that some rows are better than others, in the order named."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy import stats

from redigit.claims import Claim
from redigit.verdicts import Criteria, Measurement, Verdict, rest_on

# With fewer runs not even all of them together exclude chance at the usual level of 95 %.
LEAST_RUNS = 6


def judge_order(claim: Claim, measurements: Sequence[Measurement], criteria: Criteria) -> Verdict:
    """Compare a claim that each of some rows is above the next with our runs of them.

    Run i of a row is paired with run i of the next: with the same seed, or the same draw of a
    dataset, where both have them. Of each two rows the exact two-sided sign test says whether one
    is above the other more often than chance would have it (Holm's correction for the number of
    tests). The claim is `confirmed` if all are so in the order it names, `reversed` if any is so
    in the other. Else it is `tied` if each mean difference is known, with the level's confidence
    and Student's t, to be within the run's margin, and `indeterminate` if not.

    Parameters
    ----------
    claim : Claim
        The claim; nothing but its text is used.
    measurements : sequence of Measurement
        What was measured of each row, that which is to be the highest first.
    criteria : Criteria
        How accuracies are judged.
    """
    pairs = [pair_runs(*both) for both in pairwise(one.values for one in measurements)]
    k = min(map(len, pairs))
    means = " > ".join(f"{measurement.mean:.4f}" for measurement in measurements)
    base = rest_on(Verdict("", "", k=k, n=measurements[0].n), measurements[0])
    if k == 1:
        sentence = f"One run of each gave, in the order claimed, {means}; that may be chance."
        return replace(base, verdict="single_run", sentence=sentence)
    is_known, is_up = compare_signs(pairs, criteria.level)
    wins = ", ".join(f"{np.sum(d > 0)} of {len(d)}" for d in pairs)
    found = f"Our runs gave {means} on average, and so in {wins}"
    margin = criteria.margin_points / 100
    if any(known and not up for known, up in zip(is_known, is_up, strict=True)):
        return replace(base, verdict="reversed", sentence=f"{found}: the order is another.")
    if all(is_known):
        return replace(base, verdict="confirmed", sentence=f"{found}: too often for chance.")
    if all(find_reach(d, criteria.level) <= margin for d in pairs):
        sentence = f"{found}; the differences are below {criteria.margin_points:g} points."
        return replace(base, verdict="tied", sentence=sentence)
    few = f"; fewer than {LEAST_RUNS} runs cannot exclude it" if k < LEAST_RUNS else ""
    sentence = f"{found}, which may be chance{few}."
    return replace(base, verdict="indeterminate", sentence=sentence)


def pair_runs(first: Sequence[float], second: Sequence[float]) -> np.ndarray:
    """Give the differences of paired runs, as many as both have."""
    k = min(len(first), len(second))
    return np.subtract(first[:k], second[:k])


def is_above_all(best: Sequence[float], others: Sequence[Sequence[float]], level: float) -> bool:
    """Tell whether the runs of a row are above those of each other one too often for chance.

    Parameters
    ----------
    best, others : sequence of float, sequence of sequence of float
        A metric's values in each run of the row, and of the others.
    level : float
        Level at which the sign tests of all of them together exclude chance, as of `judge_order`.
    """
    is_known, is_up = compare_signs([pair_runs(best, other) for other in others], level)
    return all(is_known) and all(is_up)


def compare_signs(pairs: Sequence[np.ndarray], level: float) -> tuple[list[bool], list[bool]]:
    """Tell of each of several pairs of rows whether chance is excluded, and whether more are up."""
    p_values = correct_holm([find_chance(differences) for differences in pairs])
    return [p <= 1 - level for p in p_values], [np.sum(d > 0) > np.sum(d < 0) for d in pairs]


def find_chance(differences: np.ndarray) -> float:
    """Give the p-value of the exact two-sided sign test; equal pairs do not count."""
    above, below = int(np.sum(differences > 0)), int(np.sum(differences < 0))
    return float(stats.binomtest(above, above + below).pvalue) if above + below else 1.0


def correct_holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number by Holm's step-down method (1979)."""
    order = np.argsort(p_values)
    steps = np.asarray(p_values)[order] * (len(p_values) - np.arange(len(p_values)))
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return corrected.tolist()


def find_reach(differences: np.ndarray, level: float) -> float:
    """Find how far from 0 the mean difference may be, with Student's t, at a level."""
    k = len(differences)
    half = stats.t.ppf((1 + level) / 2, k - 1) * np.std(differences, ddof=1) / np.sqrt(k)
    return float(abs(np.mean(differences)) + half)
