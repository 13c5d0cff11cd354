"""Notices which files of the project a workflow reads while its graph is built."""

import sys
from pathlib import Path

from dvc_bridge.files import Signature, sign_file

# Their contents are results of runs, not part of the workflow's definition.
_OWN_FOLDERS = (".snakemake", ".dvc", ".git")
_EVENTS = ("open", "os.listdir", "os.scandir")


class ReadWatcher:
    """Collects the files that Python opens and the folders that it lists, from now on."""

    def __init__(self):
        self._project = Path.cwd()
        self._environment = Path(sys.prefix)
        self._seen: dict[str, Signature | None] = {}
        self._active = True
        sys.addaudithook(self._note)

    def stop(self) -> dict[str, Signature | None]:
        """End the collection.

        Returns
        -------
        dict
            Path relative to the project: signature when it was read. The project's modules that
            are loaded are among them.
        """
        # A hook cannot be taken away again; it is made idle instead.
        self._active = False
        for module in list(sys.modules.values()):
            if getattr(module, "__file__", None):
                self._add(module.__file__)
        return self._seen

    def _note(self, event: str, arguments: tuple) -> None:
        if self._active and event in _EVENTS and isinstance(arguments[0], str | Path):
            self._add(arguments[0])

    def _add(self, name: str | Path) -> None:
        path = self._project / name
        if path.suffix == ".pyc" or path.is_relative_to(self._environment):
            return
        if not path.is_relative_to(self._project):
            return
        relative = path.relative_to(self._project)
        if relative.parts and relative.parts[0] not in _OWN_FOLDERS:
            self._seen.setdefault(relative.as_posix(), sign_file(path))
