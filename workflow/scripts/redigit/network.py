"""Networks: their architecture from settings, and the one way in which they are trained."""

import time
from collections.abc import Callable
from math import prod
from typing import Any

import keras
import numpy as np
import pandas as pd

from redigit.images import ImageSet
from redigit.predictions import measure_accuracy, measure_loss
from redigit.randomness import make_generator
from redigit.tasks import Task

# Items in a step that only predicts, and how many values at most the largest layer gives for them:
# maps of hundreds of kernels without strides would need gigabytes.
LARGE_BATCH, LARGE_OUTPUT = 1000, 80_000_000
# Settings against overfitting, which only the kind `pair_network` has.
RESTRAINTS = ("dropout", "batch_normalization", "l2")


def start_anew(seed: int) -> None:
    """Forget all networks and seed Keras, so that the next one does not depend on those before."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)


def build_network(
    settings: dict[str, Any], size: tuple[int, int], tasks: list[Task]
) -> keras.Model:
    """Build a network: convolutions, hidden layers, then a softmax for each task.

    Parameters
    ----------
    settings : dict
        Settings of the kind `network`, `multitask` or `pair_network`.
    size : (int, int)
        Height and width of an item in pixels.
    tasks : list of Task
        Its tasks; each has its own hidden layers after those that all share.

    Returns
    -------
    keras.Model
        The network with its initial weights, compiled with its optimiser and cross-entropy. It
        takes items of shape (height, width, 1), or flat ones if there is no convolution, and gives
        probabilities by the name of each task's output layer.
    """
    activation, convolutions = settings["activation"], settings.get("convolutions", [])
    pixels = keras.Input((*size, 1) if convolutions else (prod(size),), name="pixels")
    shared = add_convolutions(pixels, convolutions, activation)
    restraint = {name: settings[name] for name in RESTRAINTS if name in settings}
    shared = add_dense(shared, "hidden_{}", settings["hidden"], activation, **restraint)
    outputs = {}
    for task in tasks:
        own = add_dense(shared, task.name_layer("hidden_{}"), task.hidden, activation)
        name = task.name_layer("output")
        outputs[name] = keras.layers.Dense(task.n_classes, "softmax", name=name)(own)
    network = keras.Model(pixels, outputs, name="network")
    network.compile(
        optimizer=build_optimiser(**settings["optimiser"]),
        loss=dict.fromkeys(outputs, "sparse_categorical_crossentropy"),
        loss_weights={task.name_layer("output"): task.weight for task in tasks},
        metrics={name: ["accuracy"] for name in outputs},
        # Compiling with XLA costs more time than it saves on a processor.
        jit_compile=keras.backend.backend() == "jax",
    )
    return network


def add_convolutions(
    maps: keras.KerasTensor, convolutions: list[dict[str, Any]], activation: str
) -> keras.KerasTensor:
    """Add convolutions, each with its pooling if it has one, and flatten what they give."""
    # Without this a file in the user's home folder would decide.
    channels = {"data_format": "channels_last"}
    for number, convolution in enumerate(convolutions, start=1):
        maps = keras.layers.Conv2D(
            convolution["kernels"],
            convolution["size"],
            convolution["stride"],
            convolution["padding"],
            activation=activation,
            name=f"convolution_{number}",
            **channels,
        )(maps)
        if convolution["pool"]:
            name = f"pooling_{number}"
            maps = keras.layers.MaxPooling2D(convolution["pool"], name=name, **channels)(maps)
    return keras.layers.Flatten(name="flatten", **channels)(maps) if convolutions else maps


def add_dense(
    values: keras.KerasTensor,
    name: str,
    widths: list[int] | tuple[int, ...],
    activation: str,
    dropout: float = 0,
    batch_normalization: bool = False,
    l2: float = 0,
) -> keras.KerasTensor:
    """Add dense layers, each with what is to keep it from overfitting.

    Parameters
    ----------
    values : KerasTensor
        What they take.
    name : str
        Name of a layer; ``{}`` stands for its number, and ``hidden`` for what the layer does.
    widths : list of int
        Their widths.
    activation : str
        Their activation.
    dropout : float
        Share of a layer's values that are dropped in each step of the training.
    batch_normalization : bool
        Whether a layer's values are normalised after that.
    l2 : float
        Factor of the sum of a layer's squared weights, biases left out, in the loss of training.
    """
    for number, width in enumerate(widths, start=1):
        own = name.format(number)
        penalty = keras.regularizers.L2(l2) if l2 else None
        values = keras.layers.Dense(width, activation, name=own, kernel_regularizer=penalty)(values)
        if dropout:
            values = keras.layers.Dropout(dropout, name=own.replace("hidden", "dropout"))(values)
        if batch_normalization:
            norm = own.replace("hidden", "normalization")
            values = keras.layers.BatchNormalization(name=norm)(values)
    return values


def build_optimiser(name: str, learning_rate: float) -> keras.optimizers.Optimizer:
    """Build an optimiser by the name used in settings."""
    optimisers = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
    return optimisers[name](float(learning_rate))


def train_network(
    network: keras.Model,
    tasks: list[Task],
    train: ImageSet,
    test: ImageSet,
    batch: int,
    epochs: int,
    seed: int,
    validation: ImageSet | None = None,
    after_epoch: Callable[[int, dict[str, float]], None] | None = None,
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Train a network; the items for test and validation are only looked at.

    Parameters
    ----------
    network : keras.Model
        A compiled network; its weights are changed.
    tasks : list of Task
        Its tasks.
    train, test : ImageSet
        Items to learn from and items to measure on after each epoch.
    batch, epochs : int
        Items in a step; passes through the training items.
    seed : int
        Seed of the order of the training items; the order depends on seed and epoch alone.
    validation : ImageSet, optional
        More items to measure on after each epoch.
    after_epoch : callable, optional
        Called after each epoch with its number and what was measured, by column of the history.

    Returns
    -------
    history : pandas.DataFrame
        For each epoch (from 1) ``train_loss``, the weighted sum over tasks, and the accuracy of
        each task, ``train_accuracy`` or ``train_accuracy_<task>``, averaged over the epoch's steps
        while the weights changed, as Keras prints them; of several tasks also each one's loss
        without its weight, ``train_loss_<task>``. Then the same at its end on the test items, as
        ``test_…``, and on those for validation, if there are any.
    probability : dict of str to ndarray of float32, shape (n, classes)
        What the trained network predicts of the test items, by the name of each task.
    """
    started = time.perf_counter()
    epoch_rows = []
    for epoch in range(1, epochs + 1):
        order = make_generator("shuffle", seed, epoch).permutation(len(train))
        measured = run_epoch(network, tasks, train, order, batch)
        probability = predict_probabilities(network, tasks, test)
        tested = measure_tasks(tasks, probability, test.labels)
        found = {"train": measured, "test": tested}
        if validation:
            guess = predict_probabilities(network, tasks, validation)
            found["validation"] = measure_tasks(tasks, guess, validation.labels)
        columns = {f"{split}_{name}": found[split][name] for split in found for name in measured}
        epoch_rows.append({"epoch": epoch} | columns)
        text = describe_epoch(measured, tested)
        print(f"epoch {epoch}/{epochs}: {text}, {time.perf_counter() - started:.0f} s")
        if after_epoch:
            after_epoch(epoch, columns)
    return pd.DataFrame(epoch_rows), probability


