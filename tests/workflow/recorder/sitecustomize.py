"""Notes which files of the project a program opens to read, and which folders it lists.

Python loads this module at its start where its folder is in PYTHONPATH.
"""

import atexit
import importlib.util
import json
import os
import sys
from pathlib import Path

_PROGRAMS = "workflow/scripts/"
_project = Path.cwd()
_opened = set()
_listed = set()


def _note(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[2] is not None:
        if arguments[2] & os.O_ACCMODE == os.O_RDONLY:
            _opened.add(arguments[0])
    elif event in ("os.listdir", "os.scandir") and isinstance(arguments[0], str):
        _listed.add(arguments[0])


def _find_source(path):
    """Give the module whose compiled form a file is, or the file itself."""
    try:
        return importlib.util.source_from_cache(path) if path.endswith(".pyc") else path
    except ValueError:
        # A name that Python itself would not give.
        return path


def _relate(names):
    """Give those files that are in the project, relative to it; temporary ones are gone."""
    paths = {Path(_find_source(name)).resolve() for name in names}
    own = (path for path in paths if path.exists() and path.is_relative_to(_project))
    return sorted(str(path.relative_to(_project)) for path in own)


def _write():
    record = {"command": " ".join(sys.orig_argv)}
    record |= {"opened": _relate(_opened), "listed": _relate(_listed)}
    Path(os.environ["OPENED_FILES"], f"{os.getpid()}.json").write_text(json.dumps(record))


if len(sys.orig_argv) > 1 and sys.orig_argv[1].startswith(_PROGRAMS):
    sys.addaudithook(_note)
    atexit.register(_write)
