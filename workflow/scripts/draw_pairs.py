"""Draw one dataset of stacked digit pairs."""

from pathlib import Path

from redigit.datasets import load_images
from redigit.files import write_parquet
from redigit.pairs import SPLITS, draw_pairs
from redigit.program import run_program
from redigit.settings import resolve_settings, study_file
from redigit.validation import check_value


def draw_dataset(job: str, schema: Path, raw: list[Path], pairs: Path) -> None:
    """Draw the pairs of the row ``study/experiment/row``; write their manifest."""
    study, experiment, row = job.split("/")
    settings = resolve_settings(f"{study}/{experiment}", row)
    check_value(schema, study_file(study), job, settings)
    _, labels = load_images(raw, settings["images"])
    sizes = {split: settings[split] for split in SPLITS}
    drawn = draw_pairs(labels, sizes, settings["draws"], stream=job, scheme=settings["scheme"])
    write_parquet(pairs, drawn)


if __name__ == "__main__":
    run_program(draw_dataset)
