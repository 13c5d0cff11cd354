"""Settings: the strongest layer wins, and a job declares exactly the keys that it reads."""

from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_files import write_study, write_yaml

from redigit.errors import InputError
from redigit.settings import (
    OVERLAYS,
    RUN_FILE,
    SCALES,
    declare_keys,
    declare_settings,
    experiment_file,
    look_up,
    merge_declared,
    read_params,
    report_file,
    resolve_settings,
)

FILE = report_file("t")
# Names that could be taken for a part of the grammar are among them on purpose.
NAMES = st.sampled_from(["mlp", "settings", "rows", "quick_one", "2x1000", "x"])
LAYERS = st.dictionaries(
    st.sampled_from(["batch", "epochs", "hidden", "optimiser", "rows"]),
    st.integers(0, 9)
    | st.lists(st.integers(0, 9), max_size=2)
    | st.dictionaries(st.sampled_from(["name", "rate"]), st.integers(0, 9)),
    max_size=4,
)


# Each example writes two files.
some_studies = settings(max_examples=40)


@st.composite
def studies(draw):
    """A study with one experiment or two, with and without overlays."""

    def add_overlays(layer):
        overlays = draw(st.sets(st.sampled_from(OVERLAYS)))
        return layer | {scale: draw(LAYERS) for scale in sorted(overlays)}

    experiments = {
        name: add_overlays(
            {
                "kind": "network",
                "settings": draw(LAYERS),
                "rows": {
                    row: add_overlays(draw(LAYERS))
                    for row in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
                },
            }
        )
        for name in draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    }
    return {"title": "Study T", "experiments": experiments, "tables": {}, "figures": {}}


def write_run(study, scale):
    """Write the parameter files of a run of the study ``t``."""
    write_study("t", study)
    write_yaml(RUN_FILE, {"scale": scale, "seeds": [0], "backend": "jax"})


def list_rows(study):
    """All rows of a study, as (experiment, row)."""
    return [
        (name, row) for name, content in study["experiments"].items() for row in content["rows"]
    ]


def find_layers(study, name, row, scale):
    """The layers of a row at a scale, the weakest first."""
    experiment = study["experiments"][name]
    own = experiment["rows"][row]
    plain = {key: value for key, value in own.items() if key not in OVERLAYS}
    return [experiment["settings"], experiment.get(scale, {}), plain, own.get(scale, {})]


@some_studies
@given(studies(), st.sampled_from(SCALES))
def test_strongest_layer_wins_with_its_whole_value(folder, study, scale):
    write_run(study, scale)
    for name, row in list_rows(study):
        layers = find_layers(study, name, row, scale)
        resolved = resolve_settings(f"t/{name}", row)
        assert set(resolved) == set().union(*layers)
        for key, value in resolved.items():
            assert value == [layer[key] for layer in layers if key in layer][-1]


@some_studies
@given(studies(), st.sampled_from(SCALES), st.sampled_from(SCALES))
def test_scale_of_the_run_holds_unless_one_is_given(folder, study, of_run, given_scale):
    write_run(study, given_scale)
    expected = {pair: resolve_settings(f"t/{pair[0]}", pair[1]) for pair in list_rows(study)}
    write_run(study, of_run)
    for (name, row), resolved in expected.items():
        assert resolve_settings(f"t/{name}", row, given_scale) == resolved


@some_studies
@given(studies(), st.sampled_from(SCALES))
def test_overlay_is_read_at_its_own_scale_only(folder, study, scale):
    write_run(study, scale)
    before = {pair: resolve_settings(f"t/{pair[0]}", pair[1]) for pair in list_rows(study)}
    for other in set(OVERLAYS) - {scale}:
        for experiment in study["experiments"].values():
            for layer in (experiment, *experiment["rows"].values()):
                layer[other] = {"batch": 1000, "novel": 1}
    write_run(study, scale)
    for (name, row), resolved in before.items():
        assert resolve_settings(f"t/{name}", row) == resolved


def list_places(value, path=()):
    """All places in nested mappings, as tuples of keys."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield (*path, key)
        yield from list_places(inner, (*path, key))


def list_declared(name, row):
    """The keys of an experiment's file that the settings of a row depend on."""
    return sorted(declare_settings(f"t/{name}", row)[str(experiment_file(f"t/{name}"))])


def replace(document, place, value):
    """A copy of nested mappings with another value in one place."""
    document = deepcopy(document)
    target = document
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    return document


