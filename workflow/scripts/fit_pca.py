"""Find the principal components of one row."""

from pathlib import Path

import numpy as np

from redigit.datasets import load_images
from redigit.files import write_arrays
from redigit.pca import draw_images, fit_components, measure_components, turn_to_class
from redigit.plane import separate_classes
from redigit.program import run_program
from redigit.validation import read_settings


def fit_pca(job: str, schema: Path, raw: list[Path], pca: Path) -> None:
    """Find the principal components of the row ``study/experiment/row``, in each draw.

    Writes scores, ratios and labels of the first draw, and the metrics of all: arrays named
    ``metric/<name>``, of shape (draws,).
    """
    experiment, row = job.rsplit("/", 1)
    settings = read_settings(schema, experiment, row)
    split = load_images(raw, settings["images"])
    arrays: dict[str, np.ndarray] = {}
    measured = []
    for draw in range(settings["draws"]):
        images, labels = draw_images(*split, settings, job, draw)
        found = fit_components(images, settings["pixels"], settings["components"])
        if settings["positive_class"] is not None:
            found = turn_to_class(found, labels, settings["positive_class"])
        metrics = measure_components(found, labels, settings)
        if settings["separator"]:
            metrics |= separate_classes(found.scores, labels, settings["separator"])
        measured.append(metrics)
        arrays = arrays or {"scores": found.scores, "ratios": found.ratios, "label": labels}
    ratios = [metrics["ratio_1"] for metrics in measured]
    print(
        f"{job}: {settings['draws']} draws, {len(labels):,} images, ratio_1 {np.mean(ratios):.4f}"
    )
    metrics = {f"metric/{name}": np.array([m[name] for m in measured]) for name in measured[0]}
    write_arrays(pca, arrays | metrics)


if __name__ == "__main__":
    run_program(fit_pca)
