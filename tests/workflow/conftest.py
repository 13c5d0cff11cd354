"""What the tests of the workflow start from."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made import find_finished, make_all  # noqa: F401
from project import Project


@pytest.fixture(scope="session")
def opened(made, finished) -> dict[str, dict[str, list[str]]]:
    """For each stage, the project's files that its program opened and the folders it listed."""
    # An argument without values leaves two spaces in the command.
    stages = {" ".join(stage["cmd"].split()): name for name, stage in finished.stages.items()}
    records = [json.loads(path.read_text()) for path in (made.folder / "opened").iterdir()]
    return {stages[record["command"]]: record for record in records}


@pytest.fixture
def project(finished, tmp_path) -> Iterator[Project]:
    """A copy of the finished project, to be changed."""
    yield finished.copy(tmp_path / "project")
    # Two hundred MB for each test add up.
    shutil.rmtree(tmp_path / "project")


@pytest.fixture
def clone(made, tmp_path) -> Iterator[Project]:
    """The project as it is on another machine, right after `git clone` and `dvc pull`."""
    yield made.find("clone").copy(tmp_path / "clone")
    shutil.rmtree(tmp_path / "clone")


@pytest.fixture
def shipped(made, tmp_path) -> Project:
    """The project as it is in git, with the parameters that it is shipped with, never run."""
    return made.find("shipped").copy(tmp_path / "shipped")
