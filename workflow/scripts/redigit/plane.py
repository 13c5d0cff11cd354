"""Pairs of classes in the plane of two principal components: what a straight line can do."""

from itertools import combinations
from typing import Any

import numpy as np
from sklearn.svm import LinearSVC

from redigit.certificates import verify_certificate
from redigit.separability import find_certificate

# Coordinates are rounded to so many steps of the largest, so that certificates are exact.
STEPS = 2**24


def separate_classes(
    scores: np.ndarray, labels: np.ndarray, settings: dict[str, Any]
) -> dict[str, float]:
    """Separate each pair of classes in the plane by a line.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, k)
        Scores; the first two count.
    labels : ndarray of uint8, shape (n,)
        Class of each.
    settings : dict
        ``points``, how many of the points count, from the first, or None; ``penalty_c`` and
        ``max_iterations`` of a linear support vector machine.

    Returns
    -------
    dict of str to float
        For each pair of classes, ``accuracy_<first>_<second>``, the share of its points that the
        machine, trained on all of them, gets right, and ``separable_<first>_<second>``, whether
        any line gets all right (1 or 0, proved for scores rounded to `STEPS`). And
        ``mean_accuracy``, the mean over all pairs.
    """
    accuracies, separable = {}, {}
    count = settings["points"] or len(labels)
    plane, labels = scores[:count, :2].astype(np.float64), labels[:count]
    steps = np.rint(plane / np.abs(plane).max() * STEPS).astype(np.int64)
    for first, second in combinations(np.unique(labels), 2):
        chosen = np.isin(labels, (first, second))
        is_second = labels[chosen] == second
        # The primal problem has no chance; the dual's solver takes the points in random order.
        machine = LinearSVC(
            C=settings["penalty_c"], max_iter=settings["max_iterations"], dual=False
        )
        accuracies[f"accuracy_{first}_{second}"] = float(
            machine.fit(plane[chosen], is_second).score(plane[chosen], is_second)
        )
        certificate = find_certificate(steps[chosen], is_second)
        proved = verify_certificate(certificate, steps[chosen], is_second)
        separable[f"separable_{first}_{second}"] = proved["separable"]
    mean = float(np.mean(list(accuracies.values())))
    return {"mean_accuracy": mean, **accuracies, **separable}
