"""Train the perceptrons of one experiment, all rows and draws."""

from pathlib import Path

from redigit.checkpoints import find_checkpoint_problem
from redigit.datasets import load_images
from redigit.files import write_arrays
from redigit.perceptron import train_row
from redigit.program import run_program
from redigit.settings import read_experiment
from redigit.validation import read_settings


def train_perceptrons(
    experiment: str, schema: Path, raw: list[Path], weights: Path, errors: Path, predictions: Path
) -> None:
    """Train the rows of ``study/experiment``; write weights, training errors, predictions."""
    train, test = load_images(raw, "train"), load_images(raw, "test")
    # Arrays are named `row` in the first two files, `row/name` in the third.
    all_weights, all_errors, all_predictions = {}, {}, {}
    for row in read_experiment(experiment)["rows"]:
        job = f"{experiment}/{row}"
        settings = read_settings(schema, experiment, row, find_checkpoint_problem)
        trained = train_row(train, test, settings, stream=job)
        all_weights[row], all_errors[row] = trained.weights, trained.errors
        for name, array in trained.predictions.items():
            all_predictions[f"{row}/{name}"] = array
        print(f"{job}: {settings['draws']} draws, error {trained.errors[:, -1].mean():.4f}")
    write_arrays(weights, all_weights)
    write_arrays(errors, all_errors)
    write_arrays(predictions, all_predictions)


if __name__ == "__main__":
    run_program(train_perceptrons)
