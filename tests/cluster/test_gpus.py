"""GPUs without a scheduler: each job gets one of its own, by `profiles/gpus`. None is needed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from project import CHECKOUT
from scheduler import wait_until

TAKE_GPU = CHECKOUT / "workflow/take_gpu.sh"
SNAKEFILE = """
rule all:
    input: expand("{n}.json", n=range(5)), "other.json"

rule train_network:
    output: "{n}.json"
    resources: gpu=1
    shell: "python note.py {output}"

rule summarise:
    output: "other.json"
    shell: "python note.py {output}"
"""
NOTE = """
import json, os, sys, time
start = time.time()
time.sleep(0.5)
gpu = os.environ["CUDA_VISIBLE_DEVICES"]
json.dump([gpu, start, time.time()], open(sys.argv[1], "w"))
"""


def make_environment(gpus: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "CUDA_VISIBLE_DEVICES": gpus}


def test_jobs_side_by_side_have_different_gpus(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "note.py").write_text(NOTE)
    shutil.copytree(CHECKOUT / "profiles/gpus", tmp_path / "profiles/gpus")
    (tmp_path / "workflow").mkdir()
    shutil.copy(TAKE_GPU, tmp_path / "workflow")
    command = ["snakemake", "--profile", "profiles/gpus", "--cores", "8", "--resources", "gpu=2"]
    # Numbers that no GPU of this machine has, so that no true job is in the way.
    result = subprocess.run(
        command,
        cwd=tmp_path,
        env=make_environment("7001,7002"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    notes = [json.loads((tmp_path / f"{n}.json").read_text()) for n in range(5)]
    assert {gpu for gpu, _, _ in notes} == {"7001", "7002"}
    for gpu in ("7001", "7002"):
        times = sorted((start, end) for of, start, end in notes if of == gpu)
        assert all(end <= start for (_, end), (start, _) in pairwise(times))
    other, _, _ = json.loads((tmp_path / "other.json").read_text())
    assert other == "7001,7002"


def test_gpu_of_a_killed_job_is_free_again(tmp_path):
    environment = make_environment("7003")
    holder = subprocess.Popen(
        [TAKE_GPU, "-c", f"touch {tmp_path}/begun; sleep 60"],
        env=environment,
        start_new_session=True,
    )
    wait_until("the first job", (tmp_path / "begun").exists)
    second = subprocess.Popen([TAKE_GPU, "-c", f"touch {tmp_path}/second"], env=environment)
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(1.5)
    os.killpg(holder.pid, signal.SIGKILL)
    holder.wait()
    assert second.wait(30) == 0
    assert (tmp_path / "second").exists()


def test_no_gpu_is_said_in_one_line():
    result = subprocess.run(
        [TAKE_GPU, "-c", "true"],
        env=make_environment(""),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == (
        "error: gpu=1: found no GPU; allowed is CUDA_VISIBLE_DEVICES, or what nvidia-smi lists\n"
    )
