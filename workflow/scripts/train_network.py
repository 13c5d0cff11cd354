"""Train one network, of images or of pairs of them: one row of an experiment, one seed."""

from pathlib import Path

import numpy as np

from redigit.architecture import find_network_problem
from redigit.backend import start_backend
from redigit.files import write_arrays, write_csv
from redigit.items import count_labels, load_source
from redigit.program import run_program
from redigit.settings import RUN_FILE, read_params
from redigit.tasks import list_tasks
from redigit.validation import read_settings


def train_network(
    job: str,
    schema: Path,
    raw: list[Path],
    pairs: list[Path],
    weights: Path,
    history: Path,
    predictions: Path,
) -> None:
    """Train the network ``study/experiment/row/seed``; write weights, history, predictions.

    The manifest of pairs is given for networks of pairs only.
    """
    experiment, row, seed = job.rsplit("/", 2)
    settings = read_settings(schema, experiment, row, find_network_problem)
    run = read_params(RUN_FILE)
    start_backend(run["backend"], run["device"], run["threads"], int(seed))
    # Keras reads its backend when it is imported.
    import redigit.network as networks

    train, validation, test = load_source(experiment, settings, raw, pairs)(settings)
    tasks = list_tasks(settings, count_labels(settings))
    network = networks.build_network(settings, train.size, tasks)
    print(f"{job}: {network.count_params():,} parameters, {len(train):,} items to train with")
    curves, probability = networks.train_network(
        network, tasks, train, test, settings["batch"], settings["epochs"], int(seed), validation
    )
    write_arrays(weights, networks.collect_weights(network))
    write_csv(history, curves)
    arrays = {}
    for task in tasks:
        arrays[task.name_measure("probability")] = probability[task.name][None]
        arrays[task.name_measure("label")] = task.targets[test.labels][None]
    last = curves.filter(regex="^(train|validation)_").iloc[-1]
    numbers = {"replicate": int(seed), "n_parameters": network.count_params(), **last}
    write_arrays(predictions, arrays | {name: np.array([numbers[name]]) for name in numbers})


if __name__ == "__main__":
    run_program(train_network)
