"""How well a map in the plane keeps classes apart and neighbours together."""

import numpy as np
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances, silhouette_score

# Neighbours of each point that a map should keep.
N_NEIGHBOURS = 10


def measure_map(points: np.ndarray, embedding: np.ndarray, label: np.ndarray) -> dict[str, float]:
    """Measure a map.

    Parameters
    ----------
    points : ndarray of float32, shape (n, d)
        What is mapped.
    embedding : ndarray of float32, shape (n, 2)
        The points of the map.
    label : ndarray of uint8, shape (n,)
        Their classes.

    Returns
    -------
    dict of str to float
        ``n_points``; ``silhouette`` in the plane and ``input_silhouette`` of the points
        themselves, the mean over points of (b - a) / max(a, b) with the mean distance a to its own
        class and b to the nearest other one, from -1 to 1; ``neighbour_recall``, the share of the
        ten nearest neighbours of a point that are among its ten nearest on the map;
        ``trustworthiness``, from 0 to 1, the less the farther off those are in truth that are
        among the ten nearest on the map only (Venna and Kaski 2001).
    """
    distance = pairwise_distances(points)
    np.fill_diagonal(distance, 0)
    near, near_on_map = (find_neighbours(d) for d in (distance, pairwise_distances(embedding)))
    kept = [len(np.intersect1d(*both)) for both in zip(near, near_on_map, strict=True)]
    trusted = trustworthiness(distance, embedding, n_neighbors=N_NEIGHBOURS, metric="precomputed")
    return {
        "n_points": len(label),
        "silhouette": float(silhouette_score(embedding, label)),
        "input_silhouette": float(silhouette_score(distance, label, metric="precomputed")),
        "neighbour_recall": float(np.mean(kept) / N_NEIGHBOURS),
        "trustworthiness": float(trusted),
    }


def find_neighbours(distance: np.ndarray) -> np.ndarray:
    """Find the ten nearest neighbours of each point, itself not counted, in any order.

    Parameters
    ----------
    distance : ndarray of float, shape (n, n)
        Distances of all points from each other.

    Returns
    -------
    ndarray of int64, shape (n, 10)
    """
    others = distance.copy()
    np.fill_diagonal(others, np.inf)
    return np.argpartition(others, N_NEIGHBOURS, axis=1)[:, :N_NEIGHBOURS]


def mark_best(rows: dict[str, dict[str, list]]) -> None:
    """Add to each row ``best_by_silhouette``: 1 for each map whose silhouette is the highest.

    Parameters
    ----------
    rows : dict of str to dict of str to list
        For each row its metrics, with a value for each map; maps of the same number are compared.
    """
    scores = {row: metrics["silhouette"] for row, metrics in rows.items()}
    highest = [max(values) for values in zip(*scores.values(), strict=False)]
    for row, metrics in rows.items():
        best = [int(s == top) for s, top in zip(scores[row], highest, strict=False)]
        metrics["best_by_silhouette"] = best
