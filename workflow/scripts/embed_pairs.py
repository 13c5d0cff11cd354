"""Embed the pairs of one row in the plane."""

from pathlib import Path

import pandas as pd

from redigit.datasets import load_images
from redigit.files import write_arrays
from redigit.program import run_program
from redigit.settings import resolve_settings, study_file
from redigit.tsne import embed_points, select_points
from redigit.validation import check_value


def embed_pairs(job: str, schema: Path, raw: list[Path], pairs: Path, embedding: Path) -> None:
    """Embed the pairs of the row ``study/experiment/row``; write the map and the sums."""
    study, experiment, row = job.split("/")
    settings = resolve_settings(f"{study}/{experiment}", row)
    check_value(schema, study_file(study), job, settings)
    pool = resolve_settings(
        f"{study}/{settings['pairs'].split('/')[0]}", settings["pairs"].split("/")[1]
    )
    images, _ = load_images(raw, pool["images"])
    points, sums = select_points(images, pd.read_parquet(pairs), settings)
    print(f"{job}: {len(points)} points, perplexity {settings['perplexity']}")
    write_arrays(embedding, {"embedding": embed_points(points, settings, job), "label": sums})


if __name__ == "__main__":
    run_program(embed_pairs)
