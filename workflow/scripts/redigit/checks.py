"""Checks of the parameter files, made before any job starts.

Each problem becomes one line: file, key, what was found, what is allowed.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import chain, product
from pathlib import Path
from typing import Any

from redigit.architecture import find_network_problem
from redigit.between import check_comparisons
from redigit.checkpoints import find_checkpoint_problem
from redigit.claims import check_claims_file, claims_file, read_cells
from redigit.discussion import check_findings
from redigit.errors import InputError
from redigit.exhibits import ALL_ROWS, name_row
from redigit.explanations import check_explanations
from redigit.feature_checks import find_figure_problem
from redigit.files import write_text
from redigit.formulas import check_formulas
from redigit.groups import find_groups_problem
from redigit.perplexity import find_points_problem
from redigit.recordings import list_recording_files, read_recorded
from redigit.settings import (
    EVIDENCE,
    REFERENCES,
    RUN_FILE,
    SCALES,
    SOURCES,
    STUDIES,
    Settings,
    experiment_file,
    experiments_folder,
    find_experiments,
    is_by_class,
    list_layers,
    list_scales,
    read_experiment,
    read_params,
    refer_to_row,
    report_file,
    resolve_settings,
    split_experiment,
    trace_sources,
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
    "pairs": find_groups_problem,
    "perceptron": find_checkpoint_problem,
    "tsne": find_points_problem,
    "tuner": find_tuner_problem,
}
# `verdicts` would be the file of metrics that counts verdicts, `figures` stands in claims for none.
EXPERIMENT_FILES = r"(?!(figures|verdicts)\.)[a-z][a-z0-9_]*\.yaml"
OUTPUT_FOLDERS = ("data/pairs", "models", "metrics", "reports", "logs")

# What was last found right is remembered by its digest, so that nothing is checked twice.
FOUND_RIGHT = Path(".snakemake/redigit/found_right")
DIGESTED = (".csv", ".json", ".md", ".py", ".yaml")

# Where a row is referred to, as file and key; the row; the kinds it can be of, any if none.
Reference = tuple[Path, str, str, tuple[str, ...]]


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
    digest = digest_parameters(config)
    if is_found_right(digest):
        return
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
    check_comparisons(run["studies"])
    with suppress(InputError):
        write_text(FOUND_RIGHT, digest)


def digest_parameters(config: Settings) -> str:
    """Digest all that the checks depend on: parameters, claims, schemas, and the library itself."""
    digest = sha256(repr(config).encode())
    folders = (STUDIES, EVIDENCE, SCHEMAS, Path(__file__).parent)
    inside = (path for folder in folders for path in sorted(folder.rglob("*.*")))
    for path in (RUN_FILE, *(path for path in inside if path.suffix in DIGESTED)):
        digest.update(f"{path}\0".encode())
        # What cannot be read is named by the checks.
        digest.update(sha256(path.read_bytes() if os.access(path, os.R_OK) else b"").digest())
    return digest.hexdigest()


def is_found_right(digest: str) -> bool:
    """Say whether the checks passed when all was as it is now; they take a second or two."""
    try:
        return FOUND_RIGHT.read_text() == digest
    except (OSError, UnicodeDecodeError):
        return False


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
    """Check the parameter files of a study; raise InputError at the first problem."""
    file = report_file(study)
    if not file.exists():
        known = ", ".join(sorted(path.parent.name for path in STUDIES.glob("*/report.yaml")))
        raise InputError(f"{RUN_FILE}: studies: no {file}; there are {known}")
    check_file(file, SCHEMAS / "report.yaml")
    check_file_names(experiments_folder(study))
    for experiment in find_experiments(study):
        check_experiment(experiment)
    report = read_params(file)
    for name, figure in report["figures"].items():
        check_kind(file, f"figures.{name}.kind", "figures", figure["kind"])
        check_value(find_schema("figures", figure["kind"]), file, f"figures.{name}", figure)
    check_exhibits(file, report)
    check_references(study)
    check_printed(study)
    check_reports(study)
    check_tasks(study)
    check_pairs(study)
    check_features(study)
    check_sections(file, report)
    check_formulas(study)
    check_claims_file(study)
    for recorded in list_recording_files(study):
        read_recorded(Path(recorded))
    check_explanations(study, set(list_needed_rows(study)))
    check_findings(study)


def check_file(file: Path, schema: Path) -> None:
    """Check a whole parameter file."""
    content = read_params(file)
    check_keys(file, "", content)
    check_value(schema, file, "", content)


def check_file_names(folder: Path) -> None:
    """Check that the files of a folder can be experiments; hidden ones are an editor's."""
    for path in sorted(folder.glob("[!.]*")):
        if not re.fullmatch(EXPERIMENT_FILES, path.name):
            raise InputError(f"{path}: allowed are names like {EXPERIMENT_FILES}")


