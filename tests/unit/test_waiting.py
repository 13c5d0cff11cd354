"""What waits and what it would cost: bounds follow from the work, and each claim is there once."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit import waiting
from redigit.claims import claims_file, read_claims
from redigit.files import write_csv
from redigit.settings import resolve_settings
from redigit.validation import SCHEMAS

sizes = st.integers(1, 1000)


def make_costs(*lines):
    """Make records of jobs, as (rule, job, seconds)."""
    return pd.DataFrame(lines, columns=["rule", "job", "cpu_s"])


@given(epochs=sizes, images=sizes, factor=st.integers(2, 9))
def test_work_grows_with_each_size(epochs, images, factor):
    settings = {"epochs": epochs, "train_images": images, "hidden": [10], "data": "mnist"}
    for name in ("epochs", "train_images"):
        larger = settings | {name: factor * settings[name]}
        assert waiting.measure_work(larger) == factor * waiting.measure_work(settings)


def test_pairs_count_twice_for_a_support_vector_machine():
    settings = {"size": None, "pairs.train": 100, "model": {"svm": {}}}
    assert waiting.measure_work(settings) == 100 * 100
    assert waiting.measure_work(settings | {"model": {"baseline": {}}}) == 100


@given(st.floats(1, 1000), st.floats(0, 1000))
def test_bounds_hold_what_ran(project_root, cpu_s, fixed):
    job = waiting.Job("train_network", (("b/mlp", "2x1000"),), cpu_s)
    low, high = waiting.estimate_seconds(job, fixed, "quick")
    assert cpu_s <= low * (1 + 1e-9) and low <= high * (1 + 1e-9)
    assert waiting.estimate_seconds(job, fixed, "full") == pytest.approx((cpu_s, cpu_s))


@pytest.fixture(scope="module")
def project_root():
    """Stand in the project."""
    root = Path(__file__).resolve().parents[2]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        yield root


def test_job_that_did_next_to_nothing_tells_nothing(project_root):
    job = waiting.Job("train_network", (("b/cnn", "conv_16_32"),), 7.0)
    assert waiting.find_ratio(job, "quick") > waiting.LARGEST_RATIO
    assert waiting.estimate_seconds(job, 6.0, "quick") is None
    low, high = waiting.sum_estimates([(1.0, 2.0), None])
    assert waiting.show_duration(low) == waiting.show_duration(high) == "not known"


def test_ratio_is_that_of_the_settings(project_root):
    quick, full = (resolve_settings("b/mlp", "2x1000", scale) for scale in ("quick", "full"))
    expected = full["epochs"] * full["train_images"] / (quick["epochs"] * quick["train_images"])
    job = waiting.Job("train_network", (("b/mlp", "2x1000"),), 1)
    assert waiting.find_ratio(job, "quick") == expected


def test_each_waiting_claim_is_listed_with_the_jobs_behind_it(project):
    claims = read_claims(claims_file("b"), "b", SCHEMAS / "claims.yaml")
    verdicts = [
        {"id": claim.id, "study": "b", "verdict": "not_run" if "test" in claim.id else "adopted"}
        for claim in claims
    ]
    judged = next(line for line in verdicts if line["id"] == "b-task3_table-2x1000-test_loss")
    judged["verdict"] = "underpowered"
    write_csv(Path("audit.csv"), pd.DataFrame(verdicts))
    costs = make_costs(
        ("train_network", "b/mlp/2x1000/0", 9.0),
        ("train_network", "b/mlp/3x1000/0", 7.0),
        ("evaluate_predictions", "b/mlp", 50.0),
        ("write_page", "b", 2.0),
        ("draw_figure", "b/figure_1", 2.0),
    )
    table = waiting.list_waiting(costs, Path("audit.csv")).set_index("id")
    assert list(table.index) == [line["id"] for line in verdicts if line["verdict"] != "adopted"]
    # What was judged waits for more seeds, not for a larger run.
    assert table.loc[judged["id"], ["changes", "jobs"]].tolist() == ["", 0]
    line = table.loc["b-task3_table-2x1000-test"]
    ratio = 60_000 * 20 / (500 * 2)
    # The job ran for 2 s longer than the shortest of its rule, 7 s.
    assert (line["jobs"], line["spent_s"]) == (1, 9.0)
    assert (line["low_s"], line["high_s"]) == (7 + 2 * ratio, 9 * ratio)
    assert "epochs 2 of 20" in line["changes"]
    lines = waiting.sum_waiting(table.reset_index())
    assert sum(len(one["claims"]) for one in lines) == len(table)


@given(st.integers(0, 10**7))
def test_durations_keep_two_figures(seconds):
    number, unit = waiting.show_duration(seconds).split(" ")
    size = {"s": 1, "minutes": 60, "hours": 3600, "days": 86400}[unit]
    assert abs(float(number) * size - seconds) <= 0.051 * seconds + 1e-9
