"""Certificates of linear separability, proved in whole numbers.

This module trusts no solver and shares no code with the one that makes certificates
(`redigit.separability`). It knows points of two sets by their numbers, and two proofs:

- a hyperplane: whole numbers w and b with w.x + b > 0 for every point x of the second set and
  w.x + b < 0 for every point of the first;
- a combination: whole numbers m > 0 of some points of both sets, whose sum of m (x, 1) over the
  second set is the same as over the first. Then the sums of m (w.x + b) are the same too, so that
  w.x + b cannot be above zero throughout the one and below zero throughout the other: no
  hyperplane separates the sets (Farkas's lemma).

With a hyperplane come multipliers as well. Their means of x over either set are points of the two
convex hulls, and no hyperplane is further from all points than half the distance of the two.
"""

import numpy as np

from redigit.errors import InputError

NAMES = {"point", "multiplier"}
# Above it, sums of products could leave the range of 64-bit integers.
LARGEST_SUM = 2**62


def verify_certificate(
    certificate: dict[str, np.ndarray], points: np.ndarray, is_second: np.ndarray
) -> dict[str, float]:
    """Prove what a certificate says of two sets of points.

    Parameters
    ----------
    certificate : dict of str to ndarray
        ``point`` (int32, shape (m,)), numbers of points; ``multiplier`` (uint8, shape (m, b)), a
        whole number for each, its bytes from the lowest on; of a hyperplane also ``weights``
        (int64, shape (k + 1,)), w and then b.
    points : ndarray of int, shape (n, k)
        Points with whole coordinates.
    is_second : ndarray of bool, shape (n,)
        Whether each belongs to the second set.

    Returns
    -------
    dict of str to float
        ``separable`` (1 or 0), ``support`` (the number of points that decide) and, if there is a
        hyperplane, ``margin`` (its distance from the nearest point) and ``margin_bound`` (which no
        hyperplane's can exceed), both in units of the coordinates.

    Raises
    ------
    InputError
        If the certificate proves nothing.
    """
    if set(certificate) not in (NAMES, NAMES | {"weights"}):
        raise InputError(f"found the arrays {', '.join(sorted(certificate))}")
    numbers, multipliers = read_combination(certificate, len(points))
    of_second = is_second[numbers]
    if of_second.all() or not of_second.any():
        raise InputError("its points are of one set only")
    extended = np.append(points[numbers], np.ones((len(numbers), 1), points.dtype), axis=1)
    sums = [multipliers[side] @ extended[side].astype(object) for side in (of_second, ~of_second)]
    proved = {"separable": int("weights" in certificate), "support": len(numbers)}
    if "weights" in certificate:
        margin = prove_hyperplane(certificate["weights"], points, is_second)
        # The last coordinate is 1, so that its sum is that of the multipliers.
        gap = sums[0][:-1] / sums[0][-1] - sums[1][:-1] / sums[1][-1]
        bound = float(np.linalg.norm(gap.astype(float)) / 2)
        return proved | {"margin": margin, "margin_bound": bound}
    if (sums[0] != sums[1]).any():
        raise InputError("the sums over the two sets differ")
    return proved


def read_combination(
    certificate: dict[str, np.ndarray], n_points: int
) -> tuple[np.ndarray, np.ndarray]:
    """Read the numbers of points and their multipliers, as Python's whole numbers."""
    numbers, content = certificate["point"], certificate["multiplier"]
    if numbers.dtype != np.int32 or content.dtype != np.uint8 or content.ndim != 2:
        raise InputError("point has to be int32, multiplier uint8 in two dimensions")
    if numbers.shape != content.shape[:1] or len(np.unique(numbers)) != len(numbers):
        raise InputError("each point has to stand there once, with one multiplier")
    if not len(numbers) or numbers.min() < 0 or numbers.max() >= n_points:
        raise InputError(f"numbers of points have to be 0 to {n_points - 1}")
    multipliers = np.array([int.from_bytes(row.tobytes(), "little") for row in content], object)
    if (multipliers <= 0).any():
        raise InputError(f"the multiplier of point {numbers[multipliers <= 0][0]} is zero")
    return numbers, multipliers


def prove_hyperplane(weights: np.ndarray, points: np.ndarray, is_second: np.ndarray) -> float:
    """Prove that a hyperplane has each point on its side; give its distance from the nearest."""
    if weights.dtype != np.int64 or weights.shape != (points.shape[1] + 1,):
        raise InputError(f"weights have to be int64, {points.shape[1] + 1} in number")
    largest = [max(abs(int(values.min())), abs(int(values.max()))) for values in (weights, points)]
    if len(weights) * largest[0] * max(largest[1], 1) >= LARGEST_SUM:
        raise InputError("the weights are too large to be summed in 64 bits")
    *normal, bias = weights
    sides = (points.astype(np.int64) @ np.array(normal) + bias) * np.where(is_second, 1, -1)
    if sides.min() <= 0:
        wrong = int(sides.argmin())
        raise InputError(f"point {wrong} is not on its side of the hyperplane")
    return float(sides.min() / np.linalg.norm(weights[:-1].astype(float)))