def check_experiment(experiment: str) -> None:
    """Check the file of ``study/experiment``, and each row wherever its settings differ."""
    file = experiment_file(experiment)
    check_file(file, SCHEMAS / "experiment.yaml")
    content = read_experiment(experiment)
    kind = content["kind"]
    check_kind(file, "kind", "kinds", kind)
    schema, find_more = find_schema("kinds", kind), KIND_CHECKS.get(kind)
    for row in content["rows"]:
        for scale in list_scales(experiment, row):
            check_row(schema, experiment, row, scale, find_more)


def check_kind(file: Path, key: str, family: str, kind: str) -> None:
    """Check that a kind exists."""
    if kind not in list_kinds(family):
        raise InputError(
            f"{file}: {key}: found {kind!r}; allowed are {', '.join(list_kinds(family))}"
        )


def check_exhibits(file: Path, report: Settings) -> None:
    """Check that no exhibit is both rebuilt and listed as not rebuilt."""
    missing = report.get("not_rebuilt", {})
    for exhibit in chain(report["tables"].values(), report["figures"].values()):
        if (title := exhibit["title"]) in missing:
            raise InputError(f"{file}: not_rebuilt: found {title}, which is; allowed are others")


def check_sections(file: Path, report: Settings) -> None:
    """Check that sections, if there are any, have each table and figure once."""
    missing = [*report["tables"], *report["figures"]]
    if len(set(missing)) < len(missing):
        name = next(name for name in report["tables"] if name in report["figures"])
        raise InputError(f"{file}: figures.{name}: found the name of a table; allowed are others")
    if "sections" not in report:
        return
    for section, content in report["sections"].items():
        for name in content["exhibits"]:
            if name not in missing:
                allowed = ", ".join(missing) or "no more"
                raise InputError(f"{file}: sections.{section}: found {name}; allowed: {allowed}")
            missing.remove(name)
    if missing:
        raise InputError(f"{file}: sections: {', '.join(missing)} missing; allowed is each once")


def check_references(study: str) -> None:
    """Check that exhibits and settings name experiments and rows that exist."""
    experiments = [split_experiment(experiment)[1] for experiment in find_experiments(study)]
    contents = {name: read_experiment(f"{study}/{name}") for name in experiments}
    kinds = {f"{name}/{row}": of["kind"] for name, of in contents.items() for row in of["rows"]}
    for file, key, reference, of_kinds in chain(
        list_shown_rows(study, contents), list_named_rows(study, contents)
    ):
        allowed = [row for row in kinds if not of_kinds or kinds[row] in of_kinds]
        if reference not in allowed:
            raise InputError(
                f"{file}: {key}: found {reference}; allowed are {', '.join(allowed) or 'none'}"
            )
    file = report_file(study)
    for family in ("tables", "figures"):
        for name, exhibit in read_params(file)[family].items():
            experiment = exhibit.get("experiment")
            if experiment and experiment not in experiments:
                place = f"{file}: {family}.{name}.experiment"
                allowed = ", ".join(experiments)
                raise InputError(f"{place}: found {experiment}; allowed are {allowed}")


def check_printed(study: str) -> None:
    """Check that figures which show printed numbers name claims, of any study, and strips."""
    file = report_file(study)
    columns = list(read_params(SCHEMAS / "claims.yaml")["properties"])
    for name, figure in read_params(file)["figures"].items():
        for claim in figure.get("printed", {}):
            claims = claims_file(claim.split("-")[0])
            if claim not in {cells["id"] for _, cells in read_cells(claims, columns)}:
                raise InputError(f"{file}: figures.{name}.printed: found {claim}, not in {claims}")
        reference = figure.get("reference")
        if reference and reference not in figure["strips"]:
            raise InputError(
                f"{file}: figures.{name}.reference: found {reference!r}; allowed are "
                f"{', '.join(figure['strips'])}"
            )


def check_reports(study: str) -> None:
    """Check that the experiments of classification reports are measured by class."""
    file = report_file(study)
    for name, table in read_params(file)["tables"].items():
        experiment = f"{study}/{table.get('experiment')}"
        if "report" in table and not is_by_class(experiment):
            raise InputError(
                f"{file}: tables.{name}.report: {table['experiment']} is not measured by class; "
                f"allowed with by_class: true in {experiment_file(experiment)}"
            )


