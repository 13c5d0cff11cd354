"""Notes which files of the project a program opens to read, and which folders it lists.

Python loads this module at its start where its folder is in PYTHONPATH.
"""

import atexit
import importlib.util
import json
import os
import sys

_PROGRAMS = "workflow/scripts/"
_project = os.getcwd()
_opened = set()
_listed = set()


def _note(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[2] is not None:
        if arguments[2] & os.O_ACCMODE == os.O_RDONLY:
            _opened.add(os.path.join(_project, arguments[0]))
    elif event in ("os.listdir", "os.scandir") and isinstance(arguments[0], str):
        _listed.add(os.path.join(_project, arguments[0]))


def _find_source(path):
    """Give the module whose compiled form a file is, or the file itself."""
    return importlib.util.source_from_cache(path) if path.endswith(".pyc") else path


def _relate(paths):
    """Give the paths of those files that are in the project, relative to it."""
    real = (os.path.realpath(path) for path in paths)
    return sorted(
        os.path.relpath(_find_source(path), _project)
        for path in real
        if os.path.exists(path) and os.path.commonpath([path, _project]) == _project
    )


def _write():
    record = {"command": " ".join(sys.orig_argv)}
    record |= {"opened": _relate(_opened), "listed": _relate(_listed)}
    name = f"{os.environ['OPENED_FILES']}/{os.getpid()}.json"
    with open(name, "w") as file:
        json.dump(record, file)


if len(sys.orig_argv) > 1 and sys.orig_argv[1].startswith(_PROGRAMS):
    sys.addaudithook(_note)
    atexit.register(_write)
