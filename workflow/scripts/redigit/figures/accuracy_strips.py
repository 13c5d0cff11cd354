"""Accuracies side by side, every draw a dot, beside numbers that studies print."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from redigit.errors import InputError
from redigit.files import read_json
from redigit.intervals import LEVEL, find_interval_of_difference, find_interval_of_next
from redigit.quantities import Quantity
from redigit.scale import list_changes
from redigit.settings import RUN_FILE, Settings, read_params
from redigit.tables import read_texts


class Printed(NamedTuple):
    """A printed accuracy: whose it is, as printed, as a share, and half a unit of its last digit.

    Two studies may print the same quantity.
    """

    name: str
    text: str
    value: float
    half_unit: float


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw accuracies of rows side by side.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The metrics of its experiments, ``…/<experiment>.json``, and the claims of the studies
        whose printed numbers it shows.

    Returns
    -------
    figure : Figure
        A line for each strip: every draw a dot, the mean a mark, and the interval in which one
        more draw lies; printed numbers as vertical lines.
    words : str
        What the figure shows and, unless the run is smaller than the study's, which strips each
        printed number agrees with.
    """
    metrics = {path.stem: read_json(path) for path in files if path.suffix == ".json"}
    claims = [path for path in files if path.suffix == ".csv"]
    strips = {
        heading: find_values(metrics, quantity)
        for heading, quantity in definition["strips"].items()
    }
    printed = [find_printed(claims, *item) for item in definition["printed"].items()]
    figure = draw_strips(strips, printed)
    sentences = [describe_strip(heading, values) for heading, values in strips.items()]
    changes = list_reductions(study, definition["strips"])
    if changes and printed:
        sentences.append(f"Printed numbers are not compared: this run has {', '.join(changes)}.")
    else:
        sentences += [describe_printed(number, strips) for number in printed]
    reference = definition.get("reference")
    if reference:
        sentences += describe_differences(reference, strips)
    return figure, " ".join(sentences)


def list_reductions(study: str, strips: dict[str, str]) -> list[str]:
    """List the settings that the run's scale makes differ from what the study states, in words."""
    # The scale of the run is declared only if it makes a difference to some strip.
    scale = read_params(RUN_FILE).get("scale", "full")
    changes: dict[str, None] = {}
    for quantity in strips.values():
        experiment, row, name = quantity.split("/")
        found = list_changes(Quantity(f"{study}/{experiment}", row, name), scale)
        for setting, (now, full) in found.items():
            changes[f"{setting.removeprefix('pairs.')} {now} instead of {full}"] = None
    return list(changes)


def find_values(metrics: dict[str, dict], quantity: str) -> list[float]:
    """Find the values of ``experiment/row/metric`` in all draws."""
    experiment, row, name = quantity.split("/")
    replicates = metrics.get(experiment, {}).get(row, {}).get("replicates", {})
    if name not in replicates:
        raise InputError(f"{quantity}: in none of the metrics {', '.join(metrics)}")
    return replicates[name]


def find_printed(files: Sequence[Path], claim: str, name: str) -> Printed:
    """Find a claimed accuracy by its id in files of claims."""
    for path in files:
        table = read_texts(path, ("id", "printed", "value", "digits", "unit"))
        found = table[table["id"] == claim]
        if len(found):
            cells = found.iloc[0]
            unit = 0.01 if cells["unit"] == "percent" else 1
            half_unit = 0.5 * 10 ** -int(cells["digits"]) * unit
            return Printed(name, cells["printed"], float(cells["value"]) * unit, half_unit)
    raise InputError(f"claim {claim!r} is in none of {', '.join(map(str, files))}")


def draw_strips(strips: dict[str, list[float]], printed: list[Printed]) -> Figure:
    """Draw the draws of each strip on a line of its own."""
    figure = Figure(figsize=(6.4, 1.2 + 0.42 * len(strips)))
    axes = figure.subplots()
    for place, values in enumerate(strips.values()):
        interval = find_interval_of_next(values)
        if interval:
            axes.plot(interval, [place] * 2, color="C0", marker="|", markersize=9, linewidth=1)
        axes.plot(values, [place] * len(values), color="C0", linestyle="none", alpha=0.35)
        mean = sum(values) / len(values)
        axes.plot(mean, place, color="C0", marker="D", markersize=6)
    for number, printed_number in enumerate(printed):
        look = {"color": f"C{number + 1}", "linestyle": ("--", ":", "-.")[number % 3]}
        label = f"{printed_number.name}: {printed_number.text}"
        axes.axvline(printed_number.value, label=label, marker="", **look)
    axes.set(xlabel="Accuracy", yticks=range(len(strips)), yticklabels=list(strips))
    axes.set_ylim(len(strips) - 0.5, -0.5)
    # The interval of few draws may be wider than all that an accuracy can be.
    left, right = axes.get_xlim()
    axes.set_xlim(max(left, 0), min(right, 1))
    axes.grid(False, axis="y")
    if printed:
        figure.legend(loc="outside upper center", ncols=min(3, len(printed)))
    return figure


def describe_strip(heading: str, values: list[float]) -> str:
    """Say the mean of a strip, and in which interval one more draw lies."""
    mean, interval = sum(values) / len(values), find_interval_of_next(values)
    if interval is None:
        return f"{heading}: {mean:.4f} in one draw."
    low, high = interval
    return (
        f"{heading}: {mean:.4f} on average of {len(values)} draws; one more lies between "
        f"{low:.4f} and {high:.4f}."
    )


def describe_printed(number: Printed, strips: dict[str, list[float]]) -> str:
    """Say which strips a printed number agrees with."""
    agreeing = []
    for heading, values in strips.items():
        interval = find_interval_of_next(values)
        if interval and interval[0] <= number.value + number.half_unit:
            agreeing += [heading] if number.value - number.half_unit <= interval[1] else []
    nearest = min(
        strips, key=lambda name: abs(sum(strips[name]) / len(strips[name]) - number.value)
    )
    off = 100 * abs(sum(strips[nearest]) / len(strips[nearest]) - number.value)
    found = (
        f"agrees with {' and '.join(agreeing)}" if agreeing
        else f"agrees with none of these; {nearest} is the nearest, {off:.2f} points off"
    )  # fmt: skip
    return f"{number.name} prints {number.text}, which {found}."


def describe_differences(reference: str, strips: dict[str, list[float]]) -> list[str]:
    """Say how far the mean of the reference lies above that of each other strip."""
    sentences = []
    for heading, values in strips.items():
        interval = find_interval_of_difference(strips[reference], values)
        if heading == reference or interval is None:
            continue
        low, high = (100 * end for end in interval)
        gap = (low + high) / 2
        sentences.append(
            f"{reference} minus {heading}: {gap:+.2f} points ({100 * LEVEL:g} % interval "
            f"{low:+.2f} to {high:+.2f})."
        )
    return sentences
