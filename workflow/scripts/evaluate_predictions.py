"""Measure the predictions of one experiment."""

from pathlib import Path

from redigit.evaluation import evaluate_experiment
from redigit.files import write_json
from redigit.program import run_program
from redigit.settings import is_by_class


def evaluate_predictions(experiment: str, predictions: list[Path], metrics: Path) -> None:
    """Measure all predictions of ``study/experiment``; write its metrics by row."""
    rows = evaluate_experiment(experiment, predictions, is_by_class(experiment))
    write_json(metrics, rows)


if __name__ == "__main__":
    run_program(evaluate_predictions)
