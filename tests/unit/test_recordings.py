"""Rows recorded at full scale: what they are taken for, and how replicates come together."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from study_files import forget_files
from study_files import write_study as write_files

from redigit.audit import Evidence, judge_study
from redigit.errors import InputError
from redigit.front_page import read_measured
from redigit.record import FULL, find_rows, merge_entries, write_entries, write_study
from redigit.recordings import (
    EARLIER,
    PROBED,
    SAME,
    digest_file,
    digest_settings,
    digest_value,
    list_recorded_code,
    list_recording_files,
    read_recordings,
    recording_file,
)
from redigit.replicates import average_replicates
from redigit.settings import read_params

SCHEMA = Path(__file__).parents[2] / "workflow/schemas/claims.yaml"
MLP = {
    "kind": "network",
    "settings": {"train_images": 600, "validation_images": 0, "test_images": 100, "epochs": 15},
    "quick": {"epochs": 2},
    "rows": {"small": {}, "large": {}},
}
ROW = ("t/mlp", "small")
CODE = Path("code.py")
QUICK = {"t/mlp": {"small": {"test_accuracy": 0.5}}}

accuracies = st.dictionaries(st.integers(0, 9), st.floats(0, 1), min_size=1)


def make_entry(values: dict[int, float], **changes) -> dict:
    """Make an entry with an accuracy for each seed."""
    replicates = {"replicate": list(values), "test_accuracy": list(values.values())}
    replicates["n_test"] = [100] * len(values)
    entry = {
        "settings": digest_value("settings"),
        "code": {str(CODE): digest_value("code")},
        "commit": "0" * 40,
        "probe": digest_value(QUICK["t/mlp"]["small"]),
        "jobs": {f"train_network/t/mlp/small/{seed}": {"wall_s": 1.0} for seed in values},
        "metrics": average_replicates(replicates),
    }
    return entry | changes


def read_values(entry: dict) -> dict[int, float]:
    replicates = entry["metrics"]["replicates"]
    return dict(zip(replicates["replicate"], replicates["test_accuracy"], strict=True))


@given(accuracies, accuracies)
def test_replicates_are_added_and_none_is_counted_twice(before, after):
    merged = merge_entries(make_entry(before), make_entry(after))
    expected = dict(sorted((before | after).items()))
    assert read_values(merged) == expected
    assert list(read_values(merged)) == sorted(expected)
    assert merged["metrics"]["test_accuracy"] == pytest.approx(
        np.mean(list(expected.values())), abs=1e-9
    )
    assert {name.rpartition("/")[2] for name in merged["jobs"]} == set(map(str, expected))
    assert merge_entries(merged, make_entry(after)) == merged


@given(accuracies, accuracies)
def test_replicates_of_other_settings_or_other_results_are_not_mixed(before, after):
    new = make_entry(after)
    assert merge_entries(make_entry(before, settings="others"), new) == new
    assert merge_entries(make_entry(before, run={"backend": "jax"}), new) == new
    assert merge_entries(make_entry(before, code="other", probe="other"), new) == new
    assert merge_entries(make_entry(before, code="other", probe=None), new | {"probe": None}) == (
        new | {"probe": None}
    )


def test_replicates_of_code_that_gives_the_same_are_mixed():
    merged = merge_entries(make_entry({0: 0.5}, code="other"), make_entry({1: 0.6}))
    assert read_values(merged) == {0: 0.5, 1: 0.6}


@pytest.fixture
def study(folder):
    """Stand in a project with a study of one network, of which one row is recorded."""
    write_files("t", {"experiments": {"mlp": MLP}})
    CODE.write_text("one = 1\n")
    code, settings = {str(CODE): digest_file(CODE)}, digest_settings(*ROW)
    entry = make_entry({0: 0.9, 1: 0.91, 2: 0.92}, settings=settings, code=code)
    write_entries("t/mlp", {"small": entry})
    return folder


def read_states(metrics=QUICK) -> dict:
    files, code = (
        [Path(path) for path in find("t")] for find in (list_recording_files, list_recorded_code)
    )
    return {row: found.code for row, found in read_recordings(files, code, metrics).items()}


def test_recorded_row_says_whether_this_code_made_it(study):
    assert read_states() == {ROW: SAME}
    assert read_states({}) == {ROW: SAME}
    CODE.write_text("one = 2\n")
    assert read_states() == {ROW: PROBED}
    assert read_states({"t/mlp": {"small": {"test_accuracy": 0.6}}}) == {ROW: EARLIER}
    assert read_states({}) == {ROW: EARLIER}
    CODE.unlink()
    assert list_recorded_code("t") == []
    assert read_states({}) == {ROW: EARLIER}


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({"settings": MLP["settings"] | {"epochs": 16}}, False),
        ({"rows": {"small": {"hidden": [3]}}}, False),
        ({"rows": {"large": {}}}, False),
        # What another scale has, or another row, is nothing to it.
        ({"quick": {"epochs": 3}}, True),
        ({"rows": {"small": {}, "large": {"epochs": 1}}}, True),
    ],
)
def test_recorded_row_counts_with_its_settings_only(study, change, is_kept):
    write_files("t", {"experiments": {"mlp": MLP | change}})
    assert (ROW in read_states()) == is_kept


def test_code_that_made_no_row_any_more_is_forgotten(study):
    entry = make_entry({0: 0.9}, settings=digest_settings(*ROW), probe=None)
    write_entries("t/mlp", {"small": entry})
    content = json.loads(recording_file("t/mlp").read_text())
    assert list(content["code"]) == [content["rows"]["small"]["code"]]


def test_claims_are_judged_by_recorded_rows(study):
    Path("params.yaml").write_text(
        "scale: quick\naudit: {level: 0.95, margin_points: 5, margin_error_share: 0.1}\n"
    )
    cells = {"id": "t-1", "location": "Table 1", "topic": "mlp", "model": "m", "digits": "2"}
    cells |= {"study": "t", "metric": "test_accuracy", "unit": "share", "context": "words"}
    cells |= {"quantity": "t/mlp/small/test_accuracy", "rule": "accuracy_same_test"}
    columns = list(read_params(SCHEMA)["properties"])
    claims, metrics = Path("claims.csv"), Path("metrics/t/mlp.json")
    metrics.parent.mkdir(parents=True)
    quick = {"n_test": 100, "test_accuracy": 0.5, "replicates": {"test_accuracy": [0.5]}}
    metrics.write_text(json.dumps({"small": quick, "large": quick}))
    verdicts = {}
    for printed in ("0.91", "0.30"):
        line = [(cells | dict.fromkeys(("printed", "value"), printed)).get(c, "") for c in columns]
        claims.write_text(f"{','.join(columns)}\n{','.join(line)}\n")
        forget_files()
        without, _ = judge_study("t", claims, Evidence([metrics]), SCHEMA)
        assert (without["verdict"][0], without["recorded"][0]) == ("not_run", "")
        files, code = [recording_file("t/mlp")], [CODE]
        table, _ = judge_study("t", claims, Evidence([metrics], files, code), SCHEMA)
        verdicts[printed] = table["verdict"][0]
        assert (table["k"][0], table["recorded"][0]) == (3, SAME)
        assert table["evidence"][0] == "evidence/t/mlp.json"
    assert verdicts["0.30"] == "not_reproduced"
    assert verdicts["0.91"] in ("reproduced", "underpowered")


@pytest.mark.parametrize("rows", [["small"], ["small", "large"]])
def test_findings_compare_rows_of_one_scale(study, rows):
    """Recorded rows are set against each other, but not against those of the run at hand."""
    metrics = Path("metrics/t/mlp.json")
    metrics.parent.mkdir(parents=True)
    metrics.write_text(json.dumps({row: {"test_accuracy": 0.5} for row in rows}))
    found = read_measured([metrics], [recording_file("t/mlp")], "quick")["t/mlp"]
    is_recorded = rows == ["small"]
    assert (found.scale, found.is_recorded) == ("full" if is_recorded else "quick", is_recorded)
    assert found.rows["small"]["test_accuracy"] == pytest.approx(0.91 if is_recorded else 0.5)


@pytest.mark.parametrize("text", ["{}", '{"rows": {"small": {}}}', "[", '{"rows": 3, "code": {}}'])
def test_damaged_file_is_named(study, text):
    recording_file("t/mlp").write_text(text)
    with pytest.raises(InputError, match=r"^evidence/t/mlp.json: "):
        read_states({})


def test_names_are_experiments_and_rows(study):
    assert find_rows("t/mlp") == ("t/mlp", ["small", "large"])
    assert find_rows("t/mlp/large") == ("t/mlp", ["large"])
    for name in ("t", "t/cnn", "t/mlp/none", "t/mlp/small/0"):
        with pytest.raises(InputError, match=f"^{name}: "):
            find_rows(name)


def test_copy_has_the_rows_that_are_recorded_and_what_they_build_on(folder):
    pairs = {"kind": "pairs", "settings": {"images": "train"}, "rows": {"0_8": {}, "other": {}}}
    settings = {"pairs": "pairs/0_8", "model": {"svm": {"C": 0.00001}}}
    svm = {"kind": "classical", "settings": settings, "rows": {"one": {"size": None}, "two": {}}}
    write_files("t", {"experiments": {"pairs": pairs, "svm": svm, "mlp": MLP}})
    Path("studies/t/claims.csv").write_text("id,printed\nt-1,0.5\n")
    Path("params.yaml").write_text("studies: [a, t]\nscale: quick\nseeds: [0]\n")
    write_study("t/svm", ["one"], {"scale": "full"})
    copied = FULL / "studies/t"
    assert (copied / "claims.csv").read_text() == "id,printed\n"
    files = {path.stem: path for path in (copied / "experiments").iterdir()}
    assert set(files) == {"pairs", "svm"}
    # As Snakemake reads them, and as DVC does.
    for read in (read_params, YAML(typ="safe").load):
        assert read(files["pairs"]) == pairs | {"rows": {"0_8": {}}}
        assert read(files["svm"]) == svm | {"rows": {"one": {"size": None}}}
        run = read(FULL / "params.yaml")
        assert run == {"studies": ["t"], "scale": "full", "seeds": [0]}
    # What was recorded before goes.
    write_study("t/mlp", ["large"], {})
    assert [path.stem for path in (copied / "experiments").iterdir()] == ["mlp"]
