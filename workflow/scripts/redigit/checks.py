"""Checks of the parameter files, made before any job starts.

Each problem becomes one line: file, key, what was found, what is allowed.
"""

import os
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any

from redigit.architecture import find_network_problem
from redigit.claims import check_claims_file
from redigit.errors import InputError
from redigit.exhibits import ALL_ROWS
from redigit.perceptron import find_checkpoint_problem
from redigit.perplexity import find_points_problem
from redigit.settings import (
    REFERENCES,
    RUN_FILE,
    SCALES,
    Settings,
    is_by_class,
    list_layers,
    read_params,
    resolve_settings,
    study_file,
)
from redigit.space import find_search_problem, name_network_kind
from redigit.validation import (
    SCHEMAS,
    Problem,
    ProblemFinder,
    check_row,
    check_value,
    find_schema,
    list_kinds,
)


def find_tuner_problem(settings: Settings) -> Problem | None:
    """Find the first thing in the settings of a search that no schema can refuse."""
    return find_search_problem(find_schema("kinds", name_network_kind(settings)), settings)


# What the schema of a kind of experiment cannot say.
KIND_CHECKS: dict[str, ProblemFinder] = {
    "multitask": find_network_problem,
    "network": find_network_problem,
    "perceptron": find_checkpoint_problem,
    "tsne": find_points_problem,
    "tuner": find_tuner_problem,
}
OUTPUT_FOLDERS = ("data/pairs", "models", "metrics", "reports", "logs")


def check_parameters(config: Settings) -> None:
    """Check all parameter files of the run.

    Parameters
    ----------
    config : dict
        What Snakemake read, with values from its command line. Programs read the files
        themselves, so a value that only stands on the command line would not reach them; only
        `root`, the folder of the outputs, may.

    Raises
    ------
    InputError
        At the first problem.
    """
    run = read_params(RUN_FILE)
    check_keys(RUN_FILE, "", run)
    for key in sorted(set(config) | set(run)):
        if key != "root" and config.get(key) != run.get(key):
            raise InputError(
                f"--config {key}: found {config.get(key)!r}; allowed is root, set others in "
                f"{RUN_FILE}"
            )
    check_value(SCHEMAS / "run.yaml", RUN_FILE, "", run)
    for study in run["studies"]:
        check_study(study)


def check_folders(root: Path) -> None:
    """Check that the folders of the outputs can be written to, or made.

    Parameters
    ----------
    root : Path
        The folder that outputs go to; raw data stay in the project's own.

    Raises
    ------
    InputError
        Naming the first folder that cannot.
    """
    for folder in (Path("data/raw"), *(root / name for name in OUTPUT_FOLDERS)):
        place = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if not place.is_dir():
            raise InputError(f"{place}: found a file; allowed is a folder that can be written to")
        if not os.access(place, os.W_OK | os.X_OK):
            raise InputError(f"{place}: cannot be written to; allowed is a folder that can")


