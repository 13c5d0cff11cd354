"""Figures of networks show the counts and means that their files have."""

from pathlib import Path

import matplotlib.style
import numpy as np
import pytest
from study_files import write_study

from redigit.datasets import DATASETS
from redigit.errors import InputError
from redigit.figures import KINDS
from redigit.figures.confusion_matrix import count_confusions
from redigit.files import write_arrays, write_json

STUDY = {
    "experiments": {
        "cnn": {"kind": "network", "settings": {"data": "mnist"}, "rows": {"c": {}}},
        "multitask": {
            "kind": "multitask",
            "settings": {
                "data": "fashion_mnist",
                "groups": {"shoes": [5, 7, 9], "others": [0, 1, 2, 3, 4, 6, 8]},
            },
            "rows": {
                "items": {"tasks": {"items": 1}},
                "groups": {"tasks": {"groups": 1}},
                "low": {"tasks": {"items": 0.2, "groups": 0.8}},
                "high": {"tasks": {"items": 0.8, "groups": 0.2}},
            },
        },
    }
}
MATRIX = {"network": "cnn/c"}
STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"


@pytest.fixture(autouse=True)
def study(folder):
    """A folder with one study, and the style of all figures."""
    write_study("t", STUDY)
    Path("params.yaml").write_text("scale: full\n")
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
    figure, words = KINDS["confusion_matrix"]("t", MATRIX, [path, tmp_path / "missing"])
    axes = figure.axes[0]
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts[9, 4] == "2" and texts[4, 9] == "0" and len(texts) == 100
    assert axes.images[0].get_array()[4, 9] == pytest.approx(2 / 3)
    assert words == (
        "Of 5 test items 3 are predicted right. The most frequent mistake: 2 times 4 is taken "
        "for 9."
    )


def test_matrix_needs_predictions_of_one_task(tmp_path):
    path = tmp_path / "predictions.safetensors"
    write_arrays(path, {"label": np.zeros((1, 2), np.uint8), "probability_items": np.ones((1, 2))})
    with pytest.raises(InputError, match="no array 'probability'; it has label, probability_items"):
        KINDS["confusion_matrix"]("t", MATRIX, [path])


@pytest.mark.parametrize(
    ("task", "classes"),
    [("items", list(DATASETS["fashion_mnist"].classes)), ("groups", ["others", "shoes"])],
)
def test_matrix_of_a_task_has_the_names_of_its_classes(tmp_path, task, classes):
    path = tmp_path / "predictions.safetensors"
    label, probability = np.array([[1, 0]], np.uint8), np.eye(len(classes), dtype=np.float32)
    arrays = {f"label_{task}": label, f"probability_{task}": probability[[0, 0]][None]}
    write_arrays(path, arrays)
    definition = {"network": "multitask/low", "task": task}
    figure, words = KINDS["confusion_matrix"]("t", definition, [path])
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == classes
    assert words.endswith(f"1 times {classes[1]} is taken for {classes[0]}.")


def write_weights(tmp_path, splits) -> Path:
    """Write metrics of a study of weights, in which the two splits prefer different ones."""
    accuracies = {
        "test": {"low": (0.5, 0.9), "high": (0.7, 0.8)},
        "validation": {"low": (0.6, 0.9), "high": (0.6, 0.8)},
    }
    rows = {
        row: {
            f"{split}_accuracy_{task}": accuracies[split][row][number]
            for split in splits
            for number, task in enumerate(("items", "groups"))
        }
        for row in ("low", "high")
    }
    alone = {"items": {"test_accuracy_items": 0.75}, "groups": {"test_accuracy_groups": 0.85}}
    path = tmp_path / "multitask.json"
    write_json(path, rows | alone)
    return path


@pytest.mark.parametrize("splits", [["test"], ["test", "validation"]])
def test_weights_are_compared_on_each_split(tmp_path, splits):
    definition = {
        "experiment": "multitask",
        "task": "items",
        # The order in which they are named does not matter.
        "rows": {"high": "0.8", "low": "0.2"},
        "single": {"items": "items", "groups": "groups"},
        "splits": splits,
    }
    path = write_weights(tmp_path, splits)
    figure, words = KINDS["accuracy_by_weight"]("t", definition, [path])
    curves = {line.get_label(): line.get_xydata().tolist() for line in figure.axes[0].get_lines()}
    assert curves["items, test"] == [[0.2, 0.5], [0.8, 0.7]]
    assert curves["groups, test"] == [[0.2, 0.9], [0.8, 0.8]]
    assert [y for _, y in curves["items alone, test"]] == [0.75, 0.75]
    assert len(curves) == 2 * (len(splits) + 1)
    assert "The best mean of both on test is at 0.8, where that on test is 0.7500" in words
    chosen = "The best mean of both on validation is at 0.2, where that on test is 0.7000"
    gain = "Choosing on the test images adds 5.00 points to what is shown."
    assert (chosen in words, gain in words) == (len(splits) == 2,) * 2


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
