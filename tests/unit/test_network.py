"""Networks: layer arithmetic, the same bytes from the same seed, curves that mean what they say.

Keras is imported by a fixture, so that tests of other files do not wait for it.
"""

import json
import subprocess
import sys
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, log_loss

from redigit.backend import hide_modules, start_backend
from redigit.errors import InputError
from redigit.images import ImageSet
from redigit.randomness import make_generator
from redigit.tasks import list_tasks

N_CLASSES = 3
TASKS = list_tasks({}, N_CLASSES)
TINY = {
    "convolutions": [],
    "hidden": [6, 5],
    "activation": "relu",
    "optimiser": {"name": "sgd", "learning_rate": 0.05},
}


@pytest.fixture(scope="module")
def networks():
    """The module of networks, on one processor thread."""
    start_backend("tensorflow", "cpu", 1, 0)
    import redigit.network

    return redigit.network


def make_items(count: int, seed: int, side: int = 4) -> ImageSet:
    """Small images whose class is the brightest of three rows."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, N_CLASSES, count, dtype=np.uint8)
    images = random.integers(0, 128, (count, side, side), dtype=np.uint8)
    images[np.arange(count), labels] += 100
    return ImageSet.of_images(images, labels, "unit")


def build(networks, seed: int = 0, **changes):
    """A tiny network with the initial weights of a seed."""
    start_backend("tensorflow", "cpu", 1, seed)
    return networks.build_network(TINY | changes, (4, 4), TASKS)


def get_bytes(networks, network) -> bytes:
    """All weights as one string of bytes."""
    return b"".join(array.tobytes() for array in networks.collect_weights(network).values())


@settings(max_examples=12)
@given(
    st.lists(st.integers(1, 40), max_size=4),
    st.integers(1, 50),
    st.integers(2, 12),
    st.sampled_from(["relu", "tanh", "sigmoid"]),
)
def test_parameters_are_those_of_layer_arithmetic(networks, hidden, n_inputs, n_classes, kind):
    network = networks.build_network(
        TINY | {"hidden": hidden, "activation": kind}, (n_inputs, 1), list_tasks({}, n_classes)
    )
    widths = [n_inputs, *hidden, n_classes]
    pairs = list(pairwise(widths))
    assert network.count_params() == sum((below + 1) * above for below, above in pairs)
    shapes = [array.shape for array in networks.collect_weights(network).values()]
    assert shapes == [shape for below, above in pairs for shape in ((below, above), (above,))]


def test_output_is_a_distribution_by_the_weights_alone(networks):
    network, items = build(networks), make_items(1500, seed=1)
    probability = networks.predict_probabilities(network, TASKS, items)[""]
    weights = networks.collect_weights(network)
    assert list(weights) == [
        f"{layer}/{name}"
        for layer in ("hidden_1", "hidden_2", "output")
        for name in ("kernel", "bias")
    ]
    values = items.make_batch(slice(None))[0]
    for layer in ("hidden_1", "hidden_2"):
        values = np.maximum(values @ weights[f"{layer}/kernel"] + weights[f"{layer}/bias"], 0)
    scores = np.exp(values @ weights["output/kernel"] + weights["output/bias"])
    expected = scores / scores.sum(axis=1, keepdims=True)
    assert probability.dtype == np.float32
    np.testing.assert_allclose(probability, expected, atol=1e-5)


def test_curves_are_means_over_the_items_before_each_step(networks):
    """Each batch is predicted before the step that learns from it; the last is a short one."""
    train, test, seed, batch, epochs = make_items(250, 1), make_items(70, 2), 3, 100, 2
    curves, _ = networks.train_network(build(networks), TASKS, train, test, batch, epochs, seed)
    assert list(curves) == ["epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy"]
    assert curves["epoch"].tolist() == [1, 2]

    def measure(items):
        labels, probability = items[1], network.predict_on_batch(items[0])["output"].astype(float)
        probability /= probability.sum(axis=1, keepdims=True)
        loss = log_loss(labels, probability, labels=range(N_CLASSES))
        return np.array([loss, accuracy_score(labels, probability.argmax(axis=1))])

    network = build(networks)
    for epoch in range(1, epochs + 1):
        order = make_generator("shuffle", seed, epoch).permutation(len(train))
        total = np.zeros(2)
        for start in range(0, len(train), batch):
            items = train.make_batch(order[start : start + batch])
            total += measure(items) * len(items[1])
            network.train_on_batch(items[0], {"output": items[1]})
        row = curves.iloc[epoch - 1]
        np.testing.assert_allclose(
            row[["train_loss", "train_accuracy"]], total / len(train), atol=1e-5
        )
        np.testing.assert_allclose(
            row[["test_loss", "test_accuracy"]], measure(test.make_batch(slice(None))), atol=1e-5
        )


def test_training_learns(networks):
    curves, _ = networks.train_network(
        build(networks), TASKS, make_items(300, 1), make_items(99, 2), 10, 8, 0
    )
    assert curves["train_loss"].iloc[-1] < curves["train_loss"].iloc[0]
    assert curves["test_accuracy"].iloc[-1] > 0.9


def test_test_items_are_only_looked_at(networks):
    weights = []
    for test in (make_items(20, 2), make_items(90, 3)):
        network = build(networks)
        networks.train_network(network, TASKS, make_items(50, 1), test, 10, 2, 0)
        weights.append(get_bytes(networks, network))
    assert weights[0] == weights[1]


def test_validation_is_measured_as_the_test_is_and_changes_nothing(networks):
    train, test = make_items(50, 1), make_items(20, 2)
    plain, _ = networks.train_network(build(networks), TASKS, train, test, 10, 2, 0)
    curves, _ = networks.train_network(build(networks), TASKS, train, test, 10, 2, 0, test)
    assert list(curves) == [*plain, "validation_loss", "validation_accuracy"]
    assert curves[list(plain)].equals(plain)
    for name in ("loss", "accuracy"):
        assert curves[f"validation_{name}"].tolist() == curves[f"test_{name}"].tolist()
    empty = test.take(slice(0))
    same, _ = networks.train_network(build(networks), TASKS, train, test, 10, 2, 0, empty)
    assert same.equals(plain)


class RecordingSet(ImageSet):
    """Images that write down which of them are asked for."""

    def make_batch(self, chosen):
        self.asked.append(np.asarray(chosen))
        return super().make_batch(chosen)


def record_order(networks, seed, epochs, batch, **changes) -> list[np.ndarray]:
    """The order of the training items in each epoch."""
    items = make_items(45, 1)
    train = RecordingSet(items.images, items.index, items.labels, items.pixels)
    object.__setattr__(train, "asked", [])
    network = build(networks, **changes)
    networks.train_network(network, TASKS, train, make_items(5, 2), batch, epochs, seed)
    assert {len(batches) for batches in train.asked} <= {batch, 45 % batch}
    return list(np.concatenate(train.asked).reshape(epochs, 45))


def test_order_depends_on_seed_and_epoch_alone(networks):
    first, second = record_order(networks, seed=0, epochs=2, batch=10)
    for order in (first, second):
        assert sorted(order) == list(range(45))
    assert not np.array_equal(first, second)
    (alone,) = record_order(networks, seed=0, epochs=1, batch=15, hidden=[3], activation="tanh")
    np.testing.assert_array_equal(alone, first)
    (other,) = record_order(networks, seed=1, epochs=1, batch=10)
    assert not np.array_equal(other, first)


def digest_training(networks, seed: int) -> list[str]:
    """Digests of initial and final weights, curves and predictions of a training."""
    network = build(networks, seed)
    initial = get_bytes(networks, network)
    test = make_items(50, 2)
    train = make_items(205, 1)
    curves, probability = networks.train_network(network, TASKS, train, test, 20, 2, seed)
    contents = (
        initial,
        get_bytes(networks, network),
        curves.to_csv().encode(),
        probability[""].tobytes(),
    )
    return [sha256(content).hexdigest() for content in contents]


TRAIN_ELSEWHERE = f"""
import json, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_network import build, digest_training, start_backend
start_backend("tensorflow", "cpu", 1, 0)
import redigit.network
print("digests", json.dumps([digest_training(redigit.network, seed) for seed in (1, 0)]))
"""


def test_same_seed_gives_the_same_bytes_in_every_process(networks):
    result = subprocess.run(
        [sys.executable, "-c", TRAIN_ELSEWHERE], capture_output=True, text=True, check=True
    )
    of_one, of_zero = json.loads(result.stdout.rpartition("digests ")[2])
    assert digest_training(networks, 0) == of_zero
    assert all(mine != yours for mine, yours in zip(of_zero, of_one, strict=True))


def test_modules_are_hidden_for_a_while_only():
    with hide_modules(("tabnanny", "json")):
        assert sys.modules["json"] is json  # loaded already
        with pytest.raises(ImportError):
            import tabnanny
    import tabnanny

    assert tabnanny.check


def test_backend_that_is_not_installed_is_bad_input():
    with pytest.raises(InputError) as caught:
        start_backend("no_such_backend", "auto", 1, 0)
    assert str(caught.value) == (
        "params.yaml: backend: found 'no_such_backend', which is not installed here"
    )


def test_gpu_where_there_is_none_is_bad_input(networks):
    # This process has hidden any GPU from TensorFlow when it started it.
    with pytest.raises(InputError) as caught:
        start_backend("tensorflow", "gpu", 1, 0)
    assert str(caught.value) == (
        "params.yaml: device: found 'gpu', but tensorflow sees none; allowed are auto, cpu"
    )
