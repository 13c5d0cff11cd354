"""What networks see: images climb, each by itself, and the network stays as it is.

Keras is imported by a fixture, so that tests of other files do not wait for it.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redigit.backend import start_backend
from redigit.tasks import list_tasks

SIDE, N_CLASSES, N_KERNELS = 9, 3, 5
TASKS = list_tasks({}, N_CLASSES)
TINY = {
    "convolutions": [
        {"kernels": N_KERNELS, "size": 3, "stride": 1, "padding": "valid", "pool": 2},
        {"kernels": 4, "size": 2, "stride": 1, "padding": "same", "pool": 0},
    ],
    "hidden": [6],
    "activation": "relu",
    "optimiser": {"name": "sgd", "learning_rate": 0.1},
}
THRESHOLDS = {"likeness": 0.5, "depth": 0.05, "gradient": 0.1, "smooth": 0.5, "own": 0.9} | {
    "lead": 0.5
}
SETTINGS = {
    "digits": [2, 0],
    "test_images": 30,
    "ascent": {"steps": 3, "rate": 1, "noise": [0.4, 0.6]},
    "dream": {"steps": 4, "rate": 0.5},
    "class_dream": {"steps": 20, "rate": 0.5, "noise": [0.0, 1.0]},
    "thresholds": THRESHOLDS,
}


@pytest.fixture(scope="module")
def seen():
    """The module of features, on one processor thread."""
    start_backend("tensorflow", "cpu", 1, 0)
    import redigit.features

    return redigit.features


@pytest.fixture(scope="module")
def weights(seen) -> dict[str, np.ndarray]:
    """Initial weights, with one kernel that never answers."""
    start_backend("tensorflow", "cpu", 1, 3)
    network = seen.build_network(TINY, (SIDE, SIDE), TASKS)
    weights = collect_weights(network)
    weights["convolution_1/kernel"][..., 0] = 0
    weights["convolution_1/bias"][0] = -1
    return weights


@pytest.fixture
def network(seen, weights):
    return seen.restore_network(TINY, (SIDE, SIDE), TASKS, weights)


@pytest.fixture
def part(seen, network):
    """The network up to its first convolution."""
    return seen.cut_network(network, "convolution_1")


def make_images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.4, 0.6, (count, SIDE, SIDE)).astype(np.float32)


def climb(seen, part, target, start, steps=4, rate=1.0):
    return seen.ascend(part, np.asarray(target, float), start, steps, rate)


def collect_weights(network) -> dict[str, np.ndarray]:
    from redigit.network import collect_weights

    return {path: weight.copy() for path, weight in collect_weights(network).items()}


def test_restored_network_has_the_stored_weights(network, weights):
    restored = collect_weights(network)
    assert list(restored) == list(weights)
    for path, weight in restored.items():
        np.testing.assert_array_equal(weight, weights[path])
    assert not network.trainable_weights


def test_part_gives_what_the_layer_gives(seen, part, weights):
    images = make_images(2)
    maps = seen.predict(part, images)
    assert maps.shape == (2, SIDE - 2, SIDE - 2, N_KERNELS)
    kernel, bias = weights["convolution_1/kernel"], weights["convolution_1/bias"]
    patch = images[1, 3:6, 2:5, None, None]
    expected = np.maximum((patch * kernel).sum(axis=(0, 1, 2)) + bias, 0)
    np.testing.assert_allclose(maps[1, 3, 2], expected, atol=1e-5)


def test_predictions_do_not_depend_on_how_images_are_divided(seen, part, monkeypatch):
    images = make_images(7)
    whole = seen.predict(part, images)
    monkeypatch.setattr(seen, "BATCH", 3)
    np.testing.assert_allclose(seen.predict(part, images), whole, atol=1e-6)


def test_objective_is_the_mean_of_the_map_and_rises(seen, part):
    start = make_images(N_KERNELS)
    found = climb(seen, part, np.eye(N_KERNELS), start)
    assert found.objective.shape == (5, N_KERNELS) and found.image.shape == start.shape
    for course, images in ((found.objective[0], start), (found.objective[-1], found.image)):
        means = seen.predict(part, images).mean(axis=(1, 2)).diagonal()
        np.testing.assert_allclose(course, means, atol=1e-5)
    answers = found.objective[0] > 0
    assert answers.any() and (np.diff(found.objective[:, answers], axis=0) > 0).all()


def test_first_step_is_as_long_as_the_rate_and_goes_straight_up(seen, weights):
    """Against the slope that small changes of single pixels have, of a network without kinks."""
    smooth = seen.restore_network(TINY | {"activation": "tanh"}, (SIDE, SIDE), TASKS, weights)
    part = seen.cut_network(smooth, "convolution_1")
    start, step, target = make_images(1), 0.05, np.array([[0, 0.7, 0.3, 0, 0]])
    moved = climb(seen, part, target, start, 1, 0.2).image - start
    assert np.linalg.norm(moved) == pytest.approx(0.2, rel=1e-4)

    def measure(images):
        return seen.predict(part, images).astype(float).mean(axis=(1, 2)) @ target[0]

    nudges = step * np.eye(SIDE * SIDE, dtype=np.float32).reshape(-1, SIDE, SIDE)
    slope = measure(start + nudges) - measure(start - nudges)
    expected = 0.2 * slope / np.linalg.norm(slope)
    np.testing.assert_allclose(moved.ravel(), expected, atol=0.2 * 0.01)


@settings(max_examples=4)
@given(st.permutations(range(N_KERNELS)), st.integers(1, N_KERNELS))
def test_images_do_not_depend_on_each_other_or_on_their_order(seen, weights, order, count):
    network = seen.restore_network(TINY, (SIDE, SIDE), TASKS, weights)
    part = seen.cut_network(network, "convolution_2")
    targets, starts = np.eye(4)[[0, 1, 2, 3, 1]], make_images(N_KERNELS)
    chosen = list(order[:count])
    whole = climb(seen, part, targets, starts)
    some = climb(seen, part, targets[chosen], starts[chosen])
    np.testing.assert_allclose(some.image, whole.image[chosen], atol=1e-5)
    np.testing.assert_allclose(some.objective, whole.objective[:, chosen], atol=1e-5)


def test_kernel_that_never_answers_leaves_its_image_as_it_is(seen, part):
    start = make_images(N_KERNELS)
    found = climb(seen, part, np.eye(N_KERNELS), start)
    np.testing.assert_array_equal(found.image[0], start[0])
    assert (found.objective[:, 0] == 0).all() and np.isfinite(found.image).all()


def test_the_same_comes_out_each_time_and_the_network_stays(seen, network, weights):
    part = seen.cut_network(network, "convolution_2")
    runs = [climb(seen, part, np.eye(4), make_images(4)) for _ in range(2)]
    assert runs[0].image.tobytes() == runs[1].image.tobytes()
    assert runs[0].objective.tobytes() == runs[1].objective.tobytes()
    for path, weight in collect_weights(network).items():
        np.testing.assert_array_equal(weight, weights[path])


def test_log_odds_are_those_of_the_probabilities(seen, network):
    images = make_images(4)
    probability = network.predict_on_batch(images[..., None])["output"]
    log_odds = seen.predict(seen.give_log_odds(network), images)
    np.testing.assert_allclose(log_odds, np.log(probability / (1 - probability)), atol=1e-5)


def test_log_odds_are_right_where_the_probability_is_one(seen):
    scores = np.array([[100.0, -50.0, -20.0]], np.float32)
    np.testing.assert_allclose(seen.turn_to_log_odds(scores), [[120, -150, -120]])


def make_scene(seen, changes=()):
    random = np.random.default_rng(5)
    images = random.integers(0, 256, (60, SIDE, SIDE), dtype=np.uint8)
    labels = (np.arange(60) % N_CLASSES).astype(np.uint8)
    source = {"pixels": "unit", "data": "mnist"}
    return images, seen.set_scene(images, labels, SETTINGS | dict(changes), source)


def test_scene_has_the_chosen_images_and_a_sample(seen):
    images, scene = make_scene(seen)
    assert [index % N_CLASSES for index in scene.index] == SETTINGS["digits"]
    np.testing.assert_array_equal(scene.grey, images[scene.index])
    np.testing.assert_allclose(scene.chosen * 255, scene.grey, atol=1e-4)
    assert scene.sample.shape == (30, SIDE, SIDE) and scene.size == (SIDE, SIDE)


def test_everything_seen_has_its_name_and_shape(seen, network):
    _, scene = make_scene(seen)
    arrays, measured = seen.see_network(network, scene, SETTINGS, "job")
    shapes = {name: array.shape for name, array in arrays.items()}
    assert shapes["map_1"] == (2, 7, 7, N_KERNELS) and shapes["map_2"] == (2, 3, 3, 4)
    assert shapes["ascent_1"] == (N_KERNELS, SIDE, SIDE)
    assert shapes["ascent_objective_2"] == (4, 4)
    assert shapes["dream_2"] == (2, SIDE, SIDE) and shapes["dream_objective_2"] == (5, 2)
    assert shapes["class_dream"] == (2, SIDE, SIDE)
    assert shapes["class_dream_probability"] == (2, N_CLASSES)
    assert (measured["n_kernels_1"], measured["n_channels_2"]) == (N_KERNELS, N_KERNELS)
    assert measured["n_planes_deeper"] == 4 * N_KERNELS
    assert measured["stuck_share_1"] >= 1 / N_KERNELS
    assert {"dying_maps", "class_recognised_2"} <= measured.keys()


def test_probability_of_the_class_rises(seen, network):
    _, scene = make_scene(seen)
    arrays, measured = seen.see_classes(network, scene.size, SETTINGS, "job")
    probability, course = arrays["class_dream_probability"], arrays["class_dream_objective"]
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-5)
    assert (course[-1] > course[0]).all()
    reached = 1 / (1 + np.exp(-course[-1]))
    np.testing.assert_allclose(reached, probability[[0, 1], [2, 0]], rtol=1e-4)
    assert measured["class_lead_2"] == pytest.approx(probability[0, 2] - probability[0, :2].max())
    assert measured["class_recognised_2"] == (measured["class_lead_2"] >= 0.5)


def test_noise_is_that_of_its_stream(seen):
    first, again, other = (
        seen.draw_noise((4, 3, 3), (0.4, 0.6), *stream) for stream in ("a", "a", "b")
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).all() and first.dtype == np.float32
    assert first.min() >= 0.4 and first.max() <= 0.6


def test_what_the_settings_leave_out_is_not_made(seen, network):
    less = dict.fromkeys(("ascent", "dream", "class_dream"))
    _, scene = make_scene(seen, less)
    arrays, measured = seen.see_network(network, scene, SETTINGS | less, "job")
    assert set(arrays) == {"image", "index", "map_1", "map_2"}
    assert "own_share_1" not in measured and "dead_share_1" in measured


def test_network_without_convolutions_has_its_classes_only(seen):
    start_backend("tensorflow", "cpu", 1, 0)
    flat = TINY | {"convolutions": []}
    network = seen.build_network(flat, (SIDE, SIDE), TASKS)
    _, scene = make_scene(seen)
    arrays, measured = seen.see_network(network, scene, SETTINGS, "job")
    assert arrays["class_dream"].shape == (2, SIDE, SIDE)
    assert all(name.startswith("class_") for name in measured)
