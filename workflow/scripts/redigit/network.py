"""Networks: their architecture from settings, and the one way in which they are trained."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pandas as pd

from redigit.images import ImageSet
from redigit.randomness import make_generator

# Items in a step that only measures.
LARGE_BATCH = 1000


def build_network(settings: dict[str, Any], n_inputs: int, n_classes: int) -> keras.Model:
    """Build a dense network: hidden layers, then a softmax over the classes.

    Parameters
    ----------
    settings : dict
        Settings of the kind `network`.
    n_inputs, n_classes : int
        Number of pixels and of classes.

    Returns
    -------
    keras.Model
        The network with its initial weights, compiled with its optimiser and cross-entropy.
    """
    layers = [
        keras.layers.Dense(width, settings["activation"], name=f"hidden_{number}")
        for number, width in enumerate(settings["hidden"], start=1)
    ]
    output = keras.layers.Dense(n_classes, "softmax", name="output")
    network = keras.Sequential([keras.Input((n_inputs,)), *layers, output], name="network")
    network.compile(
        optimizer=build_optimiser(**settings["optimiser"]),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        # Compiling with XLA costs more time than it saves on a processor.
        jit_compile=keras.backend.backend() == "jax",
    )
    return network


def build_optimiser(name: str, learning_rate: float) -> keras.optimizers.Optimizer:
    """Build an optimiser by the name used in settings."""
    optimisers = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
    return optimisers[name](learning_rate=learning_rate)


def train_network(
    network: keras.Model, train: ImageSet, test: ImageSet, batch: int, epochs: int, seed: int
) -> pd.DataFrame:
    """Train a network; the test items are only looked at.

    Parameters
    ----------
    network : keras.Model
        A compiled network; its weights are changed.
    train, test : ImageSet
        Items to learn from and items to measure on after each epoch.
    batch, epochs : int
        Items in a step; passes through the training items.
    seed : int
        Seed of the order of the training items; the order depends on seed and epoch alone.

    Returns
    -------
    pandas.DataFrame
        For each epoch (from 1) ``train_loss`` and ``train_accuracy``, averaged over the epoch's
        steps while the weights changed, as Keras prints them, and ``test_loss`` and
        ``test_accuracy`` at its end.
    """
    started = time.perf_counter()
    epoch_rows = []
    for epoch in range(1, epochs + 1):
        order = make_generator("shuffle", seed, epoch).permutation(len(train))
        # Keras' fit() takes batches that are made on the fly too, at twice the processor time.
        measured = run_batches(network.train_on_batch, train, order, batch)
        tested = run_batches(network.test_on_batch, test, np.arange(len(test)), LARGE_BATCH)
        epoch_rows.append(
            {"epoch": epoch}
            | {f"train_{name}": measured[name] for name in ("loss", "accuracy")}
            | {f"test_{name}": tested[name] for name in ("loss", "accuracy")}
        )
        print(
            f"epoch {epoch}/{epochs}: accuracy {measured['accuracy']:.4f} in training, "
            f"{tested['accuracy']:.4f} on test, {time.perf_counter() - started:.0f} s"
        )
    return pd.DataFrame(epoch_rows)


def run_batches(
    step: Callable[..., dict], items: ImageSet, order: np.ndarray, batch: int
) -> dict[str, float]:
    """Call a Keras step on items in batches.

    Parameters
    ----------
    step : callable
        ``train_on_batch`` or ``test_on_batch`` of a network.
    items : ImageSet
        The items.
    order : ndarray of int, shape (n,)
        Which of them, in which order.
    batch : int
        Items in a step.

    Returns
    -------
    dict of str to float
        Loss and metrics, averaged over all items.
    """
    totals = {"loss": 0.0, "accuracy": 0.0}
    for start in range(0, len(order), batch):
        pixels, labels = items.make_batch(order[start : start + batch])
        measured = step(pixels, labels, return_dict=True)
        for name in totals:
            totals[name] += float(measured[name]) * len(labels)
    return {name: total / len(order) for name, total in totals.items()}


def predict_probabilities(network: keras.Model, items: ImageSet) -> np.ndarray:
    """Predict class probabilities.

    Returns
    -------
    ndarray of float32, shape (n, classes)
    """
    return np.concatenate(
        [
            network.predict_on_batch(items.make_batch(slice(start, start + LARGE_BATCH))[0])
            for start in range(0, len(items), LARGE_BATCH)
        ]
    )


def collect_weights(network: keras.Model) -> dict[str, np.ndarray]:
    """Collect the weights of a network by layer and name."""
    return {
        weight.path.removeprefix("network/"): keras.ops.convert_to_numpy(weight)
        for weight in network.weights
    }
