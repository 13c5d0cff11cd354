"""Scores of classes agree with their definitions and with the library's own report."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import classification_report

from redigit.class_scores import measure_classes
from redigit.evaluation import evaluate_experiment, evaluate_predictions
from redigit.files import write_arrays

N_CLASSES = 5
items = st.lists(
    st.tuples(st.integers(0, N_CLASSES - 1), st.integers(0, N_CLASSES - 1)), min_size=1, max_size=60
)


def measure(pairs) -> dict[str, float]:
    truth, guess = np.array(pairs).T
    measured = measure_classes(guess[None], truth[None], N_CLASSES)
    return {name: values[0] for name, values in measured.items()}


@given(items)
def test_scores_are_those_of_their_definitions(pairs):
    scores, (truth, guess) = measure(pairs), np.array(pairs).T
    for number in range(N_CLASSES):
        right = np.sum((truth == number) & (guess == number))
        found, there = np.sum(guess == number), np.sum(truth == number)
        assert scores[f"support_{number}"] == there
        assert scores[f"precision_{number}"] == pytest.approx(right / found if found else 0)
        assert scores[f"recall_{number}"] == pytest.approx(right / there if there else 0)
        assert scores[f"f1_{number}"] == pytest.approx(
            2 * right / (found + there) if found + there else 0
        )
    assert scores["weighted_recall"] == pytest.approx(np.mean(truth == guess))


@given(items)
def test_averages_are_those_of_the_printed_report(pairs):
    scores, (truth, guess) = measure(pairs), np.array(pairs).T
    report = classification_report(truth, guess, output_dict=True, zero_division=0)
    for average in ("macro", "weighted"):
        for name, key in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            expected = report[f"{average} avg"][key]
            assert scores[f"{average}_{name}"] == pytest.approx(expected, abs=1e-12)


@pytest.fixture
def predictions(tmp_path):
    """Predictions of a row in two replicates."""
    random = np.random.default_rng(0)
    path = tmp_path / "models/t/forest/one/predictions.safetensors"
    probability = random.random((2, 40, N_CLASSES), np.float32)
    label = random.integers(0, N_CLASSES, (2, 40), dtype=np.uint8)
    arrays = {"probability": probability, "label": label, "replicate": np.arange(2)}
    write_arrays(path, arrays)
    return path, arrays


def test_each_replicate_is_measured_by_class_if_asked(predictions):
    path, arrays = predictions
    plain, full = (evaluate_predictions(arrays, path, by_class) for by_class in (False, True))
    assert plain == {name: full[name] for name in plain}
    assert not any(name.startswith("support") for name in plain)
    for k in (0, 1):
        guess = arrays["probability"][k].argmax(axis=1)
        alone = measure_classes(guess[None], arrays["label"][[k]], N_CLASSES)
        assert {name: values[0] for name, values in alone.items()} == {
            name: full[name][k] for name in alone
        }


def test_means_stand_beside_the_replicates(predictions):
    row = evaluate_experiment("t/forest", [predictions[0]], by_class=True)["one"]
    assert row["support_3"] == np.mean(row["replicates"]["support_3"])
    assert len(row["replicates"]["macro_f1"]) == 2
