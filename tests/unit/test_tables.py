"""Tables set each printed number beside what was measured, and nothing beside the wrong one."""

import csv
from io import StringIO

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_files import write_study

from redigit import audit
from redigit.errors import InputError
from redigit.files import write_csv, write_json
from redigit.tables import (
    CELL_COLUMNS,
    CLAIM_COLUMNS,
    TABLE_COLUMNS,
    build_table,
    build_tables,
    find_recorded,
    measure_cell,
    read_texts,
)

DEFINITION = {
    "title": "Table 1",
    "caption": "See.",
    "experiment": "mlp",
    "rows": {"small": "1 layer", "large": "2 layers"},
    "columns": {"test_accuracy": "Accuracy", "train_time": "Time"},
}
METRICS = {
    "small": {"test_accuracy": 0.9, "replicates": {"replicate": [0], "test_accuracy": [0.9]}},
    "large": {
        "test_accuracy": 0.75,
        "replicates": {"replicate": [0, 1], "test_accuracy": [0.5, 1.0]},
    },
}
CLAIMS = [
    (
        "t-1",
        "Table 1",
        "1 layer",
        "test_accuracy",
        "0.90",
        "t/mlp/small/test_accuracy",
        "reproduced",
    ),
    ("t-2", "Table 1", "1 layer", "train_time", "2m 47s", "t/mlp/small/train_time", "not_run"),
    (
        "t-3",
        "Section 2",
        "1 layer",
        "test_accuracy",
        "0.8",
        "t/mlp/large/test_accuracy",
        "not_reproduced",
    ),
]


def tabulate(claims: list[tuple[str, ...]]) -> pd.DataFrame:
    """Claims as the audit gives them; what is left out at the end is empty."""
    empty = ("",) * len(CLAIM_COLUMNS)
    return pd.DataFrame([(claim + empty)[: len(empty)] for claim in claims], columns=CLAIM_COLUMNS)


def build(**changes) -> dict[tuple[str, str], dict]:
    arguments = {"definition": DEFINITION, "metrics": METRICS, "verdicts": tabulate(CLAIMS)}
    arguments["recorded"] = {}
    table = build_table("t", **arguments | changes)
    return {(cell["row"], cell["column"]): cell for cell in table.to_dict("records")}


def test_every_cell_has_its_claim_and_its_measurement():
    cells = build()
    assert len(cells) == 4
    cell = cells["small", "test_accuracy"]
    assert [cell[name] for name in ("printed", "measured", "verdict", "claim")] == [
        "0.90",
        0.9,
        "reproduced",
        "t-1",
    ]


def test_what_is_not_measured_is_left_empty():
    cell = build()["small", "train_time"]
    assert (cell["printed"], cell["measured"], cell["sd"], cell["replicates"]) == (
        "2m 47s",
        "",
        "",
        "",
    )


def test_recorded_run_stands_beside_the_run_at_hand():
    values = {"test_accuracy": [0.9, 0.92]}
    recorded = {"t/mlp/small": {"test_accuracy": 0.91, "replicates": values}}
    cell = build(recorded=recorded)["small", "test_accuracy"]
    assert (cell["recorded"], cell["recorded_replicates"]) == (0.91, 2)
    assert cell["recorded_sd"] == pytest.approx(pd.Series(values["test_accuracy"]).std())
    assert (cell["measured"], cell["replicates"]) == (0.9, 1)
    assert build(recorded=recorded)["large", "test_accuracy"]["recorded"] == ""


def test_recorded_rows_are_those_that_the_audit_took(tmp_path):
    path = tmp_path / "t" / "mlp.json"
    row = {"code": "made", "settings": "", "probe": None}
    rows = {name: row | {"metrics": {"name": name}} for name in ("small", "large")}
    write_json(path, {"code": {"made": {}}, "rows": rows})
    of_one = (*CLAIMS[0], "this code")
    of_both = ("t-9", "", "", "", "", "t/mlp/small/a t/mlp/large/a", "confirmed", "this code")
    assert find_recorded([path], tabulate([*CLAIMS])) == {}
    assert find_recorded([path], tabulate([of_one, of_both])) == {"t/mlp/small": {"name": "small"}}


