"""A study's parameter files, written from one mapping and read as one."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from redigit.claims import read_claims
from redigit.settings import (
    experiment_file,
    experiments_folder,
    find_experiments,
    read_experiment,
    read_params,
    report_file,
    split_experiment,
)
from redigit.validation import find_cell_problem, read_schema


def forget_files() -> None:
    """Forget the files that were read: a program reads each but once."""
    for read in (read_params, read_schema, read_claims, find_cell_problem):
        read.cache_clear()


def write_study(study: str, content: dict[str, Any]) -> None:
    """Write the files of a study anew.

    Parameters
    ----------
    study : str
        Its name.
    content : dict
        ``experiments`` by name; all else is its report's.
    """
    shutil.rmtree(experiments_folder(study), ignore_errors=True)
    experiments_folder(study).mkdir(parents=True)
    for name, experiment in content.get("experiments", {}).items():
        write_yaml(experiment_file(f"{study}/{name}"), experiment)
    report = {key: value for key, value in content.items() if key != "experiments"}
    write_yaml(report_file(study), report)
    forget_files()


def write_yaml(file: Path, content: dict[str, Any]) -> None:
    """Write a parameter file."""
    file.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False))


def read_study(study: str) -> dict[str, Any]:
    """Read the files of a study, as `write_study` takes them."""
    forget_files()
    experiments = {split_experiment(name)[1]: name for name in find_experiments(study)}
    contents = {name: read_experiment(path) for name, path in experiments.items()}
    return {"experiments": contents, **read_params(report_file(study))}
