"""Fixtures: a finished toy project, and an environment in which both engines start fast."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

# Before the first test module imports them.
pytest.register_assert_rewrite("checks", "kills")

from toy import Toy, make_toy  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than 20 seconds")


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Path:
    """A folder that all processes of pytest-xdist have in common."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "bridge"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def environment(shared, tmp_path_factory):
    """Keep the tests off the user's settings, and let Python keep compiled modules."""
    scratch = tmp_path_factory.mktemp("environment")
    os.environ.update(
        DVC_NO_ANALYTICS="1",
        DVC_SITE_CACHE_DIR=str(scratch / "dvc"),
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        PYTHONPYCACHEPREFIX=str(shared / "bytecode"),
    )
    for name in ("PYTHONDONTWRITEBYTECODE", "IN_BRIDGE", "SNAKEMAKE_PROFILE"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def finished(environment, shared) -> Toy:
    """A small project in which everything has run, is pushed and committed.

    The first process to ask makes it; the others wait.
    """
    folder, done = shared / "finished", shared / "done"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a failed try has left
            toy = make_toy(folder / "toy", chapters=2, models=2)
            toy.snakemake()
            toy.run("dvc", "push", "-q")
            toy.commit_git("results")
            toy.take_ran()
            done.touch()
    return Toy(folder / "toy")


@pytest.fixture
def toy(finished, tmp_path) -> Toy:
    """A copy of the finished project, to be changed."""
    return finished.copy(tmp_path / "toy")


@pytest.fixture
def clone(finished, tmp_path) -> Toy:
    """The finished project as it is on another machine after `git clone` and `dvc pull`."""
    return finished.clone(tmp_path / "clone")
