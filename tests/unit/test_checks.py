"""Bad parameters stop a run before any job, each with one line that names the place."""

import json
from copy import deepcopy
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_files import forget_files

from redigit.assumptions import find_assumptions
from redigit.checks import check_parameters
from redigit.claims import claims_file
from redigit.errors import InputError
from redigit.explanations import explanations_file
from redigit.settings import (
    RUN_FILE,
    experiment_file,
    experiments_folder,
    find_experiments,
    look_up,
    read_params,
    report_file,
)
from redigit.validation import find_problem

ROOT = Path(__file__).resolve().parents[2]
STUDIES = sorted(path.parent.name for path in ROOT.glob("studies/*/report.yaml"))
REPORT = report_file("example")
CLOTHES, FEATURES, LINEAR, PAIRS = (
    experiment_file(f"example/{name}") for name in ("clothes", "features", "linear", "pairs")
)
REMOVED = object()


def check_run() -> None:
    """Check the parameter files as they stand, with nothing on the command line."""
    forget_files()
    check_parameters(read_params(RUN_FILE))


def catch_line(config=None) -> str:
    """The one line that refuses the parameter files as they stand."""
    forget_files()
    with pytest.raises(InputError) as caught:
        check_parameters(read_params(RUN_FILE) if config is None else config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def edit(file: Path, place: tuple, value: object) -> None:
    """Set, add or remove the value in one place of a parameter file."""
    read_params.cache_clear()
    content = deepcopy(read_params(file))
    *above, last = place
    target = content
    for key in above:
        target = target[key]
    if value is REMOVED:
        del target[last]
    else:
        target[last] = value
    file.write_text(json.dumps(content))  # which is YAML too, and written faster


@pytest.fixture
def example(project):
    """A copy of the project that runs the study made up as an example."""
    edit(RUN_FILE, ("studies",), ["example"])
    return project


@pytest.mark.parametrize("study", STUDIES)
def test_studies_of_the_project_pass(project, study):
    edit(RUN_FILE, ("studies",), [study])
    check_run()


def test_parameters_of_the_project_pass(project):
    check_run()


@pytest.mark.parametrize("study", STUDIES)
def test_each_assumption_is_about_a_key(project, study):
    assert "# ASSUME" not in report_file(study).read_text(), "the page would not show it"
    for experiment in find_experiments(study):
        file = experiment_file(experiment)
        assumptions = find_assumptions(file)
        assert len(assumptions) == file.read_text().count("# ASSUME")
        for key, _ in assumptions:
            look_up(file, key)


# file, key, bad value, where the line must place it, what was found, what is allowed
# A figure that names a row which is not there.
SIZE_FIGURE = {
    "kind": "accuracy_by_size",
    "title": "Figure 3",
    "caption": "Sizes.",
    "experiment": "linear",
    "series": {"a": ["b"]},
}
# A figure of a network of two tasks that does not say which it is about.
TASK_FIGURE = {
    "kind": "confusion_matrix",
    "title": "Figure 3",
    "caption": "Mistakes.",
    "network": "groups/both",
}
# Dreams of layers, of a row whose network has no convolutions.
DREAM_FIGURE = {
    "kind": "dream_images",
    "title": "Figure 3",
    "caption": "Dreams.",
    "features": "features/1x32",
    "dreams": "layers",
    "layers": [1],
}
BAD_SETTINGS = [
    (CLOTHES, "settings.epochs", "3", None, "found '3' (string)", "integer"),
    (CLOTHES, "settings.epochs", 0, None, "found 0 (integer)", "1 or more"),
    (CLOTHES, "settings.epochs", 2.5, None, "found 2.5 (number)", "integer"),
    (CLOTHES, "settings.epochs", True, None, "found True (boolean)", "integer"),
    (CLOTHES, "settings.epochs", None, None, "found null", "integer"),
    (CLOTHES, "settings.epoch", 3, "settings", "'epoch'", "data, epochs"),
    (CLOTHES, "quick.epochs", 0, None, "found 0", "1 or more"),
    (CLOTHES, "quick.epoch", 3, "quick", "'epoch'", "epochs"),
    (CLOTHES, "rows.2x32.batch", 0, None, "found 0", "1 or more"),
    (CLOTHES, "rows.2x32.hiden", [9], "rows.2x32", "'hiden'", "hidden"),
    (CLOTHES, "rows.2x32.quick", {"epochs": 0}, "rows.2x32.quick.epochs", "0", "1"),
    (CLOTHES, "rows.2x32.quick", 5, None, "found 5 (integer)", "object"),
    (CLOTHES, "rows.2x32.full", {}, "rows.2x32", "'full'", "epochs"),
    (CLOTHES, "rows.2x32.hidden", [32, 0], "rows.2x32.hidden.1", "found 0", "1"),
    (CLOTHES, "rows.2x32.hidden", [99999], "rows.2x32.hidden.0", "99999", "65536"),
    (CLOTHES, "settings.optimiser.name", "adamw", None, "found 'adamw' (string)", "adam, sgd"),
    (CLOTHES, "settings.optimiser.rate", 1, "settings.optimiser", "'rate'", "name"),
    (CLOTHES, "settings.optimiser.learning_rate", 0, None, "found 0", "more than 0"),
    (CLOTHES, "settings.optimiser.learning_rate", "1e-3", None, "'1e-3' (string)", "number"),
    (CLOTHES, "settings.data", "kmnist", None, "found 'kmnist'", "mnist, fashion_mnist"),
    (CLOTHES, "settings.train_images", 60001, None, "found 60001", "60000 or less"),
    (CLOTHES, "kind", "netwrok", None, "found 'netwrok'", "linear, multitask, network"),
    (CLOTHES, "seting", {}, "", "'seting'", "kind, quick, rows, settings, smoke"),
    (CLOTHES, "rows", {}, None, "found {} (object)", "non-empty"),
    (PAIRS, "settings.train", -5, None, "found -5", "1 or more"),
    (LINEAR, "settings.pairs", "pairs/smal", None, "found pairs/smal", "pairs/small"),
    (LINEAR, "settings.pairs", "clothes/1x32", None, "found clothes/1x32", "pairs/small"),
    (LINEAR, "settings.pairs", "small", None, "found 'small'", "matches"),
    (LINEAR, "rows.sequential_100.pairs", "pairs/x", None, "found pairs/x", "pairs/small"),
    (
        LINEAR,
        "rows.sequential_100.smoke",
        {"pairs": "pairs/x"},
        "rows.sequential_100.smoke.pairs",
        "found pairs/x",
        "pairs/small",
    ),
    (
        REPORT,
        "tables.table_1.rows",
        {"9x9": "nine"},
        "tables.table_1",
        "clothes/9x9",
        "clothes/1x32",
    ),
    (
        REPORT,
        "tables.table_1.experiment",
        "mlp",
        "tables.table_1",
        "found mlp/1x32",
        "clothes/1x32",
    ),
    (REPORT, "tables.table_1.colums", {}, "tables.table_1", "'colums'", "columns"),
    (
        REPORT,
        "figures.figure_1.rows",
        {"9x9": "nine"},
        "figures.figure_1",
        "clothes/9x9",
        "clothes/1x32",
    ),
    (
        REPORT,
        "figures.figure_3",
        SIZE_FIGURE,
        "figures.figure_3",
        "linear/b",
        "linear/sequential_100",
    ),
    (
        REPORT,
        "figures.figure_3",
        TASK_FIGURE,
        "figures.figure_3.task",
        "found None",
        "items, groups",
    ),
    (FEATURES, "settings.network", "groups/both", None, "found groups/both", "clothes/1x32"),
    (FEATURES, "settings.digits", [2, 10], "settings.digits.1", "found 10", "9 or less"),
    (
        REPORT,
        "figures.figure_3",
        DREAM_FIGURE | {"features": "clothes/1x32"},
        "figures.figure_3.features",
        "found clothes/1x32",
        "features/1x32",
    ),
    (
        REPORT,
        "figures.figure_3",
        DREAM_FIGURE,
        "figures.figure_3.layers.0",
        "found 1",
        "up to 0",
    ),
    (REPORT, "figures.figure_2.pairs", "pairs", None, "found pairs", "pairs/small"),
    (REPORT, "figures.figure_2.pairs", "clothes/1x32", None, "found clothes/1x32", "pairs/small"),
    (REPORT, "figures.figure_2.kind", "photo", None, "found 'photo'", "pair_images"),
    (REPORT, "figures.figure_1.smoothing", 1, None, "found 1", "less than 1"),
    (REPORT, "figures.figure_1.smooth", 1, "figures.figure_1", "'smooth'", "smoothing"),
    (
        REPORT,
        "subtitle",
        "x",
        "",
        "unknown key 'subtitle'",
        "figures, not_rebuilt, sections, tables, title",
    ),
]


@pytest.mark.parametrize(
    ("file", "key", "value", "place", "found", "allowed"),
    BAD_SETTINGS,
    ids=[f"{case[0].stem}-{case[1]}={case[2]}" for case in BAD_SETTINGS],
)
def test_bad_value_is_named_with_its_layer(example, file, key, value, place, found, allowed):
    edit(file, tuple(key.split(".")), value)
    line = catch_line()
    place = key if place is None else place
    head = f"{file}: {place}: " if place else f"{file}: "
    assert line.startswith(head)
    assert found in line.removeprefix(head)
    assert allowed in line.removeprefix(head)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("scale", "qick", "scale: found 'qick' (string); allowed are smoke, quick, full"),
        ("scal", "quick", "unknown key 'scal'; allowed are audit, backend, data"),
        ("seeds", [0, "1"], "seeds.1: found '1' (string); allowed is integer"),
        ("seeds", [-1], "seeds.0: found -1 (integer); allowed is 0 or more"),
        ("threads", 0, "threads: found 0 (integer); allowed is 1 or more"),
        ("backend", "theano", "backend: found 'theano' (string); allowed are tensorflow, jax"),
        ("audit.level", 1, "audit.level: found 1 (integer); allowed is less than 1"),
        (
            "studies",
            ["example", "z"],
            "studies: no studies/z/report.yaml; there are a, b, c, d, e, example",
        ),
        ("studies", ["../etc"], "studies.0: found '../etc' (string); allowed is what matches"),
    ],
)
def test_bad_value_of_the_run_is_named(example, key, value, said):
    edit(RUN_FILE, tuple(key.split(".")), value)
    assert catch_line().startswith(f"{RUN_FILE}: {said}")


