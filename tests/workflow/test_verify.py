"""The chain of evidence: it holds in a finished project, and each alteration is named."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from study_files import forget_files

from redigit.chain import Chain, hash_file
from redigit.datasets import check_raw_files
from redigit.errors import InputError
from redigit.verify import verify_all

SETTINGS = "studies/example/experiments/perceptron.yaml"


def verify(project, *arguments: str, code: int = 0) -> str:
    """Verify; the lines about jobs and links."""
    result = project.run("python", "-m", "redigit.verify", *arguments, check=False)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout + result.stderr


def flip_byte(project, name: str) -> None:
    """Alter one byte of a file; a result is a link into DVC's cache, which stays as it was."""
    content = bytearray(project.path(name).read_bytes())
    content[len(content) // 2] ^= 1
    project.path(name).unlink()
    project.path(name).write_bytes(content)


def replace_text(project, name: str, old: str, new: str) -> None:
    """Replace the first of a text in a file, which may be read-only."""
    text = project.read(name)
    assert old in text, f"{name}: no {old!r}"
    project.path(name).unlink()
    project.path(name).write_text(text.replace(old, new, 1))


@contextmanager
def forged_record(project, name: str, count: int = -1) -> Iterator[None]:
    """Make dvc.lock fit a file that is altered meanwhile, everywhere or in the first places."""
    before = describe_file(project.path(name))
    yield
    lock = project.read("dvc.lock").replace(before, describe_file(project.path(name)), count)
    project.path("dvc.lock").write_text(lock)


def describe_file(path: Path) -> str:
    """Describe a file as dvc.lock does."""
    content = path.read_bytes()
    return f"md5: {hashlib.md5(content).hexdigest()}\n      size: {len(content)}\n"


def test_finished_project_holds(finished):
    printed = verify(finished)
    assert re.search(r"\d+ jobs, [\d,]+ links: all hold", printed), printed
    assert "dvc.lock: of commit " in printed and "changed since" not in printed


def test_chain_of_a_claim_names_its_jobs(finished):
    printed = verify(finished, find_claim(finished, "perceptron/0_1/test_accuracy"))
    for rule in ("download_data", "train_perceptrons", "evaluate_predictions", "check_claims"):
        assert f"  holds  {rule}" in printed
    assert "train_network" not in printed


def find_claim(project, quantity: str) -> str:
    """Find the claim about a quantity of the example."""
    (line,) = (x for x in project.read("studies/example/claims.csv").splitlines() if quantity in x)
    return line.split(",")[1]


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (lambda p: flip_byte(p, "models/example/perceptron/weights.safetensors"),
         "models/example/perceptron/weights.safetensors: altered"),
        (lambda p: flip_byte(p, "workflow/scripts/redigit/perceptron.py"),
         "workflow/scripts/redigit/perceptron.py: altered"),
        (lambda p: replace_text(p, SETTINGS, "iterations: 200", "iterations: 201"),
         f"{SETTINGS}: settings.iterations: found 201, the job had 200"),
        (lambda p: replace_text(p, "metrics/example/perceptron.json", "0.9", "0.8"),
         "metrics/example/perceptron.json: altered"),
        (lambda p: p.path("models/example/perceptron/errors.safetensors").unlink(),
         "models/example/perceptron/errors.safetensors: missing"),
    ],
    ids=["model", "code", "setting", "metrics", "missing output"],
)  # fmt: skip
def test_altered_link_is_the_first_that_is_named(project, alter, named):
    alter(project)
    printed = verify(project, code=1)
    assert named in printed.splitlines()[-1], printed


def test_altered_raw_file_is_refused(project):
    name = "data/raw/mnist/t10k-labels-idx1-ubyte"
    flip_byte(project, name)
    assert f"error: {name}" in verify(project, code=2)


def test_altered_verdict_is_named_even_if_its_record_is_altered_too(project):
    """Who makes dvc.lock fit an altered verdict is found by judging the claims again."""
    name = "reports/example/verdicts.csv"
    with forged_record(project, name):
        replace_text(project, name, ",adopted,", ",consistent,")
    printed = verify(project, code=1)
    assert "the verdict does not follow from the metrics" in printed
    assert "changed since" in printed


def test_record_that_was_altered_for_one_job_breaks_the_link_to_the_next(project):
    name = "models/example/perceptron/predictions.safetensors"
    with forged_record(project, name, count=1):
        flip_byte(project, name)
    (last,) = verify(project, code=1).splitlines()[-1:]
    assert name in last and ("the job took" in last or "altered" in last)


@pytest.mark.slow
def test_rerun_finds_the_same(project):
    claim = find_claim(project, "pca/test/components_for_share")
    printed = verify(project, claim, "--rerun")
    assert "metrics/example/pca.json: made again, the same byte for byte" in printed
    assert not project.path("runs/again").exists()


@pytest.mark.slow
def test_rerun_finds_metrics_that_no_job_gives(project):
    """Metrics, verdicts and records that were forged together: only a rerun tells."""
    name = "metrics/example/pca.json"
    content = json.loads(project.read(name))
    content["test"]["components_for_share"] += 1
    with forged_record(project, name):
        project.path(name).unlink()
        project.path(name).write_text(json.dumps(content, indent=1))
    claim = find_claim(project, "pca/test/components_for_share")
    printed = verify(project, claim, "--rerun", code=1)
    assert "made again, and it differs; example/pca/test/components_for_share was" in printed


FLIPS = int(os.environ.get("FLIPS", "100"))


@pytest.mark.slow
def test_flipped_byte_is_found_wherever_it_is(project, monkeypatch):
    """`FLIPS=1000 python -m pytest tests/workflow/test_verify.py -k flipped` tries a thousand.

    A place is drawn by file first, so that the few bytes of metrics, claims and records come up
    as often as the many of models and raw images.
    """
    monkeypatch.chdir(project.folder)
    patterns = ("data/raw/**/*", "data/pairs/**/*", "models/**/*", "metrics/**/*.json")
    kinds = [[p for p in Path().glob(pattern) if p.is_file()] for pattern in patterns]
    kinds += [[Path("studies/example/claims.csv")], [Path("dvc.lock")]]
    # What Optuna keeps to go on from is no output.
    kinds = [[p for p in files if p.suffix != ".db"] for files in kinds]
    assert all(kinds)
    random = Random(0)
    missed = []
    for number in range(FLIPS):
        path = random.choice(kinds[number % len(kinds)])
        before = path.read_bytes()
        place, bit = random.randrange(len(before)), 1 << random.randrange(8)
        path.unlink()
        path.write_bytes(before[:place] + bytes([before[place] ^ bit]) + before[place + 1 :])
        if not finds_fault():
            missed.append(f"{path}: byte {place}: {before[place - 20 : place + 20]!r}, bit {bit}")
        path.write_bytes(before)
    assert not finds_fault()
    assert not missed, "\n".join(missed)


def finds_fault() -> bool:
    """Verify in this process, from nothing, as a new one would."""
    hash_file.cache_clear()
    forget_files()
    try:
        check_raw_files(Path("data/raw"))
        return verify_all(Chain()) != 0
    except InputError:
        return True
