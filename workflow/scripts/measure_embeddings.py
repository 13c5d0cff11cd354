"""Measure the maps of one experiment."""

from pathlib import Path

from redigit.evaluation import average_replicates, find_row
from redigit.files import read_arrays, write_json
from redigit.program import run_program
from redigit.tsne import measure_embedding


def measure_embeddings(experiment: str, embeddings: list[Path], metrics: Path) -> None:
    """Measure all maps of ``study/experiment``; write their metrics by row."""
    rows = {
        find_row(path, experiment): average_replicates(measure_embedding(**read_arrays(path)))
        for path in embeddings
    }
    write_json(metrics, rows)


if __name__ == "__main__":
    run_program(measure_embeddings)
