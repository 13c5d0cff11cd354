"""Signatures, digests and the remembered state notice every change, whatever the file times."""

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from dvc_bridge.digests import DigestCache
from dvc_bridge.files import sign_file, write_atomically
from dvc_bridge.state import ProjectState


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("one")
    time.sleep(0.06)


def rewrite_under_old_time(name: str, text: str) -> None:
    stat = Path(name).stat()
    Path(name).write_text(text)
    os.utime(name, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_digests_are_those_of_the_content():
    digest = DigestCache().get("file")
    assert digest == (hashlib.md5(b"one").hexdigest(), hashlib.sha256(b"one").hexdigest())
    assert DigestCache().get("missing") is None


def test_digest_is_remembered_until_the_file_changes():
    first = DigestCache()
    first.get("file")
    first.save()
    store = Path(".snakemake/dvc_bridge/digests.json")
    stored = json.loads(store.read_text())
    stored["file"][1] = ["known", "known"]
    store.write_text(json.dumps(stored))
    assert DigestCache().get("file").md5 == "known"
    rewrite_under_old_time("file", "two")
    assert DigestCache().get("file").md5 == hashlib.md5(b"two").hexdigest()


def test_young_file_is_not_trusted_by_its_stat():
    Path("file").write_text("two")
    cache = DigestCache()
    cache.get("file")
    cache.save()
    store = Path(".snakemake/dvc_bridge/digests.json")
    assert not store.exists() or "file" not in json.loads(store.read_text())


def test_damaged_memory_is_forgotten():
    Path(".snakemake/dvc_bridge").mkdir(parents=True)
    for name in ("digests.json", "state.json"):
        Path(".snakemake/dvc_bridge", name).write_text('{"file": 1')
    assert DigestCache().get("file").md5 == hashlib.md5(b"one").hexdigest()
    assert not ProjectState.load().holds("Snakefile")


def remember() -> None:
    state = ProjectState()
    state.watch("Snakefile", {"file": sign_file("file"), "missing": None})
    state.save()


def test_state_holds_until_something_changes():
    remember()
    assert ProjectState.load().holds("Snakefile")
    assert not ProjectState.load().holds("other/Snakefile")


@pytest.mark.parametrize(
    "change",
    [
        lambda: rewrite_under_old_time("file", "two"),
        lambda: Path("file").unlink(),
        lambda: Path("missing").touch(),
        lambda: write_atomically(Path(".snakemake/metadata/record"), "{}"),
        lambda: write_atomically(Path(".snakemake/incomplete/record"), "{}"),
    ],
    ids=["edited", "removed", "made", "record", "started"],
)
def test_state_notices(change):
    remember()
    change()
    assert not ProjectState.load().holds("Snakefile")


def test_write_is_whole_or_not_at_all(monkeypatch):
    def fail(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(Path("file"), "two")
    assert Path("file").read_text() == "one"
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["file"]
