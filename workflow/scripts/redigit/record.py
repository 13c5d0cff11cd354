"""Run rows at full scale and record them: ``python -m redigit.record d/linear a/mlp/2x1000``.

Each name is an experiment, or a row of one. They run one after the other in a copy of the project,
`runs/full`, whose scale is `full` and whose study has these rows alone, and what they build on;
the results of the run at hand stay as they are. As each ends, its metrics go into
``evidence/<study>/<experiment>.json``. What has run once is not run again, whether it was killed or
more seeds are asked for: those are added.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from dvc_bridge import import_closure
from redigit.claims import claims_file
from redigit.errors import InputError
from redigit.evaluation import evaluate_experiment
from redigit.files import read_json, write_json, write_text
from redigit.recordings import (
    TRAINED,
    digest_file,
    digest_settings,
    digest_value,
    read_recorded,
    recording_file,
)
from redigit.replicates import average_replicates
from redigit.settings import (
    RUN_FILE,
    STUDIES,
    experiment_file,
    is_by_class,
    look_up,
    read_experiment,
    read_params,
    report_file,
    split_experiment,
    trace_sources,
)

FULL = Path("runs/full")
RAW = Path("data/raw")
# What was copied; the project itself may go on while its copy runs.
COMMIT = "commit"
# Keys of the run's own file that may differ, and are recorded.
RUN_KEYS = ("backend", "device", "threads", "svm_implementation")

Entry = dict[str, Any]


def main() -> int:
    """Run and record what is named; 1 if a run fails, 2 if a name is wrong."""
    parser = argparse.ArgumentParser(prog="python -m redigit.record", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="+", metavar="study/experiment[/row]")
    parser.add_argument("--seeds", nargs="+", type=int, help=f"default: those of {RUN_FILE}")
    parser.add_argument("--cores", default="all")
    for key in RUN_KEYS:
        parser.add_argument(f"--{key.replace('_', '-')}", help=f"default: as in {RUN_FILE}")
    options = parser.parse_args()
    seeds = options.seeds or look_up(RUN_FILE, "seeds")
    try:
        jobs = [find_rows(name) for name in options.names]
        changes = {key: value for key in RUN_KEYS if (value := getattr(options, key))}
        copy_project()
        failed = 0
        for experiment, rows in jobs:
            write_study(experiment, rows, {"scale": "full", "seeds": seeds, **changes})
            failed += not record_rows(experiment, rows, seeds, options.cores)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return int(failed > 0)


def find_rows(name: str) -> tuple[str, list[str]]:
    """Find the experiment and the rows that a name stands for."""
    parts = name.split("/")
    if len(parts) not in (2, 3) or not experiment_file("/".join(parts[:2])).exists():
        raise InputError(f"{name}: allowed is study/experiment, or study/experiment/row")
    experiment = "/".join(parts[:2])
    rows = list(read_experiment(experiment)["rows"])
    if parts[2:] and parts[2] not in rows:
        raise InputError(f"{name}: {experiment} has the rows {', '.join(rows)}")
    return experiment, parts[2:] or rows


def copy_project() -> None:
    """Bring `runs/full` up to date: what git has but for the studies, and raw data."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    names = [Path(name) for name in listed.split("\0") if name and Path(name).is_file()]
    left_out = ("metrics", "dvc.yaml", "dvc.lock", RUN_FILE.name)
    for path in (*names, *RAW.rglob("*ubyte")):
        is_of_one_study = path.parts[0] == STUDIES.name and len(path.parts) > 2
        if path.parts[0] not in left_out and not is_of_one_study:
            copy_changed(path, FULL / path)
    write_text(FULL / COMMIT, describe_commit())


def write_study(experiment: str, rows: list[str], changes: dict[str, Any]) -> None:
    """Write the parameters of `runs/full`: a study of the rows named, and what these build on.

    Some kinds run all rows of an experiment in one job. So no row runs that nobody asked for.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    rows : list of str
        Rows of it.
    changes : dict of str to object
        Keys of the run's own file that have other values there.
    """
    study, _ = split_experiment(experiment)
    kept: dict[str, set[str]] = {}
    for row in rows:
        for source, name in trace_sources(experiment, row, "full"):
            kept.setdefault(source, set()).add(name)
    for folder in (FULL / STUDIES).glob("*/"):
        shutil.rmtree(folder)
    for source, names in kept.items():
        content = read_experiment(source)
        chosen = {name: row for name, row in content["rows"].items() if name in names}
        write_yaml(FULL / experiment_file(source), content | {"rows": chosen})
    write_yaml(FULL / report_file(study), {"title": study, "tables": {}, "figures": {}})
    header = claims_file(study).read_text().splitlines()[0]
    write_text(FULL / claims_file(study), f"{header}\n")
    write_yaml(FULL / RUN_FILE, read_params(RUN_FILE) | changes | {"studies": [study]})


class QuotingDumper(yaml.SafeDumper):
    """A YAML dumper that quotes all text: to DVC a bare 0_8 is a number."""


QuotingDumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    """Write a parameter file."""
    text = yaml.dump(content, Dumper=QuotingDumper, sort_keys=False, allow_unicode=True)
    write_text(path, text)


def copy_changed(source: Path, target: Path) -> None:
    """Copy a file unless the same is there."""
    if not target.exists() or target.read_bytes() != source.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def record_rows(experiment: str, rows: list[str], seeds: list[int], cores: str) -> bool:
    """Run rows of an experiment at full scale and record them; say whether they ran."""
    if read_experiment(experiment)["kind"] in TRAINED:
        for row in rows:
            folders = [f"models/{experiment}/{row}/{seed}" for seed in seeds]
            files = [f"{folder}/predictions.safetensors" for folder in folders]
            if not run_snakemake(files, cores):
                return False
            paths = [FULL / file for file in files]
            measured = evaluate_experiment(experiment, paths, is_by_class(experiment))
            write_entries(experiment, {row: make_entry(experiment, row, measured[row])})
        return True
    file = f"metrics/{experiment}.json"
    if not run_snakemake([file], cores):
        return False
    measured = read_json(FULL / file)
    write_entries(experiment, {row: make_entry(experiment, row, measured[row]) for row in rows})
    return True


def run_snakemake(targets: list[str], cores: str) -> bool:
    """Make files of `runs/full`; say whether all went well."""
    command = ["snakemake", "--cores", cores, "--rerun-incomplete", "--", *targets]
    print(f"in {FULL}: {' '.join(command)}", flush=True)
    return subprocess.run(command, cwd=FULL, check=False).returncode == 0


def make_entry(experiment: str, row: str, metrics: dict[str, Any]) -> Entry:
    """Gather what is recorded of a row: what it gave, what made it, and at what cost."""
    logs = list(list_records(experiment, row))
    programs = sorted({path.relative_to(FULL / "logs").parts[0] for path in logs})
    files = {
        file
        for program in (*programs, "evaluate_predictions")
        for file in import_closure(f"workflow/scripts/{program}.py", FULL)
    }
    quick = Path(f"metrics/{experiment}.json")
    return {
        "settings": digest_settings(experiment, row),
        "code": {file: digest_file(FULL / file) for file in sorted(files)},
        "run": {key: read_params(FULL / RUN_FILE)[key] for key in RUN_KEYS},
        "commit": (FULL / COMMIT).read_text(),
        "probe": digest_value(read_json(quick).get(row)) if quick.exists() else None,
        "jobs": {
            path.relative_to(FULL / "logs").with_suffix("").as_posix(): read_json(path)
            for path in logs
        },
        "metrics": metrics,
    }


def list_records(experiment: str, row: str) -> Iterable[Path]:
    """List the records of the jobs behind a row: its own, and those of the rows it builds on."""
    for source, name in trace_sources(experiment, row, "full"):
        for folder in sorted((FULL / "logs").iterdir()):
            yield from sorted(folder.glob(f"{source}.json"))
            yield from sorted(folder.glob(f"{source}/{name}.json"))
            yield from sorted(folder.glob(f"{source}/{name}/*.json"))


def describe_commit() -> str:
    """Name the commit, and say whether the code was changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def write_entries(experiment: str, entries: dict[str, Entry]) -> None:
    """Add recorded rows to the file of their experiment, whole or not at all."""
    path = recording_file(experiment)
    content = read_recorded(path) if path.exists() else {"code": {}, "rows": {}}
    for row, entry in entries.items():
        code = entry["code"]
        name = digest_value(code)[:12]
        entry = entry | {"code": name}
        known = content["rows"].get(row)
        content["rows"][row] = merge_entries(known, entry) if known else entry
        content["code"][name] = code
    used = {entry["code"] for entry in content["rows"].values()}
    content["code"] = {name: code for name, code in content["code"].items() if name in used}
    write_json(path, content)
    print(f"{path}: {', '.join(entries)}")


def merge_entries(known: Entry, new: Entry) -> Entry:
    """Add the replicates of a row to those that were recorded of it before.

    Replicates of other settings, another backend, or code that gave other results are not mixed:
    they go.
    """
    is_same = all(known.get(name) == new.get(name) for name in ("settings", "run")) and (
        known["code"] == new["code"] or known["probe"] == new["probe"] is not None
    )
    before, after = (entry["metrics"].get("replicates", {}) for entry in (known, new))
    if not is_same or before.keys() != after.keys() or "replicate" not in after:
        return new
    together = {
        number: (values, place)
        for values in (before, after)
        for place, number in enumerate(values["replicate"])
    }
    ordered = [together[number] for number in sorted(together)]
    replicates = {name: [values[name][place] for values, place in ordered] for name in after}
    merged = new["metrics"] | average_replicates(replicates)
    return new | {"metrics": merged, "jobs": known["jobs"] | new["jobs"]}


if __name__ == "__main__":
    sys.exit(main())
