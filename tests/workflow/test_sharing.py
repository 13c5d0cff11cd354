"""DVC's own commands on the project: push, pull, and what changed since the last commit."""

import shutil

import pytest
from project import Project

REPORT = "studies/example/report.yaml"
CLOTHES = "studies/example/experiments/clothes.yaml"
NETWORK_ROW = ("2x32: {hidden: [32, 32]}", "2x32: {hidden: [32, 32], epochs: 1}")


def test_clone_and_pull_bring_all_outputs(made, finished, clone):
    assert clone.digest_outputs() == finished.digest_outputs()
    shutil.rmtree(clone.path(".dvc/cache"))
    for name in ("data", "models", "reports"):
        shutil.rmtree(clone.path(name))
    clone.dvc("pull")
    assert clone.digest_outputs() == finished.digest_outputs()
    clone.assert_nothing_to_do()


@pytest.mark.slow
def test_push_brings_what_is_new(project, tmp_path):
    project.edit(REPORT, 'title: "Example"', 'title: "Example 2"')
    project.dvc("remote", "modify", "store", "url", str(tmp_path / "remote"))
    project.snakemake("--cores", "1")
    project.dvc("push")
    project.commit_git("another title")
    project.run("git", "clone", "-q", str(project.folder), str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone", project.scratch)
    clone.dvc("pull")
    assert clone.digest_outputs() == project.digest_outputs()
    assert "Example 2" in clone.read("reports/index.html")


def test_nothing_differs_in_a_finished_project(project):
    for kind in ("metrics", "params"):
        assert project.read_json("dvc", kind, "diff", "--json") == {}


@pytest.mark.slow
def test_diffs_show_what_a_changed_row_did(project):
    project.edit(CLOTHES, *NETWORK_ROW)
    project.snakemake("--cores", "2")
    metrics = project.read_json("dvc", "metrics", "diff", "--json")
    assert metrics["metrics/example/clothes.json"]["2x32.test_accuracy"].keys() == {
        *("old", "new", "diff"),
    }
    assert project.read_json("dvc", "params", "diff", "--json") == {
        CLOTHES: {"rows.2x32.epochs": {"old": None, "new": 1}}
    }
    history = "models/example/clothes/2x32/0/history.csv"
    plots = project.read_json("dvc", "plots", "diff", "--json")["data"]
    (curve,) = plots[history]
    assert set(curve["revisions"]) == {"HEAD", "workspace"}
    project.dvc("plots", "diff", "--out", "plots")
    assert history in project.read("plots/index.html")
