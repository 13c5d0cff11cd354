"""Digests of files, remembered by the file's stat so that unchanged files are read once."""

import hashlib
import json
import time
from pathlib import Path
from typing import NamedTuple

from dvc_bridge.files import STATE_FOLDER, Signature, is_racy, sign_file, write_atomically

_BLOCK_BYTES = 1 << 20


class Digest(NamedTuple):
    """The two digests that the engines use.

    Attributes
    ----------
    md5
        DVC's, in hexadecimal.
    sha256
        Snakemake's, in hexadecimal.
    """

    md5: str
    sha256: str


class DigestCache:
    """Digests by path, valid as long as size, both times and inode stay as they were.

    Parameters
    ----------
    store
        The JSON file in which the digests are kept between runs.
    """

    def __init__(self, store: Path = STATE_FOLDER / "digests.json"):
        self._store = store
        self._known: dict[str, tuple[Signature, Digest]] = {}
        self._used: dict[str, tuple[Signature, Digest]] = {}
        self._signatures: dict[str, Signature | None] = {}
        try:
            stored = json.loads(store.read_text())
            self._known = {path: (sign, Digest(*pair)) for path, (sign, pair) in stored.items()}
        except (OSError, ValueError, TypeError):
            # The cache saves time only; without it the files are read again.
            pass

    def get(self, path: str) -> Digest | None:
        """Give the digests of a file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        Digest or None
            None if there is no such file.
        """
        signature = sign_file(path)
        self._signatures.setdefault(path, signature)
        if signature is None or not Path(path).is_file():
            return None
        for memory in (self._used, self._known):
            if path in memory and memory[path][0] == signature:
                self._used[path] = memory[path]
                return memory[path][1]
        digest = _read_digest(path)
        if not is_racy(signature, time.time_ns()):
            self._used[path] = (signature, digest)
        return digest

    def renew(self, path: str) -> None:
        """Sign a file anew that DVC has replaced by an equal one.

        Should the content differ after all, the signature becomes one that no file has.
        """
        before = self.get(path)
        self._signatures[path] = sign_file(path)
        if self.get(path) != before:
            self._signatures[path] = []

    @property
    def signatures(self) -> dict[str, Signature | None]:
        """The stat of each file when it was first asked for; None for a missing file."""
        return dict(self._signatures)

    def save(self) -> None:
        """Keep the digests that were asked for; those of other files are forgotten."""
        if self._used != self._known:
            write_atomically(self._store, json.dumps(self._used))


def _read_digest(path: str) -> Digest:
    """Read a file once for both digests."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with Path(path).open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            md5.update(block)
            sha256.update(block)
    return Digest(md5.hexdigest(), sha256.hexdigest())
