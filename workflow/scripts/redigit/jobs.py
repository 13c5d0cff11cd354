"""Which jobs a run has: what the rules need to know of the parameter files."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from redigit.datasets import DATASETS
from redigit.settings import RUN_FILE, look_up, read_experiment, read_params, study_file


def list_experiments(*kinds: str, study: str | None = None) -> list[str]:
    """List the run's experiments as ``study/experiment``.

    Parameters
    ----------
    *kinds : str
        Only experiments of these kinds; all if none is given.
    study : str, optional
        Only those of this study.
    """
    studies = [study] if study else read_params(RUN_FILE)["studies"]
    return [
        f"{name}/{experiment}"
        for name in studies
        for experiment, content in read_params(study_file(name))["experiments"].items()
        if not kinds or content["kind"] in kinds
    ]


def list_rows(*kinds: str) -> Iterator[tuple[str, str]]:
    """List the rows of the run's experiments of some kinds, as (experiment, row)."""
    for experiment in list_experiments(*kinds):
        for row in read_experiment(experiment)["rows"]:
            yield experiment, row


def list_exhibits(family: str) -> list[tuple[str, str]]:
    """List the run's `tables` or `figures`, as (study, name)."""
    return [
        (study, name)
        for study in read_params(RUN_FILE)["studies"]
        for name in read_params(study_file(study))[family]
    ]


def match_any(names: Iterable[str]) -> str:
    """Make the regular expression that matches these names only; no name, no match."""
    return "|".join(map(re.escape, names)) or r"(?!)"


def list_raw_files(dataset: str) -> list[str]:
    """List the raw files of a dataset."""
    return [f"data/raw/{dataset}/{file.name}" for file in DATASETS[dataset].files]


def find_exhibit(family: str, study: str, name: str) -> dict:
    """Find the definition of a table or figure."""
    return look_up(study_file(study), f"{family}.{name}")


def find_pairs(study: str, reference: str) -> str:
    """Name the manifest that ``experiment/row`` refers to, below the folder of the pairs."""
    return str(Path(study) / f"{reference}.parquet")
