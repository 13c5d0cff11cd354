"""Metrics are those of the predictions, whatever form the predictions have."""

from pathlib import Path

import numpy as np
import pytest

from redigit.errors import InputError
from redigit.evaluation import evaluate_experiment
from redigit.files import write_arrays

LABELS = np.array([[0, 1, 2, 1], [0, 1, 2, 1]], np.uint8)
PREDICTED = np.array([[0, 1, 2, 0], [1, 1, 0, 0]], np.uint8)
ROW = {"label": LABELS, "replicate": np.array([0, 1]), "predicted": PREDICTED}


def write(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    """Write arrays below a models folder."""
    write_arrays(path, arrays)
    return path


def test_classes_without_probabilities_have_an_accuracy_and_no_loss(tmp_path):
    path = write(tmp_path / "models/t/p/row/predictions.safetensors", ROW)
    row = evaluate_experiment("t/p", [path])["row"]
    assert row["replicates"]["test_accuracy"] == [0.75, 0.25]
    assert (row["test_accuracy"], row["n_test"]) == (0.5, 4)
    assert "test_loss" not in row


def test_probabilities_have_both(tmp_path):
    probability = np.full((2, 4, 3), 0.2, np.float32)
    np.put_along_axis(probability, PREDICTED[:, :, None].astype(int), 0.6, axis=2)
    arrays = {"label": LABELS, "replicate": np.array([0, 1]), "probability": probability}
    path = write(tmp_path / "models/t/p/row/0/predictions.safetensors", arrays)
    row = evaluate_experiment("t/p", [path])["row"]
    assert row["replicates"]["test_accuracy"] == [0.75, 0.25]
    losses = [-(3 * np.log(0.6) + np.log(0.2)) / 4, -(np.log(0.6) + 3 * np.log(0.2)) / 4]
    np.testing.assert_allclose(row["replicates"]["test_loss"], losses, rtol=1e-6)


def test_file_of_all_rows_gives_the_same_as_a_file_for_each(tmp_path):
    second = {**ROW, "predicted": LABELS[:, :3], "label": LABELS[:, :3], "extra": np.array([1, 2])}
    rows = {"9_0": ROW, "0_1": second}
    files = [
        write(tmp_path / f"one/t/p/{row}/predictions.safetensors", arrays)
        for row, arrays in rows.items()
    ]
    together = {f"{row}/{name}": array for row in rows for name, array in rows[row].items()}
    whole = write(tmp_path / "all/t/p/predictions.safetensors", together)
    metrics = evaluate_experiment("t/p", [whole])
    assert metrics == evaluate_experiment("t/p", files)
    assert list(metrics) == ["0_1", "9_0"]
    assert metrics["0_1"]["extra"] == 1.5 and metrics["0_1"]["n_test"] == 3


def test_lengths_that_disagree_are_refused(tmp_path):
    path = write(tmp_path / "t/p/row/predictions.safetensors", ROW | {"label": LABELS[:, :3]})
    with pytest.raises(InputError, match=r"predicted: found shape \(2, 4\) for .* \(2, 3\)"):
        evaluate_experiment("t/p", [path])
