"""Schemes of pairs: each keeps its promises, and sizes that it cannot have are refused."""

from pathlib import Path

import drawn_pairs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_files import forget_files, write_study

from redigit.checks import KIND_CHECKS, check_pairs, check_reports
from redigit.errors import InputError
from redigit.pair_metrics import summarise_pairs
from redigit.pairs import SCHEMES, SPLITS
from redigit.validation import check_row, find_schema

ROOT = Path(__file__).resolve().parents[2]
# As many of each digit as make it certain that no part lacks one.
LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10, dtype=np.uint8), 300))

schemes = st.sampled_from(sorted(SCHEMES))
hundreds = st.tuples(*(st.integers(least, 5).map(lambda n: 100 * n) for least in (1, 0, 1)))
streams = st.text("abc", max_size=4)


def draw(scheme: str, sizes, draws=1, stream="s", labels=LABELS, groups=1) -> pd.DataFrame:
    return drawn_pairs.draw(labels, sizes, scheme, draws, stream, groups)


def list_digits(pairs: pd.DataFrame) -> np.ndarray:
    """List the ordered pairs of digits, each as ten times the first plus the second."""
    return 10 * LABELS[pairs["first"]].astype(int) + LABELS[pairs["second"]]


def list_images(pairs: pd.DataFrame) -> dict[str, set[int]]:
    """List the images in each split."""
    return {
        name: set(part[["first", "second"]].to_numpy().ravel())
        for name, part in pairs.groupby("split", observed=False)
    }


