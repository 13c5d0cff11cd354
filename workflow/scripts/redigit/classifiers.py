"""What all classifiers of scikit-learn have in common here: their predictions."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin

from redigit.images import ImageSet

# Items whose pixels are made at once.
BATCH = 1000


def predict_classes(classifier: ClassifierMixin, items: ImageSet, n_classes: int) -> np.ndarray:
    """Predict class probabilities, 0 for classes that the classifier has never seen.

    Returns
    -------
    ndarray of float32, shape (n, n_classes)
    """
    probability = np.zeros((len(items), n_classes), np.float32)
    probability[:, classifier.classes_] = np.concatenate(
        [
            classifier.predict_proba(items.make_batch(slice(start, start + BATCH))[0])
            for start in range(0, len(items), BATCH)
        ]
    )
    return probability


def predict_draws(
    manifest: pd.DataFrame, predict: Callable[[int, pd.DataFrame], np.ndarray]
) -> dict[str, np.ndarray]:
    """Predict the sums of the test pairs of each draw.

    Parameters
    ----------
    manifest : pandas.DataFrame
        A manifest of pairs.
    predict : callable
        Given the number of a draw and its pairs, the probability of each sum for each of its test
        pairs, float32, shape (n_test, 19).

    Returns
    -------
    dict of str to ndarray
        ``probability`` (float32, shape (draws, n_test, 19)), ``label`` (uint8, shape (draws,
        n_test)) and ``replicate`` (int64, shape (draws,)), the number of each draw.
    """
    draws = dict(list(manifest.groupby("draw")))
    sums = [pairs.loc[pairs["split"] == "test", "sum"].to_numpy() for pairs in draws.values()]
    return {
        "probability": np.stack([predict(draw, pairs) for draw, pairs in draws.items()]),
        "label": np.stack(sums),
        "replicate": np.array(list(draws), np.int64),
    }
