"""Compare the time that study D's support vector machine takes, by size and implementation.

Run in the project's folder after `make report` and, to compare implementations, `make intelex`.
Sizes may be given; by default they end where a busy machine takes a minute.
"""

import argparse
import importlib.util
import math
import time
from pathlib import Path

import numpy as np
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from redigit.images import ImageSet
from redigit.items import load_source
from redigit.settings import resolve_settings

EXPERIMENT, ROW = "d/network", "tuned"
SIZES = (500, 1000, 2000, 4000)
N_TEST = 2000


def list_implementations() -> dict[str, type]:
    """List the implementations that are installed."""
    found = {"sklearn": SVC}
    if importlib.util.find_spec("sklearnex"):
        from sklearnex.svm import SVC as FastSVC

        found["intelex"] = FastSVC
    return found


def select_items(size: int) -> tuple[ImageSet, ImageSet]:
    """Select training and test pairs of study D's 80,000."""
    settings = resolve_settings(EXPERIMENT, ROW, "full")
    settings |= {"train_pairs": size, "validation_pairs": 0, "test_pairs": N_TEST}
    raw = sorted(Path("data/raw/mnist").iterdir())
    pairs = [Path("data/pairs/d/pairs/stratified.parquet")]
    train, _, test = load_source(EXPERIMENT, settings, raw, pairs)(settings)
    return train, test


def main() -> None:
    """Fit and predict at each size in turn by each implementation; print times and ratios."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    sizes = parser.parse_args().sizes
    model = resolve_settings("d/svm", "svm", "full")["model"]["svm"]
    learnt, asked = select_items(max(sizes))
    (train, label), (test, _) = (items.make_batch(slice(None)) for items in (learnt, asked))
    times: dict[str, list[float]] = {}
    with threadpool_limits(1):
        for size in sizes:
            predicted = {}
            for name, implementation in list_implementations().items():
                started = time.perf_counter()
                machine = implementation(**model).fit(train[:size], label[:size])
                fitted = time.perf_counter()
                predicted[name] = machine.predict(test)
                ended = time.perf_counter()
                times.setdefault(name, []).append(fitted - started)
                print(
                    f"{size:7,} pairs {name:8} fit {fitted - started:8.2f} s, "
                    f"predict {ended - fitted:7.2f} s"
                )
            first, *others = predicted.values()
            for other in others:
                share = np.mean(first == other)
                ratio = times["sklearn"][-1] / times["intelex"][-1]
                print(f"        sklearn / intelex: {ratio:.1f}; same predictions: {share:.2%}")
    for name, values in times.items():
        power = math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])
        print(f"{name}: time to fit grows with the power {power:.2f} of the number of pairs")


if __name__ == "__main__":
    main()
