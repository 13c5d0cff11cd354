"""Pairs: exact numbers, right sums, uniform draws, streams that do not depend on each other."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from redigit.pairs import SPLITS, draw_pairs, measure_overlap, summarise_pairs
from redigit.randomness import make_generator

LABELS = st.lists(st.integers(0, 9), min_size=1, max_size=30).map(lambda x: np.array(x, np.uint8))
SIZES = st.fixed_dictionaries(
    {"train": st.integers(1, 20), "validation": st.integers(0, 20), "test": st.integers(1, 20)}
)
NAMES = st.text("ab/", max_size=4)


@given(LABELS, SIZES, st.integers(1, 4), NAMES)
def test_manifest_holds_what_was_asked_for(labels, sizes, draws, stream):
    pairs = draw_pairs(labels, sizes, draws, stream, "random")
    assert pairs.dtypes.astype(str).to_dict() == {
        "first": "int32",
        "second": "int32",
        "sum": "uint8",
        "split": "category",
        "draw": "int32",
    }
    expected = [
        (draw, split) for draw in range(draws) for split in SPLITS for _ in range(sizes[split])
    ]
    assert list(zip(pairs["draw"], pairs["split"], strict=True)) == expected
    for half in ("first", "second"):
        assert pairs[half].between(0, len(labels) - 1).all()
    first, second = (labels[pairs[half]].astype(int) for half in ("first", "second"))
    np.testing.assert_array_equal(pairs["sum"], first + second)


@given(LABELS, SIZES, st.integers(1, 3), st.integers(1, 3), NAMES)
def test_draw_is_the_same_however_many_there_are(labels, sizes, few, more, stream):
    some = draw_pairs(labels, sizes, few, stream, "random")
    many = draw_pairs(labels, sizes, few + more, stream, "random")
    pd.testing.assert_frame_equal(some, many.head(len(some)))


def test_draws_and_streams_differ():
    labels, sizes = np.zeros(60_000, np.uint8), {"train": 50, "validation": 0, "test": 50}
    drawn = [
        half
        for stream in ("a/pairs/x", "a/pairs/y", "e/pairs/x")
        for _, draw in draw_pairs(labels, sizes, 3, stream, "random").groupby("draw")
        for half in (draw["first"].to_numpy(), draw["second"].to_numpy())
    ]
    for one, other in itertools.combinations(drawn, 2):
        assert np.mean(one == other) < 0.1


def test_images_are_drawn_evenly_and_independently():
    """Counts lie within the binomial interval that all 100 together miss once in 10,000 runs."""
    n_images, n_pairs = 10, 100_000
    labels = np.arange(n_images, dtype=np.uint8)
    sizes = {"train": n_pairs, "validation": 0, "test": 1}
    pairs = draw_pairs(labels, sizes, 1, "even", "random").head(n_pairs)
    counts = pairs.groupby(["first", "second"]).size()
    low, high = stats.binom.interval(1 - 1e-4 / n_images**2, n_pairs, 1 / n_images**2)
    assert len(counts) == n_images**2
    assert counts.between(low, high).all()
    sums = pairs["sum"].value_counts()
    assert sums.idxmax() == 9
    low, high = stats.binom.interval(1 - 1e-4, n_pairs, 0.1)
    assert low <= sums[9] <= high


@given(LABELS, SIZES, st.integers(1, 3))
def test_summary_counts_what_is_there(labels, sizes, draws):
    pairs = draw_pairs(labels, sizes, draws, "summary", "random")
    summary = summarise_pairs(pairs)
    sums = pairs["sum"].tolist()
    assert summary["draws"] == draws
    assert {name: summary[f"{name}_pairs"] for name in SPLITS} == sizes
    assert (summary["smallest_sum"], summary["largest_sum"]) == (min(sums), max(sums))
    assert summary["distinct_sums"] == len(set(sums))
    assert sums.count(summary["mode"]) == max(map(sums.count, sums))
    assert summary["mode_share"] == pytest.approx(sums.count(summary["mode"]) / len(sums))
    assert all(isinstance(value, int | float) for value in summary.values())


@given(LABELS, SIZES, st.integers(1, 3))
def test_shared_share_counts_test_pairs_with_a_training_image(labels, sizes, draws):
    pairs = draw_pairs(labels, sizes, draws, "overlap", "random")
    shared = []
    for draw in range(draws):
        of_draw = [pair for pair in pairs.itertuples() if pair.draw == draw]
        seen = {i for p in of_draw if p.split == "train" for i in (p.first, p.second)}
        shared += [p.first in seen or p.second in seen for p in of_draw if p.split == "test"]
    assert measure_overlap(pairs) == pytest.approx(np.mean(shared))


@given(st.lists(st.integers() | st.text(max_size=5), max_size=3))
def test_named_stream_is_always_the_same(name):
    one, other = (make_generator(*name).integers(2**32, size=4) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_streams_of_different_names_differ():
    names = [("shuffle", seed, epoch) for seed in range(12) for epoch in range(12)]
    starts = [tuple(make_generator(*name).integers(2**32, size=4)) for name in names]
    assert len(set(starts)) == len(names)
