"""Metrics are those of scikit-learn, whatever form the predictions have, and their means."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, log_loss

from redigit.errors import InputError
from redigit.evaluation import evaluate_experiment, evaluate_predictions, find_row
from redigit.files import read_json, write_arrays, write_json
from redigit.predictions import SMALLEST_PROBABILITY, measure_accuracy, measure_loss
from redigit.replicates import average

PATH = Path("predictions.safetensors")


@st.composite
def predictions(draw):
    """Predictions of some replicates, certain or not, right or not."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    replicates, n, classes = (draw(st.integers(1, high)) for high in (3, 12, 5))
    classes += 1
    probability = random.dirichlet([draw(st.sampled_from([0.05, 1, 9]))] * classes, (replicates, n))
    return {
        "probability": probability.astype(np.float32),
        "label": random.integers(0, classes, (replicates, n), dtype=np.uint8),
        "replicate": np.arange(replicates) + 5,
        "n_parameters": np.full(replicates, 638_010),
    }


@given(predictions())
def test_metrics_are_those_of_scikit_learn(arrays):
    measured = evaluate_predictions(arrays, PATH)
    assert measured["replicate"] == arrays["replicate"].tolist()
    assert measured["n_parameters"] == arrays["n_parameters"].tolist()
    classes = np.arange(arrays["probability"].shape[2])
    for number, (probability, label) in enumerate(
        zip(arrays["probability"], arrays["label"], strict=True)
    ):
        assert measured["n_test"][number] == len(label)
        assert measured["test_accuracy"][number] == pytest.approx(
            accuracy_score(label, probability.argmax(axis=1))
        )
        # scikit-learn clips at the precision of float32 and normalises; Keras clips at 1e-7.
        clipped = np.maximum(probability.astype(float), SMALLEST_PROBABILITY)
        unnormalised = log_loss(label, clipped / clipped.sum(1, keepdims=True), labels=classes)
        excess = np.log(clipped.sum(axis=1)).mean()
        assert measured["test_loss"][number] == pytest.approx(unnormalised - excess, abs=1e-9)


def test_wrong_certainty_has_a_finite_loss():
    arrays = {
        "probability": np.array([[[1, 0]]], np.float32),
        "label": np.array([[1]], np.uint8),
        "replicate": np.array([0]),
    }
    assert evaluate_predictions(arrays, PATH)["test_loss"] == [pytest.approx(-np.log(1e-7))]


@given(predictions(), predictions())
def test_replicates_of_all_files_of_a_row_count(tmp_path, one, other):
    paths = [tmp_path / f"models/t/mlp/small/{seed}/p.safetensors" for seed in (0, 1)]
    for path, arrays in zip(paths, (one, other), strict=True):
        write_arrays(path, arrays)
    row = evaluate_experiment("t/mlp", paths)["small"]
    assert row["replicates"]["replicate"] == [*one["replicate"], *other["replicate"]]
    for name in ("n_test", "test_accuracy", "test_loss", "n_parameters"):
        values = [
            value for arrays in (one, other) for value in evaluate_predictions(arrays, PATH)[name]
        ]
        assert row["replicates"][name] == values
        assert row[name] == pytest.approx(np.mean(values), abs=1e-10)


def test_metrics_are_numbers_and_lists_stand_apart(tmp_path):
    """DVC compares numbers and passes over lists: none may stand where a number is looked for."""
    arrays = {
        "probability": np.ones((2, 3, 1), np.float32),
        "label": np.zeros((2, 3), np.uint8),
        "replicate": np.array([0, 1]),
        "train_loss": np.array([0.25, 0.5]),
    }
    paths = [tmp_path / f"m/t/mlp/{row}/p" for row in ("small", "large")]
    for path in paths:
        write_arrays(path, arrays)
    write_json(tmp_path / "metrics.json", evaluate_experiment("t/mlp", paths))
    metrics = read_json(tmp_path / "metrics.json")
    assert list(metrics) == ["small", "large"]
    for row in metrics.values():
        replicates = row.pop("replicates")
        assert row == {"n_test": 3, "test_accuracy": 1, "test_loss": 0, "train_loss": 0.375}
        assert set(replicates) == {*row, "replicate"}
        assert all(len(values) == 2 for values in replicates.values())


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=9))
def test_mean_of_whole_numbers_is_whole_if_it_can_be(values):
    mean = average(values)
    assert mean == pytest.approx(sum(values) / len(values), abs=1e-9)
    assert isinstance(mean, int) == (sum(values) % len(values) == 0)
    assert isinstance(average([1.0, 1.0]), float)


