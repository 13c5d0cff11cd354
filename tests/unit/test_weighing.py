"""Explanations: distances agree with the verdicts, ranks with the distances, words with both."""

import re
from itertools import pairwise, permutations
from math import inf
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from made_claims import CRITERIA
from redigit.audit import Evidence
from redigit.checks import check_study, list_needed_rows
from redigit.claims import Claim
from redigit.errors import InputError
from redigit.explanations import (
    Candidate,
    count_runs,
    explanations_file,
    list_targets,
    read_questions,
)
from redigit.explanations_page import answer_question, describe_candidate, describe_questions
from redigit.files import read_json, write_csv
from redigit.quantities import Quantity
from redigit.settings import look_up
from redigit.verdicts import MEASURED_RULES, Measurement, find_margin
from redigit.weighing import STATES, Match, Standing, rank_standings, tabulate_match, weigh_study

ROOT = Path(__file__).resolve().parents[2]
STUDIES = [path.parent.name for path in sorted(ROOT.glob("studies/*/explanations.yaml"))]
RULES = ("accuracy_same_test", "accuracy_other_test", "other_draw", "range_of_runs")
shares = st.integers(5000, 9900).map(lambda k: k / 10**4)
runs = st.lists(shares, min_size=2, max_size=5)


def make_match(printed, values, rule="other_draw", reductions=(), digits=4, margin=None):
    """Match a claim with what some runs gave, on 10,000 items."""
    value = round(printed, digits)
    claim = Claim(
        *("t", "t-claim", "Table 1", "mlp", "a model", "test_accuracy", f"{value:.{digits}f}"),
        *(value, digits, "share", "t/mlp/small/test_accuracy", rule, margin, "made up"),
    )
    if rule == "range_of_runs":
        claim = Claim(**{**vars(claim), "margin": 0.05})
        values = tuple(values) * 20
    verdict = MEASURED_RULES[rule](claim, Measurement(tuple(values), 10_000), CRITERIA)
    target = Quantity("t/mlp", "small", "test_accuracy")
    return Match(claim, target, verdict, list(reductions), find_margin(claim, CRITERIA))


def make_standing(name, *matches):
    """Let a candidate stand for some matches."""
    return Standing(Candidate(name, f"It is {name}.", "t/mlp/small/test_accuracy"), list(matches))


