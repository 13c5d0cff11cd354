"""Snakemake and DVC name the same jobs, whatever is changed and whoever ran last."""

import re
import shutil
import subprocess
from contextlib import contextmanager

import pandas as pd
import pytest
import yaml
from project import Project, write_under_old_time

EXPERIMENTS = "studies/example/experiments"
PAIRS = f"{EXPERIMENTS}/pairs.yaml"
REPORT = "studies/example/report.yaml"

# The row of a network, and what is downstream of its training.
NETWORK_ROW = (
    f"{EXPERIMENTS}/clothes.yaml",
    "2x32: {hidden: [32, 32]}",
    "2x32: {hidden: [32, 32], epochs: 1}",
)
NETWORK_JOBS = {
    "train_network@example-clothes-2x32-0",
    "evaluate_predictions-example-clothes",
    "check_claims@example",
    "render_tables@example",
    "draw_figures_example",
    "write_page@example",
    "write_index",
    "write_audit",
}
# The same of a row that is done in seconds.
LINEAR_ROW = (
    f"{EXPERIMENTS}/linear.yaml",
    "{method: sequential}",
    "{method: sequential, penalty_c: 0.1}",
)
LINEAR_JOBS = {
    "fit_linear@example-linear",
    "evaluate_predictions-example-linear",
    "check_claims@example",
    "render_tables@example",
    "write_page@example",
    "write_index",
    "write_audit",
}
# A row whose output shows which parameter it was made with: so many draws.
PAIRS_ROW = (PAIRS, "small: {}", "small: {draws: 1}")
PAIRS_JOB = "draw_pairs@example-pairs-small"


def list_metrics_diff(project: Project) -> dict[str, set[str]]:
    """Give for each file of metrics the keys that differ from the last commit's."""
    diff = project.read_json("dvc", "metrics", "diff", "--json")
    return {file: set(keys) for file, keys in diff.items()}


def assert_lock_is_true(project: Project) -> None:
    """dvc.lock holds the number of draws with which the pairs that it names were drawn."""
    stage = project.stages[PAIRS_JOB]
    values = stage["params"][PAIRS]
    layers = (values[key] for key in ("settings", "smoke", "rows.small"))
    settings = {name: value for layer in layers for name, value in layer.items()}
    (out,) = stage["outs"]
    drawn = pd.read_parquet(project.find_cached(out["md5"]))
    assert drawn["draw"].nunique() == settings["draws"]


@contextmanager
def hold_dvc_lock(project: Project):
    """Hold DVC's lock, as a DVC command at work does."""
    program = (
        "import sys\nfrom dvc.repo import Repo\nwith Repo().lock:\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with project.start("python", "-c", program, stdin=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate()


def list_warnings(result: subprocess.CompletedProcess) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith("Warning: ")]


# A row's parameter


def test_changed_row_names_its_job_and_what_follows(project):
    project.edit(*NETWORK_ROW)
    assert project.list_planned() == NETWORK_JOBS
    assert project.list_bridge_status() == NETWORK_JOBS
    status = project.list_status()
    # The claims' job reads the settings of all experiments, the pages' the files.
    assert status == {
        "train_network@example-clothes-2x32-0",
        "check_claims@example",
        "write_page@example",
        "write_index",
    }
    assert project.follow(status) == NETWORK_JOBS
    assert project.list_reproduced("--dry") == status


@pytest.mark.slow
def test_dvc_is_clean_after_snakemake(project):
    project.edit(*LINEAR_ROW)
    result = project.snakemake("--cores", "2")
    recorded = rf"^DVC: recorded \d+ of {len(project.stages)} stages$"
    assert re.search(recorded, result.stderr, re.MULTILINE)
    assert list_warnings(result) == []
    assert project.dvc("status").stdout.strip() == "Data and pipelines are up to date."
    project.assert_nothing_to_do()
    assert_only_row_differs(project, "linear", "sequential_100")


