"""Metrics of several replicates: their mean, and the values themselves."""

from typing import Any

import numpy as np

Metrics = dict[str, Any]


def average_replicates(replicates: dict[str, list[float]]) -> Metrics:
    """Average each metric over its replicates, and keep their values.

    The lists stand apart: DVC compares the numbers and passes over the lists.
    """
    means = {name: average(values) for name, values in replicates.items() if name != "replicate"}
    return {**means, "replicates": replicates}


def average(values: list[float]) -> float:
    """Mean of some values; a whole number stays one."""
    # Ten digits tell any two means apart, and keep the files readable.
    mean = round(float(np.mean(values)), 10)
    return (
        int(mean) if all(isinstance(value, int) for value in values) and mean.is_integer() else mean
    )
