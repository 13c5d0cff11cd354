"""Contradictions: what agrees is none, what is planted is found, and each names its claims."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.audit import tabulate
from redigit.claims import claims_file, read_claims
from redigit.document_rules import DOCUMENT_RULES
from redigit.findings import CONTRADICTORY, LEAST_CELLS, find_contradictions
from redigit.found import describe_contradictions
from redigit.render import render_page
from redigit.verdicts import Criteria, Verdict

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "workflow/schemas/claims.yaml"
TEMPLATES = sorted((ROOT / "workflow/templates").iterdir())
STUDIES = [path.parent.name for path in sorted(ROOT.glob("studies/*/claims.csv"))]
numbers = st.integers(0, 10**6).map(lambda k: (k + 0.3) / 10**6)


def make_line(number: int, printed: str = "0.5", **cells: str) -> dict[str, str]:
    """Make a line of verdicts.csv, about a quantity of its own."""
    line = {"id": f"t-{number}", "printed": printed, "quantity": f"t/mlp/{number}/test_accuracy"}
    line |= {"location": "Table 1", "metric": "test_accuracy", "unit": "share"}
    line |= {"rule": "other_draw", "verdict": "not_run", "sentence": f"Sentence {number}."}
    return line | cells


def judge_documents(study: str) -> list[dict[str, str]]:
    """Judge the claims of a study that need no run."""
    claims = read_claims(claims_file(study), study, SCHEMA)
    by_id = {claim.id: claim for claim in claims}
    verdicts = []
    for claim in claims:
        judge = DOCUMENT_RULES.get(claim.rule)
        operands = [by_id[name] for name in claim.quantity.split()] if judge else []
        verdicts.append(judge(claim, operands) if judge else Verdict("not_run", "None."))
    table = tabulate(claims, verdicts, Criteria(0.95, 0.5, 0.1))
    return table.fillna("").astype(str).to_dict("records")


@pytest.mark.parametrize("study", STUDIES)
def test_contradictions_of_the_studies_name_their_claims(study, monkeypatch):
    monkeypatch.chdir(ROOT)
    claims = judge_documents(study)
    found = find_contradictions(claims)
    ids = {claim["id"] for claim in claims}
    assert all(set(one.claims) <= ids and all(one.sentences) for one in found)
    assert all(len(one.claims) == len(set(one.claims)) > 1 for one in found)
    refuted = {claim["id"] for claim in claims if claim["verdict"] in CONTRADICTORY}
    assert refuted <= {name for one in found for name in one.claims}
    assert (refuted or found) or study == "example"


def test_copied_report_is_found(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = find_contradictions(judge_documents("d"))
    (copy,) = [one for one in found if one.kind == "same_tables"]
    assert {name.split("-")[1] for name in copy.claims} == {"table8", "table10"}


def test_contradiction_lists_a_claim_with_those_it_is_compared_with():
    lines = [
        make_line(1),
        make_line(2, quantity="t-1 t-1", rule="sum_of", verdict="inconsistent"),
        make_line(3, verdict="impossible"),
        make_line(4, quantity="t-1", rule="same_as", verdict="consistent"),
    ]
    first, second = find_contradictions(lines)
    assert (first.kind, first.claims, first.sentences) == (
        "sum_of",
        ("t-2", "t-1"),
        ("Sentence 2.",),
    )
    assert (second.kind, second.claims) == ("impossible", ("t-3",))


def test_two_claims_against_each_other_are_one_contradiction():
    lines = [
        make_line(1, quantity="t-2", rule="same_as", verdict="inconsistent"),
        make_line(2, quantity="t-1", rule="same_as", verdict="inconsistent"),
    ]
    (found,) = find_contradictions(lines)
    assert (found.claims, found.sentences) == (("t-1", "t-2"), ("Sentence 1.", "Sentence 2."))


def print_twice(number: float, other: float, places: tuple[int, int]) -> list[dict[str, str]]:
    """Make lines of two claims on one quantity, of which the second is in percent."""
    quantity = {"quantity": "t/mlp/small/test_accuracy"}
    first, second = places
    return [
        make_line(1, f"{number:.{first}f}", **quantity),
        make_line(2, f"{100 * other:.{second}f}", **quantity, unit="percent"),
    ]


@given(numbers, st.integers(1, 5), st.integers(0, 3))
def test_one_number_printed_twice_is_no_contradiction(number, first, second):
    assert find_contradictions(print_twice(number, number, (first, second))) == []


@given(numbers, st.integers(2, 5), st.integers(0, 3))
def test_two_numbers_of_one_quantity_are_a_contradiction(number, first, second):
    other = number + (1.01 * 10**-first + 1.01 * 10 ** -(second + 2))
    (found,) = find_contradictions(print_twice(number, other, (first, second)))
    assert (found.kind, found.claims) == ("two_numbers", ("t-1", "t-2"))


@pytest.mark.parametrize(
    "cells", [{"printed": "near 0.9"}, {"rule": "adopted"}, {"quantity": "t-2", "rule": "same_as"}]
)
def test_words_and_repetitions_are_no_second_number(cells):
    line = make_line(1, "0.5", quantity="t/mlp/small/test_accuracy")
    assert find_contradictions([line, {**line, "id": "t-2", "printed": "0.9", **cells}]) == []


def make_table(location: str, printed: list[str], **cells: str) -> list[dict[str, str]]:
    """Make the lines of a table with one column."""
    return [
        make_line(i, text, **{"location": location, "id": f"t-{location}-{i}"} | cells)
        | {"quantity": f"t/mlp/{location}_{i}/test_accuracy"}
        for i, text in enumerate(printed)
    ]


cells = st.lists(st.integers(0, 9999).map(lambda k: f"0.{k:04}"), min_size=10, max_size=40)


@given(cells, st.integers(0, 39))
def test_copied_table_is_found_also_if_a_cell_was_changed(printed, changed):
    copy = [*printed]
    copy[changed % len(copy)] = "0.12345"
    (found,) = find_contradictions([*make_table("one", printed), *make_table("two", copy)])
    assert found.kind == "same_tables" and len(found.claims) == 2 * (len(printed) - 1)
    assert f"{len(printed) - 1} of {len(printed)}" in found.sentences[0]


@given(st.lists(numbers, min_size=1, max_size=30), st.data())
def test_tables_with_other_figures_are_no_copies(values, data):
    first = make_table("one", [f"{value:.4f}" for value in values])
    kept = data.draw(st.integers(0, int(0.8 * len(values))))
    other = [f"{value + (0.0002 if i >= kept else 0):.4f}" for i, value in enumerate(values)]
    assert find_contradictions([*first, *make_table("two", other)]) == []


@pytest.mark.parametrize("same", [{"unit": "count"}, {"rule": "same_as"}])
def test_counts_and_repetitions_are_no_copies(same):
    printed = [f"0.{i:04}" for i in range(50)]
    tables = [line for name in ("one", "two") for line in make_table(name, printed, **same)]
    assert find_contradictions(tables) == []


def test_few_cells_are_no_table():
    printed = [f"0.{i:04}" for i in range(LEAST_CELLS - 1)]
    assert find_contradictions([*make_table("one", printed), *make_table("two", printed)]) == []


@pytest.mark.parametrize("n_others", [2, 9])
def test_page_leads_from_a_contradiction_to_its_claims(n_others):
    others = " ".join(f"t-other{i}" for i in range(n_others))
    line = make_line(1, quantity=others, rule="sum_of", verdict="inconsistent", sentence="1 < 2.")
    section = describe_contradictions({"t": "T"}, {"t": [line]})
    run = {"scale": "full", "is_reduced": False, "titles": {"t": "T"}}
    page = render_page(TEMPLATES, "findings.html.j2", sections=[section], comparisons=[], **run)
    shown = page.split('<h2 id="contradictions">')[1].split("</section>")[0]
    assert re.findall(r"audit\.html#([\w-]+)", shown) == ["t-1", *others.split()]
    assert "1 &lt; 2." in shown and "sum of" in shown
