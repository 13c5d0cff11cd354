"""Programs: arguments from the signature, a log, a record, and one line for bad input."""

import fcntl
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

PROGRAM = '''
import sys
import time
from pathlib import Path
from redigit.errors import InputError
from redigit.program import run_program

def copy_words(job: str, source: Path, many_words: list[Path], target: Path) -> None:
    """Copy words.

    What is more is not shown.
    """
    print(f"job {job}: {len(many_words)} words, é")
    print("to the side", file=sys.stderr)
    if job == "bad":
        raise InputError(f"{source}: found nothing; allowed is something")
    if job == "broken":
        raise RuntimeError("unexpected")
    if job == "closed":
        sys.stderr.close()
        print("still open", file=sys.stderr)
    if job == "gone":
        sys.exit(7)
    if job == "slow":
        time.sleep(0.1)
    target.write_text(" ".join([type(source).__name__, *map(str, many_words)]))

run_program(copy_words)
'''


@pytest.fixture
def run(folder):
    """Run the program above in an empty folder, on a job, with other arguments in place."""
    (folder / "copy_words.py").write_text(PROGRAM)

    def run_job(*arguments, log="logs/copy_words/a.log"):
        options = {"--source": ["s"], "--many-words": ["w1", "w2"], "--target": ["t"]}
        rest = [word for name, values in options.items() for word in (name, *values)]
        return subprocess.run(
            [sys.executable, "copy_words.py", *arguments, *rest, "--log", log],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
        )

    return run_job


def test_arguments_come_from_the_signature(run, folder):
    assert run("good").returncode == 0
    words = (folder / "t").read_text().split()
    assert words[0].endswith("Path")
    assert words[1:] == ["w1", "w2"]


def test_help_shows_the_first_line_and_every_argument(run):
    result = run("--help")
    assert result.returncode == 0
    assert "Copy words." in result.stdout
    assert "What is more" not in result.stdout
    for word in (" job", "--source SOURCE", "--many-words", "--target", "--log LOG"):
        assert word in result.stdout


def test_missing_and_unknown_arguments_are_refused(run):
    for arguments, said in (((), "job"), (("good", "--colour", "red"), "--colour red")):
        result = run(*arguments)
        assert result.returncode == 2
        assert said in result.stderr.splitlines()[-1]


def test_two_processes_do_not_work_on_one_job(run, folder):
    log = folder / "logs/copy_words/a.log"
    log.parent.mkdir(parents=True)
    with log.open("w") as held, ThreadPoolExecutor(1) as pool:
        fcntl.flock(held, fcntl.LOCK_EX)
        other = pool.submit(run, "good")
        assert run("good", log="logs/copy_words/b.log").returncode == 0
        (folder / "t").write_text("by the first process")
        time.sleep(0.5)
        assert not other.done()
        assert (folder / "t").read_text() == "by the first process"
        fcntl.flock(held, fcntl.LOCK_UN)
        assert "waiting for another process" in other.result().stderr
    assert "w1 w2" in (folder / "t").read_text()
    assert "job good" in log.read_text()


def test_log_holds_what_is_printed(run, folder):
    result = run("good")
    assert result.stdout == "job good: 2 words, é\n"
    assert result.stderr == "to the side\n"
    log = (folder / "logs/copy_words/a.log").read_text()
    assert sorted(log.splitlines()) == ["job good: 2 words, é", "to the side"]


def test_streams_stay_open_when_a_library_closes_them(run, folder):
    result = run("closed")
    assert (result.returncode, result.stderr) == (0, "to the side\nstill open\n")
    assert "still open" in (folder / "logs/copy_words/a.log").read_text()


def test_record_says_what_the_job_took(run, folder):
    run("slow")
    record = json.loads((folder / "logs/copy_words/a.json").read_text())
    assert record["cpu_s"] > 0
    assert 0.1 <= record["wall_s"] < 600
    # A Python process with numpy takes tens of MiB; a wrong unit would be off by 1024.
    assert 20 < record["peak_mib"] < 2000
    assert set(record) > {"ended", "machine", "python", "packages"}


def test_bad_input_is_one_line_and_leaves_no_record(run, folder):
    run("good")
    result = run("bad")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "to the side",
        "error: s: found nothing; allowed is something",
    ]
    log = folder / "logs/copy_words/a.log"
    assert log.read_text().endswith("error: s: found nothing; allowed is something\n")
    assert list(log.parent.iterdir()) == [log]


def test_any_other_error_shows_where_it_came_from(run, folder):
    result = run("broken")
    assert result.returncode == 1
    for text in (result.stderr, (folder / "logs/copy_words/a.log").read_text()):
        assert "Traceback" in text
        assert "RuntimeError: unexpected" in text
    assert not (folder / "logs/copy_words/a.json").exists()


def test_exit_status_of_the_function_is_kept(run, folder):
    assert run("gone").returncode == 7
    assert not (folder / "logs/copy_words/a.json").exists()


def test_log_that_cannot_be_written_is_one_line(run, folder):
    (folder / "file").write_text("in the way")
    result = run("good", log="file/a.log")
    assert result.returncode == 1
    assert result.stderr.startswith("error: file/a.log: cannot be written to (")
    assert len(result.stderr.splitlines()) == 1
    assert not (folder / "t").exists()