def test_missing_key_is_named(example):
    edit(RUN_FILE, ("seeds",), REMOVED)
    assert catch_line() == "params.yaml: the key 'seeds' is missing"


def test_missing_setting_is_named_with_a_row_that_lacks_it(example):
    edit(CLOTHES, ("settings", "batch"), REMOVED)
    assert catch_line() == f"{CLOTHES}: rows.1x32: the key 'batch' is missing"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1x32: {}", "50: {}", "rows: found the key 50 (int); allowed is text"),
        ("1x32: {}", "yes: {}", "rows: found the key True (bool)"),
        ("1x32: {}", "1.32: {}", "rows: found the key 1.32 (float)"),
        ("1x32: {}", "a.b: {}", "rows: found the key 'a.b'; allowed are names"),
        ("2x32: {hidden", "1x32: {hidden", "line 19: key '1x32' stands twice"),
        ("learning_rate: 0.001", "learning_rate: 1e-3", "settings.optimiser.learning_rate: found"),
    ],
)
def test_bad_line_is_named(example, old, new, said):
    text = (ROOT / CLOTHES).read_text()
    assert old in text
    CLOTHES.write_text(text.replace(old, new, 1))
    assert catch_line().startswith(f"{CLOTHES}: {said}")


@pytest.mark.parametrize(
    "name", ["Clothes.yaml", "verdicts.yaml", "figures.yaml", "a.b.yaml", "a.yml", "2x.yaml", "a~"]
)
def test_file_that_can_be_no_experiment_is_named(example, name):
    file = CLOTHES.rename(CLOTHES.with_name(name))
    assert catch_line().startswith(f"{file}: allowed are names like ")


