"""Find the principal components of one row."""

from pathlib import Path

from redigit.datasets import load_images
from redigit.files import write_arrays
from redigit.pca import fit_components
from redigit.program import run_program
from redigit.settings import resolve_settings, study_file
from redigit.validation import check_value


def fit_pca(job: str, schema: Path, raw: list[Path], pca: Path) -> None:
    """Find the principal components of the row ``study/experiment/row``; write the scores."""
    experiment, row = job.rsplit("/", 1)
    settings = resolve_settings(experiment, row)
    check_value(schema, study_file(job.split("/")[0]), job, settings)
    images, labels = load_images(raw, settings["images"])
    found = fit_components(images, settings["pixels"], settings["components"])
    print(f"{job}: {len(images):,} images, first ratios {found.ratios[: settings['components']]}")
    write_arrays(pca, {"scores": found.scores, "ratios": found.ratios, "label": labels})


if __name__ == "__main__":
    run_program(fit_pca)
