"""Reading and writing of results: every file appears under its name whole or not at all."""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import safetensors.numpy
from safetensors import SafetensorError

from redigit.errors import InputError


@contextmanager
def write_atomic(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; rename it to `path` when the block ends well.

    Parameters
    ----------
    path : Path
        The file to be written. Its folder is made if it is missing.

    Yields
    ------
    Path
        The name to write to. It is removed if the block raises, and `path` stays as it was.

    Raises
    ------
    InputError
        If the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise InputError(f"{path.parent}: cannot be written to ({error.strerror})") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files for the owner alone; results are for everybody whom umask allows.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        flush_to_disk(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Have the operating system write a file's content to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8 with Unix line ends."""
    with write_atomic(path) as temporary:
        temporary.write_bytes(text.encode())


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON, each list of numbers on one line.

    NaN and infinities are refused.
    """
    text = json.dumps(value, indent=1, allow_nan=False)
    # Within a string no line ends, so that what matches is a list, and one that holds no string.
    text = re.sub(r'\[\n[^][{}"]*\]', join_lines, text)
    write_text(path, text + "\n")


def join_lines(found: re.Match[str]) -> str:
    """Put an indented JSON list of plain values on one line."""
    return f"[{' '.join(found[0][1:-1].split())}]"


def read_json(path: Path) -> dict:
    """Read a JSON file."""
    try:
        return json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: line {error.lineno}: not JSON ({error.msg})") from error


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as comma-separated values, floats as Python prints them."""
    write_text(path, table.to_csv(index=False, lineterminator="\n"))


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet."""
    with write_atomic(path) as temporary:
        table.to_parquet(temporary, index=False)


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write named arrays of any shape and of a numeric dtype as safetensors.

    The format's free-text header is not used: its order differs from run to run.
    """
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    with write_atomic(path) as temporary:
        temporary.write_bytes(safetensors.numpy.save(contiguous))


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read every array of a safetensors file."""
    try:
        return safetensors.numpy.load(path.read_bytes())
    except SafetensorError as error:
        raise InputError(f"{path}: not a whole safetensors file ({error})") from error
