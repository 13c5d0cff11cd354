"""Rules on reports: what rounds to what is printed is consistent, what cannot be is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from redigit.claims import Claim
from redigit.document_rules import DOCUMENT_RULES, find_f1
from redigit.verdicts import MEASURED_RULES, Criteria, Measurement, find_margin

WIDE = Criteria(level=0.95, margin_points=100, margin_error_share=100)
CRITERIA = Criteria(level=0.95, margin_points=0.5, margin_error_share=0.1)

shares = st.floats(0, 1)
counts = st.integers(0, 1000)


def make_claim(value: float, digits: int = 2, unit: str = "share", rule: str = "f1_of") -> Claim:
    """Make a claim of a number as it would be printed."""
    printed = f"{value:.{digits}f}"
    words = dict.fromkeys(("study", "id", "location", "topic", "model", "metric"), "t")
    numbers = {"printed": printed, "value": float(printed), "digits": digits, "margin": None}
    return Claim(**words, **numbers, unit=unit, quantity="", rule=rule, context="")


def judge(rule: str, claim: Claim, *operands: Claim) -> str:
    verdict = DOCUMENT_RULES[rule](claim, list(operands))
    assert claim.printed in verdict.sentence and verdict.k is None
    return verdict.verdict


@given(shares, shares, st.integers(1, 4))
def test_rounded_f1_is_consistent_with_rounded_precision_and_recall(precision, recall, digits):
    claims = [make_claim(value, digits) for value in (precision, recall)]
    claim = make_claim(find_f1(precision, recall), digits)
    assert judge("f1_of", claim, *claims) == "consistent"


@given(st.floats(0.05, 1), st.floats(0.05, 1), st.sampled_from([-1, 1]))
def test_f1_out_of_reach_of_rounding_is_inconsistent(precision, recall, side):
    """Rounding moves F1 by less than a unit here: its slopes are at most 2, and add up to 2."""
    operands = [make_claim(value) for value in (precision, recall)]
    low, high = (find_f1(*(o.value + side * o.half_unit for o in operands)) for side in (-1, 1))
    claim = make_claim(high + 0.0151 if side > 0 else low - 0.0151)
    assert judge("f1_of", claim, *operands) == "inconsistent"


@pytest.mark.parametrize(
    ("precision", "recall", "f1", "expected"),
    [(0.90, 0.97, 0.94, "consistent"), (0.76, 0.71, 0.73, "consistent"),
     (0.76, 0.71, 0.75, "inconsistent"), (0.0, 0.0, 0.0, "consistent"),
     (0.0, 0.5, 0.02, "inconsistent")],
)  # fmt: skip
def test_f1_of_printed_numbers(precision, recall, f1, expected):
    assert judge("f1_of", make_claim(f1), make_claim(precision), make_claim(recall)) == expected


@given(st.floats(1, 1000), st.floats(1, 1000), st.integers(0, 4), st.integers(0, 4))
def test_quotient_of_rounded_numbers_is_consistent(first, second, digits, more):
    operands = make_claim(first, digits, "seconds"), make_claim(second, more, "seconds")
    claim = make_claim(first / second, 3, "seconds")
    assert judge("quotient_of", claim, *operands) == "consistent"


@pytest.mark.parametrize(
    ("seconds", "printed", "expected"),
    [(2.1830, 1.22, "consistent"), (4.4925, 2.36, "inconsistent"), (2.1830, 1.21, "inconsistent")],
)
def test_quotient_for_a_million_parameters(seconds, printed, expected):
    operands = make_claim(seconds, 4, "seconds"), make_claim(1_796_010, 0, "count")
    claim = make_claim(printed, 2, "seconds_per_million")
    assert judge("quotient_of", claim, *operands) == expected


@given(st.floats(0.1, 1000), st.floats(0.1, 1000), st.integers(0, 4), st.integers(0, 4))
def test_product_of_rounded_numbers_is_consistent(first, second, digits, more):
    operands = make_claim(first, digits, "seconds"), make_claim(second, more, "seconds")
    claim = make_claim(first * second, 3, "seconds")
    assert DOCUMENT_RULES["product_of"](claim, [*operands]).verdict == "consistent"


@pytest.mark.parametrize(
    ("rule", "factors", "printed", "expected"),
    [("product_of", (64, 512), 32_768, "consistent"),
     ("product_of", (64, 1, 512), 32_769, "inconsistent"),
     # A dense layer, and a convolution of 64 kernels of 4 by 4 on 32 maps.
     ("parameters_of", (1568, 512), 803_328, "consistent"),
     ("parameters_of", (4, 4, 32, 64), 32_832, "consistent"),
     ("parameters_of", (4, 4, 32, 64), 32_768, "inconsistent"),
     # Maps of 28 by 28 under kernels of 4 by 4, and of 25 by 25 at steps of 2.
     ("map_side_of", (28, 4), 25, "consistent"), ("map_side_of", (28, 4), 28, "inconsistent"),
     ("map_side_of", (25, 4, 2), 11, "consistent"),
     # Of 60,000 images a tenth is kept; 10 of the last batch's 50 are not there.
     ("batches_of", (54_000, 50), 1080, "consistent"),
     ("batches_of", (53_960, 50), 1080, "consistent"),
     ("batches_of", (60_000, 50, 6000), 1080, "consistent"),
     ("batches_of", (60_000, 50), 1080, "inconsistent")],
)  # fmt: skip
def test_counts_of_layers_and_batches_are_exact(rule, factors, printed, expected):
    operands = [make_claim(factor, 0, "count") for factor in factors]
    claim = make_claim(printed, 0, "count")
    assert DOCUMENT_RULES[rule](claim, operands).verdict == expected


@pytest.mark.parametrize(
    ("value", "unit", "count", "expected"),
    [(3.58, "megabytes", 939_539, "consistent"), (3.59, "megabytes", 939_539, "inconsistent"),
     (1.8, "millions", 1_796_010, "consistent"), (1.7, "millions", 1_796_010, "inconsistent")],
)  # fmt: skip
def test_megabytes_and_millions_are_counts(value, unit, count, expected):
    claim = make_claim(value, 2 if unit == "megabytes" else 1, unit)
    assert DOCUMENT_RULES["same_as"](claim, [make_claim(count, 0, "count")]).verdict == expected


@given(shares, shares)
def test_bounds_agree_with_what_is_inside(first, second):
    low, high = sorted([first, second])
    assert judge("at_least", make_claim(low, 4), make_claim(high, 4)) == "consistent"
    assert judge("at_most", make_claim(high, 4), make_claim(low, 4)) == "consistent"


@given(shares, st.sampled_from([0.01, 0.5]))
def test_bounds_disagree_with_what_is_outside(value, distance):
    inner, outer = make_claim(value, 4), make_claim(value + distance, 4)
    assert judge("at_least", outer, inner) == "inconsistent"
    assert judge("at_most", inner, outer) == "inconsistent"


@given(st.lists(st.tuples(shares, st.integers(1, 1000)), min_size=1, max_size=30), st.booleans())
def test_rounded_average_is_consistent_with_rounded_numbers(items, weighted):
    values, weights = zip(*items, strict=True)
    operands = [make_claim(value) for value in values]
    operands += [make_claim(weight, 0, "count") for weight in weights] if weighted else []
    mean = np.average(values, weights=weights if weighted else None)
    assert judge("average_of", make_claim(mean), *operands) == "consistent"
    off = make_claim(mean + 0.0251 if mean < 0.5 else mean - 0.0251)
    assert judge("average_of", off, *operands) == "inconsistent"


def test_weights_are_the_counts_in_order():
    operands = [make_claim(0.2), make_claim(0.8), make_claim(1, 0, "count")]
    operands.append(make_claim(3, 0, "count"))
    assert judge("average_of", make_claim(0.65), *operands) == "consistent"
    assert judge("average_of", make_claim(0.5), *operands) == "inconsistent"


@pytest.mark.parametrize("k", [3, 10])
def test_error_rate_of_scores_on_items_drawn_anew(k):
    """A recall of one more draw is refused in about 5 % of 2,000 cases.

    Classifiers differ in skill and each is measured on 300 items of its own. Shares of items are
    not quite normal, so that the rate may be a fifth off; the seed makes the outcome fixed.
    """
    trials, n, generator = 2000, 300, np.random.default_rng(22)
    skill = np.clip(generator.normal(0.7, 0.01, (trials, k + 1)), 0, 1)
    recall = generator.binomial(n, skill) / n
    verdicts = [judge_draw(row[0], row[1:], WIDE, digits=12) for row in recall]
    low, high = stats.binom.ppf([1e-6, 1 - 1e-6], trials, [0.04, 0.06])
    assert low <= verdicts.count("not_reproduced") <= high


def judge_draw(value, values, criteria, unit="share", digits=2) -> str:
    claim = make_claim(value, digits, unit, "other_draw")
    return MEASURED_RULES["other_draw"](claim, Measurement(tuple(values), 300), criteria).verdict


def test_counts_are_judged_as_scores_are():
    values = [100.0, 104.0, 96.0, 102.0, 98.0]
    assert judge_draw(101, values, CRITERIA, "count", 0) == "reproduced"
    assert judge_draw(150, values, CRITERIA, "count", 0) == "not_reproduced"
    wide = [100.0, 140.0, 60.0]
    assert judge_draw(101, wide, CRITERIA, "count", 0) == "underpowered"
    assert judge_draw(100, values[:1], CRITERIA, "count", 0) == "single_run"


@given(st.integers(1, 10**6))
def test_margin_of_a_count_is_a_share_of_it(count):
    claim = make_claim(count, 0, "count", "other_draw")
    assert find_margin(claim, CRITERIA) == pytest.approx(0.1 * count)


def test_sentence_of_a_count_has_no_percentage_points():
    claim = make_claim(101, 0, "count", "other_draw")
    verdict = MEASURED_RULES["other_draw"](claim, Measurement((100.0, 140.0, 60.0), 300), CRITERIA)
    assert verdict.sentence.endswith("inside, but ±198.7 are more than the margin of 10.1.")
