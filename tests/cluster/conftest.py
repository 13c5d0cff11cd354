"""A real Slurm, and a run of the example in which everything goes wrong once."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "workflow")]

from made import find_finished, make_all  # noqa: E402, F401
from scheduler import Scheduler, find_missing  # noqa: E402


@pytest.fixture(scope="session")
def scheduler() -> Iterator[Scheduler]:
    """A Slurm with a node without GPUs and one with two."""
    if missing := find_missing():
        pytest.skip(
            f"no {', '.join(missing)} (Debian: slurmctld slurmd slurm-client munge, see .ci/run)"
        )
    # Not pytest's own folder: sockets want a short path.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)
    scheduler = Scheduler(folder, gpus=(0, 2))
    try:
        scheduler.start()
        yield scheduler
    finally:
        scheduler.stop()
        shutil.rmtree(folder, ignore_errors=True)
