"""The stored certificates: all pairs have one, all are verified, none is taken on trust."""

import shutil
from itertools import combinations
from pathlib import Path

import pytest

import verify_certificates as program
from redigit.datasets import DATASETS
from redigit.errors import InputError
from redigit.files import read_arrays, read_json, write_arrays
from redigit.settings import read_experiment

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENT = "c/separability"
STORED = ROOT / "evidence" / EXPERIMENT


@pytest.fixture
def verify(project, raw, monkeypatch):
    """The program, given stored certificates; rows of which none is given are left out."""
    files = [raw / "mnist" / file.name for file in DATASETS["mnist"].files]
    write_arrays(project / "solved.safetensors", {})

    def run(*stored: Path, rows: set[str] | None = None) -> dict:
        rows = rows or {path.stem for path in stored}
        experiment = read_experiment(EXPERIMENT)
        experiment["rows"] = {row: experiment["rows"][row] for row in rows}
        schema = Path("workflow/schemas/kinds/separability.yaml")
        paths = (schema, files, Path("solved.safetensors"), list(stored), Path("metrics.json"))
        program.verify_certificates(EXPERIMENT, *paths)
        return read_json(Path("metrics.json"))

    return run


def test_every_pair_has_a_certificate_and_all_are_proved(verify):
    stored = sorted(STORED.glob("*.safetensors"))
    assert {path.stem for path in stored} == {f"{a}_{b}" for a, b in combinations(range(10), 2)}
    metrics = verify(*stored)
    inseparable = {row for row, proved in metrics.items() if not proved["separable"]}
    assert inseparable == {"2_3", "2_8", "3_5", "3_8", "4_9", "5_8", "7_9"}
    for proved in metrics.values():
        if proved["separable"]:
            assert 0 < proved["margin"] <= proved["margin_bound"] < 1.001 * proved["margin"]
    assert sum(path.stat().st_size for path in stored) < 5_000_000


@pytest.mark.parametrize("row", ["4_9", "8_9"])
def test_altered_certificate_is_refused_by_its_name(verify, tmp_path, row):
    arrays = read_arrays(STORED / f"{row}.safetensors")
    name = "weights" if "weights" in arrays else "multiplier"
    altered = arrays[name].copy()
    # The bias, or the highest byte of the last multiplier.
    altered.flat[-1] ^= 1 << (29 if name == "weights" else 0)
    path = tmp_path / f"{row}.safetensors"
    write_arrays(path, arrays | {name: altered})
    with pytest.raises(InputError, match=rf"{path}: no certificate for {row}: "):
        verify(path)


def test_damaged_file_is_refused_by_its_name(verify, tmp_path):
    path = tmp_path / "0_1.safetensors"
    path.write_bytes((STORED / "0_1.safetensors").read_bytes()[:-7])
    with pytest.raises(InputError, match=rf"{path}: not a whole safetensors file"):
        verify(path)


def test_certificate_of_another_pair_is_refused(verify, tmp_path):
    path = tmp_path / "0_1.safetensors"
    shutil.copy(STORED / "0_2.safetensors", path)
    with pytest.raises(InputError, match=rf"{path}: no certificate for 0_1: "):
        verify(path)


def test_row_without_any_certificate_is_refused(verify):
    with pytest.raises(InputError, match=r"0_1: neither solved nor stored; allowed is solve: true"):
        verify(rows={"0_1"})


def test_certificate_of_no_row_is_refused(verify, tmp_path):
    path = tmp_path / "0_10.safetensors"
    shutil.copy(STORED / "0_2.safetensors", path)
    with pytest.raises(InputError, match=rf"{path}: {EXPERIMENT} has no such row; it has 0_1"):
        verify(path, rows={"0_1"})
