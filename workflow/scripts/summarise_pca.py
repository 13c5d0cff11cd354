"""Sum up the principal components of one experiment."""

from pathlib import Path

from redigit.files import read_arrays, write_json
from redigit.pca import summarise_components
from redigit.program import run_program
from redigit.settings import resolve_settings


def summarise_pca(experiment: str, pca: list[Path], metrics: Path) -> None:
    """Sum up the components of all rows of ``study/experiment``; write their metrics by row."""
    rows = {path.parent.name: read_arrays(path) for path in pca}
    summaries = {
        row: summarise_components(arrays, resolve_settings(experiment, row))
        for row, arrays in rows.items()
    }
    write_json(metrics, summaries)


if __name__ == "__main__":
    run_program(summarise_pca)
