"""Principal components: what they must be for any images, and without chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from redigit.images import PIXEL_RANGES
from redigit.pca import (
    Components,
    count_components,
    draw_images,
    find_tightest,
    fit_components,
    fix_signs,
    measure_classes,
    measure_components,
    turn_to_class,
)
from redigit.plane import separate_classes

SETTINGS = {"components": 2, "share": 0.9}
SEPARATOR = {"points": None, "penalty_c": 1.0, "max_iterations": 1000}


def make_images(n=60, side=6, seed=0) -> np.ndarray:
    """Make images whose rows vary by very different amounts."""
    random = np.random.default_rng(seed)
    scale = np.linspace(10, 250, side)[:, None]
    return (random.random((n, side, side)) * scale).astype(np.uint8)


def test_ratios_are_those_of_the_covariance():
    images = make_images()
    covariance = np.cov(images.reshape(len(images), -1).T.astype(float))
    expected = np.sort(np.linalg.eigvalsh(covariance))[::-1] / np.trace(covariance)
    found = fit_components(images, "unit", 2)
    np.testing.assert_allclose(found.ratios, expected, atol=1e-12)
    assert found.scores.dtype == np.float32 and found.scores.shape == (60, 2)


def test_scores_are_centred_uncorrelated_and_hold_the_variance():
    images = make_images()
    found = fit_components(images, "unit", 3)
    total = (images / 255).reshape(len(images), -1).var(axis=0, ddof=1).sum()
    np.testing.assert_allclose(found.scores.mean(axis=0), 0, atol=1e-6)
    covariance = np.cov(found.scores.T)
    np.testing.assert_allclose(covariance, np.diag(found.ratios[:3] * total), atol=1e-6)


@pytest.mark.parametrize("pixels", PIXEL_RANGES)
def test_range_of_the_pixels_scales_scores_and_leaves_ratios(pixels):
    images = make_images()
    raw, scaled = (fit_components(images, name, 2) for name in ("raw", pixels))
    np.testing.assert_array_equal(raw.ratios, scaled.ratios)
    np.testing.assert_allclose(raw.scores * PIXEL_RANGES[pixels][0], scaled.scores, rtol=1e-6)


def test_result_does_not_depend_on_threads():
    # Of real width: smaller problems are not shared out between threads.
    images = make_images(n=3000, side=28)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(fit_components(images, "unit", 2))
    np.testing.assert_array_equal(found[0].scores, found[1].scores)
    np.testing.assert_array_equal(found[0].ratios, found[1].ratios)


@given(st.integers(0, 2**32 - 1))
def test_signs_are_fixed_whatever_they_were(seed):
    random = np.random.default_rng(seed)
    axes = random.normal(size=(3, 5))
    flipped = axes * random.choice([-1, 1], size=(3, 1))
    fixed = fix_signs(axes)
    np.testing.assert_array_equal(fixed, fix_signs(flipped))
    np.testing.assert_array_equal(np.abs(fixed), np.abs(axes))
    assert (fixed.max(axis=1) == np.abs(axes).max(axis=1)).all()


@settings(max_examples=50)
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=20), st.floats(0.01, 0.99))
def test_counted_components_just_reach_the_share(weights, share):
    ratios = np.sort(np.array(weights) / sum(weights))[::-1]
    count = count_components(ratios, share)
    assert np.cumsum(ratios)[count - 1] >= share
    assert count == 1 or np.cumsum(ratios)[count - 2] < share


def test_tightest_class_scatters_least_in_the_plane():
    random = np.random.default_rng(0)
    labels = np.repeat([3, 5, 7], 200).astype(np.uint8)
    # The third axis does not count, and neither does where a class lies.
    scores = random.normal(size=(600, 3)) * np.repeat([2.0, 0.5, 1.0], 200)[:, None]
    scores[labels == 5] += [30, -10, 0]
    scores[labels == 5, 2] *= 100
    assert find_tightest(scores.astype(np.float32), labels) == 5


def test_measures_have_a_ratio_for_each_stored_component():
    found = Components(np.eye(4, 2, dtype=np.float32), np.array([0.6, 0.25, 0.1, 0.05]))
    measured = measure_components(found, np.array([0, 0, 1, 1], np.uint8), SETTINGS)
    assert (measured["ratio_1"], measured["ratio_2"]) == (0.6, 0.25)
    assert "ratio_3" not in measured
    assert [measured[n] for n in ("components_for_share", "n_images", "n_pixels")] == [3, 4, 4]


def test_classes_have_centroids_and_variances_of_a_sample():
    random = np.random.default_rng(0)
    scores, labels = random.normal(size=(50, 3)).astype(np.float32), np.repeat([2, 7], [20, 30])
    measured = measure_classes(scores, labels)
    assert len(measured) == 2 * 5
    assert (measured["samples_2"], measured["samples_7"]) == (20, 30)
    assert measured["centroid_2_7"] == pytest.approx(scores[20:, 1].mean())
    assert measured["variance_1_2"] == pytest.approx(np.var(scores[:20, 0], ddof=1), rel=1e-5)


def test_sample_has_each_image_at_most_once_and_draws_differ():
    images, labels = make_images(n=300), np.arange(300) % 10
    samples = [draw_images(images, labels, {"sample": 120}, "t", draw)[1] for draw in (0, 0, 1)]
    np.testing.assert_array_equal(samples[0], samples[1])
    assert (samples[0] != samples[2]).any()
    drawn, _ = draw_images(np.arange(300), labels, {"sample": 120}, "t", 0)
    assert len(set(drawn.tolist())) == 120
    assert draw_images(images, labels, {"sample": None}, "t", 0)[0] is images


def test_components_are_turned_so_that_a_class_is_positive():
    scores = np.array([[1, -2], [3, -4], [-9, 9]], np.float32)
    turned = turn_to_class(Components(scores, np.ones(2)), np.array([5, 5, 1]), 5)
    np.testing.assert_array_equal(turned.scores, scores * [1, -1])


def test_line_separates_what_can_be_separated_and_nothing_else():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 3, 8], 100)
    # 0 and 3 lie apart, 8 lies within 3.
    scores = random.uniform(-1, 1, (300, 2)) + np.repeat([[0, 9], [0, 0], [0, 0]], 100, axis=0)
    found = separate_classes(scores.astype(np.float32), labels, SEPARATOR)
    assert [found[f"separable_{pair}"] for pair in ("0_3", "0_8", "3_8")] == [1, 1, 0]
    assert found["accuracy_0_3"] == 1 and 0.4 < found["accuracy_3_8"] < 0.8
    accuracies = [found[f"accuracy_{pair}"] for pair in ("0_3", "0_8", "3_8")]
    assert found["mean_accuracy"] == pytest.approx(np.mean(accuracies))
    few = separate_classes(scores.astype(np.float32), labels, SEPARATOR | {"points": 200})
    assert "separable_0_3" in few and "separable_0_8" not in few


def test_lines_do_not_depend_on_threads():
    random = np.random.default_rng(1)
    scores = random.normal(size=(4000, 2)).astype(np.float32)
    labels = random.integers(0, 10, 4000)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(separate_classes(scores, labels, SEPARATOR))
    assert found[0] == found[1]
