"""What maps in the plane are made of: the points of each row and map of an experiment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from redigit.images import ImageSet
from redigit.pairs import find_manifest, load_pool
from redigit.perplexity import find_points_problem
from redigit.settings import Settings, read_experiment, refer_to_row, resolve_settings
from redigit.validation import read_settings


class Points(NamedTuple):
    """What one map is made of.

    Attributes
    ----------
    row, number : str, int
        The row of the experiment and the number of its map, from 0.
    settings : dict
        Settings of the row.
    points : ndarray of float32, shape (n, d)
        What is mapped.
    label : ndarray of uint8, shape (n,)
        Their classes.
    """

    row: str
    number: int
    settings: Settings
    points: np.ndarray
    label: np.ndarray


def read_points(
    experiment: str, schema: Path, raw: list[Path], pairs: list[Path]
) -> Iterator[Points]:
    """Read what each map of an experiment is made of, row by row.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    schema : Path
        Schema of the kind `tsne`.
    raw, pairs : list of Path
        Raw files, and the manifests that the rows name.
    """
    for row in read_experiment(experiment)["rows"]:
        settings = read_settings(schema, experiment, row, find_points_problem)
        source = refer_to_row(experiment.split("/")[0], settings["pairs"])
        images, _ = load_pool(raw, resolve_settings(*source)["images"])
        manifest = pd.read_parquet(find_manifest(pairs, "/".join(source)))
        for number in range(settings["maps"]):
            chosen = select_pairs(images, manifest, settings, number)
            yield Points(row, number, settings, *chosen.make_batch(slice(None)))


def select_pairs(
    images: np.ndarray, manifest: pd.DataFrame, settings: dict[str, Any], number: int
) -> ImageSet:
    """Select the pairs of one map: each map has the next of a split in the first draw.

    Parameters
    ----------
    images : ndarray of uint8, shape (m, 28, 28)
        Single images.
    manifest : pandas.DataFrame
        A manifest of pairs.
    settings : dict
        Settings of the kind `tsne`.
    number : int
        Number of the map, from 0.
    """
    chosen = manifest[(manifest["draw"] == 0) & (manifest["split"] == settings["split"])]
    start = number * settings["points"]
    shown = chosen.iloc[start : start + settings["points"]]
    return ImageSet.of_pairs(images, shown, settings["pixels"])
