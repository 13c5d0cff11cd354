"""What cannot be a DVC stage is refused with one line that says what is allowed."""

import shlex
from dataclasses import replace

import pytest
from dvc.utils.serialize import dumps_yaml, parse_yaml
from hypothesis import given
from hypothesis import strategies as st

from dvc_bridge import graph
from dvc_bridge.errors import BridgeError
from dvc_bridge.graph import Job
from dvc_bridge.render import Options


def make_job(rule="make", outputs=("out",), inputs=(), **wildcards) -> Job:
    return Job(rule, wildcards, tuple(inputs), ("",) * len(inputs), tuple(outputs), "true")


@pytest.mark.parametrize(
    "command",
    ["x {threads}", "x {resources.mem_mb}", "x {config[a]}", "x {params.settings[a]}"],
)
def test_commands_that_depend_on_who_runs_them(command):
    with pytest.raises(BridgeError, match=r"^rule make: \{.*\} in the command: "):
        graph.check_command("make", command)


def test_commands_that_are_fine():
    graph.check_command("make", "x {input.threads} {params.settings_file} {output} {{threads}}")
    with pytest.raises(BridgeError, match="only rules with `shell:`"):
        graph.check_command("make", None)


@pytest.mark.parametrize("flag", ["directory", "pipe", "service", "touch"])
def test_outputs_of_other_kinds(flag):
    with pytest.raises(BridgeError, match=rf"^rule make: {flag}\(\) output a/b: "):
        graph.check_output_flags("make", "a/b", [flag])
    graph.check_output_flags("make", "a/b", ["protected"])


@pytest.mark.parametrize("path", ["/tmp/a", "../a", "./a", "a//b", "a/../b"])
def test_paths_that_are_not_plain(path):
    with pytest.raises(BridgeError, match=r"^rule make: "):
        graph.check_path("make", path)


@pytest.mark.parametrize("settings", [1, {"a.yaml": ["k"]}, {1: {}}, {"../a.yaml": {"k": 1}}])
def test_settings_of_another_form(settings):
    with pytest.raises(BridgeError, match=r"^rule make: "):
        graph.check_settings("make", settings)


def test_names_that_would_be_the_same():
    jobs = [make_job(outputs=["1"], a="x/y"), make_job(outputs=["2"], a="x.y")]
    with pytest.raises(BridgeError, match=r"make \(a=x.y\) would both be make@x-y"):
        graph.check_names(jobs)


def test_downstream_follows_files():
    first = make_job(outputs=["a"])
    second = make_job(outputs=["b"], inputs=["a"])
    third = make_job(outputs=["c"], inputs=["b", "x"])
    aside = make_job(outputs=["d"], inputs=["x"])
    assert graph.find_downstream([first, second, third, aside], [second]) == {second, third}


def test_output_cannot_be_metric_and_plot():
    options = Options(metrics=("m/**",), plots={"**/*.csv": {"x": "a"}}, in_git=("g/*",))
    assert options.classify("m/a.json") == ("metrics", {"cache": False})
    assert options.classify("p/q/a.csv") == ("plots", {"x": "a"})
    assert options.classify("g/a.csv") == ("plots", {"x": "a", "cache": False})
    assert options.classify("g/a") == ("outs", {"cache": False})
    assert options.classify("a") == ("outs", {})
    with pytest.raises(BridgeError, match=r"m/a\.csv: both a metric and a plot"):
        options.classify("m/a.csv")


words = st.text("ab-'\"\\\\ $", min_size=1, max_size=6)


@given(st.lists(words, min_size=1, max_size=40), st.integers(1, 3))
def test_command_for_dvc_survives_its_lock_and_means_the_same(parts, n_spaces):
    command = (" " * n_spaces).join(parts)
    job = replace(make_job(), command=command)
    try:
        meant = shlex.split(command)
    except ValueError:
        return
    assert shlex.split(job.dvc_command) == meant
    # Spaces within quotes are the command's own.
    if not set("'\"\\\\") & set(command):
        written = dumps_yaml({"cmd": job.dvc_command})
        assert parse_yaml(written, "dvc.lock")["cmd"] == job.dvc_command


def test_command_of_several_lines_stays():
    job = replace(make_job(), command="cat <<E\n  two  spaces\nE")
    assert job.dvc_command == job.command
