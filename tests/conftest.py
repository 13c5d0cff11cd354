"""What all tests share: hypothesis without chance, a copy of the project, the raw data."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from study_files import forget_files

from redigit.datasets import DATASETS
from redigit.program import limit_threads

ROOT = Path(__file__).resolve().parents[1]
RAW = Path(os.environ.get("REDIGIT_DATA", ROOT / "data/raw"))

# As programs do it: results are those of one thread, and tests run side by side.
limit_threads()

# The same examples each time, and no failure for being slow on a busy machine. Fixtures serve
# all examples of a test: they give a folder, and each example writes what it reads.
# EXAMPLES=1000 tries more of them.
settings.register_profile(
    "redigit",
    max_examples=int(os.environ.get("EXAMPLES", "40")),
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("redigit")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    forget_files()
    yield tmp_path
    forget_files()


@pytest.fixture
def project(folder) -> Path:
    """Stand in a copy of the project's parameters, studies and schemas."""
    shutil.copy(ROOT / "params.yaml", folder)
    for name in ("studies", "workflow/schemas"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def raw() -> Path:
    """The folder of the raw data, verified when they are loaded."""
    missing = [
        f"{name}/{raw.name}"
        for name, dataset in DATASETS.items()
        for raw in dataset.files
        if not (RAW / name / raw.name).exists()
    ]
    if missing:
        pytest.skip(
            f"the raw data are not in {RAW} (made by download_data; REDIGIT_DATA names a folder)"
        )
    return RAW
