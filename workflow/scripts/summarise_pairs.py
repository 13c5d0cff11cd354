"""Count what the pair datasets of one experiment hold."""

from pathlib import Path

import pandas as pd

from redigit.datasets import count_images
from redigit.files import write_json
from redigit.groups import find_groups_problem
from redigit.pair_metrics import summarise_pairs
from redigit.pairs import find_pools
from redigit.program import run_program
from redigit.settings import is_by_class
from redigit.validation import read_settings


def summarise_datasets(experiment: str, schema: Path, pairs: list[Path], metrics: Path) -> None:
    """Summarise all manifests of ``study/experiment``; write their metrics by row."""
    rows = {}
    for path in pairs:
        settings = read_settings(schema, experiment, path.stem, find_groups_problem)
        pools = find_pools(settings["images"], *count_images(settings["data"]))
        rows[path.stem] = summarise_pairs(
            pd.read_parquet(path), pools, settings, is_by_class(experiment)
        )
    write_json(metrics, rows)


if __name__ == "__main__":
    run_program(summarise_datasets)