@pytest.mark.slow
def test_snakemake_has_nothing_to_do_after_repro(project):
    project.edit(*LINEAR_ROW)
    assert project.list_reproduced() <= LINEAR_JOBS
    project.assert_nothing_to_do()
    assert_only_row_differs(project, "linear", "sequential_100")


def assert_only_row_differs(project: Project, experiment: str, row: str) -> None:
    """`dvc metrics diff` shows numbers of this row, and how many claims hold; keys are flat."""
    changed = list_metrics_diff(project)
    keys = changed.pop(f"metrics/example/{experiment}.json")
    # A few predictions may be none.
    accuracies = {f"{row}.test_accuracy", f"{row}.digit_accuracy"}
    assert f"{row}.test_loss" in keys and keys - {f"{row}.test_loss"} <= accuracies
    assert set(changed) <= {"metrics/example/verdicts.json"}


@pytest.mark.slow
def test_same_bytes_from_either_engine(finished, project, tmp_path):
    other = finished.copy(tmp_path / "other")
    alone = finished.copy(tmp_path / "alone")
    for copy in (project, other, alone):
        copy.edit(*NETWORK_ROW)
    project.snakemake("--cores", "2")
    other.dvc("repro")
    alone.snakemake("--cores", "1")
    for copy in (project, other, alone):
        copy.assert_nothing_to_do()
        assert list_metrics_diff(copy)["metrics/example/clothes.json"] == {
            f"2x32.{metric}"
            for metric in ("test_accuracy", "test_loss", "train_accuracy", "train_loss")
        }
    outputs = project.digest_outputs()
    assert outputs == other.digest_outputs() == alone.digest_outputs()
    assert project.stages == other.stages == alone.stages
    changed = {name for name, old in finished.digest_outputs().items() if outputs[name] != old}
    assert {name for name in changed if name.startswith(("data/", "models/"))} == {
        f"models/example/clothes/2x32/0/{name}"
        for name in ("weights.safetensors", "history.csv", "predictions.safetensors")
    }


@pytest.mark.slow
@pytest.mark.parametrize("command", [("snakemake", "--cores", "1"), ("dvc", "repro")], ids=" ".join)
def test_same_bytes_from_scratch(finished, tmp_path, command):
    finished.run("git", "clone", "-q", str(finished.folder), str(tmp_path / "scratch"))
    fresh = Project(tmp_path / "scratch", finished.scratch)
    fresh.path("dvc.lock").unlink()
    shutil.rmtree(fresh.path("metrics"))
    fresh.run(*command)
    assert fresh.digest_outputs() == finished.digest_outputs()
    assert fresh.stages == finished.stages
    fresh.assert_nothing_to_do()


def test_lock_is_written_as_dvc_writes_it(finished):
    """With aliases, each change of engine would change lines of stages that did not run."""
    assert re.findall(r"[&*]id\d+", finished.read("dvc.lock")) == []


@pytest.mark.slow
def test_new_experiment_concerns_what_shows_all_experiments(project):
    text = project.read(f"{EXPERIMENTS}/pairs.yaml")
    project.path(f"{EXPERIMENTS}/more_pairs.yaml").write_text(text)
    plan = project.snakemake("-n").stdout
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", plan, re.MULTILINE))
    new = {"draw_pairs": "1", "summarise_pairs": "1"}
    # Its metrics are among those that claims may be about.
    shown = ["check_claims", "render_tables", "write_page", "write_index", "write_audit"]
    follow = dict.fromkeys(shown, "1")
    assert jobs == {**new, **follow, "all": "1", "total": "8"}
    assert {"check_claims@example", "write_page@example", "write_index"} <= project.list_status()


# A clone


@pytest.mark.slow
def test_nothing_to_do_in_a_clone_with_random_times(clone):
    clone.set_times(1)
    clone.assert_nothing_to_do()
    assert clone.list_reproduced() == set()
    clone.snakemake("--cores", "1")
    assert not clone.path("logs").exists(), "a job has run"
    assert clone.run("git", "status", "--short").stdout == ""


