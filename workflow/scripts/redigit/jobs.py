"""Which jobs a run has and what they need: what the rules ask of the parameter files.

Paths of outputs are given with Snakemake's path variables, such as ``<models>``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from redigit.datasets import DATASETS
from redigit.exhibits import declare_all_rows
from redigit.settings import (
    EVIDENCE,
    RUN_FILE,
    Settings,
    declare_experiment,
    declare_keys,
    declare_settings,
    experiment_file,
    find_experiments,
    merge_declared,
    read_experiment,
    read_params,
    refer_to_row,
    report_file,
    resolve_settings,
    split_experiment,
    trace_sources,
)
from redigit.space import name_network_kind
from redigit.validation import find_schema

Row = tuple[str, str]

# Measured: 215 MiB each, with the five studies.
SNAKEMAKES_MB = 500


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
        experiment
        for name in studies
        for experiment in find_experiments(name)
        if not kinds or read_experiment(experiment)["kind"] in kinds
    ]


def list_experiment_files(*studies: str) -> list[str]:
    """List the files of all experiments of studies."""
    return [str(experiment_file(name)) for study in studies for name in find_experiments(study)]


def list_rows(*kinds: str) -> Iterator[Row]:
    """List the rows of the run's experiments of some kinds, as (experiment, row)."""
    for experiment in list_experiments(*kinds):
        for row in read_experiment(experiment)["rows"]:
            yield experiment, row


def match_any(names: Iterable[str]) -> str:
    """Make the regular expression that matches these names only; no name, no match."""
    return "|".join(map(re.escape, names)) or r"(?!)"


def list_raw_files(dataset: str) -> list[str]:
    """List the raw files of a dataset."""
    return [f"data/raw/{dataset}/{file.name}" for file in DATASETS[dataset].files]


def list_raw_inputs(experiment: str, *rows: str) -> list[str]:
    """List the raw files of the datasets that rows name by their setting `data`."""
    datasets = dict.fromkeys(resolve_settings(experiment, row)["data"] for row in rows)
    return [file for dataset in datasets for file in list_raw_files(dataset)]


def list_evidence(experiment: str) -> list[str]:
    """List the stored certificates of ``study/experiment``."""
    return sorted(str(path) for path in (EVIDENCE / experiment).glob("*.safetensors"))


def find_pairs(experiment: str, row: str) -> Row:
    """Find the dataset of pairs that a row names by its setting `pairs`."""
    return refer_to_row(experiment.split("/")[0], resolve_settings(experiment, row)["pairs"])


def find_network(experiment: str, row: str) -> Row:
    """Find the network that a row names by its setting `network`."""
    return refer_to_row(experiment.split("/")[0], resolve_settings(experiment, row)["network"])


def find_pool(experiment: str, row: str) -> Row:
    """Find the row whose setting `data` names the images of a row: that of its pairs, or itself."""
    return trace_sources(experiment, row)[-1]


def list_item_inputs(experiment: str, *rows: str) -> list[str]:
    """List the raw files that the items of rows come from, be they images or pairs."""
    pools = dict.fromkeys(find_pool(experiment, row) for row in rows)
    return list(dict.fromkeys(file for pool in pools for file in list_raw_inputs(*pool)))


def list_pairs_inputs(experiment: str, *rows: str) -> list[str]:
    """List the manifests of the pairs that rows are about, if they are about pairs."""
    pools = dict.fromkeys(find_pool(experiment, row) for row in rows)
    return ["<pairs>/{}/{}.parquet".format(*pool) for pool in pools if pool[0] != experiment]


def list_embedding_weights(experiment: str, seed: int) -> list[str]:
    """List the weights of the networks whose embeddings the rows of an experiment map."""
    study, _ = split_experiment(experiment)
    rows = [resolve_settings(experiment, row) for row in read_experiment(experiment)["rows"]]
    named = dict.fromkeys(row["pair_network"] for row in rows if "pair_network" in row)
    return [f"<models>/{study}/{name}/{seed}/weights.safetensors" for name in named]


def list_network_schemas(experiment: str) -> list[str]:
    """List the schemas of the networks of a search: one, unless its rows differ in kind."""
    settings = [resolve_settings(experiment, row) for row in read_experiment(experiment)["rows"]]
    kinds = dict.fromkeys(map(name_network_kind, settings))
    return [find_schema("kinds", kind).as_posix() for kind in kinds]


def declare_networks(experiment: str, *rows: str) -> dict[str, Settings]:
    """Declare the keys that the trainings of rows depend on."""
    run = ("backend", "device", "threads")
    declared = [declare_settings(experiment, row, run=run) for row in rows]
    return merge_declared(*declared, *(declare_settings(*find_pool(experiment, r)) for r in rows))


def declare_rows_of_pairs(experiment: str) -> dict[str, Settings]:
    """Declare the keys that the rows of an experiment, and the pairs they name, depend on."""
    rows = read_experiment(experiment)["rows"]
    sources = dict.fromkeys(name for row in rows for name in trace_sources(experiment, row)[1:])
    return merge_declared(declare_experiment(experiment), *(declare_settings(*s) for s in sources))


def declare_classical(experiment: str) -> dict[str, Settings]:
    """Declare the same of the kind `classical`, and who implements its support vector machines."""
    rows = read_experiment(experiment)["rows"]
    models = [resolve_settings(experiment, row)["model"] for row in rows]
    run = ["svm_implementation"] if any("svm" in model for model in models) else []
    return merge_declared(declare_rows_of_pairs(experiment), declare_keys({RUN_FILE: run}))


def grow_memory(workflow: Any, needed: int | Callable[..., int]) -> Callable[..., int]:
    """Let the jobs of a rule have the memory that their program needs, and more after a failure.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        Tells whether jobs go to a cluster, where two Snakemakes run beside each program.
    needed : int or callable
        In MB; a callable is given the wildcards.

    Returns
    -------
    callable
        Gives the memory in MB of a job with certain wildcards at a certain attempt.
    """

    def give_memory(wildcards: Any, attempt: int) -> int:
        first = needed(wildcards) if callable(needed) else needed
        return attempt * (first + (0 if workflow.local_exec else SNAKEMAKES_MB))

    return give_memory


def estimate_memory(experiment: str) -> int:
    """Estimate the memory that the classifiers of the kind `classical` take, in MB.

    At its peak a support vector machine holds the pixels of its training pairs as numbers of four
    and twice of eight bytes; the programs and all images take 700 MB (measured).
    """
    pixels = 0
    for row in read_experiment(experiment)["rows"]:
        settings = resolve_settings(experiment, row)
        size = settings["size"] or resolve_settings(*find_pairs(experiment, row))["train"]
        pixels = max(pixels, size * 2 * 28 * 28)
    return 700 + pixels * (4 + 8 + 8) // 10**6


def list_table_metrics(study: str) -> list[str]:
    """List the metrics that the tables of a study show."""
    experiments: dict[str, None] = {}
    for definition in read_params(report_file(study))["tables"].values():
        shown = [definition["experiment"]] if "experiment" in definition else definition["rows"]
        experiments |= dict.fromkeys(name.split("/")[0] for name in shown)
    return [f"<metrics>/{study}/{experiment}.json" for experiment in experiments]


def declare_tables(study: str) -> dict[str, Settings]:
    """Declare the keys that the definitions of a study's tables are read from."""
    declared = declare_keys({report_file(study): ["tables"]})
    tables = declared[str(report_file(study))]["tables"].values()
    return merge_declared(declared, *(declare_all_rows(study, table) for table in tables))
