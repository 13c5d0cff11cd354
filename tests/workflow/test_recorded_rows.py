"""Rows are run at full scale apart from the run at hand, recorded, and judged by."""

import csv
import json
from io import StringIO

import pytest

RECORDED = "evidence/example/clothes.json"
CLAIM = "example-table1-1x32-test"


def read_verdict(project) -> dict[str, str]:
    text = project.read("reports/example/verdicts.csv")
    return next(line for line in csv.DictReader(StringIO(text)) if line["id"] == CLAIM)


def record(project, *arguments: str) -> None:
    project.run("python", "-m", "redigit.record", "example/clothes/1x32", *arguments)


@pytest.mark.slow
def test_recorded_row_decides_its_claims_and_further_seeds_are_added(project):
    before = project.digest_all()
    record(project, "--seeds", "0", "1", "--cores", "2")
    times = {path: path.stat().st_mtime_ns for path in project.path("runs").rglob("weights.*")}
    assert len(times) == 2
    record(project, "--seeds", "1", "2", "--cores", "2")
    # What has run is not run again.
    assert {path: path.stat().st_mtime_ns for path in times} == times
    row = json.loads(project.read(RECORDED))["rows"]["1x32"]
    assert row["metrics"]["replicates"]["replicate"] == [0, 1, 2]
    assert len(set(row["metrics"]["replicates"]["test_accuracy"])) > 1
    assert {job.split("/")[0] for job in row["jobs"]} == {"train_network"}
    # The results of the run at hand are as they were.
    after = project.digest_all()
    assert {name: after[name] for name in before} == before
    # Only the verdicts, and what shows them, depend on it; they do at once.
    assert read_verdict(project)["verdict"] == "not_run"
    project.bridge("render")
    assert project.list_status() == {"check_claims@example", "render_tables@example"}
    project.snakemake("--cores", "2")
    project.assert_nothing_to_do()
    verdict = read_verdict(project)
    assert verdict["verdict"] in ("reproduced", "not_reproduced", "underpowered")
    assert (verdict["k"], verdict["evidence"], verdict["recorded"]) == ("3", RECORDED, "this code")
    checked = project.run("python", "-m", "redigit.verify", CLAIM).stdout
    assert f"recorded at full scale in {RECORDED}" in checked
