"""Who is at work in the project: keeps the engines out of each other's way.

This module is loaded at every start of Snakemake, so it imports neither engine.
"""

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dvc_bridge.files import STATE_FOLDER, write_atomically

SNAKEMAKE_LOCKS = Path(".snakemake/locks")
_RUNNING = STATE_FOLDER / "running"

# DVC's own register of the files that a process reads or writes, and the lock on that register.
_DVC_REGISTER = Path(".dvc/tmp/rwlock")
_DVC_REGISTER_LOCK = Path(".dvc/tmp/rwlock.lock")
_REGISTER_PATIENCE_S = 10

# Held open, and so locked, for as long as this process lives; a kill releases it too.
_held: list[IO[str]] = []


def is_snakemake_locked() -> bool:
    """Tell whether Snakemake has locked the project: one is at work, or was killed."""
    return SNAKEMAKE_LOCKS.is_dir() and any(SNAKEMAKE_LOCKS.iterdir())


def enter_project() -> bool:
    """Mark this Snakemake as alive; take away locks that a killed one has left behind.

    Returns
    -------
    bool
        Whether such locks were taken away. They are those of a killed Snakemake if no other
        Snakemake is alive, which the operating system knows: it releases the lock of a process
        that ends, however it ends.
    """
    if _held:
        return False
    STATE_FOLDER.mkdir(parents=True, exist_ok=True)
    stream = _RUNNING.open("a")
    _held.append(stream)
    has_left = False
    try:
        if is_snakemake_locked():
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Another Snakemake is alive; whether both may run is for Snakemake to say.
                pass
            else:
                has_left = _remove_locks()
        fcntl.flock(stream, fcntl.LOCK_SH)
    except OSError as error:
        # A file system without such locks: Snakemake then asks for `--unlock`, as it always did.
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP):
            raise
    return has_left


def _remove_locks() -> bool:
    locks = list(SNAKEMAKE_LOCKS.iterdir())
    for lock in locks:
        lock.unlink(missing_ok=True)
    return bool(locks)


def register_run() -> str | None:
    """Tell DVC that this Snakemake uses all files of the project, unless DVC is at work.

    DVC then refuses to change any, and names Snakemake as the reason; it can still read them.

    Returns
    -------
    str or None
        The DVC command that is making outputs in this project, if there is one.
    """
    with _edit_register() as register:
        for info in register.get("write", {}).values():
            if _is_alive(info["pid"]):
                return f"{info['cmd']} (process {info['pid']})"
        readers = register.setdefault("read", {}).setdefault(str(Path.cwd()), [])
        readers.append(_describe_process())
    return None


def unregister_run() -> None:
    """Take back what `register_run` has told DVC, if it has."""
    root, info = str(Path.cwd()), _describe_process()
    with _edit_register() as register:
        readers = register.get("read", {}).get(root, [])
        if info in readers:
            readers.remove(info)
            if not readers:
                del register["read"][root]


def _describe_process() -> dict[str, Any]:
    return {"pid": os.getpid(), "cmd": "snakemake"}


@contextmanager
def _edit_register() -> Iterator[dict[str, Any]]:
    """Hold the lock on DVC's register; an unreadable one, left by a killed DVC, counts as empty."""
    _DVC_REGISTER_LOCK.parent.mkdir(parents=True, exist_ok=True)
    with _DVC_REGISTER_LOCK.open("a") as guard:
        _wait_for_lock(guard)
        try:
            before = _DVC_REGISTER.read_text()
            register = json.loads(before)
        except (OSError, ValueError):
            before, register = "", {}
        yield register
        after = json.dumps(register)
        if after != before:
            write_atomically(_DVC_REGISTER, after)


def _wait_for_lock(stream: IO[str]) -> None:
    """Take a lock that DVC holds for milliseconds at a time."""
    deadline = time.monotonic() + _REGISTER_PATIENCE_S
    while True:
        try:
            return fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Another user's.
        return True
    return True
