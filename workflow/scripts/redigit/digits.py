"""Pairs of digits: the images of two classes, and which of the two each shows."""

from collections.abc import Sequence

import numpy as np


def select_pair(
    split: tuple[np.ndarray, np.ndarray], digits: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Select the images of two digits, in the order of the split.

    Parameters
    ----------
    split : (ndarray of uint8, shape (n, 28, 28), ndarray of uint8, shape (n,))
        Images and labels of a split.
    digits : sequence of int
        The two digits.

    Returns
    -------
    points : ndarray of uint8, shape (m, 784)
        Grey values of the images of the two.
    is_second : ndarray of bool, shape (m,)
        Whether each shows the second digit.
    """
    images, labels = split
    chosen = np.isin(labels, digits)
    return images[chosen].reshape(chosen.sum(), -1), labels[chosen] == digits[1]
