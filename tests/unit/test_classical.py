"""Classical classifiers: their predictions are distributions, the same each time, and learnt."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.ensemble import RandomForestClassifier

from redigit.classical import FAMILIES, make_classifier, make_seed, predict_sums
from redigit.classifiers import predict_draws
from redigit.datasets import N_SUMS
from redigit.pairs import draw_pairs
from redigit.validation import find_problem

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "workflow/schemas/kinds/classical.yaml"
FOREST = {
    "n_estimators": 10,
    "criterion": "gini",
    "max_depth": None,
    "max_features": "sqrt",
    "bootstrap": True,
}
SETTINGS = {"pairs": "pairs/all", "pixels": "unit", "model": {"random_forest": FOREST}}
# Images of a digit d are flat, of a grey value that grows with d, with a little noise.
LABELS = np.tile(np.arange(10, dtype=np.uint8), 40)
NOISE = np.random.default_rng(0).integers(0, 10, (400, 28, 28))
IMAGES = (NOISE + 24 * LABELS[:, None, None]).astype(np.uint8)


@pytest.fixture(scope="module")
def manifest() -> pd.DataFrame:
    sizes = {"train": 600, "validation": 0, "test": 200}
    return draw_pairs(LABELS, sizes, 2, "test", "stratified")


def predict(pairs: pd.DataFrame, seed: int = 0) -> np.ndarray:
    return predict_sums(IMAGES, pairs, SETTINGS, seed)


def test_predictions_are_distributions_and_learnt(manifest):
    drawn = manifest[manifest["draw"] == 0]
    probability = predict(drawn)
    assert probability.shape == (200, N_SUMS) and probability.dtype == np.float32
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)
    right = probability.argmax(axis=1) == drawn.loc[drawn["split"] == "test", "sum"]
    assert right.mean() > 0.7


def test_same_seed_same_bytes_other_seed_other_forest(manifest):
    drawn = manifest[manifest["draw"] == 0]
    assert predict(drawn).tobytes() == predict(drawn).tobytes()
    assert predict(drawn).tobytes() != predict(drawn, seed=1).tobytes()


def test_test_pairs_do_not_change_what_is_learnt(manifest):
    drawn = manifest[manifest["draw"] == 0]
    fewer = pd.concat([drawn[drawn["split"] == "train"], drawn[drawn["split"] == "test"].head(7)])
    np.testing.assert_array_equal(predict(fewer), predict(drawn)[:7])


def test_class_that_is_never_seen_has_probability_zero(manifest):
    seen = (manifest["split"] == "test") | (manifest["sum"] < 18)
    probability = predict(manifest[(manifest["draw"] == 0) & seen])
    assert (probability[:, 18] == 0).all() and (probability[:, :18] > 0).any(axis=0).all()


def test_every_draw_is_predicted_with_its_own_labels(manifest):
    arrays = predict_draws(manifest, lambda draw, pairs: predict(pairs, draw))
    assert arrays["probability"].shape == (2, 200, N_SUMS)
    assert arrays["replicate"].tolist() == [0, 1]
    for draw in (0, 1):
        drawn = manifest[manifest["draw"] == draw]
        np.testing.assert_array_equal(
            arrays["label"][draw], drawn.loc[drawn["split"] == "test", "sum"]
        )
        np.testing.assert_array_equal(arrays["probability"][draw], predict(drawn, draw))


def test_hyper_parameters_reach_the_classifier():
    classifier = make_classifier({"random_forest": FOREST | {"max_depth": 3}}, 5)
    assert isinstance(classifier, RandomForestClassifier)
    assert classifier.get_params() | FOREST | {"max_depth": 3} == classifier.get_params()
    assert (classifier.random_state, classifier.n_jobs) == (5, None)


def test_seeds_differ_between_jobs_and_draws():
    seeds = {make_seed(job, draw) for job in ("e/forest/a", "e/forest/b") for draw in range(20)}
    assert len(seeds) == 40


def test_families_and_their_hyper_parameters_are_those_of_the_schema():
    model = yaml.safe_load(SCHEMA.read_text())["properties"]["model"]
    assert set(model["properties"]) == set(FAMILIES)
    for family, schema in model["properties"].items():
        assert set(schema["required"]) == set(schema["properties"])
        assert set(schema["properties"]) <= set(FAMILIES[family]().get_params())


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"svm": {}}, "unknown key 'svm'; allowed are random_forest"),
        ({"random_forest": FOREST | {"trees": 5}}, "unknown key 'trees'; allowed are bootstrap"),
        (
            {"random_forest": FOREST | {"n_estimators": 0}},
            "found 0 (integer); allowed is 1 or more",
        ),
        ({"random_forest": {"n_estimators": 5}}, "the key 'criterion' is missing"),
    ],
)
def test_unknown_model_is_refused_with_one_line(model, words):
    path, problem = find_problem(SCHEMA, SETTINGS | {"model": model})
    assert path[0] == "model" and problem.startswith(words)
