"""Exact solution of systems of linear equations with whole coefficients.

The solution modulo a prime is lifted to a high power of it (p-adic lifting), from which the
fractions follow. It takes seconds where elimination with fractions takes an hour.
"""

from math import gcd, isqrt, log2

import numpy as np

# The largest prime below 2**26: sums of some 2,000 products of two residues stay below 2**63.
PRIME = 67_108_859


def find_relation(vectors: np.ndarray) -> list[int] | None:
    """Find the whole numbers by which vectors, multiplied and added up, give zero.

    Parameters
    ----------
    vectors : ndarray of int64, shape (m, k)
        Vectors, one or more.

    Returns
    -------
    list of int, length m, or None
        The smallest such numbers, the last one above zero; None if there are none, or if the
        vectors without the last are not independent.
    """
    *_, last = vectors
    pivots, inverse = invert(vectors[:-1])
    if len(pivots) < len(vectors) - 1:
        return None
    numerators, denominator = solve(vectors[:-1, pivots], inverse, -last[pivots])
    numbers = [*numerators, denominator]
    # The other columns follow from the pivots if the last vector depends on the rest.
    if (np.array(numbers, object) @ vectors.astype(object)).any():
        return None
    factor = gcd(*numbers)
    return [number // factor for number in numbers]


def invert(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find columns that make a matrix square and invertible modulo `PRIME`, and invert it.

    Parameters
    ----------
    rows : ndarray of int64, shape (m, k)
        The matrix.

    Returns
    -------
    pivots : ndarray of int64, shape (r,)
        The columns, r being the rank.
    inverse : ndarray of int64, shape (m, m)
        Inverse of ``rows[:, pivots]`` if r is m.
    """
    n_rows, n_columns = rows.shape
    work = np.concatenate([rows % PRIME, np.eye(n_rows, dtype=np.int64)], axis=1)
    pivots: list[int] = []
    for column in range(n_columns):
        done = len(pivots)
        candidates = done + np.flatnonzero(work[done:, column])
        if not len(candidates):
            continue
        work[[done, candidates[0]]] = work[[candidates[0], done]]
        work[done] = work[done] * pow(int(work[done, column]), -1, PRIME) % PRIME
        factors = work[:, column].copy()
        factors[done] = 0
        others = np.flatnonzero(factors)
        work[others] = (work[others] - factors[others, None] * work[done]) % PRIME
        pivots.append(column)
    return np.array(pivots, np.int64), work[:, n_columns:]


def solve(matrix: np.ndarray, inverse: np.ndarray, target: np.ndarray) -> tuple[list[int], int]:
    """Solve ``x @ matrix == target`` in fractions.

    Parameters
    ----------
    matrix : ndarray of int64, shape (m, m)
        An invertible matrix.
    inverse : ndarray of int64, shape (m, m)
        Its inverse modulo `PRIME`.
    target : ndarray of int64, shape (m,)
        The right-hand side.

    Returns
    -------
    numerators : list of int, length m
        The solution times its common denominator.
    denominator : int
        The denominator, above zero.
    """
    # By Hadamard's bound no determinant, and so no numerator or denominator, has more bits.
    lengths = np.linalg.norm(np.concatenate([matrix.astype(float), [target]]), axis=1)
    bits = sum(log2(max(length, 1)) for length in lengths) + 1
    n_digits = int((2 * bits + 1) / log2(PRIME)) + 1
    rest, digits = target, []
    for _ in range(n_digits):
        digits.append(rest % PRIME @ inverse % PRIME)
        rest = (rest - digits[-1] @ matrix) // PRIME
    modulus = PRIME**n_digits
    residues = [join_digits(list(map(int, column))) for column in np.array(digits).T]
    denominator = 1
    for residue in residues:
        denominator *= find_denominator(residue * denominator % modulus, modulus)
    scaled = [residue * denominator % modulus for residue in residues]
    return [n - modulus if 2 * n > modulus else n for n in scaled], denominator


def join_digits(digits: list[int]) -> int:
    """Join digits to base `PRIME`, the lowest first; by halves, so that most are short."""
    if len(digits) == 1:
        return digits[0]
    half = len(digits) // 2
    return join_digits(digits[:half]) + join_digits(digits[half:]) * PRIME**half


def find_denominator(residue: int, modulus: int) -> int:
    """Find the denominator of the fraction that a number stands for by its residue.

    Numerator and denominator are below the square root of half the modulus.
    """
    bound = isqrt(modulus // 2)
    previous, current = (modulus, 0), (residue, 1)
    while current[0] > bound:
        quotient = previous[0] // current[0]
        following = (previous[0] - quotient * current[0], previous[1] - quotient * current[1])
        previous, current = current, following
    return abs(current[1])
