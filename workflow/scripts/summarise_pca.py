"""Sum up the principal components of one experiment."""

from pathlib import Path

from redigit.evaluation import average_replicates
from redigit.files import read_arrays, write_json
from redigit.program import run_program


def summarise_pca(experiment: str, pca: list[Path], metrics: Path) -> None:
    """Sum up the components of all rows of ``study/experiment``; write their metrics by row."""
    rows = {}
    for path in pca:
        measured = {
            name.removeprefix("metric/"): array.tolist()
            for name, array in sorted(read_arrays(path).items())
            if name.startswith("metric/")
        }
        rows[path.parent.name] = average_replicates(measured)
    write_json(metrics, rows)


if __name__ == "__main__":
    run_program(summarise_pca)
