"""Train one network, of images or of pairs of them: one row of an experiment, one seed."""

from pathlib import Path

import numpy as np
import pandas as pd

from redigit.architecture import find_network_problem
from redigit.backend import start_backend
from redigit.datasets import DATASETS, N_SUMS, load_images
from redigit.files import write_arrays, write_csv
from redigit.images import ImageSet, select_images, select_pairs
from redigit.program import run_program
from redigit.settings import RUN_FILE, Settings, read_params, refer_to_row, resolve_settings
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
    settings = read_settings(schema, experiment, row, None if pairs else find_network_problem)
    run = read_params(RUN_FILE)
    start_backend(run["backend"], run["device"], run["threads"], int(seed))
    # Keras reads its backend when it is imported.
    import redigit.network as networks

    train, validation, test = load_items(experiment, settings, raw, pairs)
    tasks = list_tasks(settings, N_SUMS if pairs else len(DATASETS[settings["data"]].classes))
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


def load_items(
    experiment: str, settings: Settings, raw: list[Path], pairs: list[Path]
) -> tuple[ImageSet, ImageSet, ImageSet]:
    """Load the items to train with, to validate with, if any, and to test with."""
    if not pairs:
        return select_images(load_images(raw, "train"), load_images(raw, "test"), settings)
    (manifest,) = pairs
    pool = resolve_settings(*refer_to_row(experiment.split("/")[0], settings["pairs"]))
    images, _ = load_images(raw, pool["images"])
    return select_pairs(images, pd.read_parquet(manifest), settings)


if __name__ == "__main__":
    run_program(train_network)
