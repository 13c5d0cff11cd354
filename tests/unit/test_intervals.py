"""Intervals are those of scipy.stats, and of the rule that judges draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from redigit.intervals import (
    find_half_width_of_mean,
    find_interval_of_difference,
    find_interval_of_next,
)
from redigit.verdicts import Measurement, find_half_width_other_draw

DRAWS = st.lists(st.floats(0, 1), min_size=2, max_size=9).filter(lambda x: np.std(x) > 1e-6)


@given(DRAWS)
def test_interval_of_the_mean_is_that_of_scipy(values):
    low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
    assert find_half_width_of_mean(values) == pytest.approx((high - low) / 2)


@given(DRAWS)
def test_interval_of_one_more_draw_is_that_of_the_verdicts(values):
    low, high = find_interval_of_next(values)
    half = find_half_width_other_draw(Measurement(tuple(values)), 0.95)
    assert ((low + high) / 2, (high - low) / 2) == pytest.approx((np.mean(values), half))


@given(DRAWS, DRAWS)
def test_interval_of_a_difference_is_that_of_scipy(first, second):
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert find_interval_of_difference(first, second) == pytest.approx(tuple(expected))


def test_single_draw_has_no_interval():
    assert find_half_width_of_mean([0.5]) is None
    assert find_interval_of_next([0.5]) is None
    assert find_interval_of_difference([0.5], [0.1, 0.2]) is None
    assert find_interval_of_difference([0.5, 0.5], [0.25, 0.25]) == (0.25, 0.25)
