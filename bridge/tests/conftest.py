"""Fixtures: a finished toy project, and an environment in which both engines start fast."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

# Before the first test module imports them.
pytest.register_assert_rewrite("checks", "kills")

from toy import Toy, make_toy  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than 20 seconds")


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory):
    """Keep the tests off the user's settings, and let Python keep compiled modules."""
    scratch = tmp_path_factory.mktemp("environment")
    os.environ.update(
        DVC_NO_ANALYTICS="1",
        DVC_SITE_CACHE_DIR=str(scratch / "dvc"),
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        PYTHONPYCACHEPREFIX=str(scratch / "bytecode"),
    )
    for name in ("PYTHONDONTWRITEBYTECODE", "IN_BRIDGE", "SNAKEMAKE_PROFILE"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def finished(environment, tmp_path_factory) -> Toy:
    """A small project in which everything has run, is pushed and committed."""
    toy = make_toy(tmp_path_factory.mktemp("finished") / "toy", chapters=2, models=2)
    toy.snakemake()
    toy.run("dvc", "push", "-q")
    toy.commit_git("results")
    toy.take_ran()
    return toy


@pytest.fixture
def toy(finished, tmp_path) -> Toy:
    """A copy of the finished project, to be changed."""
    return finished.copy(tmp_path / "toy")


@pytest.fixture
def clone(finished, tmp_path) -> Toy:
    """The finished project as it is on another machine after `git clone` and `dvc pull`."""
    return finished.clone(tmp_path / "clone")
