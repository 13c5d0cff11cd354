"""A study of one's own, without code: a folder with parameters and claims, by the recipe."""

import csv
import io

import pytest

REPORT = """
title: "Mine"
tables:
  table_1:
    title: Table 1
    caption: How many components hold so much. See that they are few.
    experiment: pca
    rows: {test: MNIST test images}
    columns: {components_for_share: Components}
figures: {}
"""


def add_study(project) -> list[str]:
    """Add a study `mine` to the run, as the README says; give the ids of its claims."""
    folder = project.path("studies/mine")
    (folder / "experiments").mkdir(parents=True)
    experiment = project.read("studies/example/experiments/pca.yaml")
    (folder / "experiments/pca.yaml").write_text(experiment)
    (folder / "report.yaml").write_text(REPORT)
    header, *lines = csv.reader(io.StringIO(project.read("studies/example/claims.csv")))
    kept = [[c.replace("example", "mine") for c in line] for line in lines if "/pca/" in line[10]]
    with (folder / "claims.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept])
    project.edit("params.yaml", "studies: [example]", "studies: [example, mine]")
    return [line[1] for line in kept]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["snakemake", "dvc"])
def test_own_study_gets_page_verdicts_and_jobs(project, engine):
    claims = add_study(project)
    if engine == "snakemake":
        project.snakemake("--cores", "2")
    else:
        # As the README says: Snakemake renders the pipeline anew.
        project.snakemake("-n")
        project.dvc("repro")
    lines = csv.DictReader(project.read("reports/audit.csv").splitlines())
    table = {line["id"]: line for line in lines}
    assert len(claims) == 2 and {table[claim]["study"] for claim in claims} == {"mine"}
    # One says how much is to be held, the other how many components hold it, made up wrong.
    assert {table[claim]["verdict"] for claim in claims} == {"adopted", "not_reproduced"}
    page = project.read("reports/mine/index.html")
    audit = project.read("reports/audit.html")
    assert all(f'id="{claim}"' in audit for claim in claims) and "Table 1" in page
    assert 'href="mine/index.html"' in project.read("reports/index.html")
    assert any("mine-pca" in name for name in project.stages)
    project.assert_nothing_to_do()
