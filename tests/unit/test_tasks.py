"""Tasks: each label of a dataset has one class in each of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.tasks import find_group_problem, list_tasks

GROUPS = {"shoes": [5, 7, 9], "bags": [8], "garments": [0, 1, 2, 3, 4, 6]}
SETTINGS = {"groups": GROUPS, "tasks": {"items": 1, "groups": 0.5}, "task_hidden": [16, 8]}


def test_network_without_named_tasks_tells_the_labels():
    (task,) = list_tasks({}, 19)
    assert (task.n_classes, task.hidden, task.weight) == (19, (), 1)
    assert list(task.targets) == list(range(19))
    assert (task.name_layer("output"), task.name_measure("accuracy")) == ("output", "accuracy")


def test_named_tasks_name_their_layers_and_measures():
    items, groups = list_tasks(SETTINGS, 10)
    assert (items.n_classes, groups.n_classes) == (10, 3)
    assert (items.weight, groups.weight) == (1, 0.5)
    assert groups.hidden == (16, 8)
    assert groups.name_layer("output") == "groups_output"
    assert groups.name_measure("test_accuracy") == "test_accuracy_groups"


def test_one_named_task_keeps_its_name():
    (task,) = list_tasks({**SETTINGS, "tasks": {"groups": 1}}, 10)
    assert task.name_measure("test_accuracy") == "test_accuracy_groups"


def test_order_in_the_file_changes_nothing():
    """Engines take mappings in another order as the same, so results have to be the same too."""
    turned = {
        **SETTINGS,
        "groups": dict(reversed(GROUPS.items())),
        "tasks": dict(reversed(SETTINGS["tasks"].items())),
    }
    for task, other in zip(list_tasks(SETTINGS, 10), list_tasks(turned, 10), strict=True):
        assert (task.name, task.weight) == (other.name, other.weight)
        np.testing.assert_array_equal(task.targets, other.targets)


@given(st.permutations(range(10)), st.integers(1, 8), st.integers(1, 8))
def test_labels_of_a_group_share_a_class(labels, first, second):
    cuts = sorted({first, second})
    parts = np.split(labels, cuts)
    groups = {f"group_{number}": part.tolist() for number, part in enumerate(parts)}
    assert find_group_problem(groups, 10) is None
    (task,) = list_tasks({"groups": groups, "tasks": {"groups": 1}, "task_hidden": []}, 10)
    classes = [set(task.targets[part]) for part in groups.values()]
    assert all(len(found) == 1 for found in classes)
    assert set().union(*classes) == set(range(len(groups)))


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ({**GROUPS, "bags": []}, "label 8 0 times"),
        ({**GROUPS, "bags": [8, 9]}, "label 9 2 times"),
        ({**GROUPS, "bags": [8, 8]}, "label 8 2 times"),
    ],
)
def test_groups_that_do_not_divide_the_labels_are_refused(groups, found):
    path, text = find_group_problem(groups, 10)
    assert path == ["groups"]
    assert text == f"found {found} in all groups; allowed is each of 0 to 9 once"
