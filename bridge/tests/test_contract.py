"""The promises of the bridge, tried with both engines on the toy project."""

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from checks import ROW_JOBS, ROW_RAN, change_row, check_in_step, check_lock
from toy import Toy, make_toy, parse_plan


def set_times(toy: Toy, seed: int) -> None:
    """Give all files of the project times in a random order."""
    files = [path for path in toy.folder.rglob("*") if path.is_file()]
    files = sorted(path for path in files if not {".git", ".dvc"} & set(path.parts))
    random.Random(seed).shuffle(files)
    for age, path in enumerate(files):
        os.utime(path, (1_700_000_000 + age * 60,) * 2)


def write_under_old_time(path: Path, text: str) -> None:
    stat = path.stat()
    path.write_text(text)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


# 1. A change of one row's parameter


def test_changed_parameter_names_the_same_jobs(toy):
    change_row(toy)
    assert toy.list_planned() == ROW_JOBS
    assert toy.list_status() == {"train_model@c1-m1"}
    assert toy.list_outdated() == ROW_JOBS
    lines = toy.bridge("status").stdout.splitlines()
    assert {line.split(":")[0] for line in lines} == ROW_JOBS
    assert toy.take_ran() == []


@pytest.mark.slow
def test_added_and_removed_rows(toy):
    toy.edit_params("c2", models__m3={"rate": 0.5, "steps": 2}, models__m2=None)
    expected = {"train_model@c2-m3", "evaluate_model@c2-m3", "write_table@c2", "write_report"}
    assert toy.list_planned() == expected
    assert toy.list_outdated() == expected
    toy.snakemake()
    check_in_step(toy)


# 2. After Snakemake, DVC is clean


def test_dvc_is_clean_after_snakemake(toy):
    change_row(toy)
    result = toy.snakemake("--cores", "2")
    assert "DVC: recorded" in result.stderr
    assert toy.take_ran() == ROW_RAN
    check_in_step(toy)
    assert toy.run("git", "status", "--short").stdout.split() == [
        *("M", "chapters/c1/params.yaml", "M", "dvc.lock", "M", "metrics/c1/m1.json")
    ]


@pytest.mark.slow
def test_outputs_that_the_cache_lacks_are_put_there(toy):
    """As in a clone that nothing was pulled into and that makes the recorded bytes again."""
    shutil.rmtree(toy.folder / ".dvc/cache")
    shutil.rmtree(toy.folder / ".snakemake")
    toy.snakemake("--forceall")
    assert toy.list_status() == set()


@pytest.mark.slow
def test_partial_run_records_only_what_is_up_to_date(toy):
    change_row(toy)
    toy.snakemake("models/c1/m1/weights.json")
    assert toy.take_ran() == ["train_model-c1-m1"]
    rest = ROW_JOBS - {"train_model@c1-m1"}
    assert toy.list_status() == {"evaluate_model@c1-m1"}
    assert toy.list_planned() == rest
    toy.repro()
    check_in_step(toy)


@pytest.mark.slow
def test_until_and_dry_runs_record_nothing_wrong(toy):
    change_row(toy)
    before = toy.read("dvc.lock")
    toy.snakemake("-n")
    assert toy.read("dvc.lock") == before
    toy.snakemake("--until", "train_model")
    assert toy.list_status() == {"evaluate_model@c1-m1"}
    check_lock(toy)


@pytest.mark.slow
def test_failed_run_records_the_finished_jobs(toy):
    change_row(toy)
    toy.edit_params("c2", models__m1__rate=0.8)
    result = toy.snakemake("--keep-going", check=False, TOY_FAIL="c1-m1")
    assert result.returncode == 1
    assert "evaluate_model-metrics/c2/m1.json" in toy.take_ran()
    # The report is downstream of what failed, so it stays as it was.
    assert toy.list_status() >= {"train_model@c1-m1"}
    assert not toy.list_status() & {"train_model@c2-m1", "evaluate_model@c2-m1"}
    check_lock(toy)
    toy.snakemake()
    check_in_step(toy)


@pytest.mark.slow
def test_touch_does_not_pass_for_a_run(toy):
    change_row(toy)
    toy.snakemake("--touch", "--forceall")
    assert toy.list_planned() == ROW_JOBS
    assert toy.list_outdated() == ROW_JOBS
    check_lock(toy)


