"""t-SNE: maps in the plane that keep neighbours together."""

from typing import Any

import numpy as np
from openTSNE import TSNE

from redigit.randomness import make_generator


def embed_points(points: np.ndarray, settings: dict[str, Any], job: str, number: int) -> np.ndarray:
    """Embed points in the plane by t-SNE.

    Parameters
    ----------
    points : ndarray of float32, shape (n, d)
        What is embedded; distances are Euclidean.
    settings : dict
        Settings of the kind `tsne`.
    job, number : str, int
        Name of the row and number of the map, which name the random stream.

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
        random_state=int(make_generator("tsne", job, number).integers(2**32)),
    ).fit(points)
    return np.asarray(embedding, np.float32)