def test_claim_of_another_place_is_not_in_the_table():
    cell = build()["large", "test_accuracy"]
    assert (cell["printed"], cell["verdict"], cell["claim"]) == ("", "", "")
    assert cell["measured"] == 0.75


def test_claim_compared_with_others_is_found_by_heading_and_metric():
    time = ("t-4", "Table 1", "2 layers", "train_time", "5", "t-2 t-3", "consistent")
    elsewhere = ("t-5", "Section 2", "1 layer", "train_time", "6", "t-2", "consistent")
    cells = build(verdicts=tabulate([*CLAIMS, time, elsewhere]))
    assert cells["large", "train_time"]["claim"] == "t-4"
    assert cells["small", "train_time"]["claim"] == "t-2"


def test_table_of_several_experiments_names_their_rows():
    definition = {key: DEFINITION[key] for key in DEFINITION if key != "experiment"}
    definition["rows"] = {"mlp/small": "1 layer", "cnn/small": "convolutions"}
    metrics = {"mlp/small": METRICS["small"], "cnn/small": METRICS["large"]}
    cells = build(definition=definition, metrics=metrics)
    assert cells["mlp/small", "test_accuracy"]["claim"] == "t-1"
    assert cells["cnn/small", "test_accuracy"]["claim"] == ""
    assert cells["cnn/small", "test_accuracy"]["measured"] == 0.75


def test_tables_of_a_study_follow_each_other(folder):
    both = {key: DEFINITION[key] for key in DEFINITION if key != "experiment"}
    both |= {"title": "Table 2", "rows": {"cnn/small": "convolutions", "mlp/large": "2 layers"}}
    tables = {"every": DEFINITION | {"rows": "all"}, "table_2": both}
    rows = {row: {} for row in METRICS}
    write_study("t", {"experiments": {"mlp": {"rows": rows}}, "tables": tables})
    metrics = {"mlp": METRICS, "cnn": {"small": METRICS["large"]}}
    time = ("t-4", "Table 2", "2 layers", "train_time", "5", "", "not_run")
    claims = tabulate([*CLAIMS, time])
    cells = build_tables("t", metrics, claims, {})
    assert list(cells["table"]) == ["every"] * 4 + ["table_2"] * 4
    assert list(cells["row"]) == [row for row in [*METRICS, *both["rows"]] for _ in range(2)]
    alone = build_table(
        "t", DEFINITION | {"rows": {row: row for row in METRICS}}, METRICS, claims, {}
    )
    assert cells[:4].drop(columns="table").equals(alone)
    assert cells["measured"][4] == 0.75
    write_study("t", {"tables": {}})
    assert list(build_tables("t", {}, claims, {}).columns) == list(TABLE_COLUMNS)


def test_one_replicate_has_no_deviation():
    assert build()["small", "test_accuracy"]["sd"] == ""
    assert build()["large", "test_accuracy"]["sd"] == pytest.approx(0.5**0.5 / 2)


SCORES = {f"{name}_{k}": k / 10 for name in ("precision", "recall", "f1") for k in range(2)}
SCORES |= {"support_0": 7, "support_1": 3, "test_accuracy": 0.8, "n_test": 10, "macro_f1": 0.05}
REPORT = {"title": "Report", "experiment": "forest", "report": "small"}


def build_report(*claims) -> dict[tuple[str, str], dict]:
    metrics = {"small": SCORES | {"replicates": {name: [SCORES[name]] for name in SCORES}}}
    return build(definition=REPORT, metrics=metrics, verdicts=tabulate(list(claims)))


def test_report_has_a_line_for_each_class_and_average():
    cells = build_report()
    rows = list(dict.fromkeys(row for row, _ in cells))
    assert rows == ["0", "1", "accuracy", "macro", "weighted"]
    assert len(cells) == 4 * len(rows)
    assert cells["1", "recall"]["measured"] == 0.1
    assert cells["0", "support"]["measured"] == 7
    assert (cells["accuracy", "f1"]["measured"], cells["macro", "f1"]["measured"]) == (0.8, 0.05)
    assert [cells["accuracy", name]["measured"] for name in ("precision", "recall")] == ["", ""]


