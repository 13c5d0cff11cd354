"""Fit the classical classifiers of one row, one for each draw of its pairs."""

from pathlib import Path

import numpy as np
import pandas as pd

from redigit.classical import make_seed, predict_sums
from redigit.classifiers import predict_draws
from redigit.datasets import load_images
from redigit.files import write_arrays
from redigit.program import run_program
from redigit.settings import refer_to_row, resolve_settings
from redigit.validation import read_settings


def fit_classical(job: str, schema: Path, raw: list[Path], pairs: Path, predictions: Path) -> None:
    """Fit the row ``study/experiment/row`` on every draw; write the test predictions."""
    experiment, row = job.rsplit("/", 1)
    settings = read_settings(schema, experiment, row)
    pool = resolve_settings(*refer_to_row(job.split("/")[0], settings["pairs"]))
    images, _ = load_images(raw, pool["images"])

    def predict(draw: int, drawn: pd.DataFrame) -> np.ndarray:
        print(f"{job}: draw {draw}: {', '.join(settings['model'])}, {len(drawn)} pairs")
        return predict_sums(images, drawn, settings, make_seed(job, draw))

    write_arrays(predictions, predict_draws(pd.read_parquet(pairs), predict))


if __name__ == "__main__":
    run_program(fit_classical)
