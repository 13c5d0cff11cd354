"""What the audit judges claims by: the rows, scales and settings that they are about."""

import json
from pathlib import Path

import pytest
from study_files import forget_files, write_study

from made_claims import CRITERIA, make_claim
from redigit.audit import COLUMNS, MOST_VALUES, Audit, Evidence, count_verdicts, tabulate
from redigit.errors import InputError
from redigit.verdicts import VERDICTS, Verdict

STUDY = {
    "experiments": {
        "mlp": {
            "kind": "network",
            "settings": {"train_images": 600, "hidden": [10, 10], "batch": 100, "epochs": 15},
            "quick": {"epochs": 2},
            "rows": {"small": {}},
        },
        "pairs": {"settings": {"draws": 20}, "quick": {"draws": 3}, "rows": {"all": {}}},
        "linear": {"kind": "linear", "settings": {"pairs": "pairs/all"}, "rows": {"50": {}}},
    }
}
METRICS = {
    "mlp": {
        "small": {
            "n_parameters": 7960,
            "n_test": 100,
            "train_accuracy": 0.97,
            "test_accuracy": 0.98,
            "replicates": {
                "n_parameters": [7960] * 3,
                "n_test": [100] * 3,
                "train_accuracy": [0.96, 0.97, 0.98],
                "test_accuracy": [0.97, 0.98, 0.99],
            },
        }
    },
    "linear": {"50": {"n_test": 100, "test_accuracy": 0.4}},
    "pairs": {"all": {"mode": 9}},
}
PARAMETERS = {"unit": "count", "digits": 0, "rule": "equal", "metric": "n_parameters"}
PARAMETERS["quantity"] = "t/mlp/small/n_parameters"
BATCH = {"unit": "count", "digits": 0, "rule": "adopted", "quantity": "t/mlp/small/settings.batch"}


@pytest.fixture
def metrics(tmp_path, monkeypatch):
    """Stand in a project with the study ``t`` and give its metrics."""
    monkeypatch.chdir(tmp_path)
    write_study("t", STUDY)
    files = []
    for name, content in METRICS.items():
        files.append(Path(f"metrics/t/{name}.json"))
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        files[-1].write_text(json.dumps(content))
    yield files
    forget_files()


def judge(metrics, *claims, scale="full"):
    """Give the verdicts on claims."""
    audit = Audit(list(claims), Evidence(metrics), CRITERIA, scale)
    return [audit.judge(claim) for claim in claims]


def test_accuracy_is_decided_at_full_scale_only(metrics):
    claim = make_claim(0.5, 2)
    assert judge(metrics, claim)[0].verdict == "not_reproduced"
    (verdict,) = judge(metrics, claim, scale="quick")
    assert verdict.verdict == "not_run"
    assert (verdict.measured, verdict.k) == (pytest.approx(0.98), 3)
    assert "epochs 2 instead of 15" in verdict.sentence
    assert verdict.evidence == "metrics/t/mlp.json"


def test_seeds_on_the_same_items_are_one_draw_of_them(metrics):
    """Their scatter is not that of another draw, however near or far the printed number is."""
    claims = [make_claim(value, 2, rule="other_draw") for value in (0.5, 0.98)]
    for verdict in judge(metrics, *claims):
        assert (verdict.verdict, verdict.k, verdict.low) == ("single_run", 3, None)
        assert "one draw of items" in verdict.sentence
    drawn_anew = make_claim(0.1, 2, rule="other_draw", quantity="t/linear/50/test_accuracy")
    assert "one draw of items" not in judge(metrics, drawn_anew)[0].sentence


def test_scale_of_the_pairs_counts_too(metrics):
    claim = make_claim(0.4, quantity="t/linear/50/test_accuracy", rule="accuracy_other_test")
    (verdict,) = judge(metrics, claim, scale="quick")
    assert (verdict.verdict, verdict.sentence.split(",")[0]) == (
        "not_run",
        "Not decided: this run has pairs.draws 3 instead of 20; it gave 0.4000.",
    )
    assert judge(metrics, claim, scale="full")[0].verdict == "single_run"


@pytest.mark.parametrize("scale", ["smoke", "quick", "full"])
def test_number_of_parameters_is_decided_at_any_scale(metrics, scale):
    right, wrong = make_claim(7960, **PARAMETERS), make_claim(7961, **PARAMETERS)
    verdicts = [verdict.verdict for verdict in judge(metrics, right, wrong, scale=scale)]
    assert verdicts == ["reproduced", "not_reproduced"]


def test_training_accuracy_is_measured_on_the_training_images(metrics):
    (verdict,) = judge(metrics, make_claim(0.97, quantity="t/mlp/small/train_accuracy"))
    assert verdict.n == 600