def test_hidden_files_are_left_to_editors(example):
    for name in (".clothes.yaml.swp", ".#clothes.yaml"):
        CLOTHES.with_name(name).write_text("no YAML: [")
    check_run()


def test_study_without_experiments_passes(example):
    for file in experiments_folder("example").iterdir():
        file.unlink()
    REPORT.write_text("{title: Empty, tables: {}, figures: {}}")
    claims = claims_file("example")
    claims.write_text(claims.read_text().splitlines()[0] + "\n")
    explanations_file("example").unlink()
    check_run()
    experiments_folder("example").rmdir()
    check_run()


def test_exhibit_that_is_rebuilt_is_not_listed_as_missing(example):
    edit(REPORT, ("not_rebuilt",), {"Figure 1": "a reason"})
    assert catch_line() == (f"{REPORT}: not_rebuilt: found Figure 1, which is; allowed are others")


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"One": ["figure_1"]}, "sections: table_1, figure_2 missing; allowed is each once"),
        (
            {"One": ["figure_1"], "Two": ["figure_1"]},
            "sections.Two: found figure_1; allowed: table_1, figure_2",
        ),
        ({"One": ["table_9"]}, "sections.One: found table_9; allowed: table_1, figure_1, figure_2"),
    ],
)
def test_sections_have_each_exhibit_once(example, sections, words):
    edit(REPORT, ("sections",), {name: {"exhibits": some} for name, some in sections.items()})
    assert catch_line() == f"{REPORT}: {words}"


