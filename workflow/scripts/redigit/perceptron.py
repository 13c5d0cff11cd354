"""Perceptrons that tell two classes of images apart, trained many times over.

A rule (`RULES`) says how the weights change and a stop (`find_end`) when they no longer do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from redigit.images import scale_pixels
from redigit.randomness import make_generator
from redigit.settings import Settings
from redigit.weight_signs import measure_weights

Images = tuple[np.ndarray, np.ndarray]

# Images whose sums are computed at once, although any of them may change the weights: so many
# that the sums cost more than the calls, so few that little is computed in vain.
BLOCK = 64


@dataclass(frozen=True)
class Course:
    """The weights in the course of one training.

    Attributes
    ----------
    versions : ndarray of float32, shape (v, p)
        The weights at the start and whenever they were changed, or after each pass.
    current : ndarray of int64, shape (iterations,)
        Which version held after each iteration that the rule went through.
    """

    versions: np.ndarray
    current: np.ndarray


@dataclass(frozen=True)
class TrainedRow:
    """All draws of a row.

    Attributes
    ----------
    weights : ndarray of float32, shape (draws, p)
        Weights at the end; the last one is the bias.
    errors : ndarray of float32, shape (draws, iterations)
        Share of the training images that are misclassified after each iteration. It stays as it
        is when the training has ended.
    predictions : dict of str to ndarray
        Predictions of the test images and metrics, as `redigit.evaluation` takes them.
    """

    weights: np.ndarray
    errors: np.ndarray
    predictions: dict[str, np.ndarray]


def train_row(train: Images, test: Images, settings: Settings, stream: str) -> TrainedRow:
    """Train the perceptrons of one row, one for each draw, on all images of its two digits.

    Parameters
    ----------
    train, test : (ndarray of uint8, shape (n, 28, 28), ndarray of uint8, shape (n,))
        Images and labels of the two splits.
    settings : dict
        Settings of the kind `perceptron`.
    stream : str
        Name of the random stream; draw number k of it is the same however many draws there are.
    """
    inputs, is_second = select_digits(*train, settings)
    test_inputs, test_is_second = select_digits(*test, settings)
    digits = np.array(settings["digits"], np.uint8)
    weights, errors, ends, predicted = [], [], [], []
    for draw in range(settings["draws"]):
        generator = make_generator("perceptron", stream, draw)
        course = RULES[settings["rule"]](inputs, is_second, settings, generator)
        curve = measure_errors(inputs, is_second, course)
        end = find_end(curve, settings) or len(curve)
        ends.append(end)
        weights.append(course.versions[course.current[end - 1]])
        errors.append(np.pad(curve[:end], (0, settings["iterations"] - end), mode="edge"))
        predicted.append(digits[predict_second(test_inputs, weights[-1]).astype(int)])
    label = digits[test_is_second.astype(int)]
    curves, found = np.stack(errors), np.stack(weights)
    predictions = {
        "predicted": np.stack(predicted),
        "label": np.tile(label, (settings["draws"], 1)),
        "replicate": np.arange(settings["draws"]),
        "n_parameters": np.full(settings["draws"], inputs.shape[1]),
        "n_train": np.full(settings["draws"], len(inputs)),
        "iterations": np.array(ends),
        "train_accuracy": 1 - curves[:, -1],
        **measure_checkpoints(curves, settings),
        **measure_weights(found, train[0][np.isin(train[1], digits)], is_second),
    }
    return TrainedRow(found, curves.astype(np.float32), predictions)


def select_digits(
    images: np.ndarray, labels: np.ndarray, settings: Settings
) -> tuple[np.ndarray, np.ndarray]:
    """Select the images of two digits, in their order.

    Returns
    -------
    inputs : ndarray of float32, shape (m, 785)
        Scaled pixels, and a last input of 1 whose weight is the bias.
    is_second : ndarray of bool, shape (m,)
        Whether the digit is the second of the two.
    """
    first, second = settings["digits"]
    chosen = (labels == first) | (labels == second)
    pixels = scale_pixels(images[chosen].reshape(chosen.sum(), -1), settings["pixels"])
    inputs = np.concatenate([pixels, np.ones((len(pixels), 1), np.float32)], axis=1)
    return inputs, labels[chosen] == second


def predict_second(inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Predict the second digit where the weighted sum is not below zero."""
    return inputs @ weights.T >= 0


def draw_weights(count: int, spread: float, generator: np.random.Generator) -> np.ndarray:
    """Draw initial weights as float32, normal with a standard deviation; zero if that is zero."""
    if not spread:
        return np.zeros(count, np.float32)
    return (spread * generator.standard_normal(count)).astype(np.float32)


def find_changes(settings: Settings) -> tuple[float, float]:
    """Find by how many learning rates an image that is wrong is added to the weights.

    Returns
    -------
    (float, float)
        For an image of the first digit and one of the second: its label, or the distance of its
        label from the other, which was predicted.
    """
    low, high = settings["labels"]
    return (low, high) if settings["change"] == "label" else (low - high, high - low)


def train_on_random_images(
    inputs: np.ndarray, is_second: np.ndarray, settings: Settings, generator: np.random.Generator
) -> Course:
    """Learn from one random training image in each iteration (study A, task 2).

    If the image is predicted wrong, w becomes w + rate (y - y_predicted) x, or w + rate y x
    (study B, task 2). The rate falls by a fixed amount after a fixed number of iterations.
    """
    rates = list_rates(settings["learning_rate"], settings["iterations"])
    changes = find_changes(settings)
    chosen = generator.integers(len(inputs), size=settings["iterations"])
    versions = [draw_weights(inputs.shape[1], settings["initial_weights"], generator)]
    current = np.empty(settings["iterations"], np.int64)
    for iteration, image in enumerate(chosen):
        if predict_second(inputs[image], versions[-1]) != is_second[image]:
            step = np.float32(rates[iteration] * changes[int(is_second[image])])
            versions.append(versions[-1] + step * inputs[image])
        current[iteration] = len(versions) - 1
    return Course(np.stack(versions), current)


