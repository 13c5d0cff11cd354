"""A change of one row of the toy, and what has to hold after it."""

import hashlib
import json

import yaml
from toy import Toy

ROW_JOBS = {"train_model@c1-m1", "evaluate_model@c1-m1", "write_table@c1", "write_report"}
ROW_RAN = [
    "evaluate_model-metrics/c1/m1.json",
    "train_model-c1-m1",
    "write_report-reports/report.txt",
    "write_table-reports/chapters/c1.txt",
]


def change_row(toy: Toy) -> None:
    toy.edit_params("c1", models__m1__rate=0.9)


def check_in_step(toy: Toy) -> None:
    """Neither engine has anything to do, and the records are those of today's results."""
    assert toy.list_status() == set()
    assert toy.list_planned() == set()
    check_lock(toy)


def check_lock(toy: Toy) -> None:
    """What dvc.lock says of a model is what its program computes from these parameters."""
    stages = yaml.safe_load(toy.read("dvc.lock"))["stages"]
    for name, entry in stages.items():
        if name.startswith("train_model@"):
            chapter, model = name.split("@")[1].split("-")
            row = entry["params"][f"chapters/{chapter}/params.yaml"][f"models.{model}"]
            losses = [round(row["rate"] * (n + 1) * 30, 6) for n in range(row["steps"])]
            text = json.dumps({"weights": losses, "model": model})
            recorded = {out["path"]: out["md5"] for out in entry["outs"]}
            path = f"models/{chapter}/{model}/weights.json"
            assert recorded[path] == hashlib.md5(text.encode()).hexdigest()
