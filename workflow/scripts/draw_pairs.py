"""Draw one dataset of stacked digit pairs."""

from pathlib import Path

from redigit.datasets import load_images
from redigit.files import write_parquet
from redigit.pairs import SPLITS, draw_pairs
from redigit.program import run_program
from redigit.validation import read_settings


def draw_dataset(job: str, schema: Path, raw: list[Path], pairs: Path) -> None:
    """Draw the pairs of the row ``study/experiment/row``; write their manifest."""
    experiment, row = job.rsplit("/", 1)
    settings = read_settings(schema, experiment, row)
    _, labels = load_images(raw, settings["images"])
    sizes = {split: settings[split] for split in SPLITS}
    drawn = draw_pairs(labels, sizes, settings["draws"], stream=job, scheme=settings["scheme"])
    write_parquet(pairs, drawn)


if __name__ == "__main__":
    run_program(draw_dataset)
