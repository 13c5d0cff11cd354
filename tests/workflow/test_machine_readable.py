"""Other programs can read the run: as an RO-Crate, and as Snakemake's own report."""

import json

import pytest
from rocrate.rocrate import ROCrate

PROFILE = "https://w3id.org/ro/wfrun/workflow/0.5"


@pytest.mark.slow
def test_crate_has_each_job_with_its_files(project):
    project.run("python", "-m", "redigit.crate")
    crate = ROCrate(project.folder)
    assert PROFILE in [profile.id for profile in crate.root_dataset["conformsTo"]]
    assert crate.mainEntity.id == "Snakefile"
    run, *jobs = crate.root_dataset["mentions"]
    assert run["instrument"] == crate.mainEntity
    assert {job["name"] for job in jobs} == set(project.stages)
    for job in jobs:
        stage = project.stages[job["name"]]
        made = {out["path"]: out for out in stage["outs"]}
        assert {file.id: file["md5"] for file in job["result"]} == {
            path: out["md5"] for path, out in made.items()
        }
        taken = {dep["path"] for dep in stage["deps"] if not dep["path"].endswith(".py")}
        # What stands alone is no list.
        objects = job.get("object", [])
        assert {file.id for file in (objects if isinstance(objects, list) else [objects])} == taken
        assert job["startTime"] <= job["endTime"]
        assert job["instrument"].id in stage["cmd"]
    made = {path["path"] for stage in project.stages.values() for path in stage["outs"]}
    assert {file.id for file in run["result"]} == made
    assert not {file.id for file in run["object"]} & made


@pytest.mark.slow
def test_pages_of_jobs_and_costs_are_written_anew(project):
    """As after `dvc pull`, which brings neither."""
    for name in ("jobs", "costs"):
        project.path(f"reports/{name}.html").unlink()
    project.run("python", "-m", "redigit.trace")
    text = project.read("reports/jobs.html")
    for name, stage in project.stages.items():
        assert f'id="job-{name}"' in text
        for out in stage["outs"]:
            assert f'<li id="{out["path"]}">' in text and out["md5"] in text
    assert "fit_linear" in project.read("reports/costs.html")


@pytest.mark.slow
def test_snakemake_writes_its_own_report(project):
    project.snakemake("--report", "report.html")
    assert "train_network" in project.read("report.html")


def test_traces_are_those_of_the_claims(finished):
    """The audit page of the example has each claim, and the settings of each row."""
    text = finished.read("reports/audit.html")
    data = text.split('<script type="application/json" id="traces">')[1].split("</script>")[0]
    traces = json.loads(data)
    lines = finished.read("studies/example/claims.csv").splitlines()[1:]
    assert list(traces["claims"]) == [line.split(",")[1] for line in lines]
    rows = {"/".join(t["quantity"].split("/")[:3]) for t in traces["claims"].values()}
    assert {row for row in rows if row.count("/") == 2} <= set(traces["rows"])
