"""Fit the linear classifiers of one experiment, one for each row and draw of its pairs."""

from pathlib import Path

from redigit.classifiers import fit_rows
from redigit.files import write_arrays
from redigit.linear import fit_draw
from redigit.program import run_program


def fit_linear(
    experiment: str, schema: Path, raw: list[Path], pairs: list[Path], predictions: Path
) -> None:
    """Fit all rows of ``study/experiment`` on every draw; write the test predictions."""
    write_arrays(predictions, fit_rows(experiment, schema, raw, pairs, fit_draw))


if __name__ == "__main__":
    run_program(fit_linear)
