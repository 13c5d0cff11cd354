"""A copy of the project, and the commands that a user gives in it."""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
# Each rule has a program of its name.
RULES = sorted(path.stem for path in (CHECKOUT / "workflow/scripts").glob("*.py"))
# Snakemake and DVC are never this slow; a test that hangs fails.
LIMIT_S = 600


class Project:
    """A copy of the project.

    Parameters
    ----------
    folder : Path
        Where it is.
    scratch : Path
        Where DVC keeps what it shares between repositories, away from the user's own.
    """

    def __init__(self, folder: Path, scratch: Path):
        self.folder = folder
        self.scratch = scratch

    # Files

    def path(self, name: str) -> Path:
        return self.folder / name

    def read(self, name: str) -> str:
        return self.path(name).read_text()

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that occurs once in a file."""
        text = self.read(name)
        assert text.count(old) == 1, f"{name}: {old!r} occurs {text.count(old)} times"
        self.path(name).write_text(text.replace(old, new))

    def set_times(self, seed: int) -> None:
        """Give all files of the project, results too, times in a random order."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        files = sorted(p for p in files if not {".git", ".dvc", ".snakemake"} & set(p.parts))
        random.Random(seed).shuffle(files)
        for age, path in enumerate(files):
            os.utime(path, (1_700_000_000 + 60 * age,) * 2)

    # Commands

    def run(self, *command: str, check: bool = True, **environment: str):
        """Run a command in the folder; its output is kept."""
        result = subprocess.run(
            command,
            cwd=self.folder,
            env=self._make_environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        if check and result.returncode:
            raise AssertionError(f"{command}:\n{result.stdout}\n{result.stderr}")
        return result

    def start(self, *command: str, environment=None, **options) -> subprocess.Popen:
        """Start a command in the folder; its standard output is a pipe of text."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._make_environment() | (environment or {}),
            text=True,
            **{"stdout": subprocess.PIPE, **options},
        )

    def read_json(self, *command: str):
        """Run a command that prints JSON."""
        return json.loads(self.run(*command).stdout)

    def snakemake(self, *options: str, check: bool = True, **environment: str):
        return self.run("snakemake", *options, check=check, **environment)

    def dvc(self, *options: str, check: bool = True):
        return self.run("dvc", *options, check=check)

    def bridge(self, *options: str, check: bool = True):
        return self.run("python", "-m", "dvc_bridge", *options, check=check)

    def commit_git(self, message: str) -> None:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        self.run("git", "add", "-A")
        self.run("git", *identity, "commit", "-q", "-m", message)

    def copy(self, folder: Path) -> "Project":
        """Copy everything: results, DVC's cache, Snakemake's records; file times too."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder, self.scratch)

    def _make_environment(self) -> dict[str, str]:
        """Give an environment as in an own .venv, without the settings of the user.

        The project's own library and bridge come first, since the packages that are installed
        here are links into the checkout.
        """
        own = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "IN_BRIDGE", "SNAKEMAKE_PROFILE")
        libraries = [self.path("workflow/scripts"), self.path("bridge/src")]
        return {name: value for name, value in os.environ.items() if name not in own} | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(map(str, libraries)),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.scratch / "site"),
            "DVC_GLOBAL_CONFIG_DIR": str(self.scratch / "global"),
            "DVC_SYSTEM_CONFIG_DIR": str(self.scratch / "system"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    # What the engines say

    @property
    def stages(self) -> dict[str, dict]:
        """The stages of dvc.lock."""
        return yaml.load(self.read("dvc.lock"), yaml.CSafeLoader)["stages"]

    def list_planned(self, *options: str) -> set[str]:
        """Give the stages whose jobs `snakemake -n` names."""
        output = self.snakemake("-n", "-p", *options).stdout
        # An input without files leaves two spaces, which DVC is not given.
        stages = {" ".join(stage["cmd"].split()): name for name, stage in self.stages.items()}
        commands = set(re.findall(r"^Shell command: (.*)$", output, re.MULTILINE))
        # The job of `all` has no command; it is named if any is.
        planned = {stages[" ".join(command.split())] for command in commands - {"None"}}
        total = re.search(r"^total +(\d+)$", output, re.MULTILINE)
        assert len(planned) == (int(total[1]) - 1 if total else 0)
        assert bool(total) != ("Nothing to be done" in output)
        return planned

    def list_status(self) -> set[str]:
        """Give the stages that `dvc status` names."""
        return set(self.read_json("dvc", "status", "--json"))

    def list_bridge_status(self) -> set[str]:
        """Give the stages that the bridge's `status` names."""
        return {line.split(": ")[0] for line in self.bridge("status").stdout.splitlines()}

    def list_reproduced(self, *options: str) -> set[str]:
        """Give the stages that `dvc repro` runs."""
        output = self.dvc("repro", *options).stdout
        return set(re.findall(r"^Running stage '(.*)':$", output, re.MULTILINE))

    def follow(self, start: Iterable[str]) -> set[str]:
        """Give some stages and all that are downstream of them."""
        return follow(self.stages, start)

    def assert_nothing_to_do(self) -> None:
        """Neither engine names a job."""
        assert self.list_planned() == set()
        assert self.list_status() == set()

    # Results

    def list_outputs(self) -> list[str]:
        """Give the paths of all outputs in dvc.lock."""
        return sorted(out["path"] for stage in self.stages.values() for out in stage["outs"])

    def find_cached(self, md5: str) -> Path:
        """Find a file in DVC's cache."""
        return self.path(f".dvc/cache/files/md5/{md5[:2]}/{md5[2:]}")

    def digest_outputs(self) -> dict[str, str]:
        """Give the SHA-256 of each output."""
        return {name: digest(self.path(name)) for name in self.list_outputs()}

    def digest_all(self) -> dict[str, str]:
        """Give the SHA-256 of each file, but for what git, the engines and Python keep."""
        own = {".git", ".dvc", ".snakemake", "__pycache__"}
        files = (p.relative_to(self.folder) for p in self.folder.rglob("*") if p.is_file())
        return {str(p): digest(self.folder / p) for p in files if not own & set(p.parts)}


def follow(stages: dict[str, dict], start: Iterable[str]) -> set[str]:
    """Give some stages of a dvc.lock and all that are downstream of them."""
    found = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        found.add(name)
        made = {out["path"] for out in stages[name]["outs"]}
        used = {user for user, stage in stages.items() for d in stage["deps"] if d["path"] in made}
        waiting.extend(used - found)
    return found


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_under_old_time(path: Path, text: str) -> None:
    """Change a file as a tool does that keeps the time, such as `cp -p`."""
    stat = path.stat()
    path.write_text(text)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
