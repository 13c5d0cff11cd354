"""Embed the pairs of one row in the plane."""

from pathlib import Path

import pandas as pd

from redigit.datasets import load_images
from redigit.files import write_arrays
from redigit.perplexity import find_points_problem
from redigit.program import run_program
from redigit.settings import refer_to_row, resolve_settings
from redigit.tsne import embed_points, select_points
from redigit.validation import read_settings


def embed_pairs(job: str, schema: Path, raw: list[Path], pairs: Path, embedding: Path) -> None:
    """Embed the pairs of the row ``study/experiment/row``; write the map and the sums."""
    experiment, row = job.rsplit("/", 1)
    settings = read_settings(schema, experiment, row, find_points_problem)
    pool = resolve_settings(*refer_to_row(job.split("/")[0], settings["pairs"]))
    images, _ = load_images(raw, pool["images"])
    points, sums = select_points(images, pd.read_parquet(pairs), settings)
    print(f"{job}: {len(points)} points, perplexity {settings['perplexity']}")
    write_arrays(embedding, {"embedding": embed_points(points, settings, job), "label": sums})


if __name__ == "__main__":
    run_program(embed_pairs)
