"""A search is what it says: the networks of its trials, whether or not it was killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml
from study_files import read_study, write_study

from dvc_bridge import import_closure

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "workflow/scripts"
SMALL = {"trials": 3, "epochs": 1, "train_images": 500, "validation_images": 200}


@pytest.fixture
def example(project, raw) -> Path:
    """Stand in a copy of the project whose example has a small search."""
    run = yaml.safe_load(Path("params.yaml").read_text())
    Path("params.yaml").write_text(yaml.safe_dump(run | {"scale": "smoke", "device": "cpu"}))
    study = read_study("example")
    study["experiments"]["search"]["smoke"] |= SMALL
    write_study("example", study)
    return project


def start_program(name: str, job: str, raw: Path, folder: str, **options: list) -> subprocess.Popen:
    """Start a program on Fashion-MNIST, its log in a folder."""
    files = sorted(map(str, (raw / "fashion_mnist").glob("*-ubyte*")))
    command = [sys.executable, SCRIPTS / f"{name}.py", job, "--log", f"{folder}/log", "--raw"]
    command += files
    for option, values in options.items():
        command += [f"--{option.replace('_', '-')}", *values]
    environment = os.environ | {"PYTHONPATH": f"{SCRIPTS}:{ROOT / 'bridge/src'}"}
    return subprocess.Popen(list(map(str, command)), env=environment)


def start_search(raw: Path, folder: str) -> subprocess.Popen:
    program = import_closure("workflow/scripts/search_networks.py", ROOT)
    return start_program(
        "search_networks",
        "example/search",
        raw,
        folder,
        program=[ROOT / file for file in program],
        schema=["workflow/schemas/kinds/tuner.yaml"],
        network_schema=["workflow/schemas/kinds/network.yaml"],
        pairs=[],
        trials=[f"{folder}/trials.csv"],
        metrics=[f"{folder}/metrics.json"],
    )


def wait_for_text(path: Path, text: str, process: subprocess.Popen) -> None:
    """Wait until a file holds a text."""
    while not path.exists() or text not in path.read_text():
        assert process.poll() is None
        time.sleep(0.01)


def read_results(folder: str) -> list[bytes]:
    return [Path(folder, name).read_bytes() for name in ("trials.csv", "metrics.json")]


@pytest.mark.slow
def test_killed_search_goes_on_and_ends_as_an_undisturbed_one(example, raw):
    assert start_search(raw, "whole").wait() == 0
    process = start_search(raw, "killed")
    # The first trial is finished, the second is at work.
    wait_for_text(Path("killed/log"), "trial 0: complete", process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not Path("killed/trials.csv").exists()
    assert start_search(raw, "killed").wait() == 0
    assert "trials finished by an earlier run: 1" in Path("killed/log").read_text()
    assert "trial 0:" not in Path("killed/log").read_text()
    assert read_results("killed") == read_results("whole")


@pytest.mark.slow
def test_network_with_the_settings_of_a_trial_is_that_of_the_trial(example, raw):
    assert start_search(raw, "search").wait() == 0
    trials = pd.read_csv("search/trials.csv")
    trial = trials[trials["state"] == "complete"].iloc[-1]
    study = read_study("example")
    drawn = {
        "hidden": [int(trial["hidden.0"]), int(trial["hidden.1"])],
        "activation": json.loads(trial["activation"]),
        "optimiser": {"name": "adam", "learning_rate": float(trial["optimiser.learning_rate"])},
    }
    found = study["experiments"]["search"]
    settings = found["settings"] | found["smoke"] | drawn
    for name in ("trials", "sampler", "pruner", "objective", "space"):
        del settings[name]
    study["experiments"]["clothes"] |= {"settings": settings, "smoke": {}, "rows": {"drawn": {}}}
    write_study("example", study)
    files = ["weights", "history", "predictions"]
    process = start_program(
        "train_network",
        "example/clothes/drawn/0",
        raw,
        "network",
        schema=["workflow/schemas/kinds/network.yaml"],
        pairs=[],
        **{name: [f"network/{name}"] for name in files},
    )
    assert process.wait() == 0
    last = pd.read_csv("network/history").iloc[-1]
    assert trial["value"] == last["validation_accuracy"]
    assert trial["test_accuracy"] == last["test_accuracy"]
