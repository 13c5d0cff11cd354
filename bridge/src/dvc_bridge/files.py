"""Small helpers for files: write a whole file or nothing, sign a file by its stat."""

import os
import tempfile
from pathlib import Path

# Where the bridge keeps what it remembers between two runs; Snakemake's own folder is never in git.
STATE_FOLDER = Path(".snakemake/dvc_bridge")

# Two writes within one tick of the file system's clock can leave the same times. A file that
# changed less than this many nanoseconds ago is not trusted by its stat (as Git does it).
RACY_NS = 50_000_000

Signature = list[int]


def write_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` by way of a temporary name in the same folder.

    Parameters
    ----------
    path
        The file to write; its folder is made if it is missing.
    text
        The whole content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes private files; a project's files are for everyone to read.
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def sign_file(path: str | os.PathLike) -> Signature | None:
    """Tell which state a file is in without reading it.

    The change time is part of it, so that an edit under an old modification time is noticed.

    Parameters
    ----------
    path
        The file, or a folder.

    Returns
    -------
    Signature or None
        Size in bytes, modification and change times in nanoseconds, inode; None if there is
        no such file.
    """
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def is_racy(signature: Signature, now_ns: int) -> bool:
    """Tell whether a file changed so recently that a further change could leave the same stat."""
    return now_ns - max(signature[1], signature[2]) < RACY_NS
