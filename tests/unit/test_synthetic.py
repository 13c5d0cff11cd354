"""The auditor audited: on claims with known truth the rules err as seldom as they promise."""

import json
from contextlib import chdir
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_reader import Page
from scipy.stats import binomtest
from study_files import forget_files, write_study

from made_claims import CRITERIA
from made_report import STYLE, TEMPLATES
from redigit.audit import Audit, Evidence
from redigit.auditor_figures import write_figures
from redigit.auditor_page import ASSUMPTIONS, build_auditor_page
from redigit.document_rules import DOCUMENT_RULES
from redigit.error_rates import (
    ALARMS,
    CONFIRMATIONS,
    WITH_CHANCE,
    compare_with_nominal,
    find_rate,
    measure_error_rates,
    tabulate_judged,
)
from redigit.files import write_json, write_text
from redigit.randomness import make_generator
from redigit.synthetic import TRUE, TRUE_CLAIMS, make_claim, swap_digits
from redigit.synthetic_reports import draw_report, try_document_rules
from redigit.synthetic_runs import (
    AS_ASSUMED,
    REPLICATES,
    ROWS,
    draw_accuracies,
    try_measured_rules,
)
from redigit.verdicts import MEASURED_RULES, VERDICTS, Measurement

ROOT = Path(__file__).resolve().parents[2]
TRIALS = 10
# Rules that no synthetic claim meets, each with the reason.
NOT_TRIED: dict[str, str] = {}


@pytest.fixture(scope="module")
def measured() -> dict:
    """A tenth of what a run measures."""
    return measure_error_rates(TRIALS, CRITERIA)


def list_kinds(measured):
    for rule, entry in measured["rules"].items():
        for kind, sizes in entry["found"].items():
            yield rule, kind, {size: rates["all"]["rate"] for size, rates in sizes.items()}


def test_every_rule_is_tried(measured):
    assert set(measured["rules"]) | set(NOT_TRIED) == {
        *MEASURED_RULES,
        *DOCUMENT_RULES,
        "formula",
        "grim",
        "in_order",
    }
    assert not set(measured["rules"]) & set(NOT_TRIED)
    assert set(ASSUMPTIONS) == set(measured["rules"])
    assert all(entry["found"] and entry["false_alarms"] for entry in measured["rules"].values())


def test_shipped_parameters_make_ten_thousand_claims(measured):
    shipped = int((ROOT / "params.yaml").read_text().split("synthetic_claims: ")[1].split()[0])
    assert measured["claims"] * shipped / TRIALS > 10_000 > 1000 < measured["claims"]


def test_true_claims_that_came_about_as_a_rule_assumes_raise_few_alarms(measured):
    """The bound leaves out a rule at its nominal rate once in a million."""
    for rule, entry in measured["rules"].items():
        assert entry["nominal"] == (0.05 if rule in WITH_CHANCE else 0)
        for situation, rates in entry["false_alarms"].items():
            if situation not in (AS_ASSUMED, "normal", "skewed") and not situation.startswith("so"):
                continue
            rate = rates["all"]
            test = binomtest(rate["alarms"], rate["claims"], entry["nominal"], "greater")
            assert test.pvalue > 1e-6, (rule, situation, rate)


def test_what_a_rule_does_not_assume_does_raise_alarms(measured):
    alarms = measured["rules"]["number_above"]["false_alarms"]
    assert alarms["counted before rounding"]["all"]["alarms"]


def test_larger_errors_are_found_more_often(measured):
    for rule, kind, rates in list_kinds(measured):
        # Two errors of hardly any effect may change places by chance.
        assert all(more >= less - 0.1 for less, more in pairwise(rates.values())), (rule, kind)


def test_largest_errors_are_nearly_always_found(measured):
    for rule, kind, rates in list_kinds(measured):
        if "any" not in rates:
            least = 0.9 if rule in (*WITH_CHANCE, "in_order") else 1
            assert list(rates.values())[-1] >= least, (rule, kind)