NAMES = st.from_regex(r"[a-z0-9][a-z0-9_]{0,5}", fullmatch=True)


@given(st.sampled_from(["", "runs/full/", "/tmp/a/mlp/"]), NAMES, st.sampled_from(["/0", ""]))
def test_row_follows_the_experiment_in_the_path(root, row, seed):
    path = Path(f"{root}models/a/mlp/{row}{seed}/predictions.safetensors")
    assert find_row(path, "a/mlp") == row


def test_file_of_another_experiment_is_refused():
    with pytest.raises(InputError, match="models/a/cnn/x/p: not below a folder a/mlp"):
        find_row(Path("models/a/cnn/x/p"), "a/mlp")


@pytest.mark.parametrize("shape", [(1, 4), (2, 3), (3,), (1, 3, 1)])
def test_labels_have_to_agree_with_probabilities(shape):
    arrays = {
        "probability": np.ones((1, 3, 2), np.float32),
        "label": np.zeros(shape, np.uint8),
        "replicate": np.array([0]),
    }
    with pytest.raises(InputError, match=r"probability: found shape \(1, 3, 2\) for") as caught:
        evaluate_predictions(arrays, PATH)
    assert "\n" not in str(caught.value)


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


def test_classes_are_scored_with_and_without_probabilities_alike(tmp_path):
    """By the number of classes there are, not by those that occur."""
    certain = np.eye(5, dtype=np.float32)[PREDICTED]
    rows = {
        "soft": {**ROW, "probability": certain},
        "hard": {**ROW, "n_classes": np.array([5, 5])},
    }
    del rows["soft"]["predicted"]
    arrays = {f"{row}/{name}": array for row in rows for name, array in rows[row].items()}
    path = write(tmp_path / "t/p/predictions.safetensors", arrays)
    scores = evaluate_experiment("t/p", [path], by_class=True)
    hard, soft = scores["hard"]["replicates"], scores["soft"]["replicates"]
    assert {"support_4", "precision_4", "macro_f1"} <= hard.keys()
    assert hard.pop("n_classes") == [5, 5]
    del soft["test_loss"]
    assert hard == soft
    path = write(tmp_path / "t/p/row/predictions.safetensors", ROW)
    with pytest.raises(InputError, match="no array 'n_classes' beside the predicted classes"):
        evaluate_experiment("t/p", [path], by_class=True)


def test_lengths_that_disagree_are_refused(tmp_path):
    path = write(tmp_path / "t/p/row/predictions.safetensors", ROW | {"label": LABELS[:, :3]})
    with pytest.raises(InputError, match=r"predicted: found shape \(2, 4\) for .* \(2, 3\)"):
        evaluate_experiment("t/p", [path])


def test_by_hand():
    probability = np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5], [1.0, 0.0]], np.float32)
    label = np.array([0, 0, 0, 1], np.uint8)
    assert measure_accuracy(probability, label) == 0.5
    logs = np.log([0.7, 0.4, 0.5, SMALLEST_PROBABILITY])
    assert measure_loss(probability, label) == pytest.approx(-logs.mean(), rel=1e-6)


@given(predictions())
def test_replicates_are_measured_one_by_one(arrays):
    probability, label = arrays["probability"], arrays["label"]
    for measure in (measure_accuracy, measure_loss):
        alone = [measure(*one) for one in zip(probability, label, strict=True)]
        np.testing.assert_allclose(measure(probability, label), alone, rtol=1e-12)


@given(predictions(), predictions())
def test_several_tasks_are_measured_as_each_alone(items, groups):
    together, measured = {"replicate": items["replicate"]}, {}
    for name, arrays in (("items", items), ("groups", groups)):
        together |= {f"{key}_{name}": arrays[key] for key in ("probability", "label")}
        alone = evaluate_predictions(arrays, PATH)
        measured |= {f"test_{key}_{name}": alone[f"test_{key}"] for key in ("accuracy", "loss")}
    found = evaluate_predictions(together, PATH)
    assert {name: found[name] for name in measured} == measured
    assert set(found) == {*measured, "replicate", "n_test"}


def test_labels_of_a_task_have_to_agree_with_its_predictions():
    arrays = {"predicted_groups": PREDICTED, "label_groups": LABELS[:, :3]}
    with pytest.raises(InputError, match=r"predicted_groups: found shape \(2, 4\) for .*\(2, 3\)"):
        evaluate_predictions(arrays, PATH)
