"""A network as a row of boxes, one for each layer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from redigit.architecture import Layer, trace_network
from redigit.datasets import DATASETS, IMAGE_SHAPE
from redigit.settings import Settings, resolve_settings
from redigit.tasks import list_tasks

# In a drawing that is one unit high: side of the largest map, width of what is flat, offset from
# one map to the next, and most maps of a layer that are drawn.
SIDE, FLAT, OFFSET, MOST = 0.6, 0.05, 0.012, 12
# From the left edge of one layer to that of the next.
STEP = 1.1


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the layers of a network.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        None: it follows from the settings of the network.

    Returns
    -------
    figure : Figure
        A pile of maps for each convolution, a bar for each dense layer, with their sizes below and
        what leads to them above.
    words : str
        What the figure shows.
    """
    experiment, row = definition["network"].split("/")
    settings = resolve_settings(f"{study}/{experiment}", row)
    tasks = list_tasks(settings, len(DATASETS[settings["data"]].classes))
    layers = [Layer("image", (*IMAGE_SHAPE, 1), 0), *trace_network(settings, IMAGE_SHAPE, tasks)]
    return draw_layers(layers, settings["convolutions"])


def draw_layers(layers: list[Layer], convolutions: list[dict[str, Any]]) -> tuple[Figure, str]:
    """Draw layers from left to right.

    Parameters
    ----------
    layers : list of Layer
        What each gives and costs.
    convolutions : list of dict
        The settings of its convolutions, in order.
    """
    figure = Figure(figsize=(1.7 * len(layers) - 0.7, 2.3))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set(xlim=(-0.1, STEP * len(layers) - 0.5), ylim=(-0.3, 1.05), aspect="equal")
    sentences = []
    for place, layer in enumerate(layers):
        left = STEP * place
        draw_layer(axes, layer, left)
        size = " by ".join(map(str, layer.shape))
        name = layer.name.replace("_", " ")
        axes.text(left, -0.06, f"{name}\n{size}", va="top", fontsize="small")
        sentence = f"{name} of {size}"
        if place:
            what = describe_layer(layer, convolutions)
            sentence += f", {what.replace(chr(10), ', ')}"
            start, end = (left - 0.3, 0.3), (left - 0.06, 0.3)
            axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "0.3"})
            axes.text(left - 0.18, 0.9, what, ha="center", va="center", fontsize="x-small")
        sentences.append(sentence)
    total = sum(layer.n_parameters for layer in layers)
    return figure, f"From left to right: {'; '.join(sentences)}. {total:,} parameters in all."


def draw_layer(axes: Axes, layer: Layer, left: float) -> None:
    """Draw one layer, its lower left corner at the height zero."""
    look = {"facecolor": "white", "edgecolor": "0.3", "linewidth": 0.8}
    if len(layer.shape) == 1:
        axes.add_patch(Rectangle((left, 0), FLAT, SIDE, **look))
        return
    height, width, maps = layer.shape
    scale = SIDE / IMAGE_SHAPE[0]
    drawn = min(maps, MOST)
    for back in reversed(range(drawn)):
        corner = (left + OFFSET * back, OFFSET * back)
        axes.add_patch(Rectangle(corner, width * scale, height * scale, **look))


def describe_layer(layer: Layer, convolutions: list[dict[str, Any]]) -> str:
    """Say what leads to a layer and how many parameters it has, in up to three lines."""
    cost = f"{layer.n_parameters:,} parameters"
    kind, _, number = layer.name.rpartition("_")
    if kind not in ("convolution", "pooling"):
        return cost
    convolution = convolutions[int(number) - 1]
    if kind == "pooling":
        return f"maximum of\n{convolution['pool']} by {convolution['pool']}"
    side, stride = convolution["size"], convolution["stride"]
    return f"{side} by {side}, stride {stride}\n{convolution['padding']} padding\n{cost}"
