"""What a trained network sees: maps of its layers, and images that raise what its layers give.

Images are raised by gradient ascent as Keras trains anything else, so that there is one way for
every backend: the images are the only weights that are trained.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from scipy.special import expit

from redigit.feature_measures import (
    choose_typical,
    find_lead,
    measure_ascent,
    measure_dreams,
    measure_kernels,
    measure_maps,
    state_predicates,
)
from redigit.images import ImageSet, scale_pixels
from redigit.network import build_network, shape_pixels
from redigit.randomness import make_generator
from redigit.tasks import Task

# Images that go through a network at once when nothing is learnt.
BATCH = 250


@dataclass(frozen=True)
class Ascent:
    """Images found by gradient ascent.

    Attributes
    ----------
    image : ndarray of float32, shape (n, height, width)
        The images at the end, in units of the network's pixels. They are not clipped.
    objective : ndarray of float32, shape (steps + 1, n)
        What was raised, for each image at the start and after each step.
    """

    image: np.ndarray
    objective: np.ndarray


def restore_network(
    settings: dict[str, Any], size: tuple[int, int], tasks: list[Task], weights: dict[str, Any]
) -> keras.Model:
    """Build a network with weights that were stored; it cannot be trained any more.

    Parameters
    ----------
    settings : dict
        Settings of the kind `network`.
    size : (int, int)
        Height and width of an item in pixels.
    tasks : list of Task
        Its tasks.
    weights : dict of str to ndarray
        Its weights by layer and name, as `redigit.network.collect_weights` gives them.
    """
    network = build_network(settings, size, tasks)
    for weight in network.weights:
        weight.assign(weights[weight.path])
    network.trainable = False
    return network


def cut_network(network: keras.Model, layer: str) -> keras.Model:
    """Cut a network off behind a layer, so that it gives what the layer gives."""
    return keras.Model(network.input, network.get_layer(layer).output)


def give_log_odds(network: keras.Model) -> keras.Model:
    """Make a network of one task give the logarithm of each class's odds, log(p / (1 - p)).

    Uphill is the same way as for the probability p; but that is 1 in single precision long before
    it has stopped to rise, and its slope is lost.
    """
    network.get_layer("output").activation = turn_to_log_odds
    return cut_network(network, "output")


def turn_to_log_odds(scores: Any) -> Any:
    """Turn what goes into a softmax, shape (n, k), into the logarithms of the classes' odds."""
    itself = ops.eye(scores.shape[-1], dtype=scores.dtype)
    # So far below the others that no class counts among the others of its own.
    others = ops.expand_dims(scores, -2) - itself * 1e30
    return scores - ops.logsumexp(others, axis=-1)