def describe_epoch(measured: dict[str, float], tested: dict[str, float]) -> str:
    """Say what was measured in an epoch's training and on the items for test."""
    return ", ".join(
        f"{name.replace('_', ' ')} {measured[name]:.4f} in training, {tested[name]:.4f} on test"
        for name in measured
    )


def run_epoch(
    network: keras.Model, tasks: list[Task], items: ImageSet, order: np.ndarray, batch: int
) -> dict[str, float]:
    """Train a network on items once.

    Parameters
    ----------
    network : keras.Model
        A compiled network; its weights are changed.
    tasks : list of Task
        Its tasks.
    items : ImageSet
        The items.
    order : ndarray of int, shape (n,)
        Which of them, in which order.
    batch : int
        Items in a step.

    Returns
    -------
    dict of str to float
        ``loss``, the accuracy of each task and, of several, its loss, averaged over all items.
    """
    names = name_measures(tasks)
    totals = dict.fromkeys(names.values(), 0.0)
    for start in range(0, len(order), batch):
        pixels, labels = items.make_batch(order[start : start + batch])
        targets = {task.name_layer("output"): task.targets[labels] for task in tasks}
        # Keras' fit() takes batches that are made on the fly too, but costs more: see benchmarks.
        measured = network.train_on_batch(shape_pixels(network, pixels), targets, return_dict=True)
        for name, total in names.items():
            totals[total] += float(measured[name]) * len(labels)
    return {name: total / len(order) for name, total in totals.items()}


def name_measures(tasks: list[Task]) -> dict[str, str]:
    """Map the names that Keras gives to what it measures to those of the histories."""
    names = {"loss": "loss"}
    for task in tasks:
        # Keras names the output only if there are several.
        prefix = f"{task.name_layer('output')}_" if len(tasks) > 1 else ""
        names[f"{prefix}accuracy"] = task.name_measure("accuracy")
        if prefix:
            names[f"{prefix}loss"] = task.name_measure("loss")
    return names


def measure_tasks(
    tasks: list[Task], probability: dict[str, np.ndarray], labels: np.ndarray
) -> dict[str, float]:
    """Measure predictions: ``loss``, the weighted sum over tasks, and what else a history has."""
    measured = {"loss": 0.0}
    for task in tasks:
        known = probability[task.name], task.targets[labels]
        loss = float(measure_loss(*known))
        measured["loss"] += task.weight * loss
        measured[task.name_measure("accuracy")] = float(measure_accuracy(*known))
        if len(tasks) > 1:
            measured[task.name_measure("loss")] = loss
    return measured


def shape_pixels(network: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Give flat items, shape (b, pixels), the shape that a network takes."""
    return pixels.reshape(len(pixels), *network.input_shape[1:])


def predict_probabilities(
    network: keras.Model, tasks: list[Task], items: ImageSet
) -> dict[str, np.ndarray]:
    """Predict class probabilities.

    Returns
    -------
    dict of str to ndarray of float32, shape (n, classes)
        By the name of each task.
    """
    largest = max(prod(layer.output.shape[1:]) for layer in network.layers)
    size = max(1, min(LARGE_BATCH, LARGE_OUTPUT // largest))
    batches = [
        network.predict_on_batch(
            shape_pixels(network, items.make_batch(slice(start, start + size))[0])
        )
        for start in range(0, len(items), size)
    ]
    return {
        task.name: np.concatenate([batch[task.name_layer("output")] for batch in batches])
        for task in tasks
    }


def collect_weights(network: keras.Model) -> dict[str, np.ndarray]:
    """Collect the weights of a network by layer and name."""
    return {weight.path: keras.ops.convert_to_numpy(weight) for weight in network.weights}
