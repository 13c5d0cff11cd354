"""Formulas: a closed grammar, and verdicts that follow from the numbers, not from the writing."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.checks import check_study
from redigit.claims import claims_file, read_claims
from redigit.document_rules import judge_formula
from redigit.errors import InputError
from redigit.formulas import evaluate, find_formula, formulas_file
from redigit.settings import look_up
from redigit.synthetic import make_claim
from redigit.validation import SCHEMAS

ROOT = Path(__file__).resolve().parents[2]
FILE = "studies/d/formulas.yaml"
CLAIM = make_claim(1, 0, "none", "formula")
numbers = st.floats(0.1, 10)


def judge(printed, standard, **variables):
    """Judge a formula of some variables, each from 0.5 to 2 unless said otherwise."""
    bounds = {name: [0.5, 2] for name in "abc"} | variables
    formula = {"printed": printed, "standard": standard, "source": "made up"}
    return judge_formula(CLAIM, formula | {"variables": bounds})


@given(numbers, numbers)
def test_arithmetic_is_that_of_numbers(a, b):
    found = evaluate("-a ** 2 + sqrt(b) / (1 - 3 * a) + log(exp(abs(-b)))", {"a": a, "b": b})
    assert float(found) == pytest.approx(-(a**2) + np.sqrt(b) / (1 - 3 * a) + b)


@pytest.mark.parametrize(
    "formula",
    [
        *("__import__('os')", "a.real", "a[0]", "lambda: a", "[a]", "open(a)", "a if a else b"),
        *("d", "sqrt", "sqrt(a, b)", "sqrt(x=a)", "'a'", "True", "a < b", "a @ b", "a =", "", "1j"),
    ],
)
def test_anything_else_is_refused(formula):
    with pytest.raises(InputError, match="allowed"):
        evaluate(formula, {"a": 1.0, "b": 2.0})


@pytest.mark.parametrize(
    ("printed", "standard"),
    [("a * (b + c)", "c * a + b * a"), ("a / b / c", "a / (b * c)"), ("sqrt(a) ** 2", "a")],
)
def test_way_of_writing_does_not_matter(printed, standard):
    assert judge(printed, standard).verdict == "consistent"


@pytest.mark.parametrize(
    ("printed", "standard"),
    [("a / sqrt(b + c)", "a / (sqrt(b) + c)"), ("a - b", "b - a"), ("a", "abs(a)")],
)
def test_other_numbers_are_found(printed, standard):
    verdict = judge(printed, standard, a=[-2, 2])
    assert verdict.verdict == "inconsistent" and printed in verdict.sentence


def test_tiny_term_that_stands_elsewhere_is_found():
    verdict = judge("a / sqrt(b + c)", "a / (sqrt(b) + c)", c=[1e-8, 1e-7])
    assert verdict.verdict == "inconsistent"


@pytest.mark.parametrize("study", ["d", "e"])
def test_each_formula_of_a_study_is_a_claim(study, monkeypatch):
    monkeypatch.chdir(ROOT)
    claims = read_claims(claims_file(study), study, SCHEMAS / "claims.yaml")
    named = [claim.quantity for claim in claims if claim.rule == "formula"]
    formulas = look_up(formulas_file(study), "formulas")
    assert named == [f"{study}/formulas/{name}" for name in formulas]
    for claim in claims:
        if claim.rule == "formula":
            verdict = judge_formula(claim, find_formula(study, claim.quantity)).verdict
            wrong = claim.id in ("d-section3_1-adam_rate", "d-section3_1-adam_step")
            assert verdict == ("inconsistent" if wrong else "consistent")


BAD = {
    "unknown-key": ("printed: m /", "print: m /", "unknown key 'print'; allowed are printed, sou"),
    "no-arithmetic": ("standard: alpha\n", "standard: alpha.real\n", "found 'alpha.real'; allowed"),
    "variable": ("v_hat: [0, 0.0001]", "v: [0, 1]", "found 'v_hat'; allowed are numbers"),
    "bounds": ("t: [1, 100]", "t: [100, 1]", "found 100 to 1; allowed is an interval"),
    "no-number": ("v_hat: [0, 0.0001]", "v_hat: [-1, 0]", "found no number at some values"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_formulas_give_one_line(case, project):
    old, new, line = BAD[case]
    text = Path(FILE).read_text()
    assert old in text
    Path(FILE).write_text(text.replace(old, new))
    with pytest.raises(InputError, match=re.escape(line)) as error:
        check_study("d")
    assert str(error.value).startswith(FILE) and "\n" not in str(error.value)


def test_claim_on_no_formula_gives_one_line(project):
    text = claims_file("d").read_text()
    claims_file("d").write_text(text.replace("d/formulas/adam_rate", "d/formulas/none"))
    with pytest.raises(InputError, match=r"found 'd/formulas/none'; allowed are d/formulas/adam"):
        check_study("d")
