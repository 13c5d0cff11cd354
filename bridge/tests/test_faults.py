"""What else may happen to a project: each fault has an outcome, finished right or refused."""

import json
import os
import random
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from checks import ROW_JOBS, ROW_RAN, change_row, check_in_step, check_lock
from toy import Toy

MADE = ("data", "models", "metrics", "reports", "notes")

# Each takes ten seconds or more.
pytestmark = pytest.mark.slow


@contextmanager
def at_work(toy: Toy, *command: str):
    """An engine that is in the middle of its first job."""
    toy.write("hold", "")
    with toy.start(*command, stderr=subprocess.DEVNULL) as process:
        while not (toy.folder / "ran.log").exists():
            assert process.poll() is None
            time.sleep(0.05)
        try:
            yield
        finally:
            (toy.folder / "hold").unlink()
        process.communicate()
        assert process.returncode == 0


def list_errors(result: subprocess.CompletedProcess) -> list[str]:
    lines = result.stderr.splitlines()
    return [line for line in lines if line.strip() and not line.startswith("Warning: not recorded")]


# Engines at the same time


def test_second_snakemake_is_refused(toy):
    change_row(toy)
    with at_work(toy, "snakemake"):
        result = toy.snakemake(check=False)
        assert result.returncode == 1
        assert "Directory cannot be locked" in result.stderr
        assert "not recorded" not in result.stderr
        # Looking is allowed.
        assert toy.list_planned() == ROW_JOBS
    assert toy.take_ran() == ROW_RAN
    check_in_step(toy)


def test_snakemake_is_refused_while_dvc_is_at_work(toy):
    change_row(toy)
    with at_work(toy, "dvc", "repro", "-q"):
        result = toy.snakemake(check=False)
        assert result.returncode == 1
        (line,) = [line for line in list_errors(result) if "DVC is at work here" in line]
        assert "dvc repro -q (process " in line
        # Looking is allowed.
        assert toy.list_planned() == ROW_JOBS
    assert toy.take_ran() == ROW_RAN
    check_in_step(toy)


def test_dvc_is_refused_while_snakemake_is_at_work(toy):
    change_row(toy)
    with at_work(toy, "snakemake"):
        result = toy.run("dvc", "repro", check=False)
        assert result.returncode != 0
        assert "is busy, it is being blocked by" in result.stderr
        assert "snakemake" in result.stderr
        assert "train_model@c1-m1" in toy.list_status()
    assert toy.take_ran() == ROW_RAN
    check_in_step(toy)


# Locks that a killed engine has left


def test_lock_of_a_killed_snakemake_is_taken_away(toy):
    change_row(toy)
    toy.write(".snakemake/locks/0.input.lock", "data/c1.csv\n")
    toy.write(".snakemake/locks/1.output.lock", "models/c1/m1/weights.json\n")
    result = toy.snakemake()
    assert "a Snakemake was killed here; its lock on the project is taken away" in result.stderr
    assert toy.take_ran() == ROW_RAN
    check_in_step(toy)


@pytest.mark.parametrize("content", ['{"write": {"', "dead process"], ids=["damaged", "dead"])
def test_register_of_a_killed_dvc_is_no_obstacle(toy, content):
    change_row(toy)
    ended = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True, check=True)
    if content == "dead process":
        writer = {"pid": int(ended.stdout), "cmd": "dvc repro"}
        content = json.dumps({"write": {str(toy.folder / "data/c1.csv"): writer}})
    toy.write(".dvc/tmp/rwlock", content)
    toy.snakemake()
    check_in_step(toy)


# What the engines remember


def test_records_of_snakemake_deleted(toy):
    shutil.rmtree(toy.folder / ".snakemake")
    check_in_step(toy)
    toy.snakemake()
    assert toy.take_ran() == []


@pytest.mark.parametrize("seed", range(3))
def test_records_of_snakemake_damaged(toy, seed):
    """Any of its files cut short at any place, as by a crash of the machine."""
    chance = random.Random(seed)
    files = sorted(path for path in (toy.folder / ".snakemake").rglob("*") if path.is_file())
    for path in files:
        if chance.random() < 0.7:
            os.truncate(path, chance.randrange(path.stat().st_size + 1))
    change_row(toy)
    toy.snakemake()
    assert set(toy.take_ran()) >= set(ROW_RAN)
    check_in_step(toy)


def test_lock_file_reverted_by_git(toy):
    change_row(toy)
    toy.snakemake()
    toy.take_ran()
    toy.run("git", "checkout", "dvc.lock")
    assert toy.list_status() != set()
    assert toy.list_planned() == set()
    toy.snakemake()
    assert toy.take_ran() == []
    check_in_step(toy)


