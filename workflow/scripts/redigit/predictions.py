"""What predicted probabilities are worth: accuracy and loss."""

import numpy as np

# Keras clips probabilities to this before it takes their logarithm.
SMALLEST_PROBABILITY = 1e-7


def measure_accuracy(probability: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Share of items whose most probable class is the right one.

    Parameters
    ----------
    probability : ndarray of float32, shape (..., n, classes)
        Probability of each class.
    label : ndarray of integers, shape (..., n)
        The right class.

    Returns
    -------
    ndarray of float64, shape (...)
    """
    return (probability.argmax(axis=-1) == label).mean(axis=-1)


def measure_loss(probability: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Cross-entropy in nats, averaged over items; arguments and result as of `measure_accuracy`."""
    right = label.astype(np.int64)[..., None]
    chosen = np.take_along_axis(probability, right, axis=-1)[..., 0]
    return -np.log(np.maximum(chosen.astype(np.float64), SMALLEST_PROBABILITY)).mean(axis=-1)