def predict(part: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Predict what a part of a network gives for images.

    Parameters
    ----------
    part : keras.Model
        A network or what `cut_network` left of it.
    pixels : ndarray of float32, shape (n, height, width)
        Scaled pixels.

    Returns
    -------
    ndarray of float32, shape (n, …)
    """
    items = shape_pixels(part, pixels)
    batches = range(0, len(items), BATCH)
    return np.concatenate([part.predict_on_batch(items[i : i + BATCH]) for i in batches])


@dataclass(frozen=True)
class Scene:
    """The images that a network is shown.

    Attributes
    ----------
    index : ndarray of int64, shape (d,)
        Which of the test images are looked at one by one.
    grey : ndarray of uint8, shape (d, height, width)
        These, as grey values.
    chosen : ndarray of float32, shape (d, height, width)
        The same as scaled pixels.
    sample, labels : ndarray of float32, shape (n, height, width), ndarray of uint8, shape (n,)
        Those that statistics are taken of, and their classes.
    """

    index: np.ndarray
    grey: np.ndarray
    chosen: np.ndarray
    sample: np.ndarray
    labels: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of an image in pixels."""
        height, width = self.grey.shape[1:]
        return height, width


def set_scene(
    images: np.ndarray, labels: np.ndarray, settings: dict[str, Any], source: dict[str, Any]
) -> Scene:
    """Choose what a network is shown of the test images of its dataset.

    Parameters
    ----------
    images, labels : ndarray of uint8, shapes (n, height, width) and (n,)
        All test images and their classes.
    settings : dict
        Settings of the kind `features`.
    source : dict
        Settings of the network.
    """
    index = np.array([choose_typical(images, labels, digit) for digit in settings["digits"]])
    test = ImageSet.of_images(images, labels, source["pixels"])
    # The sample that the network is tested on at a small scale, or more of it.
    sample = test.take_sample(settings["test_images"], "test_images", source["data"])
    pixels, sample_labels = sample.make_batch(slice(None))
    grey = images[index]
    return Scene(
        index,
        grey,
        scale_pixels(grey, source["pixels"]),
        pixels.reshape(-1, *test.size),
        sample_labels,
    )


def see_network(
    network: keras.Model, scene: Scene, settings: dict[str, Any], *stream: str | int
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """See what all convolutions of a network give and what raises it, and its classes.

    Parameters
    ----------
    network : keras.Model
        The network, which `restore_network` gives.
    scene : Scene
        The images.
    settings : dict
        Settings of the kind `features`.
    *stream : str or int
        Name of the random stream.

    Returns
    -------
    arrays : dict of str to ndarray
        ``image`` and ``index`` of the chosen images; of convolution n what `see_layer` gives, as
        ``…_n``, and what `see_classes` gives.
    measured : dict of str to float
        The statistics of convolution n as ``…_n``, those of the classes, the predicates, and
        ``n_planes_deeper``, the number of pairs of a kernel and a channel beyond the first layer.
    """
    arrays: dict[str, np.ndarray] = {"image": scene.grey, "index": scene.index}
    layers = []
    for layer in (layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)):
        part = cut_network(network, layer.name)
        found, measured = see_layer(part, scene, settings, *stream, layer.name)
        layers.append(measure_kernels(ops.convert_to_numpy(layer.kernel)) | measured)
        arrays |= {f"{name}_{len(layers)}": array for name, array in found.items()}
    numbers = {
        f"{name}_{number}": layer[name]
        for number, layer in enumerate(layers, start=1)
        for name in layer
    }
    if layers:
        planes = [layer["n_kernels"] * layer["n_channels"] for layer in layers[1:]]
        numbers |= {"n_planes_deeper": sum(planes)}
        numbers |= state_predicates(layers, settings["thresholds"])
    if settings["class_dream"]:
        found, measured = see_classes(network, scene.size, settings, *stream, "classes")
        arrays, numbers = arrays | found, numbers | measured
    return arrays, numbers


def see_layer(
    part: keras.Model, scene: Scene, settings: dict[str, Any], *stream: str | int
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """See what one convolution gives, and what raises it.

    Parameters
    ----------
    part : keras.Model
        A network cut off behind the convolution.
    scene : Scene
        The images.
    settings : dict
        Settings of the kind `features`.
    *stream : str or int
        Name of the random stream.

    Returns
    -------
    arrays : dict of str to ndarray of float32
        ``map``, shape (d, height, width, k), of the chosen images; and as far as the settings have
        it ``ascent`` and ``dream``, shape (n, height, width), images found by ascent, with the
        course of what was raised, ``…_objective``, shape (steps + 1, n).
    measured : dict of str to float
        Its statistics.
    """
    arrays = {"map": predict(part, scene.chosen)}
    measured = measure_maps(predict(part, scene.sample), scene.sample, scene.labels)
    n_kernels, size = arrays["map"].shape[-1], scene.chosen.shape[1:]
    if settings["ascent"]:
        start = draw_noise((n_kernels, *size), settings["ascent"]["noise"], *stream)
        found = ascend(part, np.eye(n_kernels), start, **choose_course(settings["ascent"]))
        answers = average_map(predict(part, found.image))
        measured |= measure_ascent(found.objective, ops.convert_to_numpy(answers))
        arrays |= {"ascent": found.image, "ascent_objective": found.objective}
    if settings["dream"]:
        target = np.full((len(scene.chosen), n_kernels), 1 / n_kernels)
        found = ascend(part, target, scene.chosen, **choose_course(settings["dream"]))
        measured |= measure_dreams(found.objective, found.image, scene.chosen)
        arrays |= {"dream": found.image, "dream_objective": found.objective}
    return arrays, measured


def see_classes(
    network: keras.Model, size: tuple[int, int], settings: dict[str, Any], *stream: str | int
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """See what a network takes for each of the digits more than anything else.

    Parameters
    ----------
    network : keras.Model
        The network.
    size : (int, int)
        Height and width of an image.
    settings : dict
        Settings of the kind `features`.
    *stream : str or int
        Name of the random stream.

    Returns
    -------
    arrays : dict of str to ndarray of float32
        ``class_dream``, shape (digits, height, width), and ``class_dream_objective``, shape
        (steps + 1, digits), the logarithm of the odds of the class, which was raised; and
        ``class_dream_probability``, shape (digits, classes).
    measured : dict of str to float
        For each digit how far its image's probability is above the next, ``class_lead_<digit>``,
        and whether that is enough to be recognised, ``class_recognised_<digit>``.
    """
    digits, course = settings["digits"], settings["class_dream"]
    log_odds = give_log_odds(network)
    target = np.eye(log_odds.output_shape[-1])[digits]
    start = draw_noise((len(digits), *size), course["noise"], *stream)
    found = ascend(log_odds, target, start, **choose_course(course))
    probability = expit(predict(log_odds, found.image))
    arrays = {
        "class_dream": found.image,
        "class_dream_objective": found.objective,
        "class_dream_probability": probability,
    }
    measured = {}
    for digit, row in zip(digits, probability, strict=True):
        lead = find_lead(row, digit)
        measured[f"class_lead_{digit}"] = lead
        measured[f"class_recognised_{digit}"] = lead >= settings["thresholds"]["lead"]
    return arrays, measured


def draw_noise(
    shape: tuple[int, ...], limits: tuple[float, float], *stream: str | int
) -> np.ndarray:
    """Draw pixels evenly between two limits, as float32, from a named random stream."""
    generator = make_generator("features", *stream)
    return generator.uniform(*limits, shape).astype(np.float32)


def choose_course(settings: dict[str, Any]) -> dict[str, Any]:
    """Choose what an ascent takes of its settings."""
    return {name: settings[name] for name in ("steps", "rate")}


def average_map(maps: Any) -> Any:
    """Average each map of items, shape (n, height, width, k), over its pixels; or do nothing."""
    return ops.mean(maps, axis=(1, 2)) if len(maps.shape) == 4 else maps


def ascend(
    part: keras.Model, target: np.ndarray, start: np.ndarray, steps: int, rate: float
) -> Ascent:
    """Change images so that what a part of a network gives for each rises.

    The objective of an image is the weighted sum of the means of its maps. In each step its
    gradient, divided by its own L2 norm, is added ``rate`` times to the image: every step is
    equally long, whichever layer and kernel the objective is of, and no image depends on the
    others of the batch. Where there is no gradient, since a kernel does not answer at all, the
    image stays as it is. The pixels are not clipped. This is the recipe of Chollet, Deep Learning
    with Python (2021), section 9.4.2, with whole maps: those here are too small to leave a border
    out.

    Parameters
    ----------
    part : keras.Model
        What `cut_network` left of a network whose weights are not trained.
    target : ndarray of float32, shape (n, k)
        For each image, the weight of each map or class.
    start : ndarray of float32, shape (n, height, width)
        Scaled pixels to start from.
    steps : int
        Number of steps.
    rate : float
        Length of a step, in units of the scaled pixels.
    """
    model = Climber(part, shape_pixels(part, start))
    # Compiling with XLA costs more time than it saves on a processor.
    uses_xla = keras.backend.backend() == "jax"
    model.compile(SteepestDescent(float(rate)), jit_compile=uses_xla)
    target = target.astype(np.float32)
    objective = np.empty((steps + 1, len(start)), np.float32)
    for step in range(steps):
        model.train_on_batch(target)
        objective[step] = ops.convert_to_numpy(model.reached)
    objective[steps] = ops.convert_to_numpy(model(target))
    return Ascent(ops.convert_to_numpy(model.images).reshape(start.shape), objective)


class Climber(keras.Model):
    """A model whose only trained weights are images that go into a part of a network.

    Parameters
    ----------
    part : keras.Model
        The part; its weights are not trained.
    start : ndarray of float32, shape (n, …)
        The images at first.
    """

    def __init__(self, part: keras.Model, start: np.ndarray) -> None:
        super().__init__()
        self.part = part
        self.images = self.add_weight(name="images", shape=start.shape, initializer="zeros")
        self.images.assign(start)
        # The loss is one number for all images; this keeps what each has reached.
        self.reached = self.add_weight(
            name="reached", shape=(len(start),), initializer="zeros", trainable=False
        )

    def call(self, target: Any) -> Any:
        """Give the objective of each image and take the sum of all as what is to rise."""
        objective = ops.sum(average_map(self.part(self.images)) * target, axis=-1)
        self.reached.assign(objective)
        self.add_loss(-ops.sum(objective))
        return objective


class SteepestDescent(keras.optimizers.Optimizer):
    """An optimiser whose step is equally long for each item of a weight's first axis."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight against its gradient, divided item by item by its L2 norm."""
        flat = ops.reshape(gradient, (variable.shape[0], -1))
        # No gradient stays none: what it is divided by is not smaller than epsilon.
        step = ops.cast(learning_rate, variable.dtype) * ops.normalize(flat, epsilon=1e-12)
        self.assign_sub(variable, ops.reshape(step, variable.shape))
