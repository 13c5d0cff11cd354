"""What a trained network sees: ascent goes up, and the same way with each backend."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from redigit.files import read_arrays

LOOK = Path(__file__).with_name("look.py")
IMAGES = ("ascent_1", "ascent_2", "dream_1", "dream_2", "class_dream")


def run(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, LOOK, *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def weights(raw, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    run("tensorflow", raw / "mnist", path)
    return path


def look(backend: str, raw: Path, weights: Path) -> dict[str, np.ndarray]:
    path = weights.with_name(f"{backend}.safetensors")
    run(backend, raw / "mnist", weights, path)
    return read_arrays(path)


@pytest.fixture(scope="module")
def features(raw, weights) -> dict[str, np.ndarray]:
    return look("tensorflow", raw, weights)


def test_ascent_raises_what_it_is_to_raise(features):
    for number in (1, 2):
        course = features[f"ascent_objective_{number}"]
        answers = course[0] > 0
        assert answers.mean() > 0.5
        assert (course[-1, answers] > 3 * course[0, answers]).all()
        assert (course[:, ~answers] == 0).all()
        dreams = features[f"dream_objective_{number}"]
        assert (np.diff(dreams, axis=0) > 0).all()


def test_classes_are_recognised_in_their_images(features):
    probability = features["class_dream_probability"]
    assert probability.argmax(axis=1).tolist() == [2, 9]
    assert probability.max(axis=1).min() > 0.99


@pytest.mark.skipif(not find_spec("jax"), reason="jax is not installed; it is an extra")
def test_images_are_the_same_with_jax(raw, weights, features):
    """The objectives to a thousandth, and 99 of 100 pixels to a thousandth of the largest."""
    other = look("jax", raw, weights)
    assert other.keys() == features.keys()
    for name in (name for name in features if "objective" in name):
        np.testing.assert_allclose(other[name], features[name], rtol=1e-3, atol=1e-3)
    for name in IMAGES:
        difference = np.abs(other[name] - features[name])
        close = difference <= 1e-3 * np.abs(features[name]).max()
        assert close.mean() >= 0.99, name
        r = np.corrcoef(other[name].ravel(), features[name].ravel())[0, 1]
        assert r > 0.9999, name