@pytest.mark.parametrize("rule", ["accuracy_same_test", "accuracy_other_test", "other_draw"])
def test_power_grows_with_the_number_of_replicates(measured, rule):
    found = measured["rules"][rule]["found"]["off"]
    power = [np.mean([found[size][str(k)]["rate"] for size in found]) for k in REPLICATES]
    assert all(more > less - 0.1 for less, more in pairwise(power))
    assert power[-1] > power[0] + 0.2
    assert found["2"]["20"]["rate"] == 1


def test_known_truths(measured):
    """Impossible numbers are always found; numbers without chance never alarm."""
    rules = measured["rules"]
    for rates in rules["sum_of"]["found"]["off"].values():
        assert rates["all"]["rate"] == 1
    for rates in rules["in_range"]["found"]["outside the range"].values():
        assert rates["all"]["verdicts"] == {"impossible": rates["all"]["claims"]}
    for rule in set(rules) - set(WITH_CHANCE):
        situation = rules[rule]["false_alarms"][AS_ASSUMED]["all"]
        assert situation["rate"] == 0 and situation["claims"] >= TRIALS
    assert rules["same_as"]["found"]["off"]["1"]["all"]["rate"] == 1


def test_same_numbers_each_time():
    first, second = (json.dumps(measure_error_rates(1, CRITERIA)) for _ in range(2))
    assert first == second


def test_verdicts_are_alarms_or_confirmations_or_open():
    assert not set(ALARMS) & set(CONFIRMATIONS)
    assert {*ALARMS, *CONFIRMATIONS} < set(VERDICTS)


@pytest.mark.parametrize(
    ("verdicts", "rate", "place"),
    [
        (["reproduced"] * 1000, 0, "below"),
        (["reproduced"] * 19 + ["not_reproduced"], 0.05, "at"),
        (["inconsistent"] * 5 + ["underpowered"] * 5, 0.5, "above"),
    ],
)
def test_rate_stands_beside_its_nominal_one(verdicts, rate, place):
    found = find_rate(verdicts)
    assert found["rate"] == rate and found["low"] <= rate <= found["high"]
    assert sum(found["verdicts"].values()) == found["claims"] == len(verdicts)
    assert compare_with_nominal(found, 0.05) == place


@pytest.mark.parametrize("rule", ["accuracy_same_test", "accuracy_other_test", "other_draw"])
@pytest.mark.parametrize("row", ROWS[::3], ids=str)
def test_accuracies_scatter_as_the_truth_says(rule, row):
    """Mean, variance of one run, and what runs share by their items, by the formulas."""
    trials, error = 20_000, 1 - row.accuracy
    theirs, ours = draw_accuracies(make_generator("test", rule, str(row)), row, rule, 2, trials)
    chance = row.accuracy * error / row.n
    # Skill moves whole items.
    whole = 1 / (12 * row.n**2) if row.sd else 0
    assert ours.shape == (trials, 2) and ours.min() >= 0 and ours.max() <= 1
    assert theirs.mean() == pytest.approx(row.accuracy, abs=6 * theirs.std() / trials**0.5)
    variance = chance + row.sd**2 + whole
    assert theirs.var() == pytest.approx(variance, rel=0.08)
    shared = row.correlation * chance
    first, second = np.cov(ours.T)[0, 1], np.cov(theirs, ours[:, 0])[0, 1]
    tolerance = 6 * variance / trials**0.5
    assert first == pytest.approx(0 if rule == "other_draw" else shared, abs=tolerance)
    assert second == pytest.approx(shared if rule == "accuracy_same_test" else 0, abs=tolerance)


@given(st.integers(0, 10**6), st.integers(0, 4))
def test_swapped_digits_are_the_same_digits(number, place):
    swapped = swap_digits(number / 10**4, 4, place)
    pairs = [sorted(f"{round(value * 10**4):08d}") for value in (number / 10**4, swapped)]
    assert pairs[0] == pairs[1]
    assert swap_digits(swapped, 4, place) == pytest.approx(number / 10**4)


