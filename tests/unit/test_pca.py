"""Principal components: what they must be for any images, and without chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from redigit.images import PIXEL_RANGES
from redigit.pca import (
    count_components,
    find_tightest,
    fit_components,
    fix_signs,
    summarise_components,
)

SETTINGS = {"components": 2, "share": 0.9}


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


def test_summary_has_a_ratio_for_each_stored_component():
    arrays = {
        "scores": np.eye(4, 2, dtype=np.float32),
        "ratios": np.array([0.6, 0.25, 0.1, 0.05]),
        "label": np.array([0, 0, 1, 1], np.uint8),
    }
    summary = summarise_components(arrays, SETTINGS)
    assert (summary["ratio_1"], summary["ratio_2"]) == (0.6, 0.25)
    assert "ratio_3" not in summary
    assert (summary["components_for_share"], summary["n_images"], summary["n_pixels"]) == (3, 4, 4)