def test_table_and_figure_have_names_of_their_own(example):
    figure = read_params(REPORT)["figures"]["figure_1"]
    edit(REPORT, ("figures", "table_1"), figure)
    assert "figures.table_1: found the name of a table" in catch_line()


def test_key_of_the_run_that_is_no_text_is_named(project):
    RUN_FILE.write_text("50: x\n" + RUN_FILE.read_text())
    assert catch_line().startswith("params.yaml: top level: found the key 50 (int)")


@pytest.mark.parametrize("key", ["scale", "seeds", "backend", "studies", "colour"])
def test_value_that_only_stands_on_the_command_line_is_refused(example, key):
    config = read_params(RUN_FILE) | {key: "full"}
    assert catch_line(config) == (
        f"--config {key}: found 'full'; allowed is root, set others in params.yaml"
    )


def test_root_may_stand_on_the_command_line(example):
    check_parameters(read_params(RUN_FILE) | {"root": "runs/full"})


def list_places(value: object, above: tuple = ()):
    """All places in nested mappings and lists."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items if isinstance(value, dict | list) else ():
        yield (*above, key)
        if isinstance(inner, dict | list):
            yield from list_places(inner, (*above, key))


@pytest.mark.parametrize(
    "value",
    [REMOVED, None, -1, "x", [], {"quick": 5}],
    ids=lambda value: "removed" if value is REMOVED else repr(value),
)
@pytest.mark.parametrize("file", [RUN_FILE, REPORT, CLOTHES, LINEAR], ids=str)
def test_any_wrong_value_passes_or_gives_one_line(example, file, value):
    original = file.read_text()
    read_params.cache_clear()
    refused = 0
    for place in list(list_places(read_params(file))):
        edit(file, place, value)
        try:
            check_run()
        except InputError as error:
            refused += 1
            assert "\n" not in str(error)
        file.write_text(original)
    assert refused > 5


SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["size"],
    "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "rate": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "name": {"enum": ["adam", "sgd"]},
    },
}
VALUES = st.integers(-3, 12) | st.floats(-1, 2) | st.sampled_from(["adam", "sgd", "x", None, True])


@given(st.dictionaries(st.sampled_from(["size", "rate", "name", "sise"]), VALUES))
def test_problem_is_found_where_there_is_one(folder, value):
    schema = Path("schema.yaml")
    schema.write_text(json.dumps(SCHEMA))

    def is_number(found, kind):
        return isinstance(found, kind) and not isinstance(found, bool)

    # JSON counts 2.0 as an integer.
    fine = {
        "size": lambda size: is_number(size, int | float) and size % 1 == 0 and 1 <= size <= 9,
        "rate": lambda rate: is_number(rate, int | float) and 0 < rate < 1,
        "name": lambda name: name in ("adam", "sgd"),
    }
    bad = {key for key in value if key in fine and not fine[key](value[key])}
    bad |= {key for key in value if key not in fine} | ({"size"} - set(value))
    problem = find_problem(schema, deepcopy(value))
    if not bad:
        assert problem is None
        return
    path, text = problem
    assert any(key in chain(path, text.replace("'", " ").split()) for key in bad)


# What was found right is not checked again


def test_files_that_were_found_right_are_checked_once(example, monkeypatch):
    check_run()
    monkeypatch.setattr("redigit.checks.check_study", pytest.fail)
    check_run()


@pytest.mark.parametrize(
    "file",
    [
        *(RUN_FILE, REPORT, LINEAR, claims_file("example")),
        *(Path("workflow/schemas", name) for name in ("run.yaml", "kinds/linear.yaml")),
    ],
    ids=str,
)
def test_files_that_were_found_right_are_checked_again_once_one_differs(example, monkeypatch, file):
    check_run()
    file.write_text(file.read_text() + "\n")
    checked = []
    monkeypatch.setattr("redigit.checks.check_study", checked.append)
    check_run()
    assert checked == ["example"]


def test_wrong_files_are_not_remembered_as_right_ones(example):
    edit(LINEAR, ("settings", "penalty_c"), "wrong")
    assert catch_line() == catch_line()
