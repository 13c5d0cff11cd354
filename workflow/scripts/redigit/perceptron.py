"""Perceptrons that tell two classes of images apart, trained many times over."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from redigit.images import scale_pixels
from redigit.randomness import make_generator
from redigit.settings import Settings
from redigit.validation import Problem

Images = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Course:
    """The weights in the course of one training.

    Attributes
    ----------
    versions : ndarray of float32, shape (v, p)
        The weights at the start and whenever they were changed.
    current : ndarray of int64, shape (iterations,)
        Which version held after each iteration.
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
        Share of the training images that are misclassified after each iteration.
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
    weights, errors, predicted = [], [], []
    for draw in range(settings["draws"]):
        generator = make_generator("perceptron", stream, draw)
        course = RULES[settings["rule"]](inputs, is_second, settings, generator)
        weights.append(course.versions[course.current[-1]])
        errors.append(measure_errors(inputs, is_second, course))
        predicted.append(digits[predict_second(test_inputs, weights[-1]).astype(int)])
    label = digits[test_is_second.astype(int)]
    curves = np.stack(errors)
    predictions = {
        "predicted": np.stack(predicted),
        "label": np.tile(label, (settings["draws"], 1)),
        "replicate": np.arange(settings["draws"]),
        "n_parameters": np.full(settings["draws"], inputs.shape[1]),
        "n_train": np.full(settings["draws"], len(inputs)),
        "train_accuracy": 1 - curves[:, -1],
        **measure_checkpoints(curves, settings["checkpoints"]),
    }
    return TrainedRow(np.stack(weights), curves.astype(np.float32), predictions)


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


def train_on_random_images(
    inputs: np.ndarray, is_second: np.ndarray, settings: Settings, generator: np.random.Generator
) -> Course:
    """Learn from one random training image in each iteration (study A, task 2).

    If the image is predicted wrong, w becomes w + rate (y - y_predicted) x. The rate falls by a
    fixed amount after a fixed number of iterations.
    """
    rates = list_rates(settings["learning_rate"], settings["iterations"])
    low, high = settings["labels"]
    chosen = generator.integers(len(inputs), size=settings["iterations"])
    versions = [np.zeros(inputs.shape[1], np.float32)]
    current = np.empty(settings["iterations"], np.int64)
    for iteration, image in enumerate(chosen):
        if predict_second(inputs[image], versions[-1]) != is_second[image]:
            distance = high - low if is_second[image] else low - high
            step = np.float32(rates[iteration] * distance)
            versions.append(versions[-1] + step * inputs[image])
        current[iteration] = len(versions) - 1
    return Course(np.stack(versions), current)


RULES: dict[str, Callable[[np.ndarray, np.ndarray, Settings, np.random.Generator], Course]] = {
    "random_image": train_on_random_images,
}


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


def measure_checkpoints(errors: np.ndarray, checkpoints: list[int]) -> dict[str, np.ndarray]:
    """Measure the error at some iterations, counted from 1, and the largest from each on.

    Parameters
    ----------
    errors : ndarray of float64, shape (draws, iterations)
        Training errors.
    checkpoints : list of int
        Iterations.
    """
    metrics = {}
    for iteration in checkpoints:
        metrics[f"train_error_at_{iteration}"] = errors[:, iteration - 1]
        metrics[f"train_error_max_from_{iteration}"] = errors[:, iteration - 1 :].max(axis=1)
    return metrics


def find_checkpoint_problem(settings: Settings) -> Problem | None:
    """Find a checkpoint that is none of the iterations: its keys and description, if any."""
    for index, checkpoint in enumerate(settings["checkpoints"]):
        if checkpoint > settings["iterations"]:
            allowed = f"up to iterations, {settings['iterations']}"
            return ["checkpoints", str(index)], f"found {checkpoint}; allowed is {allowed}"
    return None
