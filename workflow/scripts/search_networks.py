"""Search for networks: all rows, seeds and trials of one experiment."""

from functools import partial
from pathlib import Path

from redigit.architecture import find_network_problem
from redigit.backend import list_versions, start_backend
from redigit.errors import InputError
from redigit.evaluation import average_replicates
from redigit.files import write_csv, write_json
from redigit.items import Source, count_labels, load_source
from redigit.program import run_program
from redigit.search import (
    AfterEpoch,
    log_through_program,
    make_digest,
    measure_search,
    open_database,
    run_search,
    tabulate_trials,
)
from redigit.settings import RUN_FILE, Settings, read_experiment, read_params
from redigit.space import find_search_problem
from redigit.tasks import list_tasks
from redigit.validation import read_settings


def search_networks(
    experiment: str,
    program: list[Path],
    schema: Path,
    network_schema: Path,
    raw: list[Path],
    pairs: list[Path],
    trials: Path,
    metrics: Path,
) -> None:
    """Run the searches of ``study/experiment``; write their trials, and metrics by row.

    Finished trials are kept beside `trials`, in ``trials.db``, which is no output: engines remove
    those before a job. A search takes over those of the same settings, seed, code and libraries.
    """
    log_through_program()
    find_more = partial(find_search_problem, network_schema)
    rows = {
        row: read_settings(schema, experiment, row, find_more)
        for row in read_experiment(experiment)["rows"]
    }
    run = read_params(RUN_FILE)
    start_backend(run["backend"], run["device"], run["threads"], 0)
    code = make_digest(
        program,
        [run[key] for key in ("backend", "device", "threads")],
        list_versions(run["backend"]),
    )
    database = open_database(trials.with_suffix(".db"))
    searches, measured = {}, {}
    for row, settings in rows.items():
        source = load_source(experiment, settings, raw, pairs)
        measured[row] = {"replicate": run["seeds"]}
        for seed in run["seeds"]:
            # More trials go on where fewer have ended.
            key = make_digest([], code, experiment, row, seed, settings | {"trials": None})
            name, train = f"{experiment}/{row}/{seed}", partial(train_trial, source, seed)
            searches[row, seed] = found = run_search(settings, name, database, key, train)
            for metric, value in measure_search(settings, name, found).items():
                measured[row].setdefault(metric, []).append(value)
    write_csv(trials, tabulate_trials(searches))
    write_json(metrics, {row: average_replicates(measured[row]) for row in rows})


def train_trial(
    source: Source, seed: int, settings: Settings, after_epoch: AfterEpoch
) -> dict[str, float]:
    """Train a trial's network, as the row of an experiment would be with these settings."""
    # Keras reads its backend when it is imported.
    import redigit.network as networks

    if problem := find_network_problem(settings):
        raise InputError(f"a trial's {'.'.join(problem[0])}: {problem[1]}; change its space")
    train, validation, test = source(settings)
    tasks = list_tasks(settings, count_labels(settings))
    networks.start_anew(seed)
    network = networks.build_network(settings, train.size, tasks)
    numbers = settings["batch"], settings["epochs"]
    curves, _ = networks.train_network(
        network, tasks, train, test, *numbers, seed, validation, after_epoch
    )
    return {"n_parameters": network.count_params(), **curves.iloc[-1]}


if __name__ == "__main__":
    run_program(search_networks)
