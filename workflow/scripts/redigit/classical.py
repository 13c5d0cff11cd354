"""Classifiers of stacked pairs by the classical families of models of scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.model_selection import KFold
from sklearn.svm import SVC

from redigit.classifiers import Arrays, predict_batches, predict_classes
from redigit.datasets import N_SUMS
from redigit.errors import InputError
from redigit.images import ImageSet
from redigit.randomness import make_generator
from redigit.settings import RUN_FILE, Settings, read_params

FAMILIES: dict[str, Callable[..., ClassifierMixin]] = {
    "adaboost": AdaBoostClassifier,
    "baseline": DummyClassifier,
    "random_forest": RandomForestClassifier,
    "svm": SVC,
}
# Families that predict classes only. A baseline has probabilities, but those of a guess at random
# do not say what it guesses.
WITHOUT_PROBABILITIES = ("baseline", "svm")


def fit_draw(
    settings: Settings,
    images: np.ndarray,
    labels: np.ndarray,
    pairs: pd.DataFrame,
    job: str,
    draw: int,
) -> dict[str, Any]:
    """Fit the classifiers of one draw of a row, and predict pairs that they have not learnt from.

    Parameters
    ----------
    settings : dict
        Settings of the kind `classical`.
    images, labels : ndarray of uint8, shapes (n, 28, 28) and (n,)
        Single images and their digits.
    pairs : pandas.DataFrame
        One draw of a manifest of pairs.
    job, draw : str, int
        Name of the row and number of the draw, which decide what is left to chance.

    Returns
    -------
    dict of str to ndarray or number
        ``label`` (uint8, shape (n,)), ``probability`` or ``predicted`` and, for each family, what
        `predict_items` and `cross_validate` add.
    """
    train, test = (
        ImageSet.of_pairs(images, pairs[pairs["split"] == split], settings["pixels"])
        for split in ("train", "test")
    )
    train = train.take(slice(settings["size"]))
    print(f"{job}: draw {draw}: {', '.join(settings['model'])}, {len(train)} pairs")
    seed = make_seed(job, draw)
    if settings["folds"]:
        return cross_validate(settings["model"], train, settings["folds"], seed)
    classifier = fit_classifier(settings["model"], train, seed)
    return {"label": test.labels, **predict_items(classifier, settings["model"], test)}


def cross_validate(
    model: dict[str, Settings], items: ImageSet, n_folds: int, seed: int
) -> dict[str, Any]:
    """Predict each of some consecutive folds by a classifier that learnt from the others.

    Returns
    -------
    dict of str to ndarray or number
        ``label`` and what `predict_items` gives of all items, numbers as their mean over the
        folds; and ``fold_<k>_accuracy`` of each fold, from 1.
    """
    found: dict[str, list[Any]] = {}
    folds = {}
    for number, (known, left_out) in enumerate(KFold(n_folds).split(items.labels), 1):
        fold = items.take(left_out)
        arrays = predict_items(fit_classifier(model, items.take(known), seed), model, fold)
        for name, array in arrays.items():
            found.setdefault(name, []).append(array)
        right = choose_classes(arrays) == fold.labels
        folds[f"fold_{number}_accuracy"] = float(right.mean())
    joined = {
        name: np.concatenate(values) if np.ndim(values[0]) else np.mean(values)
        for name, values in found.items()
    }
    return {"label": items.labels, **joined, **folds}


def choose_classes(arrays: Arrays) -> np.ndarray:
    """Choose the class of each item that was predicted, or has the highest probability."""
    return arrays["predicted"] if "predicted" in arrays else arrays["probability"].argmax(axis=1)


def fit_classifier(model: dict[str, Settings], items: ImageSet, seed: int) -> ClassifierMixin:
    """Fit a classifier of the class of items by their pixels."""
    return make_classifier(model, seed).fit(*items.make_batch(slice(None)))


def predict_items(
    classifier: ClassifierMixin, model: dict[str, Settings], items: ImageSet
) -> Arrays:
    """Predict the sums of pairs.

    Returns
    -------
    dict of str to ndarray or number
        ``n_features``, of which the classifier knows each item; ``probability`` (float32, shape
        (n, 19)), or of families without probabilities ``predicted`` (uint8, shape (n,)) and
        ``n_classes``. Of a support vector machine also ``support_vectors``, the number of training
        pairs that each prediction is compared with: what it costs, in kernel values, and the same
        on any machine. Of a baseline also ``expected_accuracy``, see `expect_accuracy`.
    """
    (family,) = model
    found: dict[str, Any] = {"n_features": int(np.prod(items.size))}
    if family not in WITHOUT_PROBABILITIES:
        return found | {"probability": predict_classes(classifier, items, N_SUMS)}
    found["predicted"] = predict_batches(classifier.predict, items).astype(np.uint8)
    found["n_classes"] = N_SUMS
    if family == "svm":
        found["support_vectors"] = len(classifier.support_)
    else:
        found["expected_accuracy"] = expect_accuracy(classifier, items.labels)
    return found


def expect_accuracy(baseline: DummyClassifier, label: np.ndarray) -> float:
    """Expect the accuracy of a guess from how often each class occurs.

    Parameters
    ----------
    baseline : DummyClassifier
        Fitted, so that it knows the classes of the training pairs and their frequencies.
    label : ndarray of uint8, shape (n,)
        The classes that are to be guessed.
    """
    classes = baseline.classes_
    guesses = {
        "uniform": np.full(len(classes), 1 / len(classes)),
        "stratified": baseline.class_prior_,
        "constant": classes == baseline.constant,
    }[baseline.strategy]
    return float(
        sum(guess * np.mean(label == c) for c, guess in zip(classes, guesses, strict=True))
    )


def make_classifier(model: dict[str, Settings], seed: int) -> ClassifierMixin:
    """Make a classifier that has not learnt anything yet.

    Parameters
    ----------
    model : dict of str to dict
        One of `FAMILIES` and, by their names in scikit-learn, its hyper-parameters.
    seed : int
        Decides what the classifier leaves to chance.
    """
    ((family, parameters),) = model.items()
    make = find_svm() if family == "svm" else FAMILIES[family]
    return make(**parameters, random_state=seed)


def find_svm() -> Callable[..., ClassifierMixin]:
    """Find the implementation of support vector machines that the run's parameters name."""
    name = read_params(RUN_FILE)["svm_implementation"]
    if name == "sklearn":
        return SVC
    try:
        import daal4py
        from sklearnex.svm import SVC as IntelSVC
    except ImportError as error:
        raise InputError(
            f"{RUN_FILE}: svm_implementation: found {name}, which is not installed (`make intelex` "
            "does it); allowed is sklearn"
        ) from error
    # As all programs: one thread.
    daal4py.daalinit(1)
    return IntelSVC


def make_seed(job: str, draw: int) -> int:
    """Make the seed of a classifier from the names of its job and draw."""
    return int(make_generator("classical", job, draw).integers(2**32))
