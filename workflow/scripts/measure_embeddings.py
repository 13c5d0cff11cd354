"""Measure the maps of one experiment."""

from pathlib import Path

from redigit.files import read_arrays, write_json
from redigit.map_scores import mark_best, measure_map
from redigit.maps import read_points
from redigit.program import run_program
from redigit.replicates import average_replicates


def measure_embeddings(
    experiment: str,
    schema: Path,
    raw: list[Path],
    pairs: list[Path],
    weights: list[Path],
    embeddings: Path,
    metrics: Path,
) -> None:
    """Measure all maps of ``study/experiment``; write their metrics by row."""
    maps = read_arrays(embeddings)
    rows: dict[str, dict[str, list]] = {}
    for row, number, _, points, label, _ in read_points(experiment, schema, raw, pairs, weights):
        measured = measure_map(points, maps[f"{row}/embedding"][number], label)
        for name, value in measured.items():
            rows.setdefault(row, {}).setdefault(name, []).append(value)
    mark_best(rows)
    write_json(metrics, {row: average_replicates(values) for row, values in rows.items()})


if __name__ == "__main__":
    run_program(measure_embeddings)
