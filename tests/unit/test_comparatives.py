"""What a text says of a table: true of the numbers before rounding, it is never refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.claims import Claim
from redigit.document_rules import DOCUMENT_RULES

WORDS = dict.fromkeys(("study", "id", "location", "topic", "model", "metric", "context"), "t")
# No number lies in the middle between two that can be printed.
numbers = st.integers(0, 10**6).map(lambda k: (k + 0.3) / 10**6)
digits = st.integers(1, 4)
rounded = st.tuples(numbers, digits)


def make_claim(value, places=0, unit="share", printed=None) -> Claim:
    """Make a claim of a number as it would be printed."""
    text = f"{value:.{places}f}"
    columns = {"value": float(text), "digits": places, "margin": None, "quantity": "", "rule": ""}
    return Claim(**WORDS, **columns, printed=printed or text, unit=unit)


def judge(rule: str, value, *operands: Claim, printed: str = "so it is") -> str:
    """Give the verdict on a claim in words, of how many or which of the others they are about."""
    claim = make_claim(value, unit="count", printed=printed)
    verdict = DOCUMENT_RULES[rule](claim, list(operands))
    assert verdict.sentence.endswith(".")
    return verdict.verdict


@pytest.mark.parametrize("rule", ["highest_of", "lowest_of"])
@given(st.lists(rounded, min_size=2, max_size=8), st.data())
def test_true_extremes_are_consistent_whatever_the_digits(rule, items, data):
    items.sort(reverse=rule == "highest_of")
    size = data.draw(st.integers(1, len(items) - 1))
    assert judge(rule, size, *(make_claim(*item) for item in items)) == "consistent"


@pytest.mark.parametrize(("rule", "sign"), [("highest_of", 1), ("lowest_of", -1)])
@given(st.lists(st.integers(100, 900), min_size=2, max_size=8), digits, st.data())
def test_extreme_that_another_passes_is_inconsistent(rule, sign, units, places, data):
    size = data.draw(st.integers(1, len(units) - 1))
    units[0] = (min if sign > 0 else max)(units[size:]) - sign
    operands = [make_claim(unit / 10**places, places) for unit in units]
    assert judge(rule, size, *operands) == "inconsistent"


def test_tie_contradicts_no_extreme():
    tie = make_claim(0.9802, 4), make_claim(0.9802, 4)
    assert {judge(rule, 1, *tie) for rule in ("highest_of", "lowest_of")} == {"consistent"}
    coarse = make_claim(99, 0, "percent"), make_claim(99.4, 1, "percent")
    assert judge("highest_of", 1, *coarse) == "consistent"


def test_whole_numbers_are_exact():
    fewer, more = make_claim(781, 0, "count"), make_claim(782, 0, "count")
    assert judge("highest_of", 1, fewer, more) == "inconsistent"
    assert judge("lowest_of", 1, fewer, more) == "consistent"


@given(st.lists(rounded, min_size=1, max_size=8), st.integers(0, 100))
def test_limits_hold_for_all(items, hundredths):
    limit = hundredths / 100
    operands = [make_claim(*item) for item in items]
    claim = make_claim(limit, 2)
    true = {
        "at_least": all(value >= limit for value, _ in items),
        "at_most": all(value <= limit for value, _ in items),
    }
    far = {
        "at_least": any(value < limit - 10**-places for value, places in items),
        "at_most": any(value > limit + 10**-places for value, places in items),
    }
    for rule in true:
        verdict = DOCUMENT_RULES[rule](claim, operands).verdict
        assert verdict == "consistent" or not true[rule]
        assert verdict == "inconsistent" or not far[rule]


@given(st.lists(numbers, min_size=2, max_size=8), digits)
def test_true_largest_step_is_consistent(values, places):
    number = int(np.argmax(np.diff(values))) + 1
    operands = [make_claim(value, places) for value in values]
    assert judge("largest_step", number, *operands) == "consistent"


@given(st.lists(st.integers(0, 99), min_size=2, max_size=8), digits, st.data())
def test_step_that_another_passes_is_inconsistent(units, places, data):
    number = data.draw(st.integers(1, len(units) - 1))
    # Rounding moves each end of two steps by half a unit.
    higher = units[-1] + max(np.diff(units)) + 2
    operands = [make_claim(unit / 10**places, places) for unit in (*units, higher)]
    assert judge("largest_step", number, *operands) == "inconsistent"


@given(st.lists(numbers, min_size=1, max_size=12), numbers)
def test_course_stops_where_it_first_reaches_the_limit(course, limit):
    number = next((i for i, value in enumerate(course, 1) if value <= limit), None)
    operands = [make_claim(value, 7) for value in (limit, *course)]
    for step in range(1, len(course) + 1):
        expected = "consistent" if step == number else "inconsistent"
        assert judge("stops_at", step, *operands) == expected


@given(st.lists(st.integers(1, 12), min_size=2, max_size=4), st.integers(-1, 1))
def test_parameters_are_weights_and_biases(shape, off):
    """A kernel of a convolution has a side of the image, again, channels and then its number."""
    total = np.zeros(shape).size + shape[-1]
    operands = [make_claim(side, unit="count") for side in shape]
    verdict = judge("parameters_of", total + off, *operands, printed=f"{total + off:,}")
    assert verdict == ("inconsistent" if off else "consistent")
