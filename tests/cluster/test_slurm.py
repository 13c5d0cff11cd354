"""The example on a real Slurm, by `profiles/slurm`, with every fault once.

`python -m pytest tests/cluster -rP` prints where each job ran.
"""

import re
from collections import Counter
from itertools import pairwise
from math import ceil

import pytest
import yaml
from made import DATA
from project import CHECKOUT, RULES
from troubled_run import (
    CANCELLED,
    FAULTS,
    LAST,
    LIMIT_S,
    ON_KILLED_NODE,
    OVER_MEMORY,
    OVER_TIME,
    TroubledRun,
)

# One run serves all tests, so one process makes them all (`--dist loadgroup`).
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("slurm")]

GPU_RULES = {"see_features", "search_networks", "train_network"}


@pytest.fixture(scope="module")
def run(finished, scheduler, tmp_path_factory) -> TroubledRun:
    folder = tmp_path_factory.mktemp("cluster")
    finished.run("git", "clone", "-q", str(finished.folder), str(folder / "project"))
    project = type(finished)(folder / "project", finished.scratch)
    # As in any clone there are metrics; here nothing says how they were made.
    project.path("dvc.lock").unlink()
    run = TroubledRun(project, scheduler, folder, finished)
    run.make()
    return run


@pytest.fixture(scope="module")
def attempts(run) -> list[dict]:
    """Each start of a program, with the time of its end if it ended by itself."""
    notes = run.read_notes()
    ends = {(*n["command"], n["slurm_job"]): n["time"] for n in notes if n["event"] == "end"}
    starts = [n for n in notes if n["event"] == "start"]
    return [n | {"ended": ends.get((*n["command"], n["slurm_job"]))} for n in starts]


def test_where_each_job_ran(attempts):
    begin = attempts[0]["time"]
    print(
        f"{'rule':20} {'job':28} {'Slurm job':>9} {'node':>5} {'GPU':>4} {'from s':>7} {'to s':>7}"
    )
    for n in attempts:
        places = (n["slurm_job"] or "-", n["node"] or "-", n["gpu"] or "-")
        end = f"{n['ended'] - begin:.0f}" if n["ended"] else n["fault"] or "node killed"
        line = "{:20} {:28} {:>9} {:>5} {:>4} {:7.0f} {:>7}"
        print(line.format(n["rule"], n["command"][1][:28], *places, n["time"] - begin, end))
    assert {n["rule"] for n in attempts} == set(RULES)


def test_results_are_those_of_a_local_run(run, finished):
    assert run.project.digest_outputs() == finished.digest_outputs()
    assert run.project.stages == finished.stages


def test_nothing_is_left_to_do(run):
    run.project.assert_nothing_to_do()


def test_gpu_rules_run_on_the_gpu_node_one_at_a_time_for_each_gpu(attempts):
    on_gpu = [n for n in attempts if n["rule"] in GPU_RULES]
    assert {n["rule"] for n in on_gpu} == GPU_RULES
    assert {n["node"] for n in on_gpu} == {"n2"}
    assert {n["gpu"] for n in on_gpu} <= {"0", "1"}
    for gpu in ("0", "1"):
        times = sorted((n["time"], n["ended"]) for n in on_gpu if n["gpu"] == gpu and n["ended"])
        for (_, end), (start, _) in pairwise(times):
            assert end <= start
    assert not any(n["gpu"] for n in attempts if n["rule"] not in GPU_RULES)


def test_rules_of_seconds_run_where_snakemake_does(attempts):
    text = "".join(f.read_text() for f in sorted((CHECKOUT / "workflow/rules").rglob("*.smk")))
    local = set(re.findall(r"^rule (\w+):\n(?:    .*\n|\n)*?    localrule: True$", text, re.M))
    assert local == {n["rule"] for n in attempts if not n["slurm_job"]}


def test_short_jobs_share_a_slurm_job(made, finished, scheduler, tmp_path):
    """Those of all studies, as they are shipped: the example has one."""
    project = made.find("shipped").copy(tmp_path / "project")
    project.edit("params.yaml", "source_dir: null", f"source_dir: {DATA.resolve()}")
    run = TroubledRun(project, scheduler, tmp_path, finished)
    run.note_jobs()
    status = run.start("pairs", "--until", "draw_pairs").wait(LIMIT_S)
    assert status == 0, run.read_output("pairs")[-3000:]
    drawn = [n for n in run.read_notes() if n["rule"] == "draw_pairs" and n["event"] == "end"]
    group = yaml.safe_load(project.read("profiles/slurm/config.yaml"))["group-components"]["pairs"]
    assert len(drawn) > 4
    assert len({n["slurm_job"] for n in drawn}) == ceil(len(drawn) / group)


def test_nothing_finished_is_run_twice(attempts):
    ended = Counter(tuple(n["command"]) for n in attempts if n["ended"])
    assert set(ended.values()) == {1}
    unfinished = {n["rule"] for n in attempts if not n["ended"]}
    # With the fault's own job the node that is killed takes others that are at work there.
    (node,) = [n["node"] for n in attempts if n["rule"] == ON_KILLED_NODE and n["fault"]]
    others = {n["rule"] for n in attempts if n["node"] == node and not n["ended"]}
    assert set(FAULTS) <= unfinished <= set(FAULTS) | others


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        (OVER_TIME, "TIMEOUT"),
        (OVER_MEMORY, "FAILED|OUT_OF_MEMORY"),
        (CANCELLED, "CANCELLED"),
        (ON_KILLED_NODE, "NODE_FAIL"),
    ],
)
def test_each_fault_is_said_in_one_line_and_survived(run, attempts, rule, state):
    (job,) = [n["slurm_job"] for n in attempts if n["rule"] == rule and n["fault"]]
    lines = re.findall(rf".*SLURM-job '{job}' failed.*", run.read_output("first"))
    assert len(lines) == 1
    assert re.search(rf"'({state})'", lines[0])
    first, second = [n for n in attempts if n["rule"] == rule]
    assert not first["ended"] and second["ended"]


def test_memory_and_time_grow_with_each_attempt(run, attempts):
    for rule, quantity in ((OVER_MEMORY, "MinMemoryNode"), (OVER_TIME, "TimeLimit")):
        jobs = [n["slurm_job"] for n in attempts if n["rule"] == rule]
        first, second = [run.scheduler.read_job(job)[quantity] for job in jobs]
        assert (first, second) in (("1500M", "3000M"), ("00:01:00", "01:00:00"))


def test_killed_snakemake_is_resumed(run, attempts, finished):
    killed = (run.folder / "first").stat().st_mtime
    after = {tuple(n["command"]) for n in attempts if n["time"] > killed}
    names = finished.follow(name for name in finished.stages if name.startswith(LAST))
    commands = [finished.stages[name]["cmd"].split() for name in names]
    assert after == {tuple(command[1:3]) for command in commands}
