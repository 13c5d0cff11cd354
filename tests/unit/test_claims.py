"""Claims: the files of the studies are sound, and every fault in one gives its one line."""

import csv
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from study_files import forget_files, write_study

from redigit.audit import Audit, Evidence
from redigit.claims import (
    QUANTITIES,
    Claim,
    check_claims_file,
    claims_file,
    declare_claims,
    read_claims,
    read_printed,
)
from redigit.document_rules import DOCUMENT_RULES
from redigit.errors import InputError
from redigit.exhibits import name_row, read_exhibit
from redigit.quantities import Quantity, find_fact, find_setting, find_settings
from redigit.settings import look_up, report_file
from redigit.verdicts import MEASURED_RULES, Criteria

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "workflow/schemas/claims.yaml"
COLUMNS = list(yaml.safe_load(SCHEMA.read_text())["properties"])
STUDIES = [path.parent.name for path in sorted(ROOT.glob("studies/*/claims.csv"))]

STUDY = {
    "title": "Study T",
    "experiments": {
        "mlp": {
            "kind": "network",
            "settings": {"train_images": 60000, "hidden": [30], "batch": 100, "epochs": 15},
            "quick": {"epochs": 2},
            "rows": {"small": {"hidden": [10, 10]}, "mixed": {"hidden": [20, 10]}},
        },
        "pairs": {
            "kind": "pairs",
            "settings": {"draws": 20},
            "quick": {"draws": 3},
            "rows": {"all": {}},
        },
        "linear": {
            "kind": "linear",
            "settings": {"pairs": "pairs/all", "method": "paired"},
            "rows": {"50": {"size": 50}},
        },
    },
    "tables": {},
    "figures": {"figure_6": {"title": "Figure 6", "smoothing": 0.5}},
}
GOOD = {
    "study": "t",
    "id": "t-table1-small-test",
    "location": "Table 1",
    "topic": "mlp",
    "model": "2 layers of 10",
    "metric": "test_accuracy",
    "printed": "0.98",
    "value": "0.98",
    "digits": "2",
    "unit": "share",
    "quantity": "t/mlp/small/test_accuracy",
    "rule": "accuracy_same_test",
    "margin": "",
    "context": "an accuracy of 0.98",
}
BATCH = {
    **GOOD,
    "id": "t-text-batch",
    "metric": "batch",
    "printed": "100",
    "value": "100",
    "digits": "0",
    "unit": "count",
    "quantity": "t/mlp/small/settings.batch",
    "rule": "adopted",
}
REPEATED = {**GOOD, "id": "t-text-test", "quantity": GOOD["id"], "rule": "same_as"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Stand in a project of one study ``t``."""
    monkeypatch.chdir(tmp_path)
    write_study("t", STUDY)
    audit = {"level": 0.95, "margin_points": 0.5, "margin_error_share": 0.1}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"scale": "quick", "audit": audit}))
    (tmp_path / "workflow").symlink_to(ROOT / "workflow")
    yield tmp_path
    forget_files()


def make_claim(**changes) -> Claim:
    """Make a claim like the good one."""
    return Claim(**{**GOOD, "margin": None, **changes})


def write_claims(rows, columns=COLUMNS):
    """Write claims.csv of the study ``t``."""
    with claims_file("t").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    forget_files()


@pytest.mark.parametrize("study", STUDIES)
def test_claims_of_the_studies_are_sound(study, monkeypatch):
    monkeypatch.chdir(ROOT)
    check_claims_file(study)


# What the study did but does not print.
OWN_TABLES = {"table_networks", "table_search", "table_leakage", "table_growth", "table_accuracies"}


@pytest.mark.parametrize("study", STUDIES)
def test_tables_show_each_of_their_claims_once(study, monkeypatch):
    monkeypatch.chdir(ROOT)
    claims = read_claims(claims_file(study), study, SCHEMA)
    for name in look_up(report_file(study), "tables"):
        table = read_exhibit(study, f"tables.{name}")
        if "report" in table:
            continue
        here = [claim for claim in claims if claim.location == table["title"]]
        columns = table["columns"]
        if "classes" in table:
            columns = [f"{column}_{digit}" for column in columns for digit in range(10)]
        cells = {
            f"{study}/{name_row(table, row)}/{column}"
            for row, column in product(table.get("rows", [table.get("classes")]), columns)
        }
        printed = [claim.quantity for claim in here if claim.target and claim.quantity in cells]
        assert len(printed) == len(set(printed)), "two claims on one cell"
        measured = {
            claim.quantity for claim in here if claim.target and "/settings." not in claim.quantity
        }
        assert measured <= cells
        if "classes" in table:
            assert measured == cells
        # A row may have no such number, as that of a network that lacks a task, and a row that is
        # another reading of one has none at all. The list of pairs says nothing but which they are.
        elif name not in OWN_TABLES and table.get("experiment") != "separability":
            for column in columns:
                printed = {text for claim in here for text in (claim.metric, claim.quantity)}
                assert any(text.endswith(column) for text in printed)
        assert not here or name not in OWN_TABLES


@pytest.mark.parametrize("study", STUDIES)
def test_every_score_of_a_report_has_one_claim(study, monkeypatch):
    monkeypatch.chdir(ROOT)
    claims = read_claims(claims_file(study), study, SCHEMA)
    for table in look_up(report_file(study), "tables").values():
        if "report" in table:
            printed = [claim.metric for claim in claims if claim.location == table["title"]]
            names = ("precision", "recall", "f1", "support")
            scores = [f"{name}_{number}" for number in range(19) for name in names]
            assert set(scores) <= set(printed)
            assert len(printed) == len(set(printed))


def test_rules_are_the_same_everywhere():
    allowed = set(yaml.safe_load(SCHEMA.read_text())["properties"]["rule"]["enum"])
    judged = {*MEASURED_RULES, *DOCUMENT_RULES, "adopted", "absolute_time", "formula", "in_order"}
    assert allowed == set(QUANTITIES) == judged
    assert {rule for rule, kind in QUANTITIES.items() if kind == "claims"} == set(DOCUMENT_RULES)


def test_every_column_is_described():
    schema = yaml.safe_load(SCHEMA.read_text())
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(schema["properties"])
    assert all(column["description"] for column in schema["properties"].values())


def test_good_claims_are_read(project):
    write_claims([BATCH, GOOD, REPEATED])
    batch, accuracy, repeated = read_claims(claims_file("t"), "t", SCHEMA)
    assert (batch.value, batch.margin, batch.half_unit) == (100, None, 0.5)
    assert accuracy.target == ("t/mlp", "small", "test_accuracy")
    assert accuracy.half_unit == pytest.approx(0.005)
    assert repeated.target is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"rule": "equals"}, ["rule: found 'equals'", "adopted, equal"]),
        ({"unit": "metres"}, ["unit: found 'metres'", "share, percent"]),
        ({"unit": "count"}, ["unit: found count", "share, percent"]),
        ({"value": "high"}, ["value: found 'high'", "allowed is number"]),
        ({"value": ""}, ["value: found ''", "allowed is number"]),
        ({"value": "0.89"}, ["value: found 0.89", "'0.98' is 0.98"]),
        ({"digits": "4"}, ["digits: found 4", "'0.98' is 2"]),
        ({"digits": "2.5"}, ["digits: found 2.5", "allowed is integer"]),
        ({"digits": "-1"}, ["digits: found -1", "0 or more"]),
        ({"margin": "0"}, ["margin: found 0", "more than 0"]),
        ({"context": "word " * 15 + "word"}, ["context: found", "allowed is what matches"]),
        ({"id": "a-table1"}, ["id: found 'a-table1'", "t-…"]),
        ({"id": "t-\nx"}, ["(t- x): id: found 't-\\nx'"]),
        ({"study": "a"}, ["study: found 'a'", "allowed is t"]),
        ({"quantity": "t/mlp/small"}, ["quantity: found 't/mlp/small'", "<experiment>/<row>"]),
        ({"quantity": "a/mlp/small/test_accuracy"}, ["quantity: found study 'a'"]),
        (
            {"quantity": "t/cnn/small/test_accuracy"},
            ["found experiment 'cnn'", "has linear, mlp, pairs"],
        ),
        ({"quantity": "t/mlp/large/test_accuracy"}, ["found row 'large'", "small, mixed"]),
        ({"quantity": "t/mlp/small/train_accuracy"}, ["…/train_accuracy", "test_accuracy"]),
        ({"quantity": "data/mnist/images"}, ["quantity: found 'data/mnist/images'"]),
    ],
)
def test_bad_cell_gives_one_line(project, change, expected):
    write_claims([BATCH, {**GOOD, **change}])
    check_one_line(expected, "claims.csv: line ", " ".join(change.get("id", GOOD["id"]).split()))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quantity": "t/mlp/small/settings.batches"}, ["found 'settings.batches'"]),
        ({"quantity": "t/mlp/small/batch"}, ["found 'batch'"]),
        ({"quantity": "t/mlp/mixed/settings.hidden.each"}, ["found 'settings.hidden.each'"]),
        ({"quantity": "t/mlp/small/settings.hidden"}, ["[10, 10]", "allowed is a number"]),
        ({"quantity": "t/mlp/small/settings.hidden.2"}, ["found 'settings.hidden.2'"]),
        ({"quantity": "t/figures/figure_7/settings.smoothing"}, ["report.yaml has figure_6"]),
        ({"margin": "1"}, ["margin: found 1", "accuracy_same_test"]),
        ({"rule": "equal", "quantity": "data/cifar/images"}, ["data/mnist, data/fashion_mnist"]),
        ({"rule": "equal", "quantity": "data/mnist/pages"}, ["fact 'pages'", "train_images"]),
        ({"rule": "sum_of", "quantity": ""}, ["found 0 claims", "one or more"]),
        ({"rule": "sum_of", "quantity": "t-nowhere"}, ["found 't-nowhere'", "other claims"]),
        ({"rule": "sum_of", "quantity": BATCH["id"]}, [f"found '{BATCH['id']}'"]),
        ({"rule": "difference", "quantity": GOOD["id"]}, ["found 1 claims", "takes 2"]),
        ({"rule": "map_side_of", "quantity": GOOD["id"]}, ["found 1 claims", "takes 2 or 3"]),
        ({"rule": "number_above", "quantity": GOOD["id"]}, ["found 1 claims", "takes pairs"]),
        ({"quantity": "t/mlp/mixed/settings.hidden.2"}, ["found 'settings.hidden.2'"]),
        ({"rule": "range_of_runs"}, ["margin: missing"]),
        ({"rule": "stops_at", "quantity": GOOD["id"]}, ["found 100", "less than the 1 claims"]),
        ({"rule": "f1_of", "quantity": GOOD["id"]}, ["found 1 claims", "f1_of takes 2"]),
        (
            {"rule": "average_of", "quantity": f"{GOOD['id']} {REPEATED['id']} t-count"},
            ["found 1 counts among 3 claims", "as many as there are others"],
        ),
        ({"rule": "other_draw", "unit": "label"}, ["found label", "share, percent, count"]),
    ],
)
def test_bad_quantity_gives_one_line(project, change, expected):
    write_claims([{**BATCH, **change}, GOOD, REPEATED, {**BATCH, "id": "t-count"}])
    check_one_line(expected, "claims.csv: line 2 (", BATCH["id"])


@pytest.mark.parametrize("column", COLUMNS)
def test_missing_column_gives_one_line(project, column):
    write_claims([GOOD], [name for name in COLUMNS if name != column])
    check_one_line([f"line 1: column {column!r} is missing", "allowed are study, id"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["line 1: column 'study' is missing"]),
        (",".join([*COLUMNS, "note"]).encode(), ["column 'note' is unknown"]),
        (",".join(reversed(COLUMNS)).encode(), ["not in order"]),
        (",".join(COLUMNS).encode() + b"\nt,t-x\n", ["line 2: found 2 cells", "allowed is 14"]),
        (",".join(COLUMNS).encode() + b'\nt,"t-x\n', ["unexpected end of data"]),
        (b"study,\xff", ["byte 6 is not UTF-8"]),
    ],
)
def test_bad_file_gives_one_line(project, content, expected):
    claims_file("t").write_bytes(content)
    check_one_line(expected)


def test_missing_file_gives_one_line(project):
    check_one_line(["studies/t/claims.csv: missing"])


def test_repeated_id_gives_one_line(project):
    write_claims([GOOD, BATCH, GOOD])
    check_one_line([f"line 4 ({GOOD['id']}): id: it stands in line 2 already"])


def check_one_line(expected, *more):
    """Check that the claims of ``t`` are refused with one line that has all of these texts."""
    with pytest.raises(InputError) as caught:
        check_claims_file("t")
    line = str(caught.value)
    assert "\n" not in line
    for text in (*expected, *more, "studies/t/claims.csv"):
        assert text in line


@given(value=st.integers(0, 10**9), digits=st.integers(0, 6), percent=st.booleans())
def test_printed_numbers_are_read_back(value, digits, percent):
    number = value / 10**digits
    printed = f"{number:,.{digits}f}{'%' if percent else ''}"
    assert read_printed(printed) == (pytest.approx(number, rel=1e-12), digits)


@pytest.mark.parametrize("printed", ["two", "1,79,010", "~0.2", "2 to 3", ""])
def test_other_printed_text_is_not_read_as_a_number(printed):
    assert read_printed(printed) is None


def test_printed_duration_is_in_seconds():
    assert read_printed("2m 47s") == (167, 0)


def test_settings_are_those_of_full_scale_and_of_the_pairs(project):
    write_claims([{**BATCH, "quantity": "t/mlp/small/settings.epochs"}])
    (epochs,) = read_claims(claims_file("t"), "t", SCHEMA)
    assert find_setting(epochs.target) == 15
    target = epochs.target._replace(experiment="t/linear", row="50")
    assert find_settings(target, "quick")["pairs.draws"] == 3
    assert find_settings(target, "full")["pairs.draws"] == 20


@given(st.integers(0, 10_000))
def test_percent_is_the_nearest_share(hundredths):
    number = make_claim(value=hundredths / 100, digits=2, unit="percent").number
    assert number == pytest.approx(hundredths / 10_000, abs=1e-15)
    assert make_claim(value=95, digits=0, unit="percent").number == 0.95


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hidden.length", 2),
        ("hidden.each", 10),
        ("convolutions.length", 2),
        ("convolutions.1.size", 3),
        ("groups.length", 3),
        ("space.optimiser.learning_rate.low", 0.1),
    ],
)
def test_settings_are_found_by_their_path(project, path, value):
    settings = {
        "hidden": [10, 10],
        "convolutions": [{"size": 5}, {"size": 3}],
        "groups": {"a": [1], "b": [2], "c": [3]},
        "space": {"batch": {"low": 1}, "optimiser.learning_rate": {"low": 0.1}},
    }
    content = {**STUDY, "experiments": {"cnn": {"settings": settings, "rows": {"one": {}}}}}
    write_study("t", content)
    assert find_setting(Quantity("t/cnn", "one", f"settings.{path}")) == value


def test_millions_and_megabytes_are_plain_numbers():
    assert make_claim(value=1.8, digits=1, unit="millions").number == 1_800_000
    megabytes = make_claim(value=3.5, digits=1, unit="megabytes")
    assert 4 * megabytes.number == 3.5 * 2**20
    assert 4 * megabytes.half_unit == pytest.approx(0.05 * 2**20)


def test_facts_about_mnist():
    names = ("images", "train_images", "test_images", "height", "classes", "largest_label")
    assert [find_fact(f"data/mnist/{name}") for name in names] == [70000, 60000, 10000, 28, 10, 9]
    names = ("pixels", "train_images_per_class", "test_images_per_class")
    assert [find_fact(f"data/mnist/{name}") for name in names] == [784, 6000, 1000]


def test_declared_keys_suffice_for_the_verdicts(project):
    """The verdicts are the same when every key that is not declared is gone."""
    size = {**BATCH, "id": "t-size", "printed": "50", "value": "50"}
    size["quantity"] = "t/linear/50/settings.size"
    rate = {**size, "id": "t-rate", "printed": "0.5", "value": "0.5", "digits": "1"}
    rate["quantity"] = "t/figures/figure_6/settings.smoothing"
    metrics = project / "metrics/t/linear.json"
    metrics.parent.mkdir(parents=True)
    metrics.write_text('{"50": {"test_accuracy": 0.98, "n_test": 100}}')
    accuracy = {**GOOD, "quantity": "t/linear/50/test_accuracy"}
    write_claims([size, rate, accuracy])
    before = judge_all(metrics)
    declared = declare_claims("t")
    assert {file: set(keys) for file, keys in declared.items()} == {
        "params.yaml": {"audit", "scale"},
        "studies/t/experiments/linear.yaml": {"kind", "settings", "rows"},
        "studies/t/experiments/pairs.yaml": {"kind", "settings", "quick", "rows"},
        "studies/t/report.yaml": {"figures.figure_6.smoothing"},
    }
    figures = {"figure_6": {"smoothing": 0.5}}
    kept = {name: STUDY["experiments"][name] for name in ("linear", "pairs")}
    write_study("t", {"experiments": kept, "figures": figures})
    assert judge_all(metrics) == before
    assert [verdict.verdict for verdict in before] == ["adopted", "adopted", "not_run"]


def judge_all(metrics):
    """Give the verdicts on all claims of ``t`` at quick scale."""
    claims = read_claims(claims_file("t"), "t", SCHEMA)
    audit = Audit(claims, Evidence([metrics]), Criteria(0.95, 0.5, 0.1), "quick")
    return [audit.judge(claim) for claim in claims]
