"""Classifiers of stacked pairs by the classical families of models of scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier

from redigit.classifiers import predict_classes
from redigit.datasets import N_SUMS
from redigit.images import ImageSet
from redigit.randomness import make_generator

FAMILIES: dict[str, Callable[..., ClassifierMixin]] = {"random_forest": RandomForestClassifier}


def predict_sums(
    images: np.ndarray, pairs: pd.DataFrame, settings: dict[str, Any], seed: int
) -> np.ndarray:
    """Fit one classifier on the training pairs and predict the sums of the test pairs.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Single images.
    pairs : pandas.DataFrame
        One draw of a manifest of pairs.
    settings : dict
        Settings of the kind `classical`.
    seed : int
        Decides what the classifier leaves to chance.

    Returns
    -------
    ndarray of float32, shape (n_test, 19)
        Probability of each sum for each test pair.
    """
    train, test = (
        ImageSet.of_pairs(images, pairs[pairs["split"] == split], settings["pixels"])
        for split in ("train", "test")
    )
    classifier = make_classifier(settings["model"], seed)
    classifier.fit(*train.make_batch(slice(None)))
    return predict_classes(classifier, test, N_SUMS)


def make_classifier(model: dict[str, dict[str, Any]], seed: int) -> ClassifierMixin:
    """Make a classifier that has not learnt anything yet.

    Parameters
    ----------
    model : dict of str to dict
        One of `FAMILIES` and, by their names in scikit-learn, its hyper-parameters.
    seed : int
        Decides what the classifier leaves to chance.
    """
    ((family, parameters),) = model.items()
    return FAMILIES[family](**parameters, random_state=seed)


def make_seed(job: str, draw: int) -> int:
    """Make the seed of a classifier from the names of its job and draw."""
    return int(make_generator("classical", job, draw).integers(2**32))
