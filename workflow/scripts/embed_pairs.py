"""Embed pairs in the plane, for every row and map of one experiment."""

from pathlib import Path

import numpy as np

from redigit.files import write_arrays
from redigit.maps import read_points
from redigit.program import run_program
from redigit.tsne import embed_points


def embed_pairs(
    experiment: str,
    schema: Path,
    raw: list[Path],
    pairs: list[Path],
    weights: list[Path],
    embeddings: Path,
) -> None:
    """Embed the pairs of all rows of ``study/experiment``; write maps, sums and digits."""
    arrays: dict[str, list[np.ndarray]] = {}
    for made in read_points(experiment, schema, raw, pairs, weights):
        row, number, settings, points, label, digits = made
        job = f"{experiment}/{row}"
        print(f"{job}: map {number}: {len(points)} points, perplexity {settings['perplexity']}")
        embedding = embed_points(points, settings, job, number)
        arrays.setdefault(f"{row}/embedding", []).append(embedding)
        arrays.setdefault(f"{row}/label", []).append(label)
        arrays.setdefault(f"{row}/digits", []).append(digits)
    write_arrays(embeddings, {name: np.stack(maps) for name, maps in arrays.items()})


if __name__ == "__main__":
    run_program(embed_pairs)
