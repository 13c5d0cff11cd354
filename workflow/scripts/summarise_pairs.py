"""Count what the pair datasets of one experiment hold."""

from pathlib import Path

import pandas as pd

from redigit.files import write_json
from redigit.pairs import summarise_pairs
from redigit.program import run_program


def summarise_datasets(experiment: str, pairs: list[Path], metrics: Path) -> None:
    """Summarise all manifests of ``study/experiment``; write their metrics by row."""
    write_json(metrics, {path.stem: summarise_pairs(pd.read_parquet(path)) for path in pairs})


if __name__ == "__main__":
    run_program(summarise_datasets)
