"""What claims are about: a metric or setting of a row, a setting of a figure, a fact about data."""

from math import isqrt
from pathlib import Path
from typing import Any, NamedTuple

from redigit.datasets import DATASETS, count_images
from redigit.errors import InputError
from redigit.settings import (
    SOURCES,
    Settings,
    experiment_file,
    look_up,
    refer_to_row,
    report_file,
    resolve_settings,
    split_experiment,
)

FIGURES = "figures"


class Quantity(NamedTuple):
    """A quantity of a row: ``study/experiment``, row, and metric or ``settings.<path>``."""

    experiment: str
    row: str
    name: str

    @property
    def is_of_figure(self) -> bool:
        """Whether it is a setting of a figure, ``study/figures/<figure>/settings.<path>``."""
        return split_experiment(self.experiment)[1] == FIGURES

    @property
    def file(self) -> Path:
        """The parameter file in which the row, or figure, is defined."""
        if self.is_of_figure:
            return report_file(split_experiment(self.experiment)[0])
        return experiment_file(self.experiment)


def find_setting(target: Quantity) -> float:
    """Find the number that a setting has at full scale.

    Raises
    ------
    InputError
        If there is no such setting or it is not a number.
    """
    keyword, _, path = target.name.partition(".")
    if target.is_of_figure:
        value: Any = look_up(target.file, f"{FIGURES}.{target.row}")
    else:
        value = resolve_settings(target.experiment, target.row, "full")
    prefix = ""
    for part in path.split("."):
        part, prefix = prefix + part, ""
        # What a search varies has names with dots, such as `optimiser.learning_rate`.
        if isinstance(value, dict) and any(str(key).startswith(f"{part}.") for key in value):
            prefix = f"{part}."
        elif isinstance(value, list | dict) and part == "length":
            value = len(value)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, list) and part == "each" and all_same(value):
            value = value[0]
        elif isinstance(value, dict) and part in value and keyword == "settings":
            value = value[part]
        else:
            raise InputError(f"quantity: found {target.name!r}; {'/'.join(target[:2])} has no such")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"quantity: found {target.name!r}, {value!r}; allowed is a number")
    return value


def all_same(values: list[Any]) -> bool:
    """Say whether there are values and all are the same."""
    return bool(values) and all(value == values[0] for value in values)


def find_settings(target: Quantity, scale: str) -> Settings:
    """Find the settings of a row, with those of the rows that it builds on, as ``pairs.<name>``."""
    settings = resolve_settings(target.experiment, target.row, scale)
    found = dict(settings)
    for key in SOURCES:
        if key in settings:
            row = refer_to_row(split_experiment(target.experiment)[0], settings[key])
            source = resolve_settings(*row, scale)
            found |= {f"{key}.{name}": value for name, value in source.items()}
    return found


def find_fact(quantity: str) -> int:
    """Find a count about a dataset, ``data/<dataset>/<fact>``.

    The counts follow from the sizes of the raw files, which every job verifies together with their
    SHA-256 before it uses them: an idx file of images has 16 bytes before its square images of one
    byte a pixel.
    """
    _, name, fact = (*quantity.split("/", 2), "")[:3]
    if name not in DATASETS:
        allowed = ", ".join(f"data/{dataset}" for dataset in DATASETS)
        raise InputError(f"quantity: found {quantity!r}; allowed are {allowed}, with a fact")
    dataset = DATASETS[name]
    train, test = count_images(name)
    side = isqrt((dataset.train_images.size - 16) // train)
    facts = {
        "images": train + test,
        "train_images": train,
        "test_images": test,
        "height": side,
        "width": side,
        "pixels": side * side,
        "classes": len(dataset.classes),
        "train_images_per_class": train // len(dataset.classes),
        "test_images_per_class": test // len(dataset.classes),
        "ordered_pairs": len(dataset.classes) ** 2,
        "smallest_label": 0,
        "largest_label": len(dataset.classes) - 1,
    }
    if fact not in facts:
        raise InputError(f"quantity: found fact {fact!r}; allowed are {', '.join(facts)}")
    return facts[fact]