@pytest.mark.slow
def test_run_stands_when_dvc_is_locked(toy):
    change_row(toy)
    hold = (
        "import sys\nfrom dvc.repo import Repo\nwith Repo().lock:\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        ["python", "-c", hold], cwd=toy.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"held\n"
    result = toy.snakemake()
    holder.communicate()
    warnings = [line for line in result.stderr.splitlines() if line.startswith("Warning:")]
    assert len(warnings) == 1
    assert "not recorded in DVC: Unable to acquire lock" in warnings[0]
    assert toy.list_status() != set()
    # Snakemake has nothing to do, yet what is left to record is recorded.
    assert "Nothing to be done" in toy.snakemake().stderr
    check_in_step(toy)


def test_run_stands_without_a_dvc_repository(toy):
    (toy.folder / ".dvc").rename(toy.folder / "away")
    change_row(toy)
    result = toy.snakemake()
    warnings = [line for line in result.stderr.splitlines() if line.startswith("Warning:")]
    assert len(warnings) == 1
    assert "not recorded in DVC: there is no DVC repository here" in warnings[0]
    assert toy.take_ran() == ROW_RAN
    assert "Warning: not" not in toy.snakemake("-n").stderr


# 3. After `dvc repro`, Snakemake has nothing to do


def test_nothing_to_do_after_repro(toy):
    change_row(toy)
    toy.repro()
    assert toy.take_ran() == ROW_RAN
    check_in_step(toy)


@pytest.mark.slow
def test_nothing_to_do_after_repro_that_stopped_early(toy):
    # DVC stops where the content is the same: the metric is too coarse to change.
    toy.edit_params("c1", models__m1__rate=0.1001)
    toy.repro()
    assert toy.take_ran() == ["evaluate_model-metrics/c1/m1.json", "train_model-c1-m1"]
    check_in_step(toy)


# 4. After a clone


def test_nothing_to_do_after_clone_with_random_times(clone):
    set_times(clone, 1)
    assert clone.list_planned() == set()
    assert clone.list_status() == set()
    set_times(clone, 2)
    clone.snakemake()
    assert clone.take_ran() == []
    assert clone.run("git", "status", "--short").stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "commands",
    [
        [("snakemake",)],
        [("snakemake", "-n"), ("dvc", "repro", "-q")],
        [("python", "-m", "dvc_bridge", "commit"), ("snakemake", "--touch"), ("snakemake",)],
    ],
    ids=["snakemake", "plan-repro", "commit-touch-snakemake"],
)
def test_parameter_changed_right_after_clone(clone, commands):
    set_times(clone, 3)
    change_row(clone)
    for command in commands:
        check_lock(clone)
        clone.run(*command)
    assert clone.take_ran() == ROW_RAN
    check_in_step(clone)


# 5. What a program opens


@pytest.mark.slow
def test_module_edited_under_its_old_time(toy):
    path = toy.folder / "programs/toylib/scoring.py"
    write_under_old_time(path, path.read_text().replace("total", "all_of_it"))
    trained = {f"train_model@c{c}-m{m}" for c in (1, 2) for m in (1, 2)}
    downstream = {f"evaluate_model@{name.split('@')[1]}" for name in trained}
    expected = trained | downstream | {"write_table@c1", "write_table@c2", "write_report"}
    assert toy.list_status() == trained
    plan = toy.snakemake("-n").stdout
    assert "dvc-bridge: programs/toylib/scoring.py has changed since the job ran" in plan
    assert parse_plan(plan) == expected
    toy.snakemake()
    assert [name for name in toy.take_ran() if name.startswith("make_data")] == []
    check_in_step(toy)


@pytest.mark.slow
def test_template_edited_and_restored(toy):
    name = "programs/table.template"
    original = toy.read(name)
    toy.write(name, original.replace("Table", "Tables"))
    assert toy.list_planned() == {"write_table@c1", "write_table@c2", "write_report"}
    assert toy.list_status() == {"write_table@c1", "write_table@c2"}
    toy.write(name, original)
    # Even without what DVC has recorded: Snakemake's own record holds again.
    (toy.folder / "dvc.lock").unlink()
    assert toy.list_planned() == set()


def test_touched_files_rerun_nothing(toy):
    set_times(toy, 4)
    assert toy.list_planned() == set()
    assert toy.list_status() == set()


