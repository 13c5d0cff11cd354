"""Pairs: exact numbers, right sums, uniform draws, streams that do not depend on each other."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn_pairs import draw
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from redigit.datasets import DATASETS
from redigit.errors import InputError
from redigit.pair_metrics import expect_leakage, measure_leakage, summarise_pairs
from redigit.pairs import SPLITS, find_manifest, find_pools, load_pool
from redigit.randomness import make_generator
from tiny_data import make_dataset

LABELS = st.lists(st.integers(0, 9), min_size=1, max_size=30).map(lambda x: np.array(x, np.uint8))
SIZES = st.tuples(st.integers(1, 20), st.integers(0, 20), st.integers(1, 20))
NAMES = st.text("ab/", max_size=4)


@given(LABELS, SIZES, st.integers(1, 4), NAMES)
def test_manifest_holds_what_was_asked_for(labels, sizes, draws, stream):
    pairs = draw(labels, sizes, draws=draws, stream=stream)
    assert pairs.dtypes.astype(str).to_dict() == {
        "first": "int32",
        "second": "int32",
        "sum": "uint8",
        "split": "category",
        "draw": "int32",
    }
    expected = [
        (number, split)
        for number in range(draws)
        for split, size in zip(SPLITS, sizes, strict=True)
        for _ in range(size)
    ]
    assert list(zip(pairs["draw"], pairs["split"], strict=True)) == expected
    for half in ("first", "second"):
        assert pairs[half].between(0, len(labels) - 1).all()
    first, second = (labels[pairs[half]].astype(int) for half in ("first", "second"))
    np.testing.assert_array_equal(pairs["sum"], first + second)


@given(LABELS, SIZES, st.integers(1, 3), st.integers(1, 3), NAMES)
def test_draw_is_the_same_however_many_there_are(labels, sizes, few, more, stream):
    some = draw(labels, sizes, draws=few, stream=stream)
    many = draw(labels, sizes, draws=few + more, stream=stream)
    pd.testing.assert_frame_equal(some, many.head(len(some)))


def test_draws_and_streams_differ():
    labels, sizes = np.zeros(60_000, np.uint8), (50, 0, 50)
    halves = [
        half
        for stream in ("a/pairs/x", "a/pairs/y", "e/pairs/x")
        for _, drawn in draw(labels, sizes, draws=3, stream=stream).groupby("draw")
        for half in (drawn["first"].to_numpy(), drawn["second"].to_numpy())
    ]
    for one, other in itertools.combinations(halves, 2):
        assert np.mean(one == other) < 0.1


def test_images_are_drawn_evenly_and_independently():
    """Counts lie within the binomial interval that all 100 together miss once in 10,000 runs."""
    n_images, n_pairs = 10, 100_000
    labels = np.arange(n_images, dtype=np.uint8)
    pairs = draw(labels, (n_pairs, 0, 1), stream="even").head(n_pairs)
    counts = pairs.groupby(["first", "second"]).size()
    low, high = stats.binom.interval(1 - 1e-4 / n_images**2, n_pairs, 1 / n_images**2)
    assert len(counts) == n_images**2
    assert counts.between(low, high).all()
    sums = pairs["sum"].value_counts()
    assert sums.idxmax() == 9
    low, high = stats.binom.interval(1 - 1e-4, n_pairs, 0.1)
    assert low <= sums[9] <= high


def summarise(pairs, n_images, sizes, scheme="random", by_class=False):
    """Summarise pairs that were drawn from one pool of images."""
    settings = dict(zip(SPLITS, sizes, strict=True)) | {"scheme": scheme}
    return summarise_pairs(pairs, dict.fromkeys(SPLITS, range(n_images)), settings, by_class)


@given(LABELS, SIZES, st.integers(1, 3))
def test_summary_counts_what_is_there(labels, sizes, draws):
    pairs = draw(labels, sizes, draws=draws)
    summary = summarise(pairs, len(labels), sizes)
    sums = pairs["sum"].tolist()
    assert summary["draws"] == draws
    assert tuple(summary[f"{name}_pairs"] for name in SPLITS) == sizes
    assert (summary["smallest_sum"], summary["largest_sum"]) == (min(sums), max(sums))
    assert summary["distinct_sums"] == len(set(sums))
    assert sums.count(summary["mode"]) == max(map(sums.count, sums))
    assert summary["mode_share"] == pytest.approx(sums.count(summary["mode"]) / len(sums))
    replicates = summary.pop("replicates")
    assert set(replicates) == set(summary)
    assert len(replicates["shared_test_share"]) == draws
    assert all(isinstance(value, int | float) for value in summary.values())


@given(LABELS, SIZES, st.integers(1, 3))
def test_pairs_are_counted_by_sum_in_each_draw(labels, sizes, draws):
    pairs = draw(labels, sizes, draws=draws)
    found = summarise(pairs, len(labels), sizes, by_class=True)["replicates"]
    assert summarise(pairs, len(labels), sizes).keys() & {"support_0", "support_18"} == set()
    for number, (_, drawn) in enumerate(pairs.groupby("draw")):
        counts = [found[f"support_{n}"][number] for n in range(19)]
        assert counts == [drawn["sum"].tolist().count(n) for n in range(19)]


@given(LABELS, SIZES)
def test_leakage_is_what_pairs_share_one_by_one(labels, sizes):
    drawn = draw(labels, sizes)
    train, test = (
        [(p.first, p.second) for p in drawn.itertuples() if p.split == split]
        for split in ("train", "test")
    )
    seen, shown = set(itertools.chain(*train)), set(itertools.chain(*test))
    assert measure_leakage(drawn) == {
        "shared_test_share": pytest.approx(np.mean([bool(seen & set(pair)) for pair in test])),
        "shared_image_share": pytest.approx(len(seen & shown) / len(shown)),
        "repeated_test_share": pytest.approx(np.mean([pair in train for pair in test])),
        "images_apart": int(not seen & shown),
    }


@pytest.mark.parametrize(("n_images", "n_pairs"), [(6, 2), (6, 9), (60, 20), (60, 90), (500, 300)])
def test_expected_leakage_is_that_of_a_simulation(n_images, n_pairs):
    """Means of 400 draws lie within five standard errors of what the formulas say."""
    labels, sizes = np.zeros(n_images, np.uint8), (n_pairs, 0, 20)
    pools = dict.fromkeys(SPLITS, range(n_images))
    expected = expect_leakage(pools, {"scheme": "random", "train": n_pairs})
    drawn = draw(labels, sizes, draws=400, stream="leakage").groupby("draw")
    measured = pd.DataFrame([measure_leakage(pairs) for _, pairs in drawn])
    for name, share in expected.items():
        error = measured[name].std() / np.sqrt(len(measured))
        # A pair that almost never repeats may not do so in any draw.
        assert abs(measured[name].mean() - share) < 5 * error + 1e-4, name


@pytest.mark.parametrize("scheme", ["disjoint", "stratified", "without_replacement"])
def test_schemes_that_deal_images_out_leak_nothing(scheme):
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10, dtype=np.uint8), 200))
    sizes = (100, 0, 100)
    summary = summarise(draw(labels, sizes, scheme), len(labels), sizes, scheme)
    for name in ("shared_test_share", "shared_image_share", "repeated_test_share"):
        assert summary[name] == summary[f"expected_{name}"] == 0
    assert summary["images_apart"] == 1


def test_official_test_images_are_in_test_pairs_only():
    pools = find_pools("official", 30, 10)
    assert pools == {"train": range(30), "validation": range(30), "test": range(30, 40)}
    assert set(find_pools("test", 30, 10).values()) == {range(10)}
    drawn = draw(np.arange(40, dtype=np.uint8) % 10, (200, 50, 100), n_official_test=10)
    for split, part in drawn.groupby("split", observed=True):
        images = part[["first", "second"]].to_numpy()
        assert images.min() >= pools[split].start and images.max() < pools[split].stop
    assert not set(expect_leakage(pools, {"scheme": "random", "train": 200}).values()) - {0}
    assert measure_leakage(drawn)["images_apart"] == 1


def test_official_pool_has_training_images_first(tmp_path, monkeypatch):
    tiny, contents, arrays = make_dataset()
    monkeypatch.setitem(DATASETS, "tiny", tiny)
    files = [tmp_path / "tiny" / name for name in contents]
    files[0].parent.mkdir()
    for file, content in zip(files, contents.values(), strict=True):
        file.write_bytes(content)
    images, labels = load_pool(files, "official")
    parts = list(arrays.values())
    np.testing.assert_array_equal(images, np.concatenate([parts[0], parts[2]]))
    np.testing.assert_array_equal(labels, np.concatenate([parts[1], parts[3]]))
    np.testing.assert_array_equal(load_pool(files, "test")[1], parts[3])


def test_manifest_is_found_by_the_name_of_its_dataset():
    files = [Path(f"runs/data/pairs/e/pairs/{row}.parquet") for row in ("a", "ba")]
    assert find_manifest(files, "e/pairs/a") == files[0]
    with pytest.raises(InputError, match="e/pairs/b: found 0 manifests among 2 files given"):
        find_manifest(files, "e/pairs/b")


@given(st.lists(st.integers() | st.text(max_size=5), max_size=3))
def test_named_stream_is_always_the_same(name):
    one, other = (make_generator(*name).integers(2**32, size=4) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_streams_of_different_names_differ():
    names = [("shuffle", seed, epoch) for seed in range(12) for epoch in range(12)]
    starts = [tuple(make_generator(*name).integers(2**32, size=4)) for name in names]
    assert len(set(starts)) == len(names)
