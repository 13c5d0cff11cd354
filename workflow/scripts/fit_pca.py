"""Find the principal components of one row."""

from pathlib import Path

from redigit.datasets import load_images
from redigit.files import write_arrays
from redigit.pca import fit_components
from redigit.program import run_program
from redigit.validation import read_settings


def fit_pca(job: str, schema: Path, raw: list[Path], pca: Path) -> None:
    """Find the principal components of the row ``study/experiment/row``; write the scores."""
    experiment, row = job.rsplit("/", 1)
    settings = read_settings(schema, experiment, row)
    images, labels = load_images(raw, settings["images"])
    found = fit_components(images, settings["pixels"], settings["components"])
    print(f"{job}: {len(images):,} images, first ratios {found.ratios[: settings['components']]}")
    write_arrays(pca, {"scores": found.scores, "ratios": found.ratios, "label": labels})


if __name__ == "__main__":
    run_program(fit_pca)
