"""t-SNE: maps of stacked pairs in the plane that keep neighbours together."""

from typing import Any

import numpy as np
import pandas as pd
from openTSNE import TSNE
from sklearn.metrics import silhouette_score

from redigit.images import ImageSet
from redigit.randomness import make_generator


def select_points(
    images: np.ndarray, manifest: pd.DataFrame, settings: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Select the pairs that are embedded: the first of a split in the first draw.

    Parameters
    ----------
    images : ndarray of uint8, shape (m, 28, 28)
        Single images.
    manifest : pandas.DataFrame
        A manifest of pairs.
    settings : dict
        Settings of the kind `tsne`.

    Returns
    -------
    (ndarray of float32, shape (n, 1568), ndarray of uint8, shape (n,))
        Pixels and sums.
    """
    chosen = manifest[(manifest["draw"] == 0) & (manifest["split"] == settings["split"])]
    pairs = ImageSet.of_pairs(images, chosen.head(settings["points"]), settings["pixels"])
    return pairs.make_batch(slice(None))


def embed_points(points: np.ndarray, settings: dict[str, Any], job: str) -> np.ndarray:
    """Embed points in the plane by t-SNE.

    Parameters
    ----------
    points : ndarray of float32, shape (n, d)
        What is embedded; distances are Euclidean.
    settings : dict
        Settings of the kind `tsne`.
    job : str
        Name of the random stream.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        The same whenever it is computed on one machine.
    """
    embedding = TSNE(
        perplexity=settings["perplexity"],
        initialization=settings["initialization"],
        early_exaggeration_iter=settings["exaggerated_iterations"],
        n_iter=settings["iterations"],
        # Approximate neighbours would add another choice, and save little at these sizes.
        neighbors="exact",
        negative_gradient_method="bh",
        # Sums run in another order with more threads, so that the map would be another one.
        n_jobs=1,
        random_state=int(make_generator("tsne", job).integers(2**32)),
    ).fit(points)
    return np.asarray(embedding, np.float32)


def measure_embedding(embedding: np.ndarray, label: np.ndarray) -> dict[str, list[float]]:
    """Measure how well a map separates classes.

    Parameters
    ----------
    embedding : ndarray of float32, shape (n, 2)
        The points of the map.
    label : ndarray of uint8, shape (n,)
        Their classes.

    Returns
    -------
    dict of str to list of float
        ``n_points`` and ``silhouette``, the mean over points of (b - a) / max(a, b) with the mean
        distance a to its own class and b to the nearest other one, from -1 to 1.
    """
    return {"n_points": [len(label)], "silhouette": [float(silhouette_score(embedding, label))]}
