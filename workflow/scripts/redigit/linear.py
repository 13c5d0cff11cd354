"""Linear classifiers of digit pairs, of the pair as a whole or of its halves one by one."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from redigit.classifiers import predict_classes
from redigit.datasets import N_DIGITS, N_SUMS
from redigit.images import ImageSet
from redigit.predictions import measure_accuracy


def fit_draw(
    settings: dict[str, Any],
    images: np.ndarray,
    labels: np.ndarray,
    pairs: pd.DataFrame,
    job: str,
    draw: int,
) -> dict[str, Any]:
    """Fit one classifier on training pairs and predict the sums of the test pairs.

    Parameters
    ----------
    settings : dict
        Settings of the kind `linear`.
    images : ndarray of uint8, shape (n, 28, 28)
        Single images.
    labels : ndarray of uint8, shape (n,)
        Their digits.
    pairs : pandas.DataFrame
        One draw of a manifest of pairs.
    job, draw : str, int
        Name of the row and number of the draw; nothing is left to chance.

    Returns
    -------
    dict of str to ndarray or number
        ``label`` (uint8, shape (n,)) and ``probability`` (float32, shape (n, 19)) of the sum of
        each test pair; if its halves are classified one by one, also ``digit_accuracy``, the share
        of halves that are classified right.
    """
    print(f"{job}: draw {draw}: {settings['method']}, {settings['size']} examples")
    train, test = (pairs[pairs["split"] == split] for split in ("train", "test"))
    label = test["sum"].to_numpy()
    if settings["method"] == "paired":
        train = train.head(settings["size"])
        fitted = fit_logistic(ImageSet.of_pairs(images, train, settings["pixels"]), settings)
        items = ImageSet.of_pairs(images, test, settings["pixels"])
        return {"label": label, "probability": predict_classes(fitted, items, N_SUMS)}

    def select(numbers: np.ndarray) -> ImageSet:
        return ImageSet(images, numbers[:, None], labels[numbers], settings["pixels"])

    fitted = fit_logistic(select(select_digits(train, settings)), settings)
    halves = [select(test[half].to_numpy()) for half in ("first", "second")]
    digits = [predict_classes(fitted, half, N_DIGITS) for half in halves]
    right = [
        measure_accuracy(probability, half.labels)
        for probability, half in zip(digits, halves, strict=True)
    ]
    found = {"label": label, "probability": add_distributions(*digits)}
    return found | {"digit_accuracy": float(np.mean(right))}


def select_digits(train: pd.DataFrame, settings: dict[str, Any]) -> np.ndarray:
    """Select the single images that a sequential classifier learns from.

    They are the images of the first pairs, pair by pair, so that both readings of the size and
    both methods learn from the same pairs.

    Returns
    -------
    ndarray of int32, shape (k,)
    """
    count = settings["size"] * (1 if settings["size_counts"] == "digits" else 2)
    return train[["first", "second"]].to_numpy().ravel()[:count]


def fit_logistic(items: ImageSet, settings: dict[str, Any]) -> LogisticRegression:
    """Fit a multinomial logistic regression by L-BFGS."""
    classifier = LogisticRegression(C=settings["penalty_c"], max_iter=settings["max_iterations"])
    with warnings.catch_warnings():
        # The number of iterations is a setting; whether it suffices is printed, not warned of.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(*items.make_batch(slice(None)))
    print(f"solver: {classifier.n_iter_.max()} of at most {classifier.max_iter} iterations")
    return classifier


def add_distributions(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Distribution of the sum of two independent digits.

    Parameters
    ----------
    first, second : ndarray of float32, shape (n, 10)
        Distribution of each digit.

    Returns
    -------
    ndarray of float32, shape (n, 19)
        Row by row, the convolution of the two.
    """
    total = np.zeros((len(first), N_SUMS), np.float32)
    for digit in range(N_DIGITS):
        total[:, digit : digit + N_DIGITS] += first[:, [digit]] * second
    return total