def test_reports_agree_with_themselves():
    report = draw_report(make_generator("test", "report"))
    scores = report.scores
    right = scores["recall"] * report.support
    assert report.accuracies[0] == pytest.approx(right.sum() / report.support.sum())
    harmonic = 2 / (1 / scores["precision"] + 1 / scores["recall"])
    np.testing.assert_allclose(scores["f1"], harmonic)


def test_audit_of_a_study_gives_the_same_verdicts_as_its_rules(tmp_path):
    """Synthetic runs as metrics of a study on disk, judged as those of studies are."""
    row, k = ROWS[0], 5
    names = ["accuracy_same_test", "accuracy_other_test", "other_draw"]
    metrics, claims, expected = {}, [], []
    for rule in names:
        theirs, ours = draw_accuracies(make_generator("test", "study", rule), row, rule, k, 40)
        for i, (value, runs) in enumerate(zip(theirs.tolist(), ours.tolist(), strict=True)):
            name = f"{rule}_{i}"
            quantity = (f"synthetic/runs/{name}/test_accuracy",)
            claim = make_claim(value + 0.002 * (i % 3), 4, "share", rule, name)
            vars(claim)["quantity"] = quantity[0]
            claims.append(claim)
            replicates = {"test_accuracy": runs}
            mean = float(np.mean(runs))
            metrics[name] = {"test_accuracy": mean, "n_test": row.n, "replicates": replicates}
            measurement = Measurement(tuple(runs), row.n)
            expected.append(MEASURED_RULES[rule](claim, measurement, CRITERIA).verdict)
    rows = {name: {} for name in metrics}
    with chdir(tmp_path):
        forget_files()
        experiments = {"runs": {"kind": "linear", "settings": {}, "rows": rows}}
        write_study("synthetic", {"title": "Synthetic", "experiments": experiments})
        path = Path("metrics/synthetic/runs.json")
        write_json(path, metrics)
        audit = Audit(claims, Evidence([path]), CRITERIA, "full")
        assert [audit.judge(claim).verdict for claim in claims] == expected
    forget_files()
    assert len(set(expected)) > 1


def test_page_and_figures_say_all_rates(tmp_path, measured):
    with chdir(tmp_path):
        forget_files()
        write_text(Path("params.yaml"), "audit: {level: 0.95}\n")
        rates = Path("metrics/error_rates.json")
        write_json(rates, measured)
        figures = {name: Path(f"reports/auditor_{name}.svg") for name in ("alarms", "power")}
        write_figures(STYLE, measured, **figures)
        first = [path.read_bytes() for path in figures.values()]
        write_figures(STYLE, measured, **figures)
        assert [path.read_bytes() for path in figures.values()] == first
        text = build_auditor_page(TEMPLATES, rates, figures, Path("reports/auditor.html"))
    forget_files()
    page = Page(text)
    assert f"{measured['claims']:,} claims that were made up" in page.text
    images = page.find("img")
    assert [image["src"] for image in images] == ["auditor_alarms.svg", "auditor_power.svg"]
    assert "accuracy same test" in images[0]["alt"] and "5 points" in images[1]["alt"]
    lines = [line["false_alarms"] for line in measured["rules"].values()]
    lines += [sizes for line in measured["rules"].values() for sizes in line["found"].values()]
    headings = [attributes for attributes in page.find("th") if attributes["scope"] == "row"]
    n_replicates = sum(
        len(rates) > 1
        for line in measured["rules"].values()
        for rates in line["false_alarms"].values()
    )
    assert len(headings) == sum(map(len, lines)) + n_replicates
    assert all(text in page.text for text in ASSUMPTIONS.values())
    assert len(page.ids) == len(set(page.ids))


def test_true_claims_are_as_many_as_stated():
    judged = [*try_measured_rules(2, CRITERIA), *try_document_rules(2, CRITERIA)]
    table = tabulate_judged(judged)
    true = table[(table["kind"] == TRUE) & (table["rule"] == "sum_of")]
    assert len(true) == 2 * TRUE_CLAIMS