CLASSES = {
    "title": "By class",
    "experiment": "pca",
    "classes": "small",
    "columns": {"centroid_1": "Centroid", "samples": "Samples"},
}


def test_table_by_class_has_a_line_for_each_class():
    scores = {"centroid_1_0": 0.5, "centroid_1_7": -2.0, "samples_0": 3, "samples_7": 4}
    metrics = {"small": scores | {"replicates": {name: [scores[name]] for name in scores}}}
    quantity = "t/pca/small/centroid_1_7"
    claim = ("t-1", "By class", "", "centroid_1_7", "-1.9", quantity, "reproduced")
    cells = build(definition=CLASSES, metrics=metrics, verdicts=tabulate([claim]))
    assert list(cells) == [(row, column) for row in "07" for column in CLASSES["columns"]]
    assert cells["0", "samples"]["measured"] == 3
    assert (cells["7", "centroid_1"]["printed"], cells["7", "centroid_1"]["measured"]) == (
        "-1.9",
        -2.0,
    )


def test_table_by_class_of_a_row_without_classes_is_refused():
    with pytest.raises(InputError, match="row 'small' has no metrics of classes"):
        build(definition=CLASSES)


def test_claim_of_a_report_is_found_by_its_metric_whatever_it_is_compared_with():
    cells = build_report(
        (
            "t-1",
            "Report",
            "trees",
            "precision_0",
            "0.40",
            "t/forest/small/precision_0",
            "reproduced",
        ),
        ("t-2", "Report", "trees", "f1_0", "0.50", "t-1 t-3", "inconsistent"),
        ("t-3", "Elsewhere", "trees", "recall_0", "0.60", "t/forest/small/recall_0", "reproduced"),
    )
    assert (cells["0", "precision"]["claim"], cells["0", "f1"]["claim"]) == ("t-1", "t-2")
    assert [cell["claim"] for cell in cells.values() if cell["claim"]] == ["t-1", "t-2"]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_deviation_is_that_of_a_sample(values):
    cell = measure_cell({"accuracy": 0.5, "replicates": {"accuracy": values}}, "accuracy")
    assert cell["sd"] == pytest.approx(pd.Series(values).std(ddof=1), abs=1e-12)
    assert cell["replicates"] == len(values)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metrics": {"small": METRICS["small"]}}, "'large' has no metrics"),
        (
            {"definition": DEFINITION | {"columns": {"test_acuracy": "Accuracy"}}},
            "'test_acuracy' is neither",
        ),
        (
            {"verdicts": tabulate([*CLAIMS, ("t-4", *CLAIMS[0][1:])])},
            "t-1, t-4 are all on t/mlp/small/test_accuracy",
        ),
    ],
)
def test_fault_is_one_line_that_names_the_place(changes, words):
    with pytest.raises(InputError, match=words) as caught:
        build(**changes)
    assert "Table 1" in str(caught.value) and "\n" not in str(caught.value)


def test_file_gives_back_the_texts_as_they_are_printed(tmp_path):
    path = tmp_path / "table.csv"
    write_csv(path, build_table("t", DEFINITION, METRICS, tabulate(CLAIMS), {}))
    table = read_texts(path, CELL_COLUMNS)
    assert list(table["printed"]) == ["0.90", "2m 47s", "", ""]
    assert next(csv.reader(StringIO(path.read_text()))) == list(CELL_COLUMNS)


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "empty"), ("id,location\n", "'model' is missing"), ('id\n"a', "not comma-separated")],
)
def test_file_that_is_no_table_is_refused(tmp_path, content, words):
    path = tmp_path / "verdicts.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=words):
        read_texts(path, CLAIM_COLUMNS)


def test_the_audit_gives_what_tables_need():
    assert set(CLAIM_COLUMNS) <= set(audit.COLUMNS)
