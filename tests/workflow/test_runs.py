"""What a run holds: its jobs, its outputs, where they go."""

import re

import pytest
import yaml
from project import RULES
from test_opened_files import find_rule, list_stages


def test_example_has_each_rule_and_few_jobs(finished):
    assert {find_rule(stage) for stage in finished.stages.values()} == set(RULES)
    assert len(finished.stages) <= 33


def test_shipped_parameters_give_a_graph_of_moderate_size(shipped):
    assert yaml.safe_load(shipped.read("params.yaml"))["scale"] == "quick"
    result = shipped.bridge("render", "--check", check=False)
    assert result.returncode == 0, result.stderr
    stages = shipped.dvc("stage", "list", "--name-only").stdout.split()
    # DVC takes some 60 ms for each, also when there is nothing to do.
    assert 0 < len(stages) <= 200


def test_all_lists_each_output(finished, project):
    plan = project.snakemake("-n", "--force", "all").stdout
    (inputs,) = re.findall(r"^rule all:\n +input: (.*)$", plan[: plan.rindex("Job stats")], re.M)
    assert set(inputs.split(", ")) == set(finished.list_outputs())


@pytest.mark.slow
def test_lost_output_that_no_job_uses_is_noticed(project):
    project.path("models/example/clothes/2x32/0/weights.safetensors").unlink()
    name = "train_network@example-clothes-2x32-0"
    assert project.list_status() == {name}
    assert project.list_planned() == project.follow({name})


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_each_output_that_is_lost_is_noticed(project, rule):
    name, stage = sorted(list_stages(project, rule).items())[-1]
    for out in stage["outs"]:
        path = project.path(out["path"])
        path.rename(path.with_name("away"))
        assert project.list_planned() == project.follow({name}), out["path"]
        path.with_name("away").rename(path)


@pytest.mark.slow
def test_root_puts_outputs_elsewhere(project):
    before = project.digest_all()
    target = "runs/x/metrics/example/linear.json"
    project.snakemake("--cores", "2", "--config", "root=runs/x", "--", target)
    assert project.read(target) == project.read("metrics/example/linear.json")
    after = project.digest_all()
    added = set(after) - set(before)
    assert {name for name in added if not name.startswith("runs/x/")} == set()
    assert {name: after[name] for name in before} == before
    assert project.list_status() == set()


@pytest.mark.slow
def test_whole_run_below_another_root(project):
    before = project.digest_all()
    project.snakemake("--cores", "2", "--config", "root=runs/x")
    after = project.digest_all()
    assert {name: after[name] for name in before} == before
    made = {name for name in project.list_outputs() if not name.startswith("data/raw/")}
    for name in made:
        # Verdicts and pages name the files that they rest on.
        content = project.path(f"runs/x/{name}").read_bytes().replace(b"runs/x/", b"")
        assert content == project.path(name).read_bytes(), name
    added = {name.removeprefix("runs/x/") for name in set(after) - set(before)}
    # A search keeps its finished trials beside its outputs.
    unlisted = {name for name in added - made if not name.startswith("logs/")}
    assert unlisted == {"models/example/search/trials.db"}
    project.assert_nothing_to_do()


def test_a_setting_on_the_command_line_is_refused(project):
    before = project.digest_all()
    result = project.snakemake("--cores", "1", "--config", "scale=full", check=False)
    assert result.returncode == 1
    errors = re.findall(r"^error: .*$", result.stderr, re.MULTILINE)
    assert errors == [
        "error: --config scale: found 'full'; allowed is root, set others in params.yaml"
    ]
    assert project.digest_all() == before
