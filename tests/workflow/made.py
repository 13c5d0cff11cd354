"""The finished project that tests of whole runs start from: `studies/example` at smoke scale."""

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from project import CHECKOUT, Project

DATA = Path(os.environ.get("REDIGIT_DATA", CHECKOUT / "data/raw"))
RECORDER = Path(__file__).parent / "recorder"


@dataclass(frozen=True)
class Made:
    """What is made once for all tests, whichever process asks first.

    Attributes
    ----------
    folder : Path
        Holds `shipped`, the project as it is in git; `finished`, in which everything has run, is
        committed and pushed; `clone`, the same after `git clone` and `dvc pull`; `remote`, DVC's;
        `opened`, what the programs opened.
    """

    folder: Path

    def find(self, name: str) -> Project:
        return Project(self.folder / name, self.folder / "scratch")


def copy_checkout(folder: Path) -> None:
    """Copy what git has of the checkout, or would take, as the files are now."""
    git = Project(CHECKOUT, folder)
    listed = git.run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    for name in filter(None, listed.split("\0")):
        source, target = CHECKOUT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    project = Project(folder, folder)
    project.run("git", "init", "-q", "-b", "main")
    project.commit_git("shipped")


def finish_project(made: Made) -> None:
    """Run `studies/example` at smoke scale from the raw files on; commit and push the results."""
    project = made.find("finished")
    shutil.copytree(made.folder / "shipped", project.folder)
    # The results of the checkout, if it has any in git, are those of other studies.
    shutil.rmtree(project.path("metrics"), ignore_errors=True)
    for name in ("dvc.yaml", "dvc.lock"):
        project.path(name).unlink(missing_ok=True)
    text = project.read("params.yaml")
    text = replace_line(text, "studies: ", "studies: [example]")
    text = replace_line(text, "scale: ", "scale: smoke")
    text = replace_line(text, "synthetic_claims: ", "synthetic_claims: 2")
    text = replace_line(text, "  source_dir: ", f"  source_dir: {DATA.resolve()}")
    project.path("params.yaml").write_text(text)
    project.dvc("remote", "add", "-q", "--force", "--default", "store", str(made.folder / "remote"))
    project.bridge("render")
    project.commit_git("example")
    opened = made.folder / "opened"
    opened.mkdir()
    libraries = project.run("sh", "-c", 'echo "$PYTHONPATH"').stdout.strip()
    project.snakemake(
        *("--cores", "2"),
        PYTHONPATH=f"{RECORDER}{os.pathsep}{libraries}",
        OPENED_FILES=str(opened),
    )
    project.commit_git("results")
    project.dvc("push", "-q")
    project.run("git", "clone", "-q", str(project.folder), str(made.folder / "clone"))
    made.find("clone").dvc("pull", "-q")


def replace_line(text: str, start: str, line: str) -> str:
    """Replace the one line that begins so."""
    lines = text.splitlines()
    (number,) = [n for n, old in enumerate(lines) if old.startswith(start)]
    lines[number] = line
    return "\n".join(lines) + "\n"


@pytest.fixture(name="made", scope="session")
def make_all(tmp_path_factory) -> Made:
    """What the tests start from; with pytest-xdist one process makes it, the others wait."""
    if not (DATA / "mnist").is_dir() or not (DATA / "fashion_mnist").is_dir():
        message = f"no raw data in {DATA}: run snakemake once, or set REDIGIT_DATA"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    base = tmp_path_factory.getbasetemp()
    made = Made((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "workflow")
    made.folder.mkdir(exist_ok=True)
    done = made.folder / "done"
    with (made.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            # What a failed try has left.
            for name in ("shipped", "finished", "clone", "remote", "opened"):
                shutil.rmtree(made.folder / name, ignore_errors=True)
            copy_checkout(made.folder / "shipped")
            finish_project(made)
            done.touch()
    return made


@pytest.fixture(name="finished", scope="session")
def find_finished(made) -> Project:
    """The finished project itself: to be read, never changed."""
    return made.find("finished")
