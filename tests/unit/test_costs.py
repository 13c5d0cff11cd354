"""Costs: the records of the jobs that there are, and no others, summed by rule."""

import json
from pathlib import Path

import pytest

from redigit import costs

RECORD = {"wall_s": 1.5, "cpu_s": 2.0, "peak_mib": 100.0, "machine": "Linux, 2 processors"}
PIPELINE = """
stages:
  fetch:
    foreach:
      one: {dataset: one}
      two: {dataset: two}
    do: {cmd: "python fetch.py ${item.dataset} --log logs/fetch/${item.dataset}.log"}
  train-a: {cmd: python train.py a --log logs/train/a/0.log}
  write: {cmd: python write.py --log logs/write.log}
"""


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A pipeline of four jobs, three of which have run, and what a job left that is no more."""
    monkeypatch.chdir(tmp_path)
    Path("dvc.yaml").write_text(PIPELINE)
    for name, change in {
        "fetch/one": {},
        "fetch/two": {"cpu_s": 3.0, "wall_s": 9.0, "peak_mib": 50.0},
        "write": {"machine": "Linux, 8 processors"},
        "train/gone": {},
    }.items():
        path = Path(f"logs/{name}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(RECORD | change))


def test_records_are_those_of_the_pipeline():
    names = [path.as_posix() for path in costs.list_records(Path("dvc.yaml"))]
    expected = ["fetch/one", "fetch/two", "train/a/0", "write"]
    assert names == [f"logs/{name}.json" for name in expected]


def test_costs_are_summed_by_rule_and_the_dearest_stands_first():
    read = costs.read_costs(costs.list_records(Path("dvc.yaml")))
    assert len(read) == 3 and set(read["machine"]) == {RECORD["machine"], "Linux, 8 processors"}
    fetch, write = costs.sum_costs(read)
    assert (fetch["rule"], fetch["jobs"], fetch["cpu_s"]) == ("fetch", 2, 5.0)
    assert (fetch["wall_s"], fetch["longest"]) == (9.0, "two")
    assert (fetch["peak_mib"], fetch["largest"]) == (100.0, "one")
    assert (write["rule"], write["jobs"], write["cpu_s"]) == ("write", 1, 2.0)


def test_nothing_has_run_yet():
    assert costs.sum_costs(costs.read_costs(iter([Path("logs/none.json")]))) == []


def test_jobs_that_recorded_rows_share_are_counted_once():
    job = RECORD | {"ended": "2026-01-02T03:04:05+00:00"}
    row = {"code": "made", "settings": "", "probe": None, "metrics": {}}
    rows = {
        "one": row | {"jobs": {"draw": job, "train/one": job}},
        "two": row | {"jobs": {"draw": job, "train/two": job | {"peak_mib": 300.0}}},
    }
    path = Path("evidence/t/mlp.json")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"code": {"made": {}}, "rows": rows}))
    (line,) = costs.sum_recorded([path])
    assert line == {
        "experiment": "t/mlp",
        "rows": 2,
        "jobs": 3,
        "cpu_s": 6.0,
        "wall_s": 4.5,
        "peak_mib": 300.0,
        "ended": "2026-01-02",
        "machines": RECORD["machine"],
    }