@settings(max_examples=40)
@given(schemes, hundreds, st.integers(1, 3), streams)
def test_manifest_has_the_sizes_asked_for_and_the_true_sums(scheme, sizes, draws, stream):
    sizes = [size // 5 for size in sizes] if scheme == "without_replacement" else sizes
    pairs = draw(scheme, sizes, draws, stream)
    counts = pairs.groupby(["draw", "split"], observed=False).size().unstack()
    assert (counts[list(SPLITS)].to_numpy() == sizes).all() and len(counts) == draws
    sums = LABELS[pairs["first"]] + LABELS[pairs["second"]]
    np.testing.assert_array_equal(pairs["sum"], sums)
    assert (pairs["first"].dtype, pairs["sum"].dtype) == ("int32", "uint8")


@given(hundreds, streams)
def test_stratified_pairs_have_each_ordered_pair_equally_often(sizes, stream):
    pairs = draw("stratified", sizes, stream=stream)
    for name, size in zip(SPLITS, sizes, strict=True):
        counts = np.bincount(list_digits(pairs[pairs["split"] == name]), minlength=100)
        assert (counts == size // 100).all()


@given(st.integers(1, 6), streams)
def test_each_hundred_of_stratified_pairs_has_all_ordered_pairs(n_hundreds, stream):
    """So that a first part of them is what the study makes of that size."""
    digits = list_digits(draw("stratified", (600, 0, 0), stream=stream))
    assert sorted(digits[100 * (n_hundreds - 1) :][:100]) == list(range(100))


@settings(max_examples=40)
@given(hundreds, st.integers(30, 100), streams)
def test_no_ordered_pair_repeats_without_replacement(sizes, train, stream):
    sizes = [train, *(size // 5 for size in sizes[1:])]
    pairs = draw("without_replacement", sizes, stream=stream)
    for _, part in pairs.groupby("split", observed=True):
        assert len(set(list_digits(part))) == len(part)


@settings(max_examples=40)
@given(hundreds, streams)
def test_no_image_stands_on_both_sides_of_a_split(sizes, stream):
    for scheme, divisor in (("disjoint", 1), ("stratified", 1), ("without_replacement", 5)):
        images = list_images(draw(scheme, [size // divisor for size in sizes], stream=stream))
        assert sum(map(len, images.values())) == len(set().union(*images.values()))


@settings(max_examples=40)
@given(st.sampled_from(sorted({*SCHEMES} - {"random"})), st.integers(1, 5), streams)
def test_no_image_stands_in_two_groups_or_in_a_group_and_a_test_pair(scheme, groups, stream):
    pairs = draw(scheme, (100 * groups, 0, 100), stream=stream, groups=groups)
    images = pairs[["first", "second"]].to_numpy().reshape(groups + 1, 200)
    parts = [set(part) for part in images]
    assert sum(map(len, parts)) == len(set().union(*parts))


def test_groups_of_random_pairs_share_images():
    pairs = draw("random", (20_000, 0, 100), groups=2)
    first, second = np.split(pairs.head(20_000)[["first", "second"]].to_numpy(), 2)
    assert set(first.ravel()) & set(second.ravel())
    pd.testing.assert_frame_equal(pairs, draw("random", (20_000, 0, 100)))


@settings(max_examples=40)
@given(schemes, streams, st.integers(0, 3))
def test_draws_are_the_same_however_many_there_are_and_differ(scheme, stream, more):
    pairs, longer = (draw(scheme, (100, 0, 100), draws, stream) for draws in (2, 2 + more))
    pd.testing.assert_frame_equal(longer[longer["draw"] < 2], pairs)
    first, second = (pairs.loc[pairs["draw"] == k, ["first", "second"]] for k in (0, 1))
    assert (first.to_numpy() != second.to_numpy()).any()
    other = draw(scheme, (100, 0, 100), 2, f"{stream}x")
    assert not pairs.equals(other)


def test_random_pairs_are_those_of_earlier_versions():
    """The manifest of a study must not change by a change of the other schemes."""
    pairs = draw("random", (2, 1, 1), stream="e/pairs/network")
    assert pairs["first"].tolist() == [840, 1688, 1982, 2477]
    assert pairs["second"].tolist() == [2567, 1166, 2230, 529]


def test_part_without_a_digit_is_refused():
    with pytest.raises(InputError, match="no image of a 9 among the 60 of one split"):
        draw("stratified", (100, 0, 0), labels=np.arange(60, dtype=np.uint8) % 9)


def test_part_without_any_image_is_refused():
    with pytest.raises(InputError, match="no image is left for one part of 1 pairs"):
        draw("disjoint", (1, 0, 100), labels=LABELS[:3])


def test_dataset_without_test_pairs_is_summarised():
    pools = dict.fromkeys(SPLITS, range(len(LABELS)))

    def summarise(scheme, sizes):
        settings = {"scheme": scheme, "train": sizes[0]}
        return summarise_pairs(draw(scheme, sizes), pools, settings)

    summary = summarise("without_replacement", (50, 0, 0))
    assert (summary["train_pairs"], summary["test_pairs"]) == (50, 0)
    assert "shared_test_share" not in summary
    summary = summarise("stratified", (100, 0, 100))
    assert (summary["shared_test_share"], summary["mode"], summary["mode_share"]) == (0, 9, 0.1)
    assert summarise("random", (9000, 0, 100))["shared_test_share"] > 0.99


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Stand in a project whose study ``t`` has pairs of given settings and a map of them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "workflow").symlink_to(ROOT / "workflow")

    def write(sizes: dict, points: int = 50, perplexity: float = 5) -> dict:
        pairs = {"data": "mnist", "images": "train", "validation": 0, "draws": 1}
        pairs |= {"groups": 1, **sizes}
        tsne = {"pairs": "pairs/all", "split": "test", "pixels": "unit", "initialization": "pca"}
        tsne |= {"points": points, "maps": 1, "perplexity": perplexity}
        tsne |= {"exaggerated_iterations": 1, "iterations": 1}
        content = {
            "experiments": {
                "pairs": {"kind": "pairs", "settings": pairs, "rows": {"all": {}}},
                "tsne": {"kind": "tsne", "settings": tsne, "rows": {"raw": {}}},
                "forest": {"kind": "classical", "settings": {}, "rows": {"one": {}}},
            }
        }
        write_study("t", content)
        return content

    yield write
    forget_files()


def check(content: dict, *rows: tuple[str, str]) -> None:
    for experiment, row in rows:
        kind = content["experiments"][experiment]["kind"]
        find_more = KIND_CHECKS.get(kind)
        check_row(find_schema("kinds", kind), f"t/{experiment}", row, "full", find_more)
    check_pairs("t")


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (
            {"scheme": "stratified", "train": 64050, "test": 100},
            "settings.train: found 64050 (integer); allowed are multiples of 100",
        ),
        (
            {"scheme": "stratified", "train": 100, "test": 150},
            "settings.test: found 150 (integer); allowed are multiples of 100",
        ),
        (
            {"scheme": "without_replacement", "train": 101, "test": 50},
            "settings.train: found 101 (integer); allowed is 100 or less",
        ),
        (
            {"scheme": "shuffled", "train": 100, "test": 50},
            "settings.scheme: found 'shuffled' (string); allowed are random, disjoint, "
            "stratified, without_replacement",
        ),
        (
            {"scheme": "disjoint", "train": 101, "test": 0, "groups": 2},
            "settings.train: found 101; allowed are multiples of 2 in groups",
        ),
        (
            {"scheme": "stratified", "train": 300, "test": 0, "groups": 2},
            "settings.train: found 300; allowed are multiples of 200 in groups",
        ),
    ],
)
def test_size_that_a_scheme_cannot_have_is_refused_with_one_line(project, sizes, words):
    with pytest.raises(InputError) as caught:
        check(project(sizes), ("pairs", "all"))
    assert str(caught.value) == f"studies/t/experiments/pairs.yaml: {words}"


def test_row_that_needs_more_pairs_than_there_are_is_refused(project):
    good = {"scheme": "random", "train": 10, "test": 100}
    check(project(good, points=100), ("pairs", "all"), ("tsne", "raw"))
    with pytest.raises(InputError, match=r"rows\.raw: found 100 test pairs in pairs/all at scale"):
        check(project(good, points=101), ("tsne", "raw"))
    with pytest.raises(
        InputError, match=r"settings\.points: found 50; allowed with this perplexity"
    ):
        check(project(good, perplexity=17), ("tsne", "raw"))
    content = project({"scheme": "random", "train": 10, "test": 0}, points=20)
    del content["experiments"]["tsne"]
    content["experiments"]["forest"]["settings"] = {"pairs": "pairs/all"}
    write_study("t", content)
    with pytest.raises(InputError, match=r"rows\.one: found 0 test pairs .* allowed are 1 or more"):
        check(content)


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        ({"size": 11, "folds": 0}, "found 10 train pairs .* allowed are 11 or more"),
        ({"size": None, "folds": 0}, "found 0 test pairs .* allowed are 1 or more"),
        ({"size": None, "folds": 11}, "found 10 train pairs .* allowed are 11 or more"),
        ({"size": 11, "size_counts": "pairs"}, "found 10 train pairs"),
        ({"size": 21, "size_counts": "digits"}, "found 10 train pairs .* allowed are 11 or more"),
        ({"points": 20, "maps": 2, "split": "train"}, "allowed are 40 or more"),
    ],
)
def test_pairs_are_as_many_as_a_row_needs(project, needs, words):
    content = project({"scheme": "random", "train": 10, "test": 0})
    del content["experiments"]["tsne"]
    content["experiments"]["forest"]["settings"] = {"pairs": "pairs/all", **needs}
    write_study("t", content)
    with pytest.raises(InputError, match=words):
        check(content)


@settings(max_examples=20)
@given(st.permutations(range(5)))
def test_splits_get_images_in_proportion_to_their_pairs(order):
    """With all images used up by many pairs, the parts are as large as the pairs ask."""
    sizes = [[3000, 1000, 2000], [6000, 0, 100], [100, 100, 6000], [2000] * 3, [1000, 0, 4000]]
    for i in order[:2]:
        images = list_images(draw("stratified", sizes[i]))
        for name, size in zip(SPLITS, sizes[i], strict=True):
            assert len(images[name]) <= np.ceil(len(LABELS) * size / sum(sizes[i]))


def test_report_needs_an_experiment_that_is_measured_by_class(project):
    content = project({"scheme": "random", "train": 10, "test": 100})
    content["tables"] = {"report": {"experiment": "forest", "report": "one"}}
    write_study("t", content)
    with pytest.raises(
        InputError, match=r"tables\.report\.report: forest is not measured by class"
    ):
        check_reports("t")
    content["experiments"]["forest"]["by_class"] = True
    write_study("t", content)
    check_reports("t")
