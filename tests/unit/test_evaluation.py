"""Metrics are those of the predictions, of one task as of several."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.errors import InputError
from redigit.evaluation import evaluate_experiment, evaluate_predictions
from redigit.files import write_arrays
from redigit.predictions import SMALLEST_PROBABILITY, measure_accuracy, measure_loss


def make_predictions(n, n_classes, n_replicates=2, seed=0):
    random = np.random.default_rng(seed)
    probability = random.random((n_replicates, n, n_classes)).astype(np.float32)
    probability /= probability.sum(axis=2, keepdims=True)
    label = random.integers(0, n_classes, (n_replicates, n)).astype(np.uint8)
    return probability, label


def write_predictions(path, *tasks, **more):
    arrays = {"replicate": np.arange(2)}
    for ending, (probability, label) in tasks:
        arrays |= {f"probability{ending}": probability, f"label{ending}": label}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_arrays(path, arrays | more)
    return path


def test_by_hand():
    probability = np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5], [1.0, 0.0]], np.float32)
    label = np.array([0, 0, 0, 1], np.uint8)
    assert measure_accuracy(probability, label) == 0.5
    logs = np.log([0.7, 0.4, 0.5, SMALLEST_PROBABILITY])
    assert measure_loss(probability, label) == pytest.approx(-logs.mean(), rel=1e-6)


@given(st.integers(1, 30), st.integers(2, 19), st.integers(0, 1000))
def test_replicates_are_measured_one_by_one(n, n_classes, seed):
    probability, label = make_predictions(n, n_classes, 3, seed)
    for measure in (measure_accuracy, measure_loss):
        alone = [measure(probability[i], label[i]) for i in range(3)]
        np.testing.assert_allclose(measure(probability, label), alone, rtol=1e-12)


def test_one_task_has_plain_names(tmp_path):
    path = tmp_path / "predictions.safetensors"
    write_predictions(path, ("", make_predictions(20, 10)), n_parameters=np.array([7, 7]))
    metrics = evaluate_predictions(path)
    assert set(metrics) == {"replicate", "n_parameters", "n_test", "test_accuracy", "test_loss"}
    assert metrics["n_test"] == [20, 20]


def test_several_tasks_are_measured_as_each_alone(tmp_path):
    items, groups = make_predictions(20, 10), make_predictions(20, 3, seed=1)
    both = tmp_path / "t/multi/both/0/predictions.safetensors"
    write_predictions(both, ("_items", items), ("_groups", groups))
    metrics = evaluate_predictions(both)
    for name, task in (("items", items), ("groups", groups)):
        alone = evaluate_predictions(write_predictions(tmp_path / name, ("", task)))
        for measure in ("accuracy", "loss"):
            assert metrics[f"test_{measure}_{name}"] == alone[f"test_{measure}"]
    rows = evaluate_experiment("t/multi", [both])
    assert rows["both"]["test_accuracy_items"] == pytest.approx(
        np.mean(metrics["test_accuracy_items"])
    )


def test_labels_of_another_length_are_refused(tmp_path):
    probability, label = make_predictions(20, 3)
    path = write_predictions(tmp_path / "file", ("_groups", (probability, label[:, :19])))
    with pytest.raises(InputError, match=r"found \(2, 20, 3\) probabilities for \(2, 19\) labels"):
        evaluate_predictions(path)
