"""Measure the predictions of one experiment."""

from pathlib import Path

from redigit.evaluation import evaluate_experiment
from redigit.files import write_json
from redigit.program import run_program


def evaluate_predictions(experiment: str, predictions: list[Path], metrics: Path) -> None:
    """Measure all predictions of ``study/experiment``; write its metrics by row."""
    write_json(metrics, evaluate_experiment(experiment, predictions))


if __name__ == "__main__":
    run_program(evaluate_predictions)
