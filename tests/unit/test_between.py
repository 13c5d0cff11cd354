"""Studies against each other: chance and rounding make no difference, anything more does."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.between import FILE, check_comparisons, read_comparisons
from redigit.errors import InputError
from redigit.findings import compare_printed, compare_studies
from redigit.settings import look_up, read_params

ROOT = Path(__file__).resolve().parents[2]
LEVEL = 0.95
numbers = st.integers(1000, 9000).map(lambda k: k / 10**4)


def make_line(study, number, digits=4, unit="share", sd="", k=""):
    """Make a line of verdicts.csv."""
    line = {"id": f"{study}-claim", "printed": f"{number:.{digits}f}", "unit": unit}
    return line | {"sd": str(sd), "k": str(k)}


@given(numbers, st.integers(1, 6), st.integers(1, 6))
def test_rounding_makes_no_difference(number, digits, other_digits):
    # Each rounds what it has, not what the other has printed.
    lines = [make_line("a", number, digits), make_line("b", number, other_digits)]
    assert compare_printed(lines, None, LEVEL)[0] == "agree"
    assert compare_printed(lines, 1000, LEVEL)[0] == "agree"


@given(numbers, st.integers(2, 4), st.integers(3, 9))
def test_number_that_differs_by_more_than_rounding_is_found(number, digits, units):
    other = round(number, digits) + units * 10**-digits
    lines = [make_line("a", number, digits), make_line("b", other, digits)]
    assert compare_printed(lines, None, LEVEL)[0] == "differ"


def test_false_alarms_are_as_many_as_the_level_says():
    generator = np.random.default_rng(0)
    trials, items, accuracy = 2000, 1000, 0.8
    shares = generator.binomial(items, accuracy, (trials, 2)) / items
    alarms = sum(
        compare_printed([make_line("a", p), make_line("b", q)], items, LEVEL)[0] == "differ"
        for p, q in shares
    )
    # Rounding to four digits adds next to nothing.
    assert 0.03 < alarms / trials < 0.06


@given(numbers, numbers, numbers)
def test_of_three_studies_any_two_that_differ_are_enough(first, second, third):
    lines = [
        make_line(study, number)
        for study, number in zip("abc", (first, second, third), strict=True)
    ]
    pairs = [(lines[0], lines[1]), (lines[0], lines[2]), (lines[1], lines[2])]
    found = {compare_printed(list(pair), 500, LEVEL)[0] for pair in pairs}
    assert compare_printed(lines, 500, LEVEL)[0] == ("differ" if "differ" in found else "agree")


def test_scatter_of_our_runs_excuses_a_difference():
    lines = [make_line("d", 0.71), make_line("e", 0.45)]
    assert compare_printed(lines, 1000, LEVEL)[0] == "differ"
    wide = [make_line("d", 0.71, sd=0.1, k=20), lines[1]]
    found, sentence = compare_printed(wide, 1000, LEVEL)
    assert found == "agree" and "runs like ours" in sentence
    narrow = [make_line("d", 71, 0, "percent", sd=1, k=20), lines[1]]
    assert compare_printed(narrow, 1000, LEVEL)[0] == "differ"


def test_comparisons_of_the_studies_name_claims_that_are_there(monkeypatch):
    monkeypatch.chdir(ROOT)
    studies = look_up(Path("params.yaml"), "studies")
    check_comparisons(studies)
    assert read_comparisons(studies) == read_params(FILE)["comparisons"]
    assert read_comparisons(["a", "example"]) == {}


def test_line_for_each_comparison():
    claims = {"a-claim": make_line("a", 0.5), "b-claim": make_line("b", 0.6)}
    comparison = {"question": "What is it?", "claims": list(claims)}
    table = compare_studies({"it": comparison}, claims, LEVEL)
    assert table.to_dict("records") == [
        {
            "comparison": "it",
            "question": "What is it?",
            "claims": "a-claim b-claim",
            "found": "differ",
            "sentence": "0.5000 in A, 0.6000 in B: which is not the same.",
        }
    ]


BAD = {
    "key": ("items: 1000 ", "item: 1000 ", "unknown key 'item'; allowed are claims, items, quest"),
    "claim": ("a-figure1-ratio1", "a-none", "found a-none, not in studies/a/claims.csv"),
    "one-study": ("a-figure1-ratio1", "c-task1-train_ratio2", "found one study; allowed are two"),
    "items": ("items: 10000", "items: 0", "found 0 (integer); allowed is 1 or more"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_comparisons_give_one_line(case, project):
    old, new, line = BAD[case]
    text = FILE.read_text()
    assert old in text
    FILE.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=re.escape(line)) as error:
        check_comparisons(["a", "b", "c", "d", "e"])
    assert str(error.value).startswith(str(FILE)) and "\n" not in str(error.value)