def test_change_right_after_clone_is_seen_by_both(clone):
    clone.set_times(3)
    clone.edit(*NETWORK_ROW)
    assert clone.follow(clone.list_status()) == NETWORK_JOBS
    assert clone.list_planned() == NETWORK_JOBS


TARGET = "data/pairs/example/pairs/small.parquet"
SNAKEMAKE = ("snakemake", "--cores", "1", TARGET)
REPRO = ("dvc", "repro", "-q", PAIRS_JOB)
PLAN = ("snakemake", "-n")
TOUCH = ("snakemake", "--cores", "1", "--touch", TARGET)
COMMIT = ("python", "-m", "dvc_bridge", "commit")
STATUS = ("dvc", "status")


@pytest.mark.slow
@pytest.mark.parametrize(
    "commands",
    [
        pytest.param([SNAKEMAKE], id="snakemake"),
        pytest.param([REPRO], id="repro"),
        pytest.param([PLAN, REPRO], id="plan-repro"),
        pytest.param([TOUCH, REPRO], id="touch-repro"),
        pytest.param([TOUCH, SNAKEMAKE], id="touch-snakemake"),
        pytest.param([COMMIT, SNAKEMAKE], id="commit-snakemake"),
        pytest.param([STATUS, TOUCH, COMMIT, REPRO], id="all-repro"),
    ],
)
def test_no_old_output_is_recorded_under_new_parameters(clone, commands):
    clone.set_times(4)
    clone.edit(*PAIRS_ROW)
    for command in commands:
        clone.run(*command)
        assert_lock_is_true(clone)
    assert pd.read_parquet(clone.path(TARGET))["draw"].nunique() == 1
    assert PAIRS_JOB not in clone.list_status() | clone.list_planned()


# DVC cannot record


@pytest.mark.slow
def test_run_stands_without_a_dvc_repository(project):
    project.path(".dvc").rename(project.path("away"))
    project.edit(REPORT, 'title: "Example"', 'title: "Example 2"')
    result = project.snakemake("--cores", "1")
    assert "Example 2" in project.read("reports/index.html")
    (warning,) = list_warnings(result)
    assert warning.startswith("Warning: not recorded in DVC: there is no DVC repository here")


@pytest.mark.slow
def test_run_stands_when_dvc_refuses(project):
    lock = project.read("dvc.lock")
    project.edit(REPORT, 'title: "Example"', 'title: "Example 2"')
    with hold_dvc_lock(project):
        result = project.snakemake("--cores", "1")
    assert "Example 2" in project.read("reports/index.html")
    (warning,) = list_warnings(result)
    assert warning.startswith("Warning: not recorded in DVC: Unable to acquire lock")
    assert project.read("dvc.lock") == lock
    # The next run has no job to do and records what was left.
    project.snakemake("--cores", "1")
    project.assert_nothing_to_do()


@pytest.mark.slow
@pytest.mark.parametrize("last", ["path: [^\\n]*\\n", "stages:\\n"])
def test_run_stands_where_dvc_was_killed_while_it_wrote(project, last):
    """What DVC leaves may still be YAML, and even what DVC itself accepts."""
    lock = project.read("dvc.lock")
    cut = list(re.finditer(last, lock))
    project.path("dvc.lock").write_text(lock[: cut[len(cut) // 2].end()])
    project.edit(REPORT, 'title: "Example"', 'title: "Example 2"')
    project.snakemake("--cores", "1")
    assert "Example 2" in project.read("reports/index.html")
    assert project.stages.keys() == yaml.load(lock, yaml.CSafeLoader)["stages"].keys()
    project.assert_nothing_to_do()


# Outputs


@pytest.mark.slow
def test_output_changed_under_its_old_time_is_made_again(project):
    path = project.path("reports/example/tables.csv")
    content = path.read_text()
    write_under_old_time(path, content.replace("32", "33"))
    expected = {"render_tables@example", "write_page@example"}
    assert project.follow(project.list_status()) == expected
    assert project.list_planned() == expected
    project.snakemake("--cores", "1")
    assert path.read_text() == content
    project.assert_nothing_to_do()
