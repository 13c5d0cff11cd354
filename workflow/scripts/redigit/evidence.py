"""Certificates stored as evidence: ``evidence/<study>/<experiment>/<row>.safetensors``, in git.

``python -m redigit.evidence <study>/<experiment>`` stores those that a run has found. Who stores
them need not be trusted: every run verifies them anew.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from redigit.files import read_arrays, write_arrays
from redigit.settings import EVIDENCE


def read_certificates(
    row: str, solved: Path, stored: list[Path]
) -> Iterator[tuple[Path, dict[str, np.ndarray]]]:
    """Read the certificates of a row, the one that the run has found last.

    Yields
    ------
    (Path, dict of str to ndarray)
        The file and the certificate's arrays.
    """
    for path in stored:
        if path.stem == row:
            yield path, read_arrays(path)
    found = split_rows(read_arrays(solved))
    if row in found:
        yield solved, found[row]


def split_rows(arrays: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Sort arrays named `row/name` by row."""
    rows: dict[str, dict[str, np.ndarray]] = {}
    for key, array in sorted(arrays.items()):
        row, name = key.split("/")
        rows.setdefault(row, {})[name] = array
    return rows


def store_certificates(experiment: str) -> list[Path]:
    """Store the certificates that the last run has found; give their files."""
    found = split_rows(read_arrays(Path("models", experiment, "certificates.safetensors")))
    files = {row: EVIDENCE / experiment / f"{row}.safetensors" for row in found}
    for row, certificate in found.items():
        write_arrays(files[row], certificate)
    return list(files.values())


if __name__ == "__main__":
    for file in store_certificates(sys.argv[1]):
        print(file)
