"""Spaces of searches: paths, what is put where, and what is refused."""

from functools import partial
from pathlib import Path

import pytest

from redigit.space import find_search_problem, list_parameters, put_parameters
from redigit.validation import find_problem

SCHEMAS = Path(__file__).resolve().parents[2] / "workflow/schemas/kinds"
LAYER = {"kernels": 4, "size": 3, "stride": 1, "padding": "valid", "pool": 0}
NETWORK = {
    "data": "mnist",
    "pixels": "unit",
    "train_images": 100,
    "validation_images": 50,
    "test_images": 50,
    "convolutions": [LAYER, LAYER],
    "hidden": [8, 8],
    "activation": "relu",
    "optimiser": {"name": "adam", "learning_rate": 0.001},
    "batch": 50,
    "epochs": 1,
}
SEARCH = {
    "trials": 3,
    "sampler": "random",
    "pruner": None,
    "objective": "validation_accuracy",
}
WIDTHS = {"low": 8, "high": 32, "step": 8}
# What study E prints, as far as networks have it.
PRINTED = {
    "hidden": {"choices": [[128, 64], [256, 128], [512, 256, 128], [512, 256, 128, 64]]},
    "optimiser.learning_rate": {"low": 0.0001, "high": 0.1, "log": True},
    "batch": {"choices": [32, 64, 128]},
    "activation": {"choices": ["relu", "tanh", "sigmoid"]},
}


def make_settings(space: dict, **changes) -> dict:
    return SEARCH | NETWORK | changes | {"space": space}


def describe(space: dict, **changes) -> str:
    settings = make_settings(space, **changes)
    problem = find_problem(SCHEMAS / "tuner.yaml", settings)
    problem = problem or find_search_problem(SCHEMAS / "network.yaml", settings)
    return problem and f"{'.'.join(problem[0])}: {problem[1]}"


def test_each_stands_for_all_elements():
    settings = make_settings({"hidden.each": WIDTHS, "convolutions.each.size": WIDTHS})
    assert list_parameters(settings) == {
        "hidden.0": "hidden.each",
        "hidden.1": "hidden.each",
        "convolutions.0.size": "convolutions.each.size",
        "convolutions.1.size": "convolutions.each.size",
    }


def test_one_element_can_be_drawn():
    assert list_parameters(make_settings({"hidden.1": WIDTHS})) == {"hidden.1": "hidden.1"}


def test_drawn_values_replace_those_of_the_file_and_nothing_else():
    settings = make_settings({"hidden.each": WIDTHS})
    drawn = {"hidden.1": 24, "optimiser.learning_rate": 0.01, "convolutions.0.kernels": 7}
    network = put_parameters(settings, drawn)
    assert network == NETWORK | {
        "hidden": [8, 24],
        "optimiser": {"name": "adam", "learning_rate": 0.01},
        "convolutions": [LAYER | {"kernels": 7}, LAYER],
    }
    # Layers that are one in the file, by an alias, are drawn one by one.
    assert settings == make_settings({"hidden.each": WIDTHS})


@pytest.mark.parametrize("space", [{"hidden.each": WIDTHS}, PRINTED])
def test_spaces_that_are_allowed(space):
    assert describe(space) is None


@pytest.mark.parametrize(
    ("space", "changes", "problem"),
    [
        ({"hiden.each": WIDTHS}, {}, "space.hiden.each: found no such setting"),
        ({"hidden.each": WIDTHS}, {"hidden": []}, "space.hidden.each: found no such setting"),
        ({"hidden.2": WIDTHS}, {}, "space.hidden.2: found no such setting"),
        ({"trials": {"choices": [1]}}, {}, "space.trials: found no such setting"),
        ({"hidden.each": WIDTHS | {"high": 4}}, {}, "high: found 4; allowed is 8"),
        ({"hidden.each": WIDTHS | {"high": 33}}, {}, "high: found 33; allowed is 8 and a multiple"),
        ({"hidden.each": WIDTHS | {"low": 8.5}}, {}, "low: found 8.5"),
        ({"hidden.each": WIDTHS | {"low": 0}}, {}, "space.hidden.each: found 0 (integer)"),
        ({"hidden.each": {"choices": [8, 8.5]}}, {}, "space.hidden.each: found 8.5 (number)"),
        ({"hidden.each": {"choices": [8], "low": 4}}, {}, "space.hidden.each"),
        ({"batch": {"low": 0, "high": 1, "log": True}}, {}, "low: found 0"),
        ({"activation": {"choices": ["relu", "step", "tanh"]}}, {}, "space.activation: found 's"),
        ({"convolutions.each.size": {"low": 2, "high": 15, "step": 1}}, {}, "each.size: found 15"),
        ({"hidden.each": WIDTHS}, {"validation_images": 0}, "validation_images: found 0"),
        ({"hidden.each": WIDTHS}, {"train_images": 60000}, "validation_images: found 50"),
        ({"hidden.each": WIDTHS}, {"depth": 3}, ": unknown key 'depth'"),
        ({"hidden.each": WIDTHS}, {"sampler": "grid"}, "sampler: found 'grid'"),
        ({}, {}, "space: "),
    ],
)
def test_problems_are_named(space, changes, problem):
    assert problem in describe(space, **changes)


def test_a_missing_setting_of_networks_is_named():
    settings = make_settings({"hidden.each": WIDTHS})
    del settings["batch"]
    find = partial(find_search_problem, SCHEMAS / "network.yaml")
    assert find(settings) == ([], "the key 'batch' is missing")
