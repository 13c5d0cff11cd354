"""`dvc exp run -S`: in the workspace, in a temporary folder, and queued."""

import time

import pytest
from checks import ROW_RAN, check_in_step
from toy import Toy

CHANGE = ("-S", "chapters/c1/params.yaml:models.m1.rate=0.9")


def read_score(toy: Toy) -> str:
    return toy.read("metrics/c1/m1.json")


@pytest.fixture(scope="module")
def expected(finished, tmp_path_factory) -> str:
    """The metric that Snakemake gives with the changed parameter."""
    toy = finished.copy(tmp_path_factory.mktemp("expected") / "toy")
    toy.edit_params("c1", models__m1__rate=0.9)
    toy.snakemake()
    return read_score(toy)


@pytest.mark.slow
def test_experiment_in_the_workspace(toy, expected):
    toy.run("dvc", "exp", "run", "-q", *CHANGE)
    assert toy.take_ran() == ROW_RAN
    assert read_score(toy) == expected
    check_in_step(toy)


@pytest.mark.slow
def test_experiment_in_a_temporary_folder(toy, expected):
    before = read_score(toy)
    toy.run("dvc", "exp", "run", "-q", "--temp", "--name", "faster", *CHANGE)
    # Nothing has happened here, until the experiment is applied.
    assert toy.take_ran() == []
    assert read_score(toy) == before != expected
    check_in_step(toy)
    apply_experiment(toy, expected)


@pytest.mark.slow
def test_experiment_from_the_queue(toy, expected):
    toy.run("dvc", "exp", "run", "-q", "--queue", "--name", "faster", *CHANGE)
    toy.run("dvc", "queue", "start", "-j", "1")
    deadline = time.monotonic() + 300
    while "Success" not in (status := toy.run("dvc", "queue", "status").stdout):
        assert "Failed" not in status
        assert time.monotonic() < deadline, status
        time.sleep(2)
    toy.run("dvc", "queue", "stop")
    assert toy.take_ran() == []
    apply_experiment(toy, expected)


def apply_experiment(toy: Toy, expected: str) -> None:
    toy.run("dvc", "exp", "apply", "-q", "faster")
    assert read_score(toy) == expected
    check_in_step(toy)
    # The jobs ran elsewhere, and are not done again.
    toy.snakemake()
    assert toy.take_ran() == []
