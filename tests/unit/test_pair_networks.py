"""Networks of pairs: their layers, their restraints, and what they make of pairs on the way."""

import numpy as np
import pytest

from redigit.architecture import trace_network
from redigit.backend import start_backend
from redigit.embedding import embed_items
from redigit.images import ImageSet
from redigit.settings import resolve_settings
from redigit.tasks import list_tasks

SETTINGS = {
    "hidden": [12, 8],
    "activation": "relu",
    "dropout": 0.2,
    "batch_normalization": True,
    "l2": 0.001,
    "optimiser": {"name": "adam", "learning_rate": 0.01},
}
PLAIN = SETTINGS | {"dropout": 0, "batch_normalization": False, "l2": 0}


@pytest.fixture(scope="module", autouse=True)
def backend():
    start_backend("tensorflow", "cpu", threads=1, seed=0)


@pytest.fixture(scope="module")
def pairs():
    """Pairs of noise with a bright line whose place is the digit."""
    random = np.random.default_rng(0)
    digits = random.integers(0, 10, 200).astype(np.uint8)
    images = random.integers(0, 100, (200, 28, 28), dtype=np.uint8)
    images[np.arange(200), 2 * digits + 4] = 255
    index = random.integers(0, 200, (300, 2)).astype(np.int32)
    return ImageSet(images, index, digits[index].sum(axis=1).astype(np.uint8), "unit")


def train(settings, pairs, epochs=2, seed=0):
    """Train a tiny network; gives it, its history and its predictions."""
    import redigit.network as networks

    networks.start_anew(seed)
    tasks = list_tasks(settings, 19)
    network = networks.build_network(settings, pairs.size, tasks)
    history, probability = networks.train_network(network, tasks, pairs, pairs, 30, epochs, seed)
    return network, history, probability[""]


@pytest.mark.parametrize("settings", [PLAIN, SETTINGS])
def test_number_of_parameters_is_that_of_the_arithmetic(settings, pairs):
    network, _, _ = train(settings, pairs, epochs=1)
    layers = trace_network(settings, pairs.size, list_tasks(settings, 19))
    assert network.count_params() == sum(layer.n_parameters for layer in layers)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("settings", [PLAIN, SETTINGS])
def test_embedding_is_what_the_classifying_layer_takes(settings, activation, pairs):
    import redigit.network as networks

    settings = settings | {"activation": activation}
    network, _, probability = train(settings, pairs)
    weights = networks.collect_weights(network)
    embedding = embed_items(weights, settings, pairs)
    assert embedding.shape == (300, 8) and embedding.dtype == np.float32
    scores = embedding @ weights["output/kernel"] + weights["output/bias"]
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, probability, atol=1e-5)


@pytest.mark.parametrize("settings", [PLAIN, SETTINGS])
def test_training_again_gives_the_same(settings, pairs):
    _, first, probability = train(settings, pairs)
    _, second, again = train(settings, pairs)
    assert first.equals(second)
    np.testing.assert_array_equal(probability, again)


@pytest.mark.slow
def test_each_restraint_changes_the_training(pairs):
    _, plain, _ = train(PLAIN, pairs)
    for name in ("dropout", "batch_normalization", "l2"):
        _, other, _ = train(PLAIN | {name: SETTINGS[name]}, pairs)
        assert plain["train_loss"].iloc[0] != other["train_loss"].iloc[0], name


def test_penalty_counts_in_training_only(pairs):
    """With a learning rate of nearly 0 training and test differ by the penalty alone."""
    import redigit.network as networks

    still = PLAIN | {"l2": 0.1, "optimiser": {"name": "sgd", "learning_rate": 1e-12}}
    network, history, _ = train(still, pairs, epochs=1)
    weights = networks.collect_weights(network)
    penalty = sum(0.1 * (weights[f"hidden_{n}/kernel"] ** 2).sum() for n in (1, 2))
    row = history.iloc[0]
    assert row["train_loss"] - row["test_loss"] == pytest.approx(penalty, rel=1e-4)


def test_network_of_study_d_has_the_parameters_of_its_layers(project):
    """The study prints none: 6,010,003 of dense layers on flat pixels, 16,128 of normalisations."""
    settings = resolve_settings("d/network", "tuned", "full")
    layers = trace_network(settings, (56, 28), list_tasks(settings, 19))
    normal = sum(layer.n_parameters for layer in layers if "normalization" in layer.name)
    assert (sum(layer.n_parameters for layer in layers), normal) == (6_026_131, 16_128)