def check_tasks(study: str) -> None:
    """Check that a figure about one task of a network says which, if there are any."""
    file = report_file(study)
    for name, figure in read_params(file)["figures"].items():
        if "network" not in figure:
            continue
        tasks = resolve_settings(*refer_to_row(study, figure["network"]), "full").get("tasks")
        if (task := figure.get("task")) not in (tasks or (None,)):
            allowed = ", ".join(tasks or ("none",))
            raise InputError(f"{file}: figures.{name}.task: found {task}; allowed are {allowed}")


def check_pairs(study: str) -> None:
    """Check that the pairs that a row names are as many as it needs, at every scale."""
    for experiment in find_experiments(study):
        for row, scale in product(read_experiment(experiment)["rows"], SCALES):
            source, name = trace_sources(experiment, row, scale)[-1]
            if source == experiment or read_experiment(source)["kind"] != "pairs":
                continue
            pool = resolve_settings(source, name, scale)
            for split, needed in count_needed(resolve_settings(experiment, row, scale)).items():
                if pool[split] < needed:
                    reference = f"{split_experiment(source)[1]}/{name}"
                    raise InputError(
                        f"{experiment_file(experiment)}: rows.{row}: found {pool[split]} {split} "
                        f"pairs in {reference} at scale {scale}; "
                        f"allowed are {needed} or more"
                    )


def check_features(study: str) -> None:
    """Check that what figures show of the inside of networks is there, at every scale."""
    file = report_file(study)
    for (name, figure), scale in product(read_params(file)["figures"].items(), SCALES):
        settings = None
        if "features" in figure:
            settings = resolve_settings(*refer_to_row(study, figure["features"]), scale)
        elif figure["kind"] not in ("kernel_grid", "network_diagram"):
            continue
        reference = settings["network"] if settings else figure["network"]
        network = resolve_settings(*refer_to_row(study, reference), scale)
        if problem := find_figure_problem(figure, settings, network):
            path, text = problem
            raise InputError(f"{file}: {'.'.join(['figures', name, *path])}: {text}")


def count_needed(settings: Settings) -> dict[str, int]:
    """Count the pairs that a row needs of each split at least."""
    if "train_pairs" in settings:
        return {name: settings[f"{name}_pairs"] for name in ("train", "validation", "test")}
    if "points" in settings:
        return {settings["split"]: settings["points"] * settings["maps"]}
    if "folds" in settings:
        size, folds = settings["size"] or 1, settings["folds"]
        return {"train": max(size, folds), "test": 0 if folds else 1}
    if "size_counts" in settings:
        # A pair has two digits.
        size = settings["size"]
        return {"train": size if settings["size_counts"] == "pairs" else -(-size // 2), "test": 1}
    return {"train": 1, "test": 1}


def list_needed_rows(study: str) -> Iterator[str]:
    """List the rows that exhibits and settings of a study name, as ``experiment/row``."""
    contents = {
        split_experiment(name)[1]: read_experiment(name) for name in find_experiments(study)
    }
    for listed in (list_shown_rows(study, contents), list_named_rows(study, contents)):
        yield from (reference for _, _, reference, _ in listed)


def list_shown_rows(study: str, experiments: dict[str, Settings]) -> Iterator[Reference]:
    """List the rows of a study's experiments, as they are given by name, that exhibits show."""
    file = report_file(study)
    for family in ("tables", "figures"):
        for name, exhibit in read_params(file)[family].items():
            rows = exhibit.get("rows", {})
            if rows == ALL_ROWS:
                # They are there if the experiment is.
                rows = experiments.get(exhibit["experiment"], {}).get("rows", [rows])
            series, single = exhibit.get("series", {}), exhibit.get("single", {})
            for row in chain(rows, *series.values(), single.values()):
                yield file, f"{family}.{name}", name_row(exhibit, row), ()
            for quantity in exhibit.get("strips", {}).values():
                yield file, f"{family}.{name}.strips", quantity.rpartition("/")[0], ()
            for reference in exhibit.get("networks", {}):
                yield file, f"{family}.{name}.networks", reference, ("network",)
            for key in {"report", "classes"} & exhibit.keys():
                row = f"{exhibit['experiment']}/{exhibit[key]}"
                yield file, f"{family}.{name}.{key}", row, ()
            for key, kinds in REFERENCES.items():
                if key in exhibit:
                    yield file, f"{family}.{name}.{key}", exhibit[key], kinds


def list_named_rows(study: str, experiments: dict[str, Settings]) -> Iterator[Reference]:
    """List the rows that settings of a study's experiments, given by name, refer to."""
    for name, content in experiments.items():
        experiment = f"{study}/{name}"
        for row in content["rows"]:
            for scale in list_scales(experiment, row):
                for key, layer in list_layers(experiment, row, scale):
                    for kind in SOURCES:
                        if kind in layer:
                            file = experiment_file(experiment)
                            yield file, f"{key}.{kind}", layer[kind], (kind,)
