"""Numbers and settings as the pages write them, and bars of verdicts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.marks import VERDICTS, lay_out_bar
from redigit.wording import format_number, format_setting


@pytest.mark.parametrize(
    ("value", "like", "expected"),
    [
        ("0.98024", "0.99", "0.9802"),
        ("0.98024", "0.98", "0.9802"),
        ("1.0", "0.9991", "1.0000"),
        ("1796010.0", "1,796,010", "1,796,010"),
        ("12.521", "12.5%", "12.52"),
        ("0.2150052", "0.215005", "0.215005"),
        ("167.4", "2m 47s", "167.40"),
        ("-0.5", "", "-0.5000"),
        ("", "0.9", ""),
    ],
)
def test_numbers_are_shown_like_the_printed_one(value, like, expected):
    assert format_number(value, like) == expected


@given(st.floats(-1e6, 1e6), st.integers(1, 8))
def test_shown_number_is_within_half_a_unit_of_its_last_digit(number, decimals):
    shown = format_number(repr(number), f"0.{'1' * decimals}")
    last = len(shown.partition(".")[2])
    assert last >= decimals
    assert abs(float(shown.replace(",", "")) - number) <= 0.5000001 * 10**-last


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (70000, "70,000"),
        (0.001, "0.001"),
        (True, "true"),
        ([1000, 50], "[1000, 50]"),
        ({"name": "adam", "learning_rate": 0.001}, "{name: adam, learning_rate: 0.001}"),
        ("random", "random"),
    ],
)
def test_settings_are_shown_as_they_stand_in_a_file(value, shown):
    assert format_setting(value) == shown


@given(st.dictionaries(st.sampled_from(list(VERDICTS)), st.integers(0, 999)))
def test_bar_is_filled_in_proportion(counts):
    parts = lay_out_bar(counts)
    total = sum(counts.values())
    assert {part["verdict"]: part["count"] for part in parts} == {
        name: count for name, count in counts.items() if count
    }
    for part, following in zip(parts, [*parts[1:], {"start": 100}], strict=False):
        assert part["width"] == pytest.approx(100 * part["count"] / total, abs=1e-3)
        assert part["start"] + part["width"] == pytest.approx(following["start"], abs=2e-3)
