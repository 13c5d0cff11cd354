"""Findings say what the metrics say, whatever that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.found import (
    Measured,
    describe_contradictions,
    describe_error_rates,
    describe_leakage,
    describe_perplexity,
    describe_separability,
    describe_weights,
    find_sections,
)
from redigit.settings import find_experiments, read_experiment, resolve_settings

TITLES = {name: f"Study {name.upper()}" for name in "abcde"}
NO_CLAIMS = {name: [] for name in TITLES}
SHARES = ("shared_image_share", "shared_test_share", "expected_shared_test_share")
RATES = {
    "claims": 20,
    "rules": {
        "equal": {
            "nominal": 0,
            "false_alarms": {
                "one": {"all": {"claims": 8, "alarms": 2, "rate": 0.25, "low": 0.1, "high": 0.4}},
                "two": {"all": {"claims": 2, "alarms": 0, "rate": 0.0, "low": 0.0, "high": 0.6}},
            },
        }
    },
}

VERDICTS = ["reproduced", "not_reproduced", "underpowered", "not_run"]

share = st.sampled_from([0.0, 0.25, 0.5])


@given(st.lists(share, min_size=2, max_size=2))
def test_leakage_is_the_worst_of_all_draws(project, shares):
    rows = {
        row: {"test_pairs": 10, "train_pairs": 1000, **dict.fromkeys(SHARES, found)}
        for row, found in zip(("network", "network_disjoint"), shares, strict=True)
    }
    rows["folds"] = {"test_pairs": 0, "train_pairs": 50}
    section = describe_leakage(TITLES, NO_CLAIMS, {"e/pairs": Measured(rows, "quick")})
    (lead,), (table,) = section.leads, section.tables
    assert [line[0] for line in table.lines] == ["Study E, network", "Study E, network_disjoint"]
    if not any(shares):
        assert lead.text == "Study E: no image of a test pair stands in a training pair."
    else:
        assert f"{max(shares):.1%} of the images" in lead.text
        assert ("None does where" in lead.text) == (0 in shares)


@given(st.lists(st.booleans(), min_size=45, max_size=45))
def test_pairs_that_are_separable_are_counted_and_the_others_named(project, answers):
    pairs = list(read_experiment("c/separability")["rows"])
    numbers = {"margin": 1.5, "margin_bound": 1.6, "support": 3, "n_images": 12000}
    metrics = {
        pair: {"separable": int(answer), **numbers}
        for pair, answer in zip(pairs, answers, strict=True)
    }
    claim = {"id": "c-1", "printed": "(0,1)", "quantity": "c/separability/0_1/separable"}
    claims = NO_CLAIMS | {"c": [claim | {"verdict": "not_reproduced"}]}
    section = describe_separability(TITLES, claims, {"c/separability": Measured(metrics, "quick")})
    (lead,), (table,) = section.leads, section.tables
    assert f"{sum(answers)} of 45 pairs" in lead.text
    assert lead.text.endswith("The study says otherwise of (0,1).") and section.claims == ("c-1",)
    for pair, answer, line in zip(pairs, answers, table.lines, strict=True):
        name = f"({pair.replace('_', ', ')})"
        assert line[:2] == (name, "✓ separable" if answer else "✗ not separable")
        assert (name in lead.text.split(";")[0]) == (not answer and any(answers))


def make_rows(values: dict[str, dict[str, float]], k: int) -> dict[str, dict]:
    """Make metrics of rows whose k runs all give the same."""
    return {
        row: metrics | {"replicates": {name: [value] * k for name, value in metrics.items()}}
        for row, metrics in values.items()
    }


@given(st.lists(st.floats(0, 1), min_size=9, max_size=9, unique=True), st.integers(1, 12))
def test_best_perplexity_is_that_of_the_highest_score(project, scores, k):
    rows = list(read_experiment("d/tsne")["rows"])
    names = ("silhouette", "neighbour_recall", "trustworthiness")
    values = {row: dict.fromkeys(names, s) for row, s in zip(rows, scores, strict=True)}
    metrics = make_rows(values, k)
    section = describe_perplexity(TITLES, NO_CLAIMS, {"d/tsne": Measured(metrics, "quick")})
    best = resolve_settings("d/tsne", rows[scores.index(max(scores))], "quick")["perplexity"]
    (lead,) = section.leads
    assert lead.text.count(f" {best} by ") == 3
    # At quick scale the maps are smaller than the study's.
    assert not lead.is_firm and "(quick)" in lead.text
    recorded = Measured(metrics, "full", is_recorded=True)
    (lead,) = describe_perplexity(TITLES, NO_CLAIMS, {"d/tsne": recorded}).leads
    assert "recorded at full scale" in lead.text
    # Eight sign tests of k runs each: with nine, 8 / 2^8 is below 5 %.
    assert lead.is_firm == ("may be chance" not in lead.text) == (k >= 9)


def test_weights_are_compared_among_networks_for_both_tasks(project):
    """A network for one task is no weighting, however good it is."""
    rows = read_experiment("b/multitask")["rows"]
    metrics = {
        row: {
            f"test_accuracy_{task}": 0.5 for task in resolve_settings("b/multitask", row)["tasks"]
        }
        for row in rows
    }
    metrics["items"]["test_accuracy_items"] = 0.99
    metrics["lambda_0_75"]["test_accuracy_items"] = 0.7
    metrics["lambda_0_25"]["test_accuracy_groups"] = 0.8
    measured = {"b/multitask": Measured(make_rows(metrics, 1), "quick")}
    section = describe_weights(TITLES, NO_CLAIMS, measured)
    (lead,), (table,) = section.leads, section.tables
    assert "items with 0.75 of the loss (0.7000)" in lead.text
    assert "groups with 0.75 of the loss (0.8000)" in lead.text
    assert len(table.lines) == len(rows)


def test_situations_above_the_nominal_rate_are_listed():
    section = describe_error_rates(RATES, TITLES, NO_CLAIMS)
    (lead,), (table,) = section.leads, section.tables
    assert "of 10 true ones they rejected 2 (20.0%); in 1 of 2 situations" in lead.text
    assert [line[:2] for line in table.lines] == [("equal", "one")]


@given(st.lists(st.tuples(st.sampled_from(["sure", "moved"]), st.sampled_from(VERDICTS))))
def test_claims_that_fail_by_chance_are_counted(judged):
    """Only of rules with false alarms, and only of claims that a rule was tried on."""
    rates = RATES | {"rules": {**RATES["rules"], "moved": {"nominal": 0.05, "false_alarms": {}}}}
    lines = [{"rule": rule, "verdict": verdict} for rule, verdict in judged]
    section = describe_error_rates(rates, TITLES, NO_CLAIMS | {"b": lines, "c": lines})
    tried = [verdict for rule, verdict in judged if rule == "moved" and verdict != "not_run"]
    if not tried:
        assert len(section.leads) == 1
        return
    failed = tried.count("not_reproduced")
    (first, *_) = section.tables
    assert [line[0] for line in first.lines] == ["Study B", "Study C"]
    for _, tried_here, failed_here, chance in first.lines:
        assert (int(tried_here), int(failed_here)) == (len(tried), failed)
        assert float(chance) == pytest.approx(0.05 * len(tried), abs=0.051)
    assert f"for {2 * len(tried)} of the studies' claims" in section.leads[1].text
    assert f"{2 * failed} of these do not hold" in section.leads[1].text


def test_contradictions_are_told_by_study():
    filled = dict.fromkeys(("quantity", "unit", "location", "metric", "rule"), "")
    claim = filled | {"id": "c-1", "printed": "0.5", "verdict": "impossible", "sentence": "No."}
    section = describe_contradictions(TITLES, NO_CLAIMS | {"c": [claim]})
    assert list(section.contradictions) == ["Study C"]
    texts = [lead.text for lead in section.leads]
    assert texts[0].startswith("The studies contradict themselves once, ")
    assert texts[1] == "Study C: No. Impossible numbers in all: 1."


@pytest.mark.parametrize("study", ["a", "example"])
def test_sections_are_those_that_have_something_to_say(project, study):
    names = [name for name in find_experiments(study) if read_experiment(name)["kind"] == "pca"]
    measured = {name: Measured({}, "quick") for name in names}
    sections = find_sections({study: study}, {study: []}, measured, RATES)
    assert [section.name for section in sections] == ["error-rates"]
