"""The GRIM test refuses a printed share if, and only if, no whole number of items gives it."""

import json
from dataclasses import replace
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_files import forget_files, write_study

from redigit.audit import Audit, Evidence
from redigit.claims import Claim
from redigit.grim import Items, judge_items
from redigit.verdicts import Criteria

COLUMNS = dict.fromkeys(("study", "id", "location", "topic", "model", "metric"), "t")
counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
digits = st.integers(1, 5)
rounding = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN])


def make_claim(printed: str, unit: str = "share", **changes) -> Claim:
    """Make a claim of a printed number."""
    value, decimals = float(printed), len(printed.partition(".")[2])
    columns = {"quantity": "", "rule": "accuracy_same_test", "margin": None, "context": "words"}
    columns |= COLUMNS | {"printed": printed, "value": value, "digits": decimals, "unit": unit}
    return Claim(**columns | changes)


def round_to(number: Decimal, places: int, mode: str) -> str:
    return f"{number.quantize(Decimal(1).scaleb(-places), mode):f}"


@given(counts, digits, rounding, st.sampled_from([1, 2]))
def test_what_can_be_is_never_refused(count, places, mode, weight):
    k, n = count
    mean = round_to(Decimal(k * weight) / n, places, mode)
    assert judge_items(make_claim(mean, "none"), Items(n, "items", weight)) is None
    percent = round_to(Decimal(100 * k) / n, places, mode)
    assert judge_items(make_claim(percent, "percent"), Items(n, "items")) is None


@given(st.integers(1, 400), st.integers(1, 3), st.data(), st.sampled_from([1, 2]))
def test_verdict_is_that_of_trying_all_numbers(n, places, data, weight):
    unit = Decimal(1).scaleb(-places)
    number = data.draw(st.integers(0, weight * 10**places)) * unit
    possible = any(abs(Decimal(weight * k) / n - number) <= unit / 2 for k in range(n + 1))
    verdict = judge_items(make_claim(f"{number:f}", "none"), Items(n, "items", weight))
    assert (verdict is None) == possible
    if verdict:
        assert (verdict.verdict, verdict.n) == ("impossible", n)
        assert f"{number:f}" in verdict.sentence and verdict.sentence.endswith(".")


@given(digits, st.integers(0, 10**5), st.integers(0, 10**5))
def test_many_items_pass_always(places, more, value):
    """A printed unit then is no smaller than what one item adds."""
    number = f"{value % (10**places + 1) / 10**places:.{places}f}"
    assert judge_items(make_claim(number), Items(10**places + more, "items")) is None


@pytest.mark.parametrize(("number", "expected"), [("94.71", None), ("94.73", "impossible")])
def test_sentence_names_what_is_next_to_the_number(number, expected):
    verdict = judge_items(make_claim(number, "percent"), Items(2042, "test images of 2 and 3"))
    assert (verdict and verdict.verdict) == expected
    if verdict:
        assert verdict.sentence == (
            "1,934 of the 2,042 test images of 2 and 3 give 94.7111, 1,935 give 94.76; "
            "no whole number of them gives the printed 94.73."
        )


def test_more_than_all_is_impossible():
    verdict = judge_items(make_claim("1.01"), Items(10, "items"))
    assert verdict.verdict == "impossible" and verdict.sentence.startswith("9 of the 10 items")


PERCEPTRON = {"kind": "perceptron", "settings": {"digits": [2, 3], "labels": [-1, 1], "draws": 9}}
STUDY = {
    "experiments": {
        "perceptron": PERCEPTRON | {"quick": {"draws": 1}, "rows": {"2_3": {}}},
        "pairs": {"settings": {"test": 7}, "quick": {"test": 5}, "rows": {"all": {}}},
        "forest": {"kind": "classical", "settings": {"pairs": "pairs/all"}, "rows": {"one": {}}},
    }
}
METRICS = {
    "perceptron": {
        "2_3": {"n_train": 40, "n_test": 8, "test_accuracy": 0.5, "train_loss_at_1": 0.1}
    },
    "forest": {"one": {"n_test": 5, "test_accuracy": 0.6, "recall_3": 0.5, "support_3": 3}},
}


@pytest.fixture
def metrics(tmp_path, monkeypatch):
    """Stand in a project with the study ``t`` and give its metrics."""
    monkeypatch.chdir(tmp_path)
    write_study("t", STUDY)
    files = [Path(f"metrics/t/{name}.json") for name in METRICS]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(METRICS[file.stem]))
    yield files
    forget_files()


def judge(metrics, *claims, scale="quick"):
    """Give the verdict on the first of some claims."""
    audit = Audit(list(claims), Evidence(metrics), Criteria(0.95, 0.5, 0.1), scale)
    return audit.judge(claims[0])


@pytest.mark.parametrize("scale", ["quick", "full"])
@pytest.mark.parametrize(
    ("name", "printed", "unit", "items"),
    [
        ("test_accuracy", "0.88", "share", None),
        ("test_accuracy", "0.86", "share", "6 of the 8 test images of 2 and 3 give 0.75, 7 give"),
        ("test_accuracy", "86", "percent", "of the 8 test images of 2 and 3"),
        ("train_loss_at_1", "0.10", "none", None),
        ("train_loss_at_1", "0.12", "none", "of the 40 training images of 2 and 3 at 2 each"),
        ("train_loss_at_1", "0.2", "none", None),
    ],
)
def test_all_images_of_two_digits_are_known(metrics, name, printed, unit, items, scale):
    rule = {"quantity": f"t/perceptron/2_3/{name}", "margin": 0.5, "rule": "range_of_runs"}
    verdict = judge(metrics, make_claim(printed, unit, **rule), scale=scale)
    assert (verdict.verdict == "impossible") == bool(items)
    if items:
        assert items in verdict.sentence and verdict.evidence == ""


def test_number_in_words_is_known_to_no_digit(metrics):
    claim = make_claim("0.86", quantity="t/perceptron/2_3/test_accuracy")
    words = replace(claim, printed="around 0.86")
    assert judge(metrics, words).verdict != "impossible"


def test_test_pairs_are_known_if_the_study_says_how_many(metrics):
    accuracy = make_claim("0.60", quantity="t/forest/one/test_accuracy", rule="other_draw")
    stated = make_claim(
        "7", "count", id="t-pairs", quantity="t/pairs/all/settings.test", rule="adopted"
    )
    assert judge(metrics, accuracy).verdict == "not_run"
    verdict = judge(metrics, accuracy, stated)
    assert verdict.verdict == "impossible" and "of the 7 test pairs give" in verdict.sentence


def test_recall_is_of_the_support_printed_beside_it(metrics):
    place = {"location": "Table 1", "rule": "other_draw"}
    recall = make_claim("0.50", quantity="t/forest/one/recall_3", **place)
    support = make_claim(
        "3", "count", **place | {"id": "t-support", "quantity": "t/forest/one/support_3"}
    )
    elsewhere = replace(support, location="Table 2")
    assert judge(metrics, recall, support).verdict == "impossible"
    assert judge(metrics, recall, elsewhere).verdict != "impossible"
    right = replace(recall, printed="0.67", value=0.67)
    assert judge(metrics, right, support).verdict != "impossible"