def test_everything_reverted_by_git(toy):
    change_row(toy)
    toy.snakemake()
    toy.take_ran()
    toy.run("git", "checkout", ".")
    assert "train_model@c1-m1" in toy.list_status()
    assert toy.list_planned() >= {"train_model@c1-m1"}
    toy.run("dvc", "checkout", "-q")
    check_in_step(toy)
    assert toy.take_ran() == []


@pytest.mark.parametrize("seed", range(3))
def test_lock_file_cut_short(toy, seed):
    """As by a kill while DVC writes it, which it does in place."""
    path = toy.folder / "dvc.lock"
    whole = path.read_text()
    os.truncate(path, random.Random(seed).randrange(len(whole)))
    # The bridge knows its entries still, and each proves itself.
    toy.snakemake()
    assert toy.take_ran() == []
    assert path.read_text() == whole
    check_in_step(toy)


def test_lock_file_in_a_merge_is_left_alone(toy):
    text = "<<<<<<< ours\n" + toy.read("dvc.lock") + "=======\n>>>>>>> theirs\n"
    toy.write("dvc.lock", text)
    result = toy.snakemake(check=False)
    assert result.returncode == 1
    assert "dvc-bridge: dvc.lock: in the middle of a merge; settle it first" in result.stderr
    assert toy.read("dvc.lock") == text


# Files


@pytest.mark.parametrize("mode", [0o444, 0o644], ids=["read-only", "writable"])
def test_cache_object_altered(toy, mode):
    """DVC trusts an object that is read-only; the bridge trusts nothing that comes out of it."""
    path = toy.folder / "models/c1/m1/weights.json"
    text = path.read_text()
    (entry,) = [e for e in (toy.folder / ".dvc/cache/files").rglob("*") if is_same(e, text)]
    entry.chmod(0o644)
    entry.write_text(text.replace("m1", "m2"))
    entry.chmod(mode)
    # What is in the project stands.
    assert toy.list_planned() == set()
    path.unlink()
    toy.run("dvc", "checkout", "-q", check=False)
    toy.snakemake()
    assert path.read_text() == text
    if mode == 0o644:
        # DVC has thrown the object away by now, or does so here, and asks for it.
        toy.list_status()
        toy.run("dvc", "commit", "-f", "-q")
    check_in_step(toy)


def is_same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def test_read_only_output_is_replaced(toy):
    change_row(toy)
    (toy.folder / "models/c1/m1/weights.json").chmod(0o444)
    toy.snakemake()
    check_in_step(toy)


def test_clock_set_back(toy):
    """All that was made has times that are still to come: Snakemake refuses, and says which."""
    shift_times(toy, 86_400)
    assert toy.list_planned() == set()
    change_row(toy)
    result = toy.snakemake(check=False)
    assert result.returncode == 1
    (line,) = [line for line in list_errors(result) if "older modification time" in line]
    assert "models/c1/m1/weights.json" in line
    assert "than input data/c1.csv" in line
    toy.take_ran()
    # Touched, the files are no longer from the future, and content decides as ever.
    for name in MADE:
        toy.run("find", name, "-type", "f", "-exec", "touch", "{}", "+")
    toy.snakemake()
    assert toy.take_ran() == ROW_RAN
    check_in_step(toy)


def shift_times(toy: Toy, seconds: float) -> None:
    """Make it look as if the last run had been later."""
    records = toy.folder / ".snakemake/metadata"
    for path in [p for p in records.rglob("*") if p.is_file()]:
        content = json.loads(path.read_text())
        for name in ("starttime", "endtime"):
            content[name] += seconds
        path.write_text(json.dumps(content))
    made = [records, *(toy.folder / name for name in MADE)]
    for path in [p for folder in made for p in folder.rglob("*") if p.is_file()]:
        os.utime(path, (path.stat().st_atime + seconds, path.stat().st_mtime + seconds))


@contextmanager
def mount_small(folder: Path, size: str):
    """A file system of its own, which is soon full."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_disk_full(finished, tmp_path):
    with mount_small(tmp_path / "small", "12m"):
        toy = finished.copy(tmp_path / "small/toy")
        change_row(toy)
        ballast = toy.folder / "ballast"
        with pytest.raises(OSError, match="No space left"), ballast.open("wb", 0) as file:
            while True:
                file.write(bytes(4096))
        before = toy.read("dvc.lock")
        result = toy.snakemake(check=False)
        assert result.returncode != 0
        assert "No space left on device" in result.stderr
        assert toy.read("dvc.lock") == before
        ballast.unlink()
        toy.snakemake()
        check_in_step(toy)
        check_lock(toy)
