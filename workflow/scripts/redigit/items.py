"""The items that networks learn from, be they images or pairs: loaded once, then selected."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from redigit.datasets import DATASETS, N_SUMS, load_images
from redigit.images import ImageSet, select_images, select_pairs
from redigit.pairs import find_manifest, load_pool
from redigit.settings import Settings, refer_to_row, resolve_settings

# Gives what settings ask for to train with, to validate with, if anything, and to test with.
Source = Callable[[Settings], tuple[ImageSet, ImageSet, ImageSet]]


def load_source(experiment: str, settings: Settings, raw: list[Path], pairs: list[Path]) -> Source:
    """Load what the items of an experiment's networks are selected from.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    settings : dict
        Settings of a row of the kind `network`, `multitask`, `pair_network` or `tuner`.
    raw : list of Path
        The raw files of the dataset.
    pairs : list of Path
        Manifests, ``…/<study>/<experiment>/<row>.parquet``, that of the row's pairs among them;
        none if it is about images.
    """
    if "pairs" not in settings:
        return partial(select_images, load_images(raw, "train"), load_images(raw, "test"))
    pool = refer_to_row(experiment.split("/")[0], settings["pairs"])
    images, _ = load_pool(raw, resolve_settings(*pool)["images"])
    return partial(select_pairs, images, pd.read_parquet(find_manifest(pairs, "/".join(pool))))


def count_labels(settings: Settings) -> int:
    """Count the labels that the items of a row can have."""
    return N_SUMS if "pairs" in settings else len(DATASETS[settings["data"]].classes)
