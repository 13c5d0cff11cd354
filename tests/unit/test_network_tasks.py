"""Networks of convolutions and of several tasks learn, and tell of each task what metrics say."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from redigit.backend import start_backend
from redigit.evaluation import evaluate_predictions
from redigit.images import ImageSet
from redigit.tasks import list_tasks

SETTINGS = {
    "convolutions": [{"kernels": 4, "size": 3, "stride": 1, "padding": "same", "pool": 2}],
    "hidden": [16],
    "task_hidden": [8],
    "activation": "relu",
    "optimiser": {"name": "adam", "learning_rate": 0.01},
    "groups": {"low": [0, 1, 2, 3, 4], "high": [5, 6, 7, 8, 9]},
    "tasks": {"items": 1, "groups": 0.5},
}
ONE_TASK = {name: value for name, value in SETTINGS.items() if name not in ("tasks", "groups")}
DENSE = {**ONE_TASK, "convolutions": []}


@pytest.fixture(scope="module", autouse=True)
def backend():
    start_backend("tensorflow", "cpu", threads=1, seed=0)


def make_images(count, seed):
    """Make images of noise with a bright line whose place is the label."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, count).astype(np.uint8)
    images = random.integers(0, 100, (count, 28, 28), dtype=np.uint8)
    images[np.arange(count), 2 * labels + 4] = 255
    return ImageSet.of_images(images, labels, "unit")


def train(settings, seed, epochs=3, train=None):
    """Train a tiny network; gives it, its history and its predictions."""
    import redigit.network as networks

    train, test = train or make_images(300, 1), make_images(100, 2)
    tasks = list_tasks(settings, 10)
    network = networks.build_network(settings, train.size, tasks)
    history, probability = networks.train_network(network, tasks, train, test, 30, epochs, seed)
    return networks.collect_weights(network), history, probability


@pytest.mark.parametrize("settings", [DENSE, ONE_TASK])
def test_one_task_has_plain_names_and_is_learnt(settings):
    weights, history, probability = train(settings, seed=0, epochs=5)
    assert list(history) == [
        *("epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy")
    ]
    assert list(history["epoch"]) == [1, 2, 3, 4, 5]
    assert all(later < earlier for earlier, later in pairwise(history["train_loss"]))
    assert history["test_accuracy"].iloc[-1] > 0.5
    assert probability[""].shape == (100, 10)
    assert {"hidden_1/kernel", "output/bias"} <= set(weights)
    assert ("convolution_1/kernel" in weights) == bool(settings["convolutions"])


@pytest.fixture(scope="module")
def several_tasks():
    """A trained network of two tasks."""
    return train(SETTINGS, seed=0, epochs=5)


def test_several_tasks_are_learnt_side_by_side(several_tasks):
    weights, history, probability = several_tasks
    measures = ["loss", "accuracy_items", "loss_items", "accuracy_groups", "loss_groups"]
    names = [f"{part}_{measure}" for part in ("train", "test") for measure in measures]
    assert list(history) == ["epoch", *names]
    assert history["test_accuracy_items"].iloc[-1] > 0.5
    assert history["test_accuracy_groups"].iloc[-1] > 0.7
    assert {name: array.shape for name, array in probability.items()} == {
        "items": (100, 10),
        "groups": (100, 2),
    }
    assert {"items_hidden_1/kernel", "groups_output/bias"} <= set(weights)


def test_task_without_weight_is_not_learnt():
    settings = {**SETTINGS, "tasks": {"items": 1, "groups": 0}}
    import redigit.network as networks

    tasks = list_tasks(settings, 10)
    network = networks.build_network(settings, (28, 28), tasks)
    before = networks.collect_weights(network)
    networks.train_network(network, tasks, make_images(90, 1), make_images(10, 2), 30, 1, 0)
    after = networks.collect_weights(network)
    for name in before:
        changed = not np.array_equal(before[name], after[name])
        assert changed != name.startswith("groups_")


def test_measures_are_those_of_the_predictions(several_tasks):
    """History and metrics are two ways to the same numbers."""
    _, history, probability = several_tasks
    test, arrays = make_images(100, 2), {"replicate": np.array([0])}
    for task in list_tasks(SETTINGS, 10):
        arrays[task.name_measure("probability")] = probability[task.name][None]
        arrays[task.name_measure("label")] = task.targets[test.labels][None]
    metrics, last = evaluate_predictions(arrays, Path("p")), history.iloc[-1]
    for task in ("items", "groups"):
        assert metrics[f"test_accuracy_{task}"] == [last[f"test_accuracy_{task}"]]
        assert metrics[f"test_loss_{task}"] == [pytest.approx(last[f"test_loss_{task}"])]
    loss = metrics["test_loss_items"][0] + 0.5 * metrics["test_loss_groups"][0]
    assert loss == pytest.approx(last["test_loss"])


def test_training_measures_are_those_of_keras_averaged_over_items():
    """With a learning rate of nearly 0 they are the measures of the initial weights."""
    still = {**SETTINGS, "optimiser": {"name": "sgd", "learning_rate": 1e-12}}
    items = make_images(100, 2)
    # 100 items in batches of 30: the last batch is smaller and has to count for less.
    _, history, _ = train(still, seed=0, epochs=1, train=items)
    row = history.iloc[0]
    for name in ("loss", "accuracy_items", "loss_items", "accuracy_groups", "loss_groups"):
        assert row[f"train_{name}"] == pytest.approx(row[f"test_{name}"], rel=1e-5)


def test_pairs_take_the_same_way():
    """A pair is an item of 56 by 28 pixels with its sum as label."""
    single = make_images(60, 3)
    index = np.arange(60, dtype=np.int32).reshape(30, 2)
    labels = single.labels[index].sum(axis=1).astype(np.uint8)
    pairs = ImageSet(single.images, index, labels, "unit")
    assert pairs.size == (56, 28)
    import redigit.network as networks

    tasks = list_tasks(ONE_TASK, 19)
    network = networks.build_network(ONE_TASK, pairs.size, tasks)
    history, probability = networks.train_network(network, tasks, pairs, pairs, 10, 1, 0)
    assert probability[""].shape == (30, 19)
    assert np.isfinite(history.to_numpy()).all()