def test_training_images_are_counted_by_the_metrics_if_no_setting_does(metrics):
    content = json.loads(metrics[1].read_text())
    content["50"] |= {"n_train": 77, "train_accuracy": 0.5}
    metrics[1].write_text(json.dumps(content))
    claim = make_claim(0.5, quantity="t/linear/50/train_accuracy", metric="train_accuracy")
    (verdict,) = judge(metrics, claim)
    assert (verdict.verdict, verdict.n) == ("single_run", 77)


def test_followed_setting_is_adopted_and_decides_nothing_else(metrics):
    verdicts = judge(metrics, make_claim(100, **BATCH), make_claim(0.5), scale="full")
    assert [verdict.verdict for verdict in verdicts] == ["adopted", "not_reproduced"]


def test_results_under_another_setting_than_stated_are_not_judged(metrics):
    claims = make_claim(50, **BATCH), make_claim(0.98), make_claim(7960, **PARAMETERS)
    setting, accuracy, parameters = judge(metrics, *claims)
    assert (setting.verdict, setting.measured) == ("not_comparable", 100)
    assert accuracy.verdict == "not_run"
    assert "100 instead of the stated 50" in accuracy.sentence
    assert parameters.verdict == "reproduced"


def test_uncovered_number_and_duration(metrics):
    uncovered = make_claim(0.98, quantity="")
    duration = make_claim(167, 0, "seconds", "absolute_time", quantity="t/mlp/small/train_time")
    verdicts = [verdict.verdict for verdict in judge(metrics, uncovered, duration)]
    assert verdicts == ["not_run", "not_comparable"]


def test_fact_about_raw_files_needs_no_run(metrics):
    more = {"quantity": "data/mnist/images", "rule": "equal"}
    right, wrong = (make_claim(value, 0, "count", **more) for value in (70000, 60000))
    verdicts = judge([], right, wrong, scale="quick")
    assert [verdict.verdict for verdict in verdicts] == ["reproduced", "not_reproduced"]


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("t/cnn/small/test_accuracy", "--metrics: none for t/cnn; found t/mlp"),
        ("t/mlp/large/test_accuracy", "metrics/t/mlp.json: no 'large'; found small"),
        ("t/mlp/small/test_acuracy", "metrics/t/mlp.json: no 'test_acuracy'; found n_parameters"),
        ("t/pairs/all/mode", "metrics/t/pairs.json: all: no 'n_test', which t-claim needs"),
    ],
)
def test_missing_metric_gives_one_line(metrics, quantity, expected):
    with pytest.raises(InputError) as caught:
        judge(metrics, make_claim(0.98, quantity=quantity))
    assert str(caught.value).startswith(expected) and "\n" not in str(caught.value)


def test_table_has_numbers_in_the_unit_of_the_claim(metrics):
    claims = [
        make_claim(98.0, 1, "percent"),
        make_claim(0.98, 2),
        make_claim(7960, **PARAMETERS),
    ]
    verdicts = judge(metrics, *claims)
    table = tabulate(claims, verdicts, CRITERIA)
    assert tuple(table.columns) == COLUMNS
    percent, share, count = table.to_dict("records")
    assert percent["measured"] == pytest.approx(98.0)
    assert percent["margin"] == 0.5
    assert percent["high"] == pytest.approx(100 * share["high"])
    assert (count["measured"], type(count["measured"]), count["margin"]) == (7960, int, None)
    assert table["verdict"].isin(VERDICTS).all()


@pytest.mark.parametrize("k", [1, 2, MOST_VALUES, MOST_VALUES + 1])
def test_values_of_replicates_are_listed_if_they_can_be_read(k):
    claim = make_claim(98.0, 1, "percent")
    values = tuple(0.9 + 0.001 * number for number in range(k))
    given = Verdict("reproduced", "So.", measured=sum(values) / k, values=values)
    (line,) = tabulate([claim], [given], CRITERIA).to_dict("records")
    if 1 < k <= MOST_VALUES:
        shown = [float(text) for text in line["values"].split()]
        assert shown == pytest.approx([100 * value for value in values])
    else:
        assert line["values"] is None


def test_verdicts_are_counted(metrics):
    counts = count_verdicts(judge(metrics, make_claim(0.5), make_claim(7960, **PARAMETERS)))
    assert list(counts) == ["claims", *VERDICTS] and len(VERDICTS) == 14
    assert (counts["claims"], counts["reproduced"], counts["not_reproduced"]) == (2, 1, 1)
    assert sum(counts.values()) == 4
