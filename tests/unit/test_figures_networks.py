"""Figures of networks show the counts and means that their files have."""

from pathlib import Path

import matplotlib.style
import numpy as np
import pytest

from redigit.errors import InputError
from redigit.figures import KINDS
from redigit.figures.confusion_matrix import count_confusions
from redigit.files import write_arrays, write_json

STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"


@pytest.fixture(autouse=True)
def style():
    """The style of all figures."""
    with matplotlib.style.context(STYLE, after_reset=True):
        yield


def test_confusions_are_counted_by_true_then_predicted_class():
    label, predicted = np.array([0, 0, 2, 2, 2], np.uint8), np.array([0, 1, 2, 0, 0])
    counts = count_confusions(label, predicted, 3)
    assert counts.tolist() == [[1, 1, 0], [0, 0, 0], [2, 0, 1]]


def test_matrix_is_of_the_first_seed_and_names_the_largest_mistake(tmp_path):
    label = np.array([[4, 4, 4, 9, 1]], np.uint8)
    probability = np.eye(10, dtype=np.float32)[[9, 9, 4, 9, 1]][None]
    path = tmp_path / "predictions.safetensors"
    write_arrays(path, {"label": label, "probability": probability})
    figure, words = KINDS["confusion_matrix"]("t", {}, [path, tmp_path / "missing"])
    axes = figure.axes[0]
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts[9, 4] == "2" and texts[4, 9] == "0" and len(texts) == 100
    assert axes.images[0].get_array()[4, 9] == pytest.approx(2 / 3)
    assert words == (
        "Of 5 test images 3 are predicted right. The most frequent mistake: 2 times 4 is taken "
        "for 9."
    )


def test_matrix_needs_predictions_of_one_task(tmp_path):
    path = tmp_path / "predictions.safetensors"
    write_arrays(path, {"label": np.zeros((1, 2), np.uint8), "probability_items": np.ones((1, 2))})
    with pytest.raises(InputError, match="no array 'probability'; it has label, probability_items"):
        KINDS["confusion_matrix"]("t", {}, [path])


def test_networks_stand_at_their_size_and_accuracy(tmp_path):
    metrics = {
        "mlp": {"1x9": {"n_parameters": 100, "test_accuracy": 0.9}},
        "cnn": {"c": {"n_parameters": 10, "test_accuracy": 0.95}},
    }
    paths = [tmp_path / f"{name}.json" for name in metrics]
    for path in paths:
        write_json(path, metrics[path.stem])
    networks = {"networks": {"mlp/1x9": "MLP-1", "cnn/c": "CNN-1"}}
    figure, words = KINDS["accuracy_by_parameters"]("t", networks, paths)
    dense, convolutional = figure.axes[0].get_lines()
    assert (list(dense.get_xdata()), list(dense.get_ydata())) == ([100], [0.9])
    assert (list(convolutional.get_xdata()), list(convolutional.get_ydata())) == ([10], [0.95])
    assert [text.get_text() for text in figure.axes[0].texts] == ["MLP-1", "CNN-1"]
    assert "MLP-1 0.9000 with 100; CNN-1 0.9500 with 10" in words
    with pytest.raises(InputError, match="mlp/2x9 is in none of the metrics mlp, cnn"):
        KINDS["accuracy_by_parameters"]("t", {"networks": {"mlp/2x9": "MLP-2"}}, paths)