standings = st.lists(
    st.builds(
        make_match,
        shares,
        st.lists(shares, min_size=1, max_size=4),
        reductions=st.sampled_from([(), (), ("epochs 2 instead of 20",)]),
    ).map(lambda match: make_standing("one", match)),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("rule", RULES)
@given(printed=shares, values=runs, digits=st.integers(1, 4))
def test_distance_is_above_one_where_the_rule_excludes(rule, printed, values, digits):
    match = make_match(printed, values, rule, digits=digits)
    assert (match.state == "excluded") == (match.distance > 1 + 1e-6)
    assert match.state in STATES and match.distance >= 0


@given(first=shares, second=shares, values=runs)
def test_what_is_printed_farther_off_is_not_nearer(first, second, values):
    matches = [make_match(printed, values) for printed in (first, second)]
    centre = sum(values) / len(values)
    near, far = sorted(matches, key=lambda match: abs(match.claim.number - centre))
    assert near.distance <= far.distance + 1e-6


def test_distance_is_in_half_widths_beyond_rounding():
    match = make_match(0.9, (0.8, 0.82, 0.84), digits=2)
    half = match.verdict.high - 0.82
    assert match.distance == pytest.approx((0.08 - 0.005) / half)


def test_runs_that_all_agree_have_no_width():
    assert make_match(0.9, (0.8, 0.8, 0.8)).distance == inf
    assert make_match(0.8, (0.8, 0.8, 0.8)).distance == 0


def test_one_run_decides_nothing_and_is_measured_in_margins():
    match = make_match(0.95, (0.93,))
    assert match.state == "one_run"
    assert match.distance == pytest.approx((0.02 - 0.00005) / 0.005)


def test_smaller_run_decides_nothing():
    assert make_match(0.5, (0.9, 0.91), reductions=["epochs 1 instead of 9"]).state == "not_run"


@given(standings)
def test_rank_follows_from_state_and_distance_alone(given_standings):
    ranked = rank_standings(given_standings)
    for other in list(permutations(given_standings))[:6]:
        assert [(s.state, s.distance) for s in rank_standings(other) if s.state != "not_run"] == [
            (s.state, s.distance) for s in ranked if s.state != "not_run"
        ]
    groups = [{"one_run": 1, "not_run": 2}.get(s.state, 0) for s in ranked]
    assert groups == sorted(groups)
    for before, after in pairwise(ranked):
        if before.state == after.state == "fits":
            assert before.distance <= after.distance


@given(st.lists(st.builds(make_match, shares, runs), min_size=1, max_size=4))
def test_candidate_has_to_explain_every_claim(matches):
    standing = make_standing("all", *matches)
    assert standing.distance == max(match.distance for match in matches)
    assert (standing.state == "fits") == all(match.state == "fits" for match in matches)
    if any(match.state == "excluded" for match in matches):
        assert standing.state == "excluded"


@given(standings)
def test_answer_says_no_more_than_the_runs_tell(given_standings):
    described = []
    for rank, standing in enumerate(rank_standings(given_standings), start=1):
        lines = [tabulate_match("why", rank, standing, match) for match in standing.matches]
        texts = {k: "" if v is None else str(v) for k, v in lines[0].items()}
        described.append(describe_candidate("It is so.", [texts]))
    states = [candidate["state"] for candidate in described]
    answer = answer_question(described)
    decided = [state for state in states if state not in ("one_run", "not_run")]
    near = [state for state in decided if state in ("fits", "wide")]
    assert answer.startswith("These runs tell nothing") == (not decided)
    assert answer.startswith("No candidate comes near") == (bool(decided) and not near)
    assert ("cannot tell them apart" in answer) == (len(near) > 1)
    n_open = len(states) - len(decided)
    assert (f"{n_open} of the {len(states)} are undecided" in answer) == (
        bool(decided) and n_open > 0
    )


@pytest.mark.parametrize("study", STUDIES)
def test_explanations_name_claims_and_metrics_that_are_there(study, monkeypatch):
    monkeypatch.chdir(ROOT)
    check_study(study)
    targets = list(list_targets(study))
    assert targets
    for target in targets:
        file = Path("metrics") / f"{target.experiment}.json"
        # The metrics of the example, which is for tests, are not in git.
        if file.exists() or study != "example":
            assert target.name in read_json(file)[target.row]


@pytest.mark.parametrize("study", [study for study in STUDIES if study != "example"])
def test_every_question_is_answered_from_the_metrics_in_git(study, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    metrics = sorted(Path("metrics", study).glob("[!v]*.json"))
    claims = Path("studies", study, "claims.csv")
    table = weigh_study(study, claims, Evidence(metrics), Path("workflow/schemas/claims.yaml"))
    write_csv(tmp_path / "explanations.csv", table)
    described = describe_questions(study, tmp_path / "explanations.csv")
    assert [question["name"] for question in described] == list(read_questions(study))
    for question in described:
        assert question["answer"] and len(question["candidates"]) >= 2


@pytest.mark.parametrize("study", [study for study in STUDIES if study != "example"])
def test_each_run_for_explanations_is_named_and_within_the_budget(study, monkeypatch):
    monkeypatch.chdir(ROOT)
    n_runs = count_runs(study, set(list_needed_rows(study)))
    assert 0 < n_runs <= look_up(explanations_file(study), "budget")


FILE = "studies/d/explanations.yaml"
CLAIMS = "d-table11-sequential_100-accuracy"
# (what is edited, old and new text; what the one line says)
BAD = {
    "unknown-key": ("budget:", "budgets: 3\nbudget:", "unknown key 'budgets'; allowed are budget"),
    "budget": ("budget: 6", "budget: 5", "budget: found 6 runs that only explanations need; all"),
    "claim": (CLAIMS, "d-none", "claims: found 'd-none'; allowed are the study's claims"),
    "rule": (CLAIMS, "d-table1-rate", "claims: found 'd-table1-rate'; allowed are the study's"),
    "row": ("/digits_500/", "/digits/", "quantity: found row 'digits'; studies/d/experiments/"),
    "experiment": ("d/linear_alternatives/raw", "d/none/raw", "found experiment 'none'; study d"),
    "study": ("d/linear_alternatives/raw", "e/linear/raw", "found study 'e'; allowed is d"),
    "path": ("raw_100/{metric}", "raw_100", "allowed is d/<experiment>/<row>/<metric>"),
    "placeholder": ("raw_100/{metric}", "{rows}/{metric}", "found row '{rows}'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_explanations_give_one_line(case, project):
    old, new, line = BAD[case]
    text = Path(FILE).read_text()
    assert old in text
    Path(FILE).write_text(text.replace(old, new))
    with pytest.raises(InputError, match=re.escape(line)) as error:
        check_study("d")
    assert str(error.value).startswith(FILE) and "\n" not in str(error.value)


def test_seeds_do_not_count_against_the_budget(project):
    run = yaml.safe_load(Path("params.yaml").read_text())
    run["seeds"] = list(range(50))
    Path("params.yaml").write_text(yaml.safe_dump(run))
    for study in STUDIES:
        check_study(study)


def test_study_without_explanations_has_none(project):
    Path(FILE).unlink()
    check_study("d")
    assert read_questions("d") == {} and not list(list_targets("d"))
