"""The arithmetic of networks: size of maps and number of parameters by layer, without Keras."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from redigit.datasets import DATASETS, IMAGE_SHAPE
from redigit.tasks import Task, find_group_problem
from redigit.validation import Problem

Size = tuple[int, int]


@dataclass(frozen=True)
class Layer:
    """What one layer gives and costs.

    Attributes
    ----------
    name : str
        Its name in the network.
    shape : tuple of int
        Shape of its output for one item: (height, width, kernels), or (width,).
    n_parameters : int
        Number of its weights and biases.
    """

    name: str
    shape: tuple[int, ...]
    n_parameters: int


def trace_network(settings: dict[str, Any], size: Size, tasks: list[Task]) -> list[Layer]:
    """Trace a network from its input to its outputs.

    Parameters
    ----------
    settings : dict
        Settings of the kind `network`, `multitask` or `pair_network`.
    size : (int, int)
        Height and width of an item in pixels.
    tasks : list of Task
        Its tasks.

    Returns
    -------
    list of Layer
        Every layer that has parameters or changes the size of maps.
    """
    layers = list(trace_convolutions(settings.get("convolutions", []), size))
    width = prod(layers[-1].shape) if layers else prod(size)
    normalized = settings.get("batch_normalization", False)
    layers += trace_dense("hidden_{}", width, settings["hidden"], normalized)
    shared = settings["hidden"][-1] if settings["hidden"] else width
    for task in tasks:
        layers += trace_dense(task.name_layer("hidden_{}"), shared, task.hidden)
        last = task.hidden[-1] if task.hidden else shared
        layers += trace_dense(task.name_layer("output"), last, [task.n_classes])
    return layers


def trace_convolutions(convolutions: list[dict[str, Any]], size: Size) -> Iterator[Layer]:
    """Trace convolutions with their biases, each with the pooling that follows it."""
    channels = 1
    for number, convolution in enumerate(convolutions, start=1):
        kernels, side = convolution["kernels"], convolution["size"]
        size = convolve_map(size, convolution)
        yield Layer(
            f"convolution_{number}", (*size, kernels), (side * side * channels + 1) * kernels
        )
        if convolution["pool"]:
            size = pool_map(size, convolution)
            yield Layer(f"pooling_{number}", (*size, kernels), 0)
        channels = kernels


def trace_dense(
    name: str, n_inputs: int, widths: list[int] | tuple[int, ...], normalized: bool = False
) -> Iterator[Layer]:
    """Trace dense layers with their biases, each normalised or not.

    ``{}`` in the name stands for their number. A normalisation has four numbers for each value:
    its scale and offset, which are learnt, and the mean and variance of those it has seen.
    """
    for number, width in enumerate(widths, start=1):
        own = name.format(number)
        yield Layer(own, (width,), (n_inputs + 1) * width)
        if normalized:
            yield Layer(own.replace("hidden", "normalization"), (width,), 4 * width)
        n_inputs = width


def convolve_map(size: Size, convolution: dict[str, Any]) -> Size:
    """Size of the map that a convolution makes of a map."""
    # Without padding the kernel has to lie inside its map at every step.
    lost = convolution["size"] - 1 if convolution["padding"] == "valid" else 0
    height, width = (-(-(side - lost) // convolution["stride"]) for side in size)
    return height, width


def pool_map(size: Size, convolution: dict[str, Any]) -> Size:
    """Size of a map after the pooling that follows a convolution, if there is one."""
    height, width = (side // (convolution["pool"] or 1) for side in size)
    return height, width


def find_network_problem(settings: dict[str, Any]) -> Problem | None:
    """Find the first thing in the settings of a network that its schema cannot refuse.

    Parameters
    ----------
    settings : dict
        Settings of the kind `network`, `multitask` or `pair_network` that their schema allows.

    Returns
    -------
    (list of str, str) or None
        The keys that lead to the problem and its description, or None if all is well.
    """
    if "pairs" in settings:
        return None
    problem = find_split_problem(settings) or find_map_problem(
        settings["convolutions"], IMAGE_SHAPE
    )
    if problem or "groups" not in settings:
        return problem
    return find_group_problem(settings["groups"], len(DATASETS[settings["data"]].classes))


def find_split_problem(settings: dict[str, Any]) -> Problem | None:
    """Find that there are too few training images to validate with those that are left."""
    left = DATASETS[settings["data"]].n_train - settings["train_images"]
    if settings["validation_images"] <= left:
        return None
    found = f"found {settings['validation_images']}; allowed is {left} or less"
    return ["validation_images"], f"{found}, what train_images leaves"


def find_map_problem(convolutions: list[dict[str, Any]], size: Size) -> Problem | None:
    """Find the first kernel or pooling that is larger than the map that it is to work on."""
    for index, convolution in enumerate(convolutions):
        pooled = convolve_map(size, convolution)
        sides = {"size": size} if convolution["padding"] == "valid" else {}
        for key, (height, width) in (sides | {"pool": pooled}).items():
            if convolution[key] > min(height, width):
                allowed = f"{min(height, width)} or less, on a map of {height} by {width}"
                return (
                    ["convolutions", str(index), key],
                    f"found {convolution[key]}; allowed is {allowed}",
                )
        size = pool_map(pooled, convolution)
    return None
