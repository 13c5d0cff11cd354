"""Every file that a program opens is an input of its job, and every setting is declared."""

import os
from pathlib import PurePath

import pytest
import yaml
from project import CHECKOUT, RULES, Project, digest, write_under_old_time

RUN_FILE = "params.yaml"
EXPERIMENTS = sorted(
    str(path.relative_to(CHECKOUT))
    for path in CHECKOUT.glob("studies/example/experiments/[!.]*.yaml")
)
OTHERS = ("studies/example/explanations.yaml", "studies/example/report.yaml")
PARAMETERS = (RUN_FILE, *OTHERS, *EXPERIMENTS)

UNDECLARED = {
    # Where the raw files come from cannot change them, so no job depends on it.
    "download_data": {RUN_FILE: ["data"]},
    # Without `by_class` in an experiment there is no key to declare; with it there is.
    "evaluate_predictions": {file: [] for file in EXPERIMENTS},
}

# Modules that are loaded where they are needed only, since that takes seconds: those of searches.
ON_DEMAND = {
    "draw_figures": {f"workflow/scripts/redigit/{n}.py" for n in ("importance", "search", "space")},
}

# What is added to a file. That the engines name the right jobs is tried on one file of each sort;
# for all others it follows from the inputs being what the programs open.
CHANGED = {
    "workflow/scripts/redigit/linear.py": "\nNEW = 1\n",
    "workflow/schemas/kinds/linear.yaml": "# A comment.\n",
    "workflow/templates/study.html.j2": "<!-- more -->\n",
    "workflow/redigit.mplstyle": "lines.linewidth: 3\n",
    "workflow/scripts/redigit/files.py": "# A comment.\n",
    "workflow/scripts/redigit/figures/sum_histogram.py": "# A comment.\n",
    "workflow/schemas/claims.yaml": "# A comment.\n",
}


def find_rule(stage: dict) -> str:
    """Find the rule of a stage by the program that it runs."""
    return PurePath(stage["cmd"].split()[1]).stem


def list_stages(project: Project, rule: str) -> dict[str, dict]:
    """Give the stages of a rule."""
    return {name: stage for name, stage in project.stages.items() if find_rule(stage) == rule}


# Files


def test_each_program_was_watched(finished, opened):
    assert set(opened) == set(finished.stages)
    assert {find_rule(stage) for stage in finished.stages.values()} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_opened_files_are_inputs_and_inputs_are_opened(finished, opened, rule):
    for name, stage in list_stages(finished, rule).items():
        inputs = {dep["path"] for dep in stage["deps"]}
        known = inputs | {out["path"] for out in stage["outs"]} | set(stage.get("params", {}))
        known |= set(UNDECLARED.get(rule, {}))
        assert set(opened[name]["opened"]) <= known, name
        # Results may be read by libraries that Python does not see opening them.
        code = {path for path in inputs if path.startswith(("workflow/", "studies/"))}
        assert code - ON_DEMAND.get(rule, set()) <= set(opened[name]["opened"]), name


@pytest.mark.parametrize("rule", RULES)
def test_programs_list_no_folder_of_inputs(finished, opened, rule):
    """A file that is added to a folder would change the result unseen."""
    for name, stage in list_stages(finished, rule).items():
        modules = [dep["path"] for dep in stage["deps"] if dep["path"].endswith(".py")]
        # Python looks for modules where the bridge is, too. A job's outputs are its own.
        known = {"bridge/src"} | {
            str(PurePath(path).parent) for path in [*modules, *(o["path"] for o in stage["outs"])]
        }
        assert set(opened[name]["listed"]) <= known, name


@pytest.mark.slow
@pytest.mark.parametrize(("name", "added"), CHANGED.items())
def test_changed_file_concerns_the_jobs_that_open_it(project, opened, name, added):
    users = {stage for stage, record in opened.items() if name in record["opened"]}
    assert users
    path = project.path(name)
    original = path.read_text()
    # Only the content has changed, as after `cp -p`.
    write_under_old_time(path, original + added)
    assert project.list_status() == users
    assert project.list_planned() == project.follow(users)
    # Restored, it has a new time.
    path.write_text(original)
    project.assert_nothing_to_do()


def test_touched_files_concern_no_job(project):
    project.set_times(1)
    os.utime(project.path("workflow/scripts/redigit/files.py"))
    os.utime(project.path("workflow/templates/study.html.j2"))
    project.assert_nothing_to_do()


@pytest.mark.slow
def test_changed_module_is_the_one_that_runs(project):
    """Python keeps modules compiled, and knows them by time and size."""
    path = project.path("workflow/scripts/redigit/marks.py")
    text = path.read_text()
    assert text.count('"Does not hold"') == 1
    write_under_old_time(path, text.replace('"Does not hold"', '"DOES NOT HOLD"'))
    project.snakemake("--cores", "1")
    assert "DOES NOT HOLD" in project.read("reports/index.html")


# Settings


def keep_declared(project: Project, rule: str, stage: dict) -> None:
    """Take all keys out of the parameter files that the stage does not declare."""
    inputs = {dep["path"] for dep in stage["deps"]}
    for file in set(PARAMETERS) - inputs:
        values = yaml.safe_load(project.read(file))
        kept = {key: values[key] for key in UNDECLARED.get(rule, {}).get(file, [])}
        for key, value in stage.get("params", {}).get(file, {}).items():
            *parents, last = key.split(".")
            place = kept
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = value
        project.path(file).write_text(yaml.safe_dump(kept, sort_keys=False))


# All programs run once more, so that only one of them is tried every time.
@pytest.mark.parametrize(
    "rule",
    [
        rule if rule == "fit_linear" else pytest.param(rule, marks=pytest.mark.slow)
        for rule in RULES
    ],
)
def test_programs_read_no_undeclared_setting(project, rule):
    files = {file: project.read(file) for file in PARAMETERS}
    for name, stage in list_stages(project, rule).items():
        for file, text in files.items():
            project.path(file).write_text(text)
        keep_declared(project, rule, stage)
        outputs = {out["path"]: digest(project.path(out["path"])) for out in stage["outs"]}
        for path in outputs:
            project.path(path).unlink()
        project.run("sh", "-c", stage["cmd"])
        assert {path: digest(project.path(path)) for path in outputs} == outputs, name
