"""Confidence intervals of what several draws gave, by Student's t.

They take the quantiles from scipy.special: scipy.stats would double the time that a program of a
figure takes to start.
"""

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95


def find_quantile(freedom: float) -> float:
    """Find Student's quantile for both sides of `LEVEL`."""
    return float(stdtrit(freedom, (1 + LEVEL) / 2))


def find_half_width_of_mean(values: list[float]) -> float | None:
    """Half-width of the interval of the mean of some draws; None of a single one."""
    k = len(values)
    return find_quantile(k - 1) * float(np.std(values, ddof=1)) / k**0.5 if k > 1 else None


def find_interval_of_next(values: list[float]) -> tuple[float, float] | None:
    """Interval in which one more draw lies; None of a single one.

    It is the mean ± t s sqrt(1 + 1/k), as of the rule `other_draw`.
    """
    k, mean = len(values), float(np.mean(values))
    if k == 1:
        return None
    half = find_quantile(k - 1) * float(np.std(values, ddof=1)) * (1 + 1 / k) ** 0.5
    return mean - half, mean + half


def find_interval_of_difference(
    first: list[float], second: list[float]
) -> tuple[float, float] | None:
    """Interval of the difference of two means, by Welch's t; None if either has one draw only."""
    if min(len(first), len(second)) == 1:
        return None
    gap = float(np.mean(first) - np.mean(second))
    parts = [float(np.var(values, ddof=1)) / len(values) for values in (first, second)]
    if not sum(parts):
        return gap, gap
    degrees = [len(values) - 1 for values in (first, second)]
    freedom = sum(parts) ** 2 / sum(p**2 / d for p, d in zip(parts, degrees, strict=True))
    half = find_quantile(freedom) * sum(parts) ** 0.5
    return gap - half, gap + half
