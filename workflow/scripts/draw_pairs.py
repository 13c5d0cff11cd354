"""Draw one dataset of stacked digit pairs."""

from pathlib import Path

from redigit.datasets import count_images
from redigit.files import write_parquet
from redigit.groups import find_groups_problem
from redigit.pairs import draw_pairs, find_pools, load_pool
from redigit.program import run_program
from redigit.validation import read_settings


def draw_dataset(job: str, schema: Path, raw: list[Path], pairs: Path) -> None:
    """Draw the pairs of the row ``study/experiment/row``; write their manifest."""
    experiment, row = job.rsplit("/", 1)
    settings = read_settings(schema, experiment, row, find_groups_problem)
    _, labels = load_pool(raw, settings["images"])
    pools = find_pools(settings["images"], *count_images(settings["data"]))
    write_parquet(pairs, draw_pairs(labels, pools, settings, stream=job))


if __name__ == "__main__":
    run_program(draw_dataset)
