"""Train a small network, or look into a trained one, with the backend that is named.

``python look.py BACKEND RAW WEIGHTS [FEATURES]``: Keras takes one backend in a process.
"""

import sys
from pathlib import Path

from redigit.backend import start_backend
from redigit.datasets import load_images
from redigit.files import read_arrays, write_arrays
from redigit.images import select_images
from redigit.tasks import list_tasks

NETWORK = {
    "data": "mnist",
    "pixels": "unit",
    "train_images": 2000,
    "validation_images": 0,
    "test_images": 200,
    "convolutions": [
        {"kernels": 8, "size": 4, "stride": 1, "padding": "valid", "pool": 0},
        {"kernels": 16, "size": 4, "stride": 2, "padding": "valid", "pool": 0},
    ],
    "hidden": [],
    "activation": "relu",
    "optimiser": {"name": "adam", "learning_rate": 0.001},
}
SETTINGS = {
    "digits": [2, 9],
    "test_images": 200,
    "ascent": {"steps": 30, "rate": 10, "noise": [0.4, 0.6]},
    "dream": {"steps": 100, "rate": 0.2},
    "class_dream": {"steps": 100, "rate": 0.2, "noise": [0.4, 0.6]},
    "thresholds": {"likeness": 0.5, "depth": 0.05, "gradient": 0.1, "smooth": 0.5}
    | {"own": 0.9, "lead": 0.5},
}


def train(raw: Path, weights: Path) -> None:
    from redigit.network import build_network, collect_weights, train_network

    train, _, test = select_images(load_images(raw, "train"), load_images(raw, "test"), NETWORK)
    tasks = list_tasks(NETWORK, 10)
    network = build_network(NETWORK, train.size, tasks)
    train_network(network, tasks, train, test, batch=50, epochs=2, seed=0)
    write_arrays(weights, collect_weights(network))


def look(raw: Path, weights: Path, features: Path) -> None:
    import redigit.features as seen

    scene = seen.set_scene(*load_images(raw, "test"), SETTINGS, NETWORK)
    tasks = list_tasks(NETWORK, 10)
    network = seen.restore_network(NETWORK, scene.size, tasks, read_arrays(weights))
    write_arrays(features, seen.see_network(network, scene, SETTINGS, "look")[0])


if __name__ == "__main__":
    start_backend(sys.argv[1], "cpu", 1, 0)
    action = train if len(sys.argv) == 4 else look
    action(*map(Path, sys.argv[2:]))
