"""What a trained network of pairs makes of them before it classifies: its last hidden values."""

from typing import Any

import numpy as np

from redigit.images import ImageSet

# Items that are embedded at once.
BATCH = 1000
# What Keras adds to a variance before it takes the root.
EPSILON = 1e-3

ACTIVATIONS = {
    "relu": lambda values: np.maximum(values, 0),
    "tanh": np.tanh,
    "sigmoid": lambda values: 1 / (1 + np.exp(-values)),
}


def embed_items(
    weights: dict[str, np.ndarray], settings: dict[str, Any], items: ImageSet
) -> np.ndarray:
    """Embed items by the hidden layers of a trained network, as they are after its training.

    Parameters
    ----------
    weights : dict of str to ndarray of float32
        By layer and name, such as ``hidden_1/kernel``.
    settings : dict
        Settings of the kind `pair_network`.
    items : ImageSet
        The items.

    Returns
    -------
    ndarray of float32, shape (n, width)
        What the classifying layer takes; width is that of the last hidden layer.
    """
    return np.concatenate(
        [
            run_hidden(weights, settings, items.make_batch(slice(start, start + BATCH))[0])
            for start in range(0, len(items), BATCH)
        ]
    )


def run_hidden(
    weights: dict[str, np.ndarray], settings: dict[str, Any], values: np.ndarray
) -> np.ndarray:
    """Send values, shape (b, d), through all hidden layers; nothing is dropped any more."""
    for number in range(1, len(settings["hidden"]) + 1):
        kernel, bias = (weights[f"hidden_{number}/{name}"] for name in ("kernel", "bias"))
        values = ACTIVATIONS[settings["activation"]](values @ kernel + bias)
        if settings["batch_normalization"]:
            mean, variance, gamma, beta = (
                weights[f"normalization_{number}/{name}"]
                for name in ("moving_mean", "moving_variance", "gamma", "beta")
            )
            values = (values - mean) / np.sqrt(variance + np.float32(EPSILON)) * gamma + beta
    return values
