"""The tasks of a network: what it says of an item, each by an output of its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from redigit.validation import Problem


@dataclass(frozen=True)
class Task:
    """One thing that a network says of an item.

    Attributes
    ----------
    name : str
        Name in metrics and layers; empty if the network has but one task, which needs no name.
    hidden : tuple of int
        Widths of the hidden layers that the task has for itself.
    targets : ndarray of uint8, shape (labels,)
        Class that the task gives to each label of the dataset.
    weight : float
        Weight of its loss.
    """

    name: str
    hidden: tuple[int, ...]
    targets: np.ndarray
    weight: float

    @property
    def n_classes(self) -> int:
        """Number of classes that it tells apart."""
        return int(self.targets.max()) + 1

    def name_layer(self, layer: str) -> str:
        """Name a layer that belongs to the task, as ``items_output``."""
        return f"{self.name}_{layer}" if self.name else layer

    def name_measure(self, measure: str) -> str:
        """Name what is measured of the task, as ``test_accuracy_items``."""
        return f"{measure}_{self.name}" if self.name else measure


def list_tasks(settings: dict[str, Any], n_labels: int) -> list[Task]:
    """List the tasks of a network.

    Parameters
    ----------
    settings : dict
        Settings of the kind `network`, which has one task without a name, or `multitask`.
    n_labels : int
        Number of labels of the dataset.

    Returns
    -------
    list of Task
        In an order that does not depend on that of the settings.
    """
    labels = np.arange(n_labels, dtype=np.uint8)
    if "tasks" not in settings:
        return [Task("", (), labels, 1.0)]
    targets = {"items": labels, "groups": find_group_of_labels(settings["groups"], n_labels)}
    hidden, weights = tuple(settings["task_hidden"]), settings["tasks"]
    return [Task(name, hidden, targets[name], weights[name]) for name in targets if name in weights]


def find_group_of_labels(groups: dict[str, list[int]], n_labels: int) -> np.ndarray:
    """Find the number of the group that each label is in; groups count by their names' order.

    Returns
    -------
    ndarray of uint8, shape (n_labels,)
    """
    found = np.zeros(n_labels, np.uint8)
    for number, name in enumerate(sorted(groups)):
        found[groups[name]] = number
    return found


def find_group_problem(groups: dict[str, list[int]], n_labels: int) -> Problem | None:
    """Find what keeps groups from dividing the labels of a dataset among them.

    Returns
    -------
    (list of str, str) or None
        The keys that lead to the problem and its description, or None if all is well.
    """
    members = [label for group in groups.values() for label in group]
    for label in range(n_labels):
        if (count := members.count(label)) != 1:
            found = f"found label {label} {count} times in all groups"
            return ["groups"], f"{found}; allowed is each of 0 to {n_labels - 1} once"
    return None
