"""Statistics of what networks see: each on arrays whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit import feature_measures as measures

THRESHOLDS = {
    "likeness": 0.5,
    "depth": 0.05,
    "gradient": 0.1,
    "smooth": 0.5,
    "own": 0.9,
    "lead": 0.5,
}


def make_map(*maps: np.ndarray) -> np.ndarray:
    """The maps of one image, shape (1, height, width, k)."""
    return np.stack(maps, axis=-1)[None].astype(np.float32)


# The choice of images


def test_typical_image_is_the_nearest_to_the_mean_of_its_class():
    images = np.zeros((5, 2, 2), np.uint8)
    images[:, 0, 0] = [0, 90, 100, 110, 200]
    labels = np.array([1, 7, 7, 7, 1], np.uint8)
    assert measures.choose_typical(images, labels, 7) == 2
    # Both are equally near to the mean of the two.
    assert measures.choose_typical(images, labels, 1) == 0


@given(st.integers(0, 2**32 - 1))
def test_choice_does_not_depend_on_other_classes(seed):
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (30, 3, 3), dtype=np.uint8)
    labels = random.integers(0, 2, 30, dtype=np.uint8)
    labels[0] = 0
    chosen = measures.choose_typical(images, labels, 0)
    assert labels[chosen] == 0
    images[labels == 1] = 255
    assert measures.choose_typical(images, labels, 0) == chosen


# Averaging over a grid


@given(st.integers(1, 9), st.integers(1, 9))
def test_shares_are_means_over_equal_parts(n_pixels, n_parts):
    shares = measures.find_shares(n_pixels, n_parts)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    # Each pixel is spread over the parts by its length.
    np.testing.assert_allclose(shares.sum(axis=0), n_parts / n_pixels)


def test_image_is_averaged_over_parts():
    image = np.arange(16.0).reshape(1, 4, 4)
    np.testing.assert_allclose(measures.shrink_images(image, (2, 2))[0], [[2.5, 4.5], [10.5, 12.5]])
    np.testing.assert_allclose(measures.shrink_images(image, (4, 4)), image)
    # Of three parts of four pixels, the first is one and a third of the next.
    np.testing.assert_allclose(
        measures.find_shares(4, 3), np.array([[3, 1, 0, 0], [0, 2, 2, 0], [0, 0, 1, 3]]) / 4
    )


# Correlations


@given(st.integers(0, 2**32 - 1))
def test_correlation_is_that_of_numpy(seed):
    first, second = np.random.default_rng(seed).normal(size=(2, 5, 4))
    expected = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    assert measures.correlate(first, second) == pytest.approx(expected)
    assert measures.correlate(2 * first + 3, first) == pytest.approx(1)


def test_what_does_not_vary_correlates_with_nothing():
    assert np.isnan(measures.standardise(np.full((2, 7), 0.1, np.float32))).all()


# Maps


def test_dead_maps_are_zero_everywhere():
    image = np.eye(4)
    maps = make_map(image, np.zeros((4, 4)), np.zeros((4, 4)), np.ones((4, 4)))
    found = measures.measure_maps(np.repeat(maps, 2, axis=0), np.stack([image, image]), np.zeros(2))
    assert found["dead_share"] == 0.5


def test_correlation_with_the_input_is_over_the_maps_that_vary():
    image = np.random.default_rng(0).random((4, 4))
    other = np.random.default_rng(1).random((4, 4))
    maps = make_map(image, -image, other, np.ones((4, 4)), np.zeros((4, 4)))
    found = measures.measure_maps(np.repeat(maps, 2, 0), np.stack([image, image]), np.zeros(2))
    r = abs(np.corrcoef(image.ravel(), other.ravel())[0, 1])
    assert found["input_correlation"] == pytest.approx((1 + 1 + r) / 3, abs=1e-5)
    assert found["map_correlation"] == pytest.approx((1 + r + r) / 3, abs=1e-5)


def test_map_of_another_size_is_compared_with_the_averaged_image():
    image = np.kron([[0.0, 1.0], [2.0, 5.0]], np.ones((3, 3)))
    maps = make_map(np.array([[0.0, 1.0], [2.0, 5.0]]))
    found = measures.measure_maps(np.repeat(maps, 2, 0), np.stack([image, image]), np.zeros(2))
    assert found["input_correlation"] == pytest.approx(1)


def test_nothing_that_varies_has_a_correlation_of_zero():
    maps = np.zeros((2, 1, 1, 3), np.float32)
    found = measures.measure_maps(maps, np.random.default_rng(0).random((2, 4, 4)), np.zeros(2))
    assert found["input_correlation"] == found["map_correlation"] == 0


def test_class_is_that_of_the_nearest_mean():
    points = np.array([[0.0], [2.0], [10.0], [1.2], [8.0], [9.0]])
    labels = np.array([0, 0, 3, 0, 3, 0])
    assert measures.measure_nearest_mean(points, labels) == pytest.approx(2 / 3)


# Kernels


def make_kernels(*kernels) -> np.ndarray:
    return np.stack([np.array(kernel, float) for kernel in kernels], axis=-1)[:, :, None]


def test_tilted_planes_are_gradients_and_checkerboards_are_not():
    rows, columns = np.mgrid[:4, :4]
    board = (-1.0) ** (rows + columns)
    found = measures.measure_kernels(
        make_kernels(rows + 2 * columns, -columns - 7, board, board + 0.1 * rows)
    )
    assert (found["n_kernels"], found["n_channels"]) == (4, 1)
    assert found["gradient_share"] == 0.5


def test_kernel_whose_weights_have_one_sign_smooths():
    rows, columns = np.mgrid[:4, :4]
    found = measures.measure_kernels(make_kernels(rows + 1, -columns - 1, columns - 1.5, rows - 3))
    assert found["smooth_share"] == 0.75


def test_random_kernels_are_rarely_gradients():
    kernels = np.random.default_rng(0).uniform(-1, 1, (4, 4, 1, 20_000))
    assert 0.005 < measures.measure_kernels(kernels)["gradient_share"] < 0.02


def test_first_channel_is_measured():
    kernels = np.concatenate([make_kernels(np.mgrid[:3, :3][0]), np.ones((3, 3, 1, 1))], axis=2)
    found = measures.measure_kernels(kernels)
    assert (found["n_channels"], found["gradient_share"]) == (2, 1)


# Images found by ascent


def test_stuck_kernels_do_not_count_among_those_with_an_image_of_their_own():
    objective = np.array([[0.0, 1.0, 1.0], [0.0, 5.0, 4.0]])
    answers = np.array([[0.0, 0.0, 0.0], [1.0, 5.0, 9.0], [0.0, 2.0, 4.0]])
    found = measures.measure_ascent(objective, answers)
    assert found["stuck_share"] == pytest.approx(1 / 3)
    assert found["own_share"] == 0.5


def test_least_gain_counts_and_the_mean_likeness():
    starts = np.random.default_rng(0).random((2, 3, 3))
    objective = np.array([[1.0, 1.0], [5.0, 5.0], [3.0, 0.5]])
    found = measures.measure_dreams(objective, np.stack([starts[0], -starts[1]]), starts)
    assert found["dream_gain"] == -0.5
    assert found["dream_likeness"] == pytest.approx(0)


def test_lead_is_over_the_next_class():
    assert measures.find_lead(np.array([0.1, 0.7, 0.2]), 1) == pytest.approx(0.5)
    assert measures.find_lead(np.array([0.1, 0.7, 0.2]), 0) == pytest.approx(-0.6)


# Predicates


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.1, 0.12, 0.2], True),
        ([0.1, 0.12, 0.14], False),  # less than the margin
        ([0.1, 0.3, 0.2], False),
        ([0.1, 0.1, 0.2], False),
        ([0.1], False),
    ],
)
def test_growth_is_at_each_step_and_by_the_margin_in_all(values, expected):
    assert measures.grows([{"x": value} for value in values], "x", 0.05) == expected
    assert measures.grows([{"x": -value} for value in values], "x", 0.05, -1) == expected


LAYER = {
    "gradient_share": 0.1,
    "smooth_share": 0.6,
    "map_correlation": 0.4,
    "input_correlation": 0.5,
    "dead_share": 0.0,
    "class_accuracy": 0.8,
}
DEEPER = LAYER | {"input_correlation": 0.3, "dead_share": 0.2, "class_accuracy": 0.9}
ASCENT = {"own_share": 0.95}
DREAM = {"dream_gain": 1.0, "dream_likeness": 0.6}


def test_predicates_hold_where_all_is_so():
    layers = [LAYER | ASCENT | DREAM, DEEPER | ASCENT | DREAM | {"dream_likeness": 0.2}]
    stated = measures.state_predicates(layers, THRESHOLDS)
    assert len(stated) == 11 and all(stated.values())


@pytest.mark.parametrize(
    ("change", "predicate"),
    [
        ({"gradient_share": 0.09}, "gradient_kernels"),
        ({"smooth_share": 0.4}, "smooth_kernels"),
        ({"map_correlation": 0.6}, "different_maps"),
        ({"input_correlation": 0.49}, "lifelike_maps"),
        ({"dead_share": 0.2}, "dying_maps"),
        ({"input_correlation": 0.3}, "parting_maps"),
        ({"class_accuracy": 0.9}, "telling_maps"),
        ({"own_share": 0.8}, "own_images"),
        ({"dream_gain": 0.0}, "rising_dreams"),
        ({"dream_likeness": 0.4}, "lifelike_dreams"),
        ({"dream_likeness": 0.2}, "parting_dreams"),
    ],
)
def test_each_predicate_can_fail(change, predicate):
    layers = [LAYER | ASCENT | DREAM | change, DEEPER | ASCENT | DREAM | {"dream_likeness": 0.2}]
    assert not measures.state_predicates(layers, THRESHOLDS)[predicate]


def test_predicates_of_what_was_not_made_are_left_out():
    stated = measures.state_predicates([LAYER, DEEPER], THRESHOLDS)
    assert not {"own_images", "rising_dreams", "lifelike_dreams"} & stated.keys()
