"""The arithmetic of networks agrees with Keras and with the numbers that studies print."""

from copy import deepcopy
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from study_files import forget_files, read_study, write_study

from redigit.architecture import find_map_problem, find_network_problem, trace_network
from redigit.backend import start_backend
from redigit.checks import KIND_CHECKS
from redigit.claims import claims_file, read_claims
from redigit.errors import InputError
from redigit.settings import experiment_file, read_experiment, resolve_settings
from redigit.tasks import list_tasks
from redigit.validation import check_row, find_schema

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {"even": [0, 2, 4, 6, 8], "odd": [1, 3, 5, 7, 9]}

convolutions = st.lists(
    st.fixed_dictionaries(
        {
            "kernels": st.integers(1, 5),
            "size": st.integers(1, 7),
            "stride": st.integers(1, 3),
            "padding": st.sampled_from(["valid", "same"]),
            "pool": st.integers(0, 3),
        }
    ),
    max_size=3,
)
widths = st.lists(st.integers(1, 9), max_size=2)


@pytest.fixture(scope="module")
def networks():
    """The module that builds networks."""
    start_backend("tensorflow", "cpu", threads=1, seed=0)
    import redigit.network

    return redigit.network


def describe(convolutions, hidden=(), **more):
    optimiser = {"name": "sgd", "learning_rate": 0.1}
    shape = {"convolutions": convolutions, "hidden": list(hidden)}
    images = {"data": "mnist", "train_images": 100, "validation_images": 10, "test_images": 10}
    return {**images, **shape, "activation": "relu", "optimiser": optimiser, **more}


def convolve(kernels=4, size=3, stride=1, padding="valid", pool=0):
    return {
        "kernels": kernels,
        "size": size,
        "stride": stride,
        "padding": padding,
        "pool": pool,
    }


@settings(max_examples=25, deadline=None)
@given(convolutions, widths, widths, st.sampled_from([(28, 28), (56, 28)]), st.booleans())
def test_layers_are_those_of_keras(
    networks, convolutions, hidden, task_hidden, size, has_several_tasks
):
    assume(find_map_problem(convolutions, size) is None)
    tasks = {"groups": GROUPS, "tasks": {"items": 1, "groups": 1}, "task_hidden": task_hidden}
    chosen = describe(convolutions, hidden, **(tasks if has_several_tasks else {}))
    network = networks.build_network(chosen, size, list_tasks(chosen, 10))
    layers = trace_network(chosen, size, list_tasks(chosen, 10))
    assert sum(layer.n_parameters for layer in layers) == network.count_params()
    for layer in layers:
        built = network.get_layer(layer.name)
        assert built.count_params() == layer.n_parameters
        assert built.output.shape[1:] == layer.shape
    named = {layer.name for layer in layers} | {"pixels", "flatten"}
    assert {layer.name for layer in network.layers} <= named


@settings(max_examples=25, deadline=None)
@given(convolutions)
def test_what_is_refused_keras_cannot_build(networks, convolutions):
    assume(find_map_problem(convolutions, (28, 28)) is not None)
    chosen = describe(convolutions)
    try:
        network = networks.build_network(chosen, (28, 28), list_tasks(chosen, 10))
    except ValueError:
        return
    # Keras lets maps without a pixel pass.
    assert any(0 in layer.output.shape[1:] for layer in network.layers)


def list_printed():
    """List the rows of networks for whose number of parameters a study prints one.

    The example is made up, and one of its numbers is wrong on purpose.
    """
    schema = ROOT / "workflow/schemas/claims.yaml"
    return [
        pytest.param(claim.target, claim.value, id=claim.id)
        for study in sorted(path.parent.name for path in ROOT.glob("studies/?/claims.csv"))
        for claim in read_claims(ROOT / claims_file(study), study, schema)
        if claim.rule in ("equal", "deduced") and claim.metric == "n_parameters"
    ]


@pytest.mark.parametrize(("target", "printed"), list_printed())
def test_network_has_the_printed_number_of_parameters(networks, monkeypatch, target, printed):
    """Built as for training, with all that Keras counts."""
    monkeypatch.chdir(ROOT)
    chosen = resolve_settings(target.experiment, target.row, "full")
    size, n_labels = ((56, 28), 19) if "pairs" in chosen else ((28, 28), 10)
    network = networks.build_network(chosen, size, list_tasks(chosen, n_labels))
    assert network.count_params() == printed


def list_solutions(kernels, printed, sizes=range(2, 8), strides=(1, 2, 3)):
    """List the convolutions of one size and padding that give a printed number of parameters."""
    found = []
    repeated = [strides] * len(kernels)
    for size, padding, *steps in product(sizes, ("valid", "same"), *repeated):
        layers = [
            convolve(count, size, stride, padding)
            for count, stride in zip(kernels, steps, strict=True)
        ]
        if find_map_problem(layers, (28, 28)):
            continue
        traced = trace_network(describe(layers), (28, 28), list_tasks({}, 10))
        if sum(layer.n_parameters for layer in traced) == printed:
            found.append(layers)
    return found


