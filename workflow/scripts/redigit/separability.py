"""Certificates that a hyperplane separates two sets of points, or that none does.

What is found here is proved in `redigit.certificates`, which shares nothing with this module: a
wrong certificate would be refused, so that floating point and its tolerances do no harm.
"""

import numpy as np
from scipy.optimize import nnls

from redigit.errors import InputError
from redigit.exact import find_relation

# Weights and multipliers of a hyperplane are rounded to so many steps of the largest.
STEPS = 2**30
# The last coordinate of every point, in units of the largest other one. The larger it is, the less
# the hyperplane's distance from the origin counts, and the closer the margin is to the widest.
OFFSET = 100.0
# Points that the solver starts with, and how many it takes on each time; the fewer, the faster.
FIRST_POINTS, MORE_POINTS = 1500, 1000
# Below it, a residual or a share of the largest multiplier is what rounding leaves of zero.
NEGLIGIBLE = 1e-9
LARGEST_ITERATIONS = 100_000


def find_certificate(points: np.ndarray, is_second: np.ndarray) -> dict[str, np.ndarray]:
    """Find a hyperplane between two sets of points, the one with the widest margin, or none.

    Parameters
    ----------
    points : ndarray of int, shape (n, k)
        Points with whole coordinates, below 2**25 in size.
    is_second : ndarray of bool, shape (n,)
        Whether each belongs to the second set.

    Returns
    -------
    dict of str to ndarray
        ``point`` (int32, shape (m,)): numbers of the points that decide. ``multiplier`` (uint8,
        shape (m, b)): a whole number above zero for each, its bytes from the lowest on. If there
        is a hyperplane also ``weights`` (int64, shape (k + 1,)): its weight for each coordinate,
        then the bias.

    Raises
    ------
    InputError
        If the solver's answer is too close to call.

    Notes
    -----
    With v = (x, 1) for points x of the second set and v = -(x, 1) for the first, the point of the
    convex hull of all v that is closest to zero tells both: it is the normal of the widest
    hyperplane, or it is zero, and then no hyperplane has all v on one side. It solves a
    non-negative least squares problem.
    """
    used = np.append((points != 0).any(axis=0), True)
    extended = np.concatenate([points, np.ones((len(points), 1), points.dtype)], axis=1)
    vectors = extended[:, used].astype(np.int64) * np.where(is_second, 1, -1)[:, None]
    units = np.append(np.full(used.sum() - 1, np.abs(points).max()), 1 / OFFSET)
    chosen, multipliers, nearest = find_nearest(vectors / units)
    weights = np.zeros(len(used))
    if nearest is not None:
        weights[used] = nearest / units
        return {
            "point": chosen.astype(np.int32),
            "multiplier": encode(round_to_steps(multipliers)),
            "weights": np.array(round_to_steps(weights), np.int64),
        }
    relation = find_relation(vectors[chosen])
    if relation is None or min(relation) <= 0:
        raise InputError(f"too close to call: {len(chosen)} points have no exact combination")
    return {"point": chosen.astype(np.int32), "multiplier": encode(relation)}


def find_nearest(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Find the point closest to zero of the convex hull of vectors.

    Those that a least squares fit gets worst come first; others are taken on while they lie
    beyond the hyperplane found.

    Parameters
    ----------
    vectors : ndarray of float64, shape (n, k)
        The vectors.

    Returns
    -------
    chosen : ndarray of int64, shape (m,)
        Vectors that the point is a combination of, in ascending order.
    multipliers : ndarray of float64, shape (m,)
        Their multipliers, above zero.
    nearest : ndarray of float64, shape (k,), or None
        The point; None if it is zero.
    """
    products = vectors.T @ vectors
    ridge = 1e-3 * np.trace(products) / len(products) * np.eye(len(products))
    order = np.argsort(vectors @ np.linalg.solve(products + ridge, vectors.sum(axis=0)))
    taken = order[:FIRST_POINTS]
    while True:
        system = np.append(vectors[taken], np.ones((len(taken), 1)), axis=1).T
        target = np.append(np.zeros(len(system) - 1), 1.0)
        multipliers, residual = nnls(system, target, maxiter=LARGEST_ITERATIONS)
        support = np.flatnonzero(multipliers > NEGLIGIBLE * multipliers.max())
        support = support[np.argsort(taken[support])]
        chosen, multipliers = taken[support], multipliers[support]
        if residual < NEGLIGIBLE:
            return chosen, multipliers, None
        nearest = vectors[chosen].T @ multipliers
        distances = vectors @ nearest
        beyond = np.flatnonzero(distances < (1 - multipliers.sum()) * (1 - 1e-7))
        beyond = np.setdiff1d(beyond, taken)
        if not len(beyond):
            return chosen, multipliers, nearest
        taken = np.append(taken, beyond[np.argsort(distances[beyond])][:MORE_POINTS])


def round_to_steps(values: np.ndarray) -> list[int]:
    """Round values to whole numbers, the largest in size to `STEPS`, the others in proportion."""
    scaled = values / np.abs(values).max() * STEPS
    return [int(value) for value in np.rint(scaled)]


def encode(numbers: list[int]) -> np.ndarray:
    """Write whole numbers as their bytes, all equally long.

    Returns
    -------
    ndarray of uint8, shape (m, b)
    """
    width = (max(numbers).bit_length() + 7) // 8
    content = b"".join(number.to_bytes(width, "little") for number in numbers)
    return np.frombuffer(content, np.uint8).reshape(len(numbers), width)