@pytest.mark.slow
def test_tampered_output_is_made_again(toy):
    path = toy.folder / "data/c1.csv"
    write_under_old_time(path, path.read_text() + "one line more\n")
    expected = toy.list_outdated()
    assert "make_data@c1" in expected
    assert toy.list_planned() == expected
    toy.snakemake()
    check_in_step(toy)


@pytest.mark.slow
def test_input_changed_while_the_job_ran(toy):
    toy.edit_params("c1", data__n=31)
    target = "data/c1.csv"
    with subprocess.Popen(
        ["snakemake", target],
        cwd=toy.folder,
        env={**os.environ, "TOY_SLEEP": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        while not (toy.folder / "ran.log").exists():
            time.sleep(0.05)
        toy.write("programs/toylib/settings.py", toy.read("programs/toylib/settings.py") + "#\n")
        assert running.wait() == 0
    plan = toy.snakemake("-n", target).stdout
    assert "dvc-bridge: programs/toylib/settings.py changed while the job ran" in plan
    assert "make_data@c1" in toy.list_status()


# Beside the contract


@pytest.mark.slow
def test_records_move_with_the_names_of_stages(toy):
    lock = yaml.safe_load(toy.read("dvc.lock"))
    lock["stages"]["old_name"] = lock["stages"].pop("write_notes")
    toy.write("dvc.lock", yaml.safe_dump(lock, sort_keys=False))
    (toy.folder / ".snakemake/metadata").rename(toy.folder / ".snakemake/away")
    assert toy.list_planned() == set()
    toy.snakemake()
    assert toy.take_ran() == []
    stages = yaml.safe_load(toy.read("dvc.lock"))["stages"]
    assert "write_notes" in stages
    assert "old_name" not in stages
    assert toy.list_status() == set()


@pytest.mark.slow
def test_check_fails_when_the_pipeline_is_out_of_date(toy):
    assert toy.bridge("render", "--check").returncode == 0
    toy.edit("Snakefile", "python {input.script} {output} {input.tables}", "true {output}")
    result = toy.bridge("render", "--check", check=False)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "dvc.yaml is out of date" in result.stderr
    toy.bridge("render")
    toy.bridge("render", "--check")
    assert toy.list_status() == {"write_report"}


def test_refused_workflow_stops_with_one_line(toy):
    toy.edit(
        "Snakefile", 'output:\n        "reports/report', 'output:\n        touch("reports/report'
    )
    toy.edit("Snakefile", 'touch("reports/report.txt"', 'touch("reports/report.txt")')
    result = toy.snakemake(check=False)
    assert result.returncode == 1
    assert "dvc-bridge: rule write_report: touch() output reports/report.txt: let" in result.stderr


def test_value_that_the_engines_read_differently_is_refused(toy):
    toy.edit("chapters/c1/params.yaml", "rate: 0.1", "rate: 1e-1")
    result = toy.snakemake("-n", check=False)
    assert result.returncode == 1
    # Snakemake prints to the standard output in a dry run.
    assert "chapters/c1/params.yaml: models.m1: train_model (chapter=c1" in result.stdout
    assert "write 0.001, not 1e-3" in result.stdout


@pytest.mark.slow
def test_second_look_compares_nothing(toy):
    toy.snakemake("-n")
    watched = [
        *(toy.folder / ".snakemake/dvc_bridge").iterdir(),
        *(toy.folder / ".snakemake/metadata").rglob("*"),
        *(toy.folder / name for name in ("dvc.yaml", "dvc.lock")),
    ]
    before = [path.stat().st_mtime_ns for path in watched]
    toy.snakemake("-n")
    assert "DVC" not in toy.snakemake().stderr
    assert [path.stat().st_mtime_ns for path in watched] == before
    assert toy.take_ran() == []


@pytest.mark.slow
def test_hundred_jobs(environment, tmp_path):
    toy = make_toy(tmp_path / "toy", chapters=7, models=7)
    toy.snakemake()
    assert len(toy.take_ran()) == 7 + 49 + 49 + 7 + 2
    check_in_step(toy)
    change_row(toy)
    assert toy.list_planned() == ROW_JOBS
    assert toy.list_outdated() == ROW_JOBS
    toy.snakemake()
    assert toy.take_ran() == ROW_RAN
    check_in_step(toy)
