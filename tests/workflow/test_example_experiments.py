"""`dvc exp run -S`: in the workspace, in a temporary folder, and queued."""

import time

import pytest
from project import Project

LINEAR = "studies/example/experiments/linear.yaml"
CHANGE = ("-S", f"{LINEAR}:settings.penalty_c=0.1")
METRIC = "metrics/example/linear.json"


def run_here(project: Project) -> None:
    project.dvc("exp", "run", "-q", *CHANGE)


def run_in_temporary_folder(project: Project) -> None:
    before = project.digest_outputs()
    project.dvc("exp", "run", "-q", "--temp", "--name", "stronger", *CHANGE)
    assert project.digest_outputs() == before
    project.dvc("exp", "apply", "-q", "stronger")


def run_from_queue(project: Project) -> None:
    project.dvc("exp", "run", "-q", "--queue", "--name", "stronger", *CHANGE)
    project.dvc("queue", "start", "-j", "1")
    deadline = time.monotonic() + 600
    while "Success" not in (status := project.dvc("queue", "status").stdout):
        assert "Failed" not in status
        assert time.monotonic() < deadline, status
        time.sleep(2)
    project.dvc("queue", "stop")
    project.dvc("exp", "apply", "-q", "stronger")


@pytest.mark.slow
@pytest.mark.parametrize("run", [run_here, run_in_temporary_folder, run_from_queue])
def test_experiment_gives_what_an_edit_gives(project, finished, tmp_path, run):
    run(project)
    project.assert_nothing_to_do()
    edited = finished.copy(tmp_path / "edited")
    edited.path(LINEAR).write_text(project.read(LINEAR))
    edited.snakemake("--cores", "1")
    assert edited.read(METRIC) == project.read(METRIC) != finished.read(METRIC)
    assert edited.digest_outputs() == project.digest_outputs()
