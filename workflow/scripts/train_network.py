"""Train one network: one row of an experiment, one seed."""

from pathlib import Path

import numpy as np

from redigit.backend import start_backend
from redigit.datasets import DATASETS, load_images
from redigit.files import write_arrays, write_csv
from redigit.images import ImageSet
from redigit.program import run_program
from redigit.settings import RUN_FILE, read_params
from redigit.validation import read_settings


def train_network(
    job: str, schema: Path, raw: list[Path], weights: Path, history: Path, predictions: Path
) -> None:
    """Train the network ``study/experiment/row/seed``; write weights, history, predictions."""
    experiment, row, seed = job.rsplit("/", 2)
    settings = read_settings(schema, experiment, row)
    run = read_params(RUN_FILE)
    start_backend(run["backend"], run["device"], run["threads"], int(seed))
    # Keras reads its backend when it is imported.
    import redigit.network as networks

    train, test = (
        ImageSet.of_images(*load_images(raw, split), settings["pixels"])
        for split in ("train", "test")
    )
    train = train.take_first(settings["train_images"])
    n_classes = len(DATASETS[settings["data"]].classes)
    network = networks.build_network(settings, train.n_inputs, n_classes)
    print(f"{job}: {network.count_params():,} parameters, {len(train):,} training images")
    curves = networks.train_network(
        network, train, test, settings["batch"], settings["epochs"], int(seed)
    )
    write_arrays(weights, networks.collect_weights(network))
    write_csv(history, curves)
    last = curves.iloc[-1]
    write_arrays(
        predictions,
        {
            "probability": networks.predict_probabilities(network, test)[None],
            "label": test.labels[None],
            "replicate": np.array([int(seed)]),
            "n_parameters": np.array([network.count_params()]),
            "train_accuracy": np.array([last["train_accuracy"]]),
            "train_loss": np.array([last["train_loss"]]),
        },
    )


if __name__ == "__main__":
    run_program(train_network)