@some_studies
@given(studies(), st.sampled_from(SCALES), st.data())
def test_undeclared_key_changes_nothing(folder, study, scale, data):
    write_run(study, scale)
    name, row = data.draw(st.sampled_from(list_rows(study)))
    before = resolve_settings(f"t/{name}", row)
    declared = [("experiments", name, *key.split(".")) for key in list_declared(name, row)]
    undeclared = [
        place
        for place in list_places(study)
        if not any(place[: len(key)] == key or key[: len(place)] == place for key in declared)
    ]
    place = data.draw(st.sampled_from(undeclared))
    write_run(replace(study, place, {"novel": 1}), scale)
    assert resolve_settings(f"t/{name}", row) == before


@some_studies
@given(studies(), st.sampled_from(SCALES), st.data())
def test_declared_key_can_change_the_settings(folder, study, scale, data):
    write_run(study, scale)
    name, row = data.draw(st.sampled_from(list_rows(study)))
    before = resolve_settings(f"t/{name}", row)
    key = data.draw(st.sampled_from(list_declared(name, row)))
    write_run(replace(study, ("experiments", name, *key.split("."), "novel"), 1), scale)
    assert resolve_settings(f"t/{name}", row) == before | {"novel": 1}


@some_studies
@given(studies(), st.sampled_from(SCALES))
def test_scale_is_declared_where_there_is_an_overlay(folder, study, scale):
    write_run(study, scale)
    for name, row in list_rows(study):
        experiment = study["experiments"][name]
        overlays = [key for key in OVERLAYS if key in experiment or key in experiment["rows"][row]]
        declared = declare_settings(f"t/{name}", row, run=("seeds",))[str(RUN_FILE)]
        assert declared == {"seeds": [0]} | ({"scale": scale} if overlays else {})


@some_studies
@given(studies(), st.sampled_from(SCALES))
def test_declared_values_are_those_of_the_files(folder, study, scale):
    write_run(study, scale)
    for name, row in list_rows(study):
        for file, keys in declare_settings(f"t/{name}", row).items():
            assert keys == {key: look_up(Path(file), key) for key in keys}


def test_job_that_reads_no_key_declares_no_file(folder):
    write_run({"title": "T"}, "full")
    assert declare_keys({RUN_FILE: [], FILE: ["title"]}) == {str(FILE): {"title": "T"}}


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a.yaml", "b.yaml"]),
            st.dictionaries(st.sampled_from("xyz"), st.just(1), min_size=1),
        ),
        max_size=3,
    )
)
def test_merging_keeps_every_key_in_order(declarations):
    merged = merge_declared(*declarations)
    pairs = {(file, key) for files in declarations for file in files for key in files[file]}
    assert [(file, key) for file in merged for key in merged[file]] == sorted(pairs)


@given(st.binary(max_size=40) | st.text("ab:{}[]?-&*!<>|'\"#% \t\n0=", max_size=30).map(str.encode))
def test_any_file_is_a_mapping_or_one_line(folder, content):
    Path("any.yaml").write_bytes(content)
    read_params.cache_clear()
    try:
        assert isinstance(read_params(Path("any.yaml")), dict)
    except InputError as error:
        assert str(error).startswith("any.yaml: ")
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: key 'a' stands twice"),
        ("a:\n  b: 1\n  b: 1\n", "line 3: key 'b' stands twice"),
        ("a: {b: [{c: 1, c: 2}]}\n", "line 1: key 'c' stands twice"),
        ("a: {{scale}}\n", "line 1: found unhashable key"),
        ("a: b: c\n", "line 1: mapping values are not allowed"),
        ("- a\n", "found list, expected a mapping"),
        ("", "found NoneType, expected a mapping"),
        ("a: \0", "unacceptable character"),
        ("a: 2021-99-99", "month must be in 1..12"),
    ],
)
def test_bad_file_is_refused_with_its_line(folder, content, said):
    Path("bad.yaml").write_text(content)
    with pytest.raises(InputError) as caught:
        read_params(Path("bad.yaml"))
    assert str(caught.value).startswith(f"bad.yaml: {said}")
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_named(folder):
    write_run({"experiments": {"mlp": {"settings": {}, "rows": {"1x8": {}, "2x8": {}}}}}, "full")
    for missing, act in {
        "nowhere.yaml: missing": lambda: read_params(Path("nowhere.yaml")),
        "params.yaml: scale.x: missing": lambda: look_up(RUN_FILE, "scale.x"),
        f"{experiment_file('t/cnn')}: missing": lambda: resolve_settings("t/cnn", "1x8"),
        "t/mlp: no row '3x8'; it has 1x8, 2x8": lambda: resolve_settings("t/mlp", "3x8"),
    }.items():
        with pytest.raises(InputError) as caught:
            act()
        assert str(caught.value) == missing
