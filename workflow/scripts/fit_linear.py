"""Fit the linear classifiers of one row, one for each draw of its pairs."""

from pathlib import Path

import numpy as np
import pandas as pd

from redigit.classifiers import predict_draws
from redigit.datasets import load_images
from redigit.files import write_arrays
from redigit.linear import predict_sums
from redigit.program import run_program
from redigit.settings import refer_to_row, resolve_settings
from redigit.validation import read_settings


def fit_linear(job: str, schema: Path, raw: list[Path], pairs: Path, predictions: Path) -> None:
    """Fit the row ``study/experiment/row`` on every draw; write the test predictions."""
    experiment, row = job.rsplit("/", 1)
    settings = read_settings(schema, experiment, row)
    pool = resolve_settings(*refer_to_row(job.split("/")[0], settings["pairs"]))
    images, labels = load_images(raw, pool["images"])
    manifest = pd.read_parquet(pairs)

    def predict(draw: int, drawn: pd.DataFrame) -> np.ndarray:
        print(f"{job}: draw {draw}: {settings['method']}, {settings['size']} examples")
        return predict_sums(images, labels, drawn, settings)

    write_arrays(predictions, predict_draws(manifest, predict))


if __name__ == "__main__":
    run_program(fit_linear)
