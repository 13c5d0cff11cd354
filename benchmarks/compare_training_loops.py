"""Compare the training loop of redigit.network with Keras' fit on the same batches.

Run in the project's folder after `make report`.
"""

import resource
import statistics
import time
from pathlib import Path

from redigit.backend import start_backend

start_backend("tensorflow", "cpu", threads=1, seed=0)

import keras  # noqa: E402
import numpy as np  # noqa: E402

from redigit import network  # noqa: E402
from redigit.datasets import load_images  # noqa: E402
from redigit.images import ImageSet  # noqa: E402
from redigit.tasks import list_tasks  # noqa: E402

REPEATS = 3
N_IMAGES, BATCH = 10_000, 100
SETTINGS = {
    "convolutions": [],
    "hidden": [1000, 1000],
    "activation": "relu",
    "optimiser": {"name": "adam", "learning_rate": 0.001},
}


class Batches(keras.utils.PyDataset):
    """Batches made when Keras asks for them."""

    def __init__(self, items: ImageSet) -> None:
        super().__init__()
        self.items = items

    def __len__(self) -> int:
        return len(self.items) // BATCH

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        return self.items.make_batch(slice(number * BATCH, (number + 1) * BATCH))


def measure(loop) -> tuple[float, float]:
    """Measure wall and processor time of a call, in seconds."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    loop()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu


def main() -> None:
    """Train in turn by both loops, print medians and the ratio."""
    images, labels = load_images(Path("data/raw/mnist"), "train")
    items = ImageSet.of_images(images, labels, "unit").take(slice(N_IMAGES))
    tasks = list_tasks(SETTINGS, 10)
    trained = network.build_network(SETTINGS, items.size, tasks)
    order = np.arange(len(items))
    loops = {
        "redigit.network": lambda: network.run_epoch(trained, tasks, items, order, BATCH),
        "keras fit": lambda: trained.fit(Batches(items), verbose=0),
    }
    for loop in loops.values():
        loop()
    times = {name: [measure(loop) for _ in range(REPEATS)] for name, loop in loops.items()}
    for name, values in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"{name:16} {wall:6.2f} s wall {cpu:6.2f} s processor, one epoch of {N_IMAGES:,}")
    ours, theirs = (statistics.median(cpu for _, cpu in values) for values in times.values())
    print(f"ratio of processor time, redigit to fit: {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
