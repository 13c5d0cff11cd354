"""What the bridge remembers between runs, and whether anything has changed since.

This module is loaded at every start of Snakemake, so it imports nothing heavy.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dvc_bridge.files import STATE_FOLDER, Signature, is_racy, sign_file, write_atomically

_STORE = STATE_FOLDER / "state.json"
_FORMAT = 1
_RECORDS = (Path(".snakemake/metadata"), Path(".snakemake/incomplete"))


@dataclass
class ProjectState:
    """The project when it was last compared.

    Attributes
    ----------
    snakefile
        The main Snakefile.
    watched
        Each file on which the comparison depends: its signature, None if it was missing.
    records
        Signature of all of Snakemake's records.
    journal
        See `judge.Journal`.
    has_unrecorded
        Whether results were left that dvc.lock does not have.
    """

    snakefile: str = ""
    watched: dict[str, Signature | None] = field(default_factory=dict)
    records: str = ""
    journal: dict[str, list] = field(default_factory=dict)
    has_unrecorded: bool = False

    @classmethod
    def load(cls) -> "ProjectState":
        """Read the state; an empty one, which never holds, if there is none."""
        try:
            content = json.loads(_STORE.read_text())
            if content.pop("format") == _FORMAT:
                return cls(**content)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            # Without the state everything is compared anew.
            pass
        return cls()

    def save(self) -> None:
        """Write the state."""
        write_atomically(_STORE, json.dumps({"format": _FORMAT, **vars(self)}))

    def watch(self, snakefile: str, files: dict[str, Signature | None]) -> None:
        """Remember the files as they were when they were read.

        Parameters
        ----------
        snakefile
            The main Snakefile.
        files
            Path: signature when the file was read.
        """
        now = time.time_ns()
        self.snakefile = snakefile
        # A racy signature is made one that no file has, so that the next start compares again.
        self.watched = {
            path: [] if signature and is_racy(signature, now) else signature
            for path, signature in files.items()
        }
        self.records = _sign_records()

    def holds(self, snakefile: str) -> bool:
        """Tell whether nothing has changed since the last comparison."""
        return (
            self.snakefile == snakefile
            and bool(self.watched)
            and all(sign_file(path) == signature for path, signature in self.watched.items())
            and self.records == _sign_records()
        )


def _sign_records() -> str:
    """Sign all of Snakemake's records together."""
    signatures = sorted(
        (path, *(sign_file(path) or ()))
        for folder in _RECORDS
        for path in _list_files(folder)
    )  # fmt: skip
    return hashlib.sha256(repr(signatures).encode()).hexdigest()


def _list_files(folder: Path) -> Iterable[str]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield f"{parent}/{name}"
