"""What maps in the plane are made of: the points of each row and map of an experiment."""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from redigit.embedding import embed_items
from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.images import ImageSet
from redigit.pairs import find_manifest, load_pool
from redigit.perplexity import find_points_problem
from redigit.settings import Settings, read_experiment, resolve_settings, trace_sources
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
    digits : ndarray of uint8, shape (n, 2)
        The two digits of each pair.
    """

    row: str
    number: int
    settings: Settings
    points: np.ndarray
    label: np.ndarray
    digits: np.ndarray


def read_points(
    experiment: str, schema: Path, raw: list[Path], pairs: list[Path], weights: list[Path]
) -> Iterator[Points]:
    """Read what each map of an experiment is made of, row by row.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    schema : Path
        Schema of the kind `tsne`.
    raw, pairs, weights : list of Path
        Raw files, the manifests of the rows' pairs, and the weights of the networks that rows name.
    """
    # Rows have the same images and network, mostly.
    read_pool, read_weights = cache(partial(load_pool, raw)), cache(read_arrays)
    for row in read_experiment(experiment)["rows"]:
        settings = read_settings(schema, experiment, row, find_points_problem)
        *way, source = trace_sources(experiment, row)
        images, labels = read_pool(resolve_settings(*source)["images"])
        manifest = pd.read_parquet(find_manifest(pairs, "/".join(source)))
        # What turns pairs into points: the network that the row names, or their pixels.
        maker = resolve_settings(*way[-1])
        network = None if "pixels" in settings else find_weights(weights, "/".join(way[-1]))
        for number in range(settings["maps"]):
            chosen = select_pairs(manifest, settings, number)
            items = ImageSet.of_pairs(images, chosen, maker["pixels"])
            points, label = items.make_batch(slice(None))
            if network:
                points = embed_items(read_weights(network), maker, items)
            digits = labels[chosen[["first", "second"]].to_numpy()]
            yield Points(row, number, settings, points, label, digits)


def find_weights(files: list[Path], network: str) -> Path:
    """Find the weights of the network ``study/experiment/row`` among ``…/<seed>/<name>`` files."""
    found = [path for path in files if path.parents[1].as_posix().endswith(f"/{network}")]
    if len(found) != 1:
        raise InputError(f"{network}: found {len(found)} of it among {len(files)} files of weights")
    return found[0]


def select_pairs(manifest: pd.DataFrame, settings: dict[str, Any], number: int) -> pd.DataFrame:
    """Select the pairs of one map: each map has the next of a split in the first draw.

    Parameters
    ----------
    manifest : pandas.DataFrame
        A manifest of pairs.
    settings : dict
        Settings of the kind `tsne`.
    number : int
        Number of the map, from 0.
    """
    chosen = manifest[(manifest["draw"] == 0) & (manifest["split"] == settings["split"])]
    start = number * settings["points"]
    return chosen.iloc[start : start + settings["points"]]
