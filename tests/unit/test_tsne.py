"""t-SNE: the map keeps clusters apart, is the same each time, and is measured as defined."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from redigit.map_scores import find_neighbours, mark_best, measure_map
from redigit.maps import select_pairs
from redigit.tsne import embed_points

SETTINGS = {
    "split": "test",
    "points": 5,
    "pixels": "raw",
    "perplexity": 10,
    "initialization": "pca",
    "exaggerated_iterations": 100,
    "iterations": 100,
}
# Three clusters far apart in 30 dimensions.
LABEL = np.repeat(np.arange(3, dtype=np.uint8), 40)
POINTS = np.random.default_rng(0).normal(10 * LABEL[:, None], 1, (120, 30)).astype(np.float32)


@pytest.fixture(autouse=True)
def one_thread():
    """As in every program, see `redigit.program`."""
    with threadpool_limits(1):
        yield


def test_clusters_stay_apart():
    embedding = embed_points(POINTS, SETTINGS, "job", 0)
    assert embedding.shape == (120, 2) and embedding.dtype == np.float32
    scores = measure_map(POINTS, embedding, LABEL)
    assert scores["silhouette"] > 0.5 and scores["input_silhouette"] > 0.5
    # Of 119 other points, ten are kept by chance in a share of 0.08.
    assert scores["neighbour_recall"] > 0.2 and scores["trustworthiness"] > 0.9


@pytest.mark.parametrize("initialization", ["pca", "random"])
def test_map_is_the_same_bytes_each_time(initialization):
    settings = SETTINGS | {"initialization": initialization}
    first, second = (embed_points(POINTS, settings, "job", 0).tobytes() for _ in range(2))
    assert first == second
    other = embed_points(POINTS, settings | {"perplexity": 20}, "job", 0).tobytes()
    assert first != other


def test_random_start_depends_on_the_job_and_the_number_of_the_map():
    settings = SETTINGS | {"initialization": "random"}
    starts = (("one", 0), ("two", 0), ("one", 1))
    maps = {embed_points(POINTS, settings, job, number).tobytes() for job, number in starts}
    assert len(maps) == 3


def test_maps_have_the_next_pairs_of_the_split_in_the_first_draw():
    pairs = pd.DataFrame({"first": np.arange(40), "second": np.arange(40)[::-1]})
    pairs = pairs.assign(sum=np.arange(40, dtype=np.uint8), draw=[0] * 20 + [1] * 20)
    pairs["split"] = ["train", "test"] * 20
    first, second = (select_pairs(pairs, SETTINGS, number) for number in (0, 1))
    assert first["sum"].tolist() == [1, 3, 5, 7, 9]
    assert second["sum"].tolist() == [11, 13, 15, 17, 19]


@st.composite
def maps(draw):
    """Points in five dimensions, a map of them, and three classes."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points, embedding = (random.normal(size=(24, d)).astype(np.float32) for d in (5, 2))
    return points, embedding, random.permutation(np.arange(24, dtype=np.uint8) % 3)


def find_silhouette(points, label) -> float:
    distance = np.linalg.norm(points[:, None].astype(float) - points, axis=2)
    scores = []
    for i in range(len(label)):
        own = distance[i, (label == label[i]) & (np.arange(len(label)) != i)].mean()
        nearest = min(distance[i, label == k].mean() for k in range(3) if k != label[i])
        scores.append((nearest - own) / max(own, nearest))
    return float(np.mean(scores))


@given(maps())
def test_silhouettes_are_those_of_the_definition(made):
    points, embedding, label = made
    scores = measure_map(points, embedding, label)
    assert scores["n_points"] == 24
    assert scores["silhouette"] == pytest.approx(find_silhouette(embedding, label), abs=1e-4)
    assert scores["input_silhouette"] == pytest.approx(find_silhouette(points, label), abs=1e-4)


@given(maps())
def test_neighbours_are_counted_one_by_one(made):
    points, embedding, label = made

    def find_nearest(i, places):
        distance = np.linalg.norm(places.astype(float) - places[i], axis=1)
        return {j for j in np.argsort(distance) if j != i and distance[j] <= sorted(distance)[10]}

    kept = [len(find_nearest(i, points) & find_nearest(i, embedding)) for i in range(24)]
    scores = measure_map(points, embedding, label)
    assert scores["neighbour_recall"] == pytest.approx(np.mean(kept) / 10)


def test_perfect_map_keeps_all_neighbours():
    plane = np.random.default_rng(2).normal(size=(50, 2)).astype(np.float32)
    scores = measure_map(3 * plane, plane, np.arange(50, dtype=np.uint8) % 5)
    assert (scores["neighbour_recall"], scores["trustworthiness"]) == (1, 1)
    assert scores["silhouette"] == pytest.approx(scores["input_silhouette"], abs=1e-5)


def test_point_is_no_neighbour_of_itself_even_if_another_lies_on_it():
    distance = np.ones((12, 12))
    distance[:2, :2] = 0
    np.fill_diagonal(distance, 0)
    assert all(i not in near for i, near in enumerate(find_neighbours(distance)))


def test_best_row_is_marked_map_by_map():
    rows = {"a": {"silhouette": [0.1, 0.3]}, "b": {"silhouette": [0.2, 0.3]}, "c": {}}
    rows["c"]["silhouette"] = [-0.5, 0.1]
    mark_best(rows)
    assert [row["best_by_silhouette"] for row in rows.values()] == [[0, 1], [1, 1], [0, 0]]
