"""Precision, recall, F1 score and support of every class, and their averages."""

import numpy as np
from sklearn.metrics import precision_recall_fscore_support

SCORES = ("precision", "recall", "f1")


def measure_classes(predicted: np.ndarray, label: np.ndarray, n_classes: int) -> dict[str, list]:
    """Measure how well each class is found, in each replicate.

    A precision is 0 if its class is never predicted, a recall if its class does not occur, an F1
    score if both are. The macro average is the mean over classes, the weighted average that
    weighted by support; both are over the classes that occur or are predicted, since nothing is
    known of the others.

    Parameters
    ----------
    predicted, label : ndarray of int, shape (replicates, n)
        Predicted and true classes.
    n_classes : int
        How many classes there are.

    Returns
    -------
    dict of str to list of float
        For each metric its value in each replicate: ``precision_0``, ``recall_0``, ``f1_0``,
        ``support_0`` and so on, then ``macro_precision`` to ``weighted_f1``.
    """
    metrics: dict[str, list] = {}
    for truth, guess in zip(label, predicted, strict=True):
        *scores, support = precision_recall_fscore_support(
            truth, guess, labels=np.arange(n_classes), zero_division=0
        )
        seen = (support > 0) | np.isin(np.arange(n_classes), guess)
        for number in range(n_classes):
            for name, score in zip(SCORES, scores, strict=True):
                metrics.setdefault(f"{name}_{number}", []).append(float(score[number]))
            metrics.setdefault(f"support_{number}", []).append(int(support[number]))
        for average, weights in (("macro", seen), ("weighted", support)):
            for name, score in zip(SCORES, scores, strict=True):
                mean = float(np.average(score, weights=weights))
                metrics.setdefault(f"{average}_{name}", []).append(mean)
    return metrics
