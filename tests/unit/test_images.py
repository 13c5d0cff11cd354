"""Pixels are made a batch at a time, and a pair is its two images one below the other."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from redigit.images import PIXEL_RANGES, ImageSet, scale_pixels

RANGES = {"raw": (0, 255), "unit": (0, 1), "symmetric": (-1, 1)}
IMAGES = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
LABELS = np.random.default_rng(1).integers(0, 10, 20, dtype=np.uint8)
PIXELS = st.sampled_from(sorted(RANGES))
INDICES = st.lists(st.integers(0, 19), min_size=1, max_size=8)


def make_pairs(first, second) -> ImageSet:
    """Pairs of the images above."""
    first, second = np.array(first, np.int32), np.array(second, np.int32)
    pairs = pd.DataFrame({"first": first, "second": second, "sum": LABELS[first] + LABELS[second]})
    return ImageSet.of_pairs(IMAGES, pairs, "unit")


@pytest.mark.parametrize("pixels", RANGES)
def test_scaling_covers_its_range_in_even_steps(pixels):
    scaled = scale_pixels(np.arange(256, dtype=np.uint8), pixels)
    low, high = RANGES[pixels]
    assert scaled.dtype == np.float32
    assert (scaled[0], scaled[-1]) == (low, high)
    np.testing.assert_allclose(scaled, np.linspace(low, high, 256), atol=1e-6 * (high - low))
    assert set(RANGES) == set(PIXEL_RANGES)


@given(arrays.arrays(np.uint8, arrays.array_shapes(max_dims=3, max_side=4)), PIXELS)
def test_scaling_keeps_shape_and_leaves_its_input(images, pixels):
    before = images.copy()
    scaled = scale_pixels(images, pixels)
    assert scaled.shape == images.shape
    np.testing.assert_array_equal(images, before)


@given(INDICES, PIXELS)
def test_single_images_are_their_scaled_pixels(chosen, pixels):
    items = ImageSet.of_images(IMAGES, LABELS, pixels)
    values, labels = items.make_batch(np.array(chosen))
    np.testing.assert_array_equal(values, scale_pixels(IMAGES[chosen].reshape(-1, 784), pixels))
    np.testing.assert_array_equal(labels, LABELS[chosen])
    assert items.size == (28, 28)


@given(st.data(), INDICES)
def test_pair_is_its_first_image_above_its_second(data, first):
    second = data.draw(st.permutations(first))
    singles = ImageSet.of_images(IMAGES, LABELS, "unit")
    pairs = make_pairs(first, second)
    values, labels = pairs.make_batch(slice(None))
    above, below = (singles.make_batch(np.array(half)) for half in (first, second))
    np.testing.assert_array_equal(values, np.hstack([above[0], below[0]]))
    np.testing.assert_array_equal(labels, above[1] + below[1])
    # As an image it is 56 pixels high and 28 wide.
    np.testing.assert_array_equal(
        values.reshape(-1, 56, 28)[:, 28:], scale_pixels(IMAGES[second], "unit")
    )
    assert pairs.size == (56, 28)


@given(INDICES, st.integers(0, 30), st.integers(1, 5))
def test_first_items_are_those_of_the_whole(chosen, count, batch):
    pairs = make_pairs(chosen, chosen[::-1])
    some = pairs.take(slice(count))
    assert len(some) == min(count, len(pairs))
    for start in range(0, len(some), batch):
        part = slice(start, min(start + batch, len(some)))
        for taken, whole in zip(some.make_batch(part), pairs.make_batch(part), strict=True):
            np.testing.assert_array_equal(taken, whole)


@given(st.integers(1, 40), st.integers(0, 30))
def test_sample_is_in_order_and_part_of_a_larger_one(count, fewer):
    items = make_pairs(list(range(len(IMAGES))), list(range(len(IMAGES))))
    sample, smaller = (items.take_sample(n, "some", "stream") for n in (count, min(fewer, count)))
    chosen = sample.index[:, 0]
    assert len(sample) == min(count, len(items)) and (np.diff(chosen) > 0).all()
    assert set(smaller.index[:, 0]) <= set(chosen)
    np.testing.assert_array_equal(sample.labels, items.labels[chosen])


def test_memory_holds_images_manifest_and_one_batch():
    """100,000 pairs of 60,000 images need 45 MiB of images, not 600 MiB of float32 pixels."""
    random = np.random.default_rng(0)
    n_images, n_pairs, batch = 60_000, 100_000, 100
    tracemalloc.start()
    try:
        images = random.integers(0, 256, (n_images, 28, 28), dtype=np.uint8)
        pairs = pd.DataFrame(
            {
                "first": random.integers(0, n_images, n_pairs, dtype=np.int32),
                "second": random.integers(0, n_images, n_pairs, dtype=np.int32),
                "sum": np.zeros(n_pairs, np.uint8),
            }
        )
        items = ImageSet.of_pairs(images, pairs, "unit")
        tracemalloc.reset_peak()
        for start in range(0, len(items), batch):
            items.make_batch(slice(start, start + batch))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Indices and sums, once in the table and once in the set.
    manifest = 2 * n_pairs * (4 + 4 + 1)
    # A batch is held as bytes and, while the one before it is still there, twice as float32.
    batches = batch * 1568 * (1 + 4 + 4)
    assert peak < images.nbytes + manifest + batches + 2**20
