"""t-SNE: the map keeps clusters apart, is the same each time, and is measured as defined."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from redigit.tsne import embed_points, measure_embedding, select_points

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
    embedding = embed_points(POINTS, SETTINGS, "job")
    assert embedding.shape == (120, 2) and embedding.dtype == np.float32
    assert measure_embedding(embedding, LABEL)["silhouette"][0] > 0.5


@pytest.mark.parametrize("initialization", ["pca", "random"])
def test_map_is_the_same_bytes_each_time(initialization):
    settings = SETTINGS | {"initialization": initialization}
    first, second = (embed_points(POINTS, settings, "job").tobytes() for _ in range(2))
    assert first == second
    other = embed_points(POINTS, settings | {"perplexity": 20}, "job").tobytes()
    assert first != other


def test_random_start_depends_on_the_job():
    settings = SETTINGS | {"initialization": "random"}
    maps = [embed_points(POINTS, settings, job).tobytes() for job in ("one", "two")]
    assert maps[0] != maps[1]


def test_points_are_the_first_pairs_of_the_split_in_the_first_draw():
    images = np.random.default_rng(1).integers(0, 256, (50, 28, 28), dtype=np.uint8)
    pairs = pd.DataFrame({"first": np.arange(40), "second": np.arange(40)[::-1]})
    pairs = pairs.assign(sum=np.arange(40, dtype=np.uint8), draw=[0] * 20 + [1] * 20)
    pairs["split"] = ["train", "test"] * 20
    points, label = select_points(images, pairs, SETTINGS)
    assert label.tolist() == [1, 3, 5, 7, 9]
    expected = np.vstack([images[3], images[36]]).ravel()
    np.testing.assert_array_equal(points[1], expected)


@given(st.integers(0, 2**32 - 1))
def test_silhouette_is_that_of_its_definition(seed):
    random = np.random.default_rng(seed)
    points = random.normal(size=(12, 2)).astype(np.float32)
    label = random.permutation(np.arange(12, dtype=np.uint8) % 3)
    distance = np.linalg.norm(points[:, None].astype(float) - points, axis=2)
    scores = []
    for i in range(12):
        own = distance[i, (label == label[i]) & (np.arange(12) != i)].mean()
        nearest = min(distance[i, label == k].mean() for k in range(3) if k != label[i])
        scores.append((nearest - own) / max(own, nearest))
    measured = measure_embedding(points, label)
    assert measured["silhouette"][0] == pytest.approx(np.mean(scores), abs=1e-5)
    assert measured["n_points"] == [12]