def train_in_passes(
    inputs: np.ndarray,
    is_second: np.ndarray,
    settings: Settings,
    generator: np.random.Generator,
    shuffle: bool,
) -> Course:
    """Learn from every training image in each iteration, one after the other.

    In their order (study C, task 2), or in a new order each time, as scikit-learn does it (study
    B, task 2). It ends when `find_end` says so.
    """
    changes = np.array(find_changes(settings))[is_second.astype(int)]
    versions = [draw_weights(inputs.shape[1], settings["initial_weights"], generator)]
    errors = []
    for rate in list_rates(settings["learning_rate"], settings["iterations"]):
        steps = (rate * changes).astype(np.float32)
        order = generator.permutation(len(inputs)) if shuffle else slice(None)
        versions.append(learn_in_order(inputs[order], is_second[order], steps[order], versions[-1]))
        errors.append(np.mean(predict_second(inputs, versions[-1]) != is_second))
        if find_end(np.array(errors), settings):
            break
    return Course(np.stack(versions), np.arange(1, len(versions)))


def learn_in_order(
    inputs: np.ndarray, is_second: np.ndarray, steps: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Go through images once and learn from each that is predicted wrong when its turn comes.

    Parameters
    ----------
    inputs, is_second : ndarray of float32, shape (n, p), ndarray of bool, shape (n,)
        The images in order, as `select_digits` gives them.
    steps : ndarray of float32, shape (n,)
        How many times each is added to the weights if it is wrong.
    weights : ndarray of float32, shape (p,)
        Weights before the pass.

    Returns
    -------
    ndarray of float32, shape (p,)
        Weights after it.
    """
    weights, start = weights.copy(), 0
    while start < len(inputs):
        block = slice(start, start + BLOCK)
        wrong = predict_second(inputs[block], weights) != is_second[block]
        first = int(wrong.argmax())
        if not wrong[first]:
            start += len(wrong)
            continue
        # What follows it is looked at again, by the weights that hold from now on.
        start += first
        weights += steps[start] * inputs[start]
        start += 1
    return weights


RULES: dict[str, Callable[[np.ndarray, np.ndarray, Settings, np.random.Generator], Course]] = {
    "random_image": train_on_random_images,
    "ordered_passes": partial(train_in_passes, shuffle=False),
    "shuffled_passes": partial(train_in_passes, shuffle=True),
}


def find_end(errors: np.ndarray, settings: Settings) -> int | None:
    """Find after which iteration a training ends before its last.

    Parameters
    ----------
    errors : ndarray of float, shape (iterations,)
        Training error after each iteration so far.
    settings : dict
        Settings of the kind `perceptron`. Its `stop` has the `loss` that is low enough (study C,
        task 2), or ends the training when for `patience` iterations in a row the error has not
        come below the least so far by `tolerance` (study B, task 2; scikit-learn).

    Returns
    -------
    int or None
        Number of the iteration, from 1; None if it has not ended.
    """
    stop = settings["stop"]
    if "loss" in stop:
        low = np.flatnonzero(find_losses(errors, settings) <= stop["loss"])
        return int(low[0]) + 1 if len(low) else None
    if "tolerance" in stop:
        # The first iteration always gains, since nothing was known before.
        least = np.minimum.accumulate(np.concatenate([[np.inf], errors[:-1]]))
        waited = 0
        for iteration, gains in enumerate(errors <= least - stop["tolerance"], start=1):
            waited = 0 if gains else waited + 1
            if waited == stop["patience"]:
                return iteration
    return None


def find_losses(errors: np.ndarray, settings: Settings) -> np.ndarray:
    """Find the mean distance of what is given from the right label (study C, task 2)."""
    low, high = settings["labels"]
    return errors * abs(high - low)


def list_rates(schedule: dict[str, float], iterations: int) -> np.ndarray:
    """List the learning rate of each iteration, as float64; it does not fall below zero."""
    steps = np.arange(iterations) // schedule["every"]
    return np.maximum(schedule["start"] - schedule["drop"] * steps, 0)


def measure_errors(inputs: np.ndarray, is_second: np.ndarray, course: Course) -> np.ndarray:
    """Measure the share of misclassified images after each iteration.

    Returns
    -------
    ndarray of float64, shape (iterations,)
    """
    wrong = predict_second(inputs, course.versions) != is_second[:, None]
    return wrong.mean(axis=0)[course.current]


def measure_checkpoints(errors: np.ndarray, settings: Settings) -> dict[str, np.ndarray]:
    """Measure error and loss at some iterations, counted from 1, and the largest error from then.

    Parameters
    ----------
    errors : ndarray of float64, shape (draws, iterations)
        Training errors.
    settings : dict
        Settings of the kind `perceptron`.
    """
    metrics = {}
    for iteration in settings["checkpoints"]:
        metrics[f"train_error_at_{iteration}"] = errors[:, iteration - 1]
        metrics[f"train_loss_at_{iteration}"] = find_losses(errors[:, iteration - 1], settings)
        metrics[f"train_error_max_from_{iteration}"] = errors[:, iteration - 1 :].max(axis=1)
    return metrics