def resolve_convolutions(*rows):
    """The convolutions of rows, ``study/experiment/row``."""
    parts = [row.rsplit("/", 1) for row in rows]
    return [resolve_settings(*part, "full")["convolutions"] for part in parts]


@pytest.mark.parametrize(
    ("kernels", "printed", "rows"),
    [
        ((32, 64), 110_826, ["a/cnn/conv_32_64"]),
        ((64, 128), 383_178, ["b/cnn/conv_64_128", "b/cnn/conv_64_128_strides_2_1"]),
        ((16, 32), 71_226, ["b/cnn/conv_16_32", "b/cnn/conv_16_32_strides_2_1"]),
    ],
)
def test_two_layers_have_no_other_solution(monkeypatch, kernels, printed, rows):
    """What the assumptions on their sizes, strides and padding say."""
    monkeypatch.chdir(ROOT)
    assert list_solutions(kernels, printed) == resolve_convolutions(*rows)


def test_five_layers_of_study_a_have_no_other_solution(monkeypatch):
    """But for the last stride, which on a map of the kernel's size makes no difference."""
    monkeypatch.chdir(ROOT)
    name = "a/cnn/conv_16_32_64_128_256"
    rows = resolve_convolutions(
        name, *(f"{name}_{more}" for more in ("strides_1_2_1_1_2", "strides_2_1_1_1_1", "same"))
    )
    found = list_solutions((16, 32, 64, 128, 256), 699_642, [4], (1, 2))
    paths = {(layers[0]["padding"], *(layer["stride"] for layer in layers))[:5] for layers in found}
    assert len(found) == 6 and all(row in found for row in rows)
    assert paths == {
        (layers[0]["padding"], *(layer["stride"] for layer in layers))[:5] for layers in rows
    }


@pytest.mark.parametrize(("validation", "is_possible"), [(0, True), (6000, True), (6001, False)])
def test_images_to_validate_with_are_those_left(validation, is_possible):
    chosen = describe([], train_images=54000, validation_images=validation)
    expected = (
        ["validation_images"],
        "found 6001; allowed is 6000 or less, what train_images leaves",
    )
    assert find_network_problem(chosen) == (None if is_possible else expected)


@pytest.mark.parametrize(
    ("convolutions", "path", "text"),
    [
        ([convolve(size=29)], "0.size", "found 29; allowed is 28 or less, on a map of 28 by 28"),
        ([convolve(size=28), convolve(size=2)], "1.size", "found 2; allowed is 1 or less"),
        ([convolve(pool=14), convolve(size=2)], "1.size", "allowed is 1 or less"),
        ([convolve(size=27, pool=3)], "0.pool", "found 3; allowed is 2 or less, on a map of 2 by"),
        ([convolve(stride=20, padding="same", pool=3)], "0.pool", "allowed is 2 or less"),
    ],
)
def test_impossible_maps_are_named(convolutions, path, text):
    found, description = find_network_problem(describe(convolutions))
    assert ".".join(found) == f"convolutions.{path}"
    assert text in description


@pytest.mark.parametrize(
    "convolutions",
    [
        [],
        [convolve(size=28)],
        [convolve(size=29, padding="same")],
        [convolve(stride=28, padding="same")],
        [convolve(size=1, pool=28)],
    ],
)
def test_extreme_maps_are_allowed(convolutions):
    assert find_network_problem(describe(convolutions)) is None


def test_bad_row_gives_one_line_that_names_its_key(tmp_path, monkeypatch):
    (tmp_path / "workflow").symlink_to(ROOT / "workflow")
    monkeypatch.chdir(ROOT)
    content = deepcopy(read_study("a"))
    monkeypatch.chdir(tmp_path)
    rows = {
        "cnn": ("conv_32_64", {"convolutions": [convolve(size=4), convolve(size=26)]}),
        "multitask": ("both", {"groups": {**GROUPS, "odd": [1, 3]}}),
    }
    for name, (row, changed) in rows.items():
        content["experiments"][name]["rows"][row] = changed
    write_study("t", content)
    expected = {
        "cnn": "rows.conv_32_64.convolutions.1.size: found 26; allowed is 25 or",
        "multitask": "rows.both.groups: found label 5 0 times",
    }
    for name, text in expected.items():
        row, kind = rows[name][0], read_experiment(f"t/{name}")["kind"]
        with pytest.raises(InputError) as caught:
            check_row(find_schema("kinds", kind), f"t/{name}", row, "full", KIND_CHECKS[kind])
        assert str(caught.value).startswith(f"{experiment_file(f't/{name}')}: {text}")
        assert "\n" not in str(caught.value)
    forget_files()
