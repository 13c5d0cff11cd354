"""What the weights of perceptrons look like, as statistics: where they are below and above zero.

The studies describe maps of weights by eye: a ring below zero where a 0 is drawn, a bar above zero
where a 1 is, corners that do not count (studies A and C, Task 2). Each of these is a mean over
pixels that the training images alone decide.
"""

import numpy as np

# Side of each of the four corners, in pixels.
CORNER = 7
# Weights of corners are small if their mean size is at most this share of that where digits are.
SMALL = 0.5


def find_excess(images: np.ndarray, is_second: np.ndarray) -> np.ndarray:
    """Find by how much the mean of the second of two digits is darker than that of the first.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        Grey values of two digits.
    is_second : ndarray of bool, shape (n,)
        Whether each shows the second of the two.

    Returns
    -------
    ndarray of float64, shape (height * width,)
        In grey values.
    """
    flat = images.reshape(len(images), -1)
    return flat[is_second].mean(axis=0) - flat[~is_second].mean(axis=0)


def find_corners(height: int, width: int) -> np.ndarray:
    """Find the pixels of the four corners.

    Returns
    -------
    ndarray of bool, shape (height * width,)
    """
    rows, columns = np.arange(height), np.arange(width)
    outer_rows = (rows < CORNER) | (rows >= height - CORNER)
    outer_columns = (columns < CORNER) | (columns >= width - CORNER)
    return (outer_rows[:, None] & outer_columns).ravel()


def measure_weights(
    weights: np.ndarray, images: np.ndarray, is_second: np.ndarray
) -> dict[str, np.ndarray]:
    """Measure the weights of perceptrons for two digits.

    Parameters
    ----------
    weights : ndarray of float32, shape (draws, height * width + 1)
        Weights of the pixels, then the bias, which does not count here.
    images, is_second : ndarray of uint8, shape (n, height, width), ndarray of bool, shape (n,)
        The training images, and whether each shows the second digit.

    Returns
    -------
    dict of str to ndarray, shape (draws,)
        ``weight_on_first`` and ``weight_on_second``, the mean weight of the pixels where either
        digit is darker than the other, each counted by how much; ``corner_size``, the mean size of
        the weights in the corners as a share of that of all those pixels, counted so, and 0 if
        all weights are; and as 0 or 1 the predicates ``first_negative`` and ``second_positive``,
        by the signs of the means, and ``small_corners``.
    """
    pixels = weights[:, :-1].astype(np.float64)
    excess = find_excess(images, is_second)
    on_first = np.average(pixels, axis=1, weights=np.maximum(-excess, 0))
    on_second = np.average(pixels, axis=1, weights=np.maximum(excess, 0))
    size = np.abs(pixels)
    inked = np.average(size, axis=1, weights=np.abs(excess))
    corners = size[:, find_corners(*images.shape[1:])].mean(axis=1)
    corner_size = np.divide(corners, inked, out=np.zeros_like(inked), where=inked > 0)
    return {
        "weight_on_first": on_first,
        "weight_on_second": on_second,
        "corner_size": corner_size,
        "first_negative": (on_first < 0).astype(int),
        "second_positive": (on_second > 0).astype(int),
        "small_corners": (corner_size <= SMALL).astype(int),
    }
