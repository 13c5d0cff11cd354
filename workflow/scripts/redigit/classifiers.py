"""What all classifiers of scikit-learn have in common here: rows, draws and predictions."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin

from redigit.images import ImageSet
from redigit.pairs import find_manifest, load_pool
from redigit.settings import Settings, read_experiment, refer_to_row, resolve_settings
from redigit.validation import read_settings

# Items whose pixels are made at once.
BATCH = 1000

Arrays = dict[str, np.ndarray]
# One classifier: given the settings of its row, images, their digits, the pairs of one draw, and
# the names of its job and draw, what it predicts.
FitDraw = Callable[[Settings, np.ndarray, np.ndarray, pd.DataFrame, str, int], dict[str, Any]]


def fit_rows(
    experiment: str, schema: Path, raw: list[Path], pairs: list[Path], fit_draw: FitDraw
) -> Arrays:
    """Fit one classifier for each row and draw.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    schema : Path
        Schema of the settings of its kind.
    raw, pairs : list of Path
        Raw files, and the manifests that its rows name.
    fit_draw : callable
        Fits one classifier and gives arrays and numbers by name, the same names for each draw.

    Returns
    -------
    dict of str to ndarray
        As ``row/name``, what each draw gave, stacked; ``row/replicate`` (int64, shape (draws,))
        has the numbers of the draws.
    """
    arrays: Arrays = {}
    # Rows have the same images, mostly.
    read_pool = cache(partial(load_pool, raw))
    for row in read_experiment(experiment)["rows"]:
        job, settings = f"{experiment}/{row}", read_settings(schema, experiment, row)
        source = "/".join(refer_to_row(experiment.split("/")[0], settings["pairs"]))
        images, labels = read_pool(resolve_settings(*source.rsplit("/", 1))["images"])
        draws = dict(list(pd.read_parquet(find_manifest(pairs, source)).groupby("draw")))
        found = [
            fit_draw(settings, images, labels, drawn, job, draw) for draw, drawn in draws.items()
        ]
        for name in found[0]:
            arrays[f"{row}/{name}"] = np.stack([of_draw[name] for of_draw in found])
        arrays[f"{row}/replicate"] = np.array(list(draws), np.int64)
    return arrays


def predict_batches(predict: Callable[[np.ndarray], np.ndarray], items: ImageSet) -> np.ndarray:
    """Predict items, some at a time."""
    return np.concatenate(
        [
            predict(items.make_batch(slice(start, start + BATCH))[0])
            for start in range(0, len(items), BATCH)
        ]
    )


def predict_classes(classifier: ClassifierMixin, items: ImageSet, n_classes: int) -> np.ndarray:
    """Predict class probabilities, 0 for classes that the classifier has never seen.

    Returns
    -------
    ndarray of float32, shape (n, n_classes)
    """
    probability = np.zeros((len(items), n_classes), np.float32)
    probability[:, classifier.classes_] = predict_batches(classifier.predict_proba, items)
    return probability
