"""Claims of order: confirmed, reversed, tied or open, with errors no more often than stated."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from made_claims import CRITERIA
from redigit.claims import check_order
from redigit.errors import InputError
from redigit.orders import correct_holm, judge_order
from redigit.synthetic import make_claim
from redigit.verdicts import Measurement


def judge(*rows):
    return judge_order(
        None, [Measurement(tuple(row), 1000, "m.json", "0") for row in rows], CRITERIA
    )


def test_order_of_all_of_ten_runs_is_confirmed():
    high, low = np.linspace(0.9, 0.95, 10), np.linspace(0.8, 0.85, 10)
    verdict = judge(high, low)
    assert verdict.verdict == "confirmed" and verdict.k == 10
    assert "10 of 10" in verdict.sentence and "0.9250 > 0.8250" in verdict.sentence


def test_other_order_is_reversed():
    assert judge(np.full(10, 0.8), np.full(10, 0.9)).verdict == "reversed"


def test_one_wrong_step_of_three_reverses():
    rows = [np.full(12, value) + np.arange(12) / 1e5 for value in (0.9, 0.7, 0.8)]
    assert judge(*rows).verdict == "reversed"


def test_one_run_is_no_order():
    verdict = judge([0.9], [0.8])
    assert verdict.verdict == "single_run" and verdict.k == 1


def test_five_runs_cannot_confirm():
    verdict = judge([0.9] * 5, [0.8] * 5)
    assert verdict.verdict == "indeterminate" and "fewer than 6" in verdict.sentence


def test_rows_within_the_margin_are_tied():
    noise = np.random.default_rng(0).normal(0, 0.0005, (2, 8))
    noise[1, :4] += 0.0001
    verdict = judge(0.9 + noise[0], 0.9 + noise[1])
    assert verdict.verdict == "tied"


def test_equal_rows_are_tied():
    assert judge([0.9] * 8, [0.9] * 8).verdict == "tied"


def test_rows_have_as_many_pairs_as_both_have_runs():
    assert judge([0.9] * 8, [0.8] * 20).k == 8


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_that_of_scipys_definition(p_values):
    """By definition: the largest over smaller ones of p times the number not smaller."""
    ordered = sorted(p_values)
    for p, corrected in zip(p_values, correct_holm(p_values), strict=True):
        steps = [q * (len(ordered) - i) for i, q in enumerate(ordered) if q <= p]
        assert corrected == pytest.approx(min(1, max(steps)))


def test_false_orders_are_as_rare_as_stated():
    """Two rows alike, 2,000 times: at most 5 % and what chance adds are given an order."""
    random = np.random.default_rng(1)
    verdicts = [judge(*random.normal(0.9, 0.02, (2, 10))).verdict for _ in range(2000)]
    wrong = sum(verdict in ("confirmed", "reversed") for verdict in verdicts)
    assert wrong <= stats.binom.ppf(0.9999, 2000, 0.05)


def test_larger_differences_are_found_more_often():
    random = np.random.default_rng(2)
    found = []
    for shift in (0.0, 0.01, 0.03):
        rows = random.normal(0.9, 0.01, (300, 2, 10)) + np.array([[shift], [0]])
        found.append(sum(judge(*both).verdict == "confirmed" for both in rows))
    assert found == sorted(found) and found[-1] > 280 and found[0] < 20


@pytest.mark.parametrize(
    ("names", "is_allowed"),
    [
        (("test_accuracy", "test_accuracy"), True),
        (("test_accuracy_items", "test_accuracy_groups"), True),
        (("test_accuracy", "train_accuracy"), False),
        (("test_accuracy_items", "test_loss_items"), False),
        (("test_accuracy", "test_accuracyitems"), False),
    ],
)
def test_order_is_of_one_metric_by_task_or_not(names, is_allowed, monkeypatch):
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    quantity = " ".join(f"a/multitask/both/{name}" for name in names)
    claim = make_claim(1, 0, "none", "in_order")
    claim = replace(claim, study="a", metric="test_accuracy", quantity=quantity)
    if is_allowed:
        check_order(claim)
        return
    with pytest.raises(InputError, match="the metric is test_accuracy"):
        check_order(claim)