def check_keys(file: Path, key: str, value: Any) -> None:
    """Check that all keys are text; YAML reads a bare 50 or yes as something else."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise InputError(
                    f"{file}: {key or 'top level'}: found the key {name!r} "
                    f"({type(name).__name__}); allowed is text, in quotes: '{name}'"
                )
            check_keys(file, f"{key}.{name}" if key else name, inner)


def check_study(study: str) -> None:
    """Check the parameter file of a study; raise InputError at the first problem."""
    file = study_file(study)
    if not file.exists():
        known = ", ".join(
            sorted(path.parent.name for path in Path("studies").glob("*/params.yaml"))
        )
        raise InputError(f"{RUN_FILE}: studies: no {file}; there are {known}")
    content = read_params(file)
    check_keys(file, "", content)
    check_value(SCHEMAS / "study.yaml", file, "", content)
    for name, experiment in content["experiments"].items():
        kind = experiment["kind"]
        check_kind(file, f"experiments.{name}.kind", "kinds", kind)
        schema, find_more = find_schema("kinds", kind), KIND_CHECKS.get(kind)
        for row, scale in product(experiment["rows"], SCALES):
            check_row(schema, f"{study}/{name}", row, scale, find_more)
    for name, figure in content["figures"].items():
        check_kind(file, f"figures.{name}.kind", "figures", figure["kind"])
        check_value(find_schema("figures", figure["kind"]), file, f"figures.{name}", figure)
    check_exhibits(file, content)
    check_references(file, study, content)
    check_reports(file, study, content)
    check_pairs(file, study, content)
    check_claims_file(study)


def check_kind(file: Path, key: str, family: str, kind: str) -> None:
    """Check that a kind exists."""
    if kind not in list_kinds(family):
        raise InputError(
            f"{file}: {key}: found {kind!r}; allowed are {', '.join(list_kinds(family))}"
        )


def check_exhibits(file: Path, content: Settings) -> None:
    """Check that no exhibit is both rebuilt and listed as not rebuilt."""
    missing = content.get("not_rebuilt", {})
    for exhibit in chain(content["tables"].values(), content["figures"].values()):
        if (title := exhibit["title"]) in missing:
            raise InputError(f"{file}: not_rebuilt: found {title}, which is; allowed are others")


def check_references(file: Path, study: str, content: Settings) -> None:
    """Check that exhibits and settings name experiments and rows that exist."""
    kinds = {
        f"{name}/{row}": experiment["kind"]
        for name, experiment in content["experiments"].items()
        for row in experiment["rows"]
    }
    for key, reference, kind in list_references(study, content):
        allowed = [row for row in kinds if kind in (None, kinds[row])]
        if reference not in allowed:
            raise InputError(
                f"{file}: {key}: found {reference}; allowed are {', '.join(allowed) or 'none'}"
            )
    for family in ("tables", "figures"):
        for name, exhibit in content[family].items():
            experiment = exhibit.get("experiment")
            if experiment and experiment not in content["experiments"]:
                allowed = ", ".join(content["experiments"])
                place = f"{file}: {family}.{name}.experiment"
                raise InputError(f"{place}: found {experiment}; allowed are {allowed}")


def check_reports(file: Path, study: str, content: Settings) -> None:
    """Check that the experiments of classification reports are measured by class."""
    for name, table in content["tables"].items():
        if "report" in table and not is_by_class(f"{study}/{table['experiment']}"):
            raise InputError(
                f"{file}: tables.{name}.report: {table['experiment']} is not measured by class; "
                f"allowed with experiments.{table['experiment']}.by_class: true"
            )


def check_pairs(file: Path, study: str, content: Settings) -> None:
    """Check that the pairs that a row names are as many as it needs, at every scale."""
    for name, experiment in content["experiments"].items():
        for row, scale in product(experiment["rows"], SCALES):
            settings = resolve_settings(f"{study}/{name}", row, scale)
            if "pairs" not in settings:
                continue
            source, source_row = settings["pairs"].split("/")
            pool = resolve_settings(f"{study}/{source}", source_row, scale)
            for split, needed in count_needed(settings).items():
                if pool[split] < needed:
                    raise InputError(
                        f"{file}: experiments.{name}.rows.{row}: found {pool[split]} {split} pairs "
                        f"in {settings['pairs']} at scale {scale}; allowed are {needed} or more"
                    )


def count_needed(settings: Settings) -> dict[str, int]:
    """Count the pairs that a row needs of each split at least."""
    if "train_pairs" in settings:
        return {name: settings[f"{name}_pairs"] for name in ("train", "validation", "test")}
    if "points" in settings:
        return {settings["split"]: settings["points"]}
    return {"train": 1, "test": 1}


def list_references(study: str, content: Settings) -> Iterator[tuple[str, str, str | None]]:
    """List what refers to a row: key, ``experiment/row``, kind that it has to be if not any."""
    for family in ("tables", "figures"):
        for name, exhibit in content[family].items():
            rows = exhibit.get("rows", {})
            if rows == ALL_ROWS:
                # They are there if the experiment is.
                rows = content["experiments"].get(exhibit["experiment"], {}).get("rows", [rows])
            for row in chain(rows, *exhibit.get("series", {}).values()):
                row = f"{exhibit['experiment']}/{row}" if "experiment" in exhibit else row
                yield f"{family}.{name}", row, None
            for reference in exhibit.get("networks", {}):
                yield f"{family}.{name}.networks", reference, "network"
            for key in {"report", "classes"} & exhibit.keys():
                yield f"{family}.{name}.{key}", f"{exhibit['experiment']}/{exhibit[key]}", None
            for kind in REFERENCES:
                if kind in exhibit:
                    yield f"{family}.{name}.{kind}", exhibit[kind], kind
    for name, experiment in content["experiments"].items():
        for row, scale in product(experiment["rows"], SCALES):
            for key, layer in list_layers(f"{study}/{name}", row, scale):
                if "pairs" in layer:
                    yield f"{key}.pairs", layer["pairs"], "pairs"
