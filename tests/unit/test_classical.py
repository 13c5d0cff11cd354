"""Classical classifiers: their predictions are distributions, the same each time, and learnt."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from drawn_pairs import draw
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from study_files import forget_files

from redigit.classical import (
    FAMILIES,
    cross_validate,
    expect_accuracy,
    find_svm,
    fit_classifier,
    fit_draw,
    make_classifier,
    make_seed,
)
from redigit.datasets import N_SUMS, load_images
from redigit.errors import InputError
from redigit.images import ImageSet
from redigit.settings import RUN_FILE
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
SETTINGS = {
    "pairs": "pairs/all",
    "pixels": "unit",
    "size": None,
    "folds": 0,
    "model": {"random_forest": FOREST},
}
POLYNOMIAL = {"kernel": "poly", "degree": 3, "gamma": 21.8, "coef0": 0, "C": 1.61}
RADIAL = {"kernel": "rbf", "degree": 3, "gamma": "scale", "coef0": 0, "C": 1.0}
GUESSES = {
    name: {"baseline": {"strategy": name, "constant": 9 if name == "constant" else None}}
    for name in ("uniform", "stratified", "constant")
}
# Images of a digit d are flat, of a grey value that grows with d, with a little noise.
LABELS = np.tile(np.arange(10, dtype=np.uint8), 40)
NOISE = np.random.default_rng(0).integers(0, 10, (400, 28, 28))
IMAGES = (NOISE + 24 * LABELS[:, None, None]).astype(np.uint8)


@pytest.fixture(scope="module")
def manifest() -> pd.DataFrame:
    return draw(LABELS, (600, 0, 200), "stratified", draws=2)


@pytest.fixture(autouse=True)
def run_file(folder):
    """Stand in a folder whose run takes scikit-learn's support vector machines."""
    RUN_FILE.write_text("svm_implementation: sklearn\n")


def fit(pairs: pd.DataFrame, draw: int = 0, **settings) -> dict:
    return fit_draw(SETTINGS | settings, IMAGES, LABELS, pairs, "t/classical/row", draw)


def predict(pairs: pd.DataFrame, seed: int = 0) -> np.ndarray:
    return fit(pairs, seed)["probability"]


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


def test_labels_are_those_of_the_test_pairs_of_the_draw(manifest):
    for number in (0, 1):
        drawn = manifest[manifest["draw"] == number]
        found = fit(drawn, number)
        test = drawn.loc[drawn["split"] == "test", "sum"]
        np.testing.assert_array_equal(found["label"], test)
        assert found["n_features"] == 1568


def test_size_takes_the_first_training_pairs(manifest):
    drawn = manifest[manifest["draw"] == 0]
    train, test = (drawn[drawn["split"] == name] for name in ("train", "test"))
    few = fit(pd.concat([train.head(150), test]))
    np.testing.assert_array_equal(fit(drawn, size=150)["probability"], few["probability"])
    assert not np.array_equal(fit(drawn)["probability"], few["probability"])


@pytest.mark.parametrize("parameters", [POLYNOMIAL, RADIAL])
def test_support_vector_machine_predicts_classes(manifest, parameters):
    drawn = manifest[manifest["draw"] == 0]
    found = fit(drawn, model={"svm": parameters})
    assert "probability" not in found and found["predicted"].dtype == np.uint8
    assert found["n_classes"] == N_SUMS
    assert (found["predicted"] == found["label"]).mean() > 0.7
    # A prediction is a sum over training pairs, but not over more than there are.
    assert 19 <= found["support_vectors"] <= 600
    classifier = SVC(**parameters)
    items = ImageSet.of_pairs(IMAGES, drawn[drawn["split"] == "train"], "unit")
    test = ImageSet.of_pairs(IMAGES, drawn[drawn["split"] == "test"], "unit")
    classifier.fit(*items.make_batch(slice(None)))
    expected = classifier.predict(test.make_batch(slice(None))[0])
    np.testing.assert_array_equal(found["predicted"], expected)
    assert found["support_vectors"] == classifier.n_support_.sum()


def test_adaboost_is_made_of_stumps(manifest):
    model = {"adaboost": {"n_estimators": 5, "learning_rate": 1.0}}
    items = ImageSet.of_pairs(IMAGES, manifest[manifest["draw"] == 0].head(300), "unit")
    classifier = fit_classifier(model, items, 0)
    assert [stump.get_depth() for stump in classifier.estimators_] == [1] * 5
    assert fit(manifest[manifest["draw"] == 0], model=model)["probability"].shape == (200, N_SUMS)


@pytest.mark.parametrize("name", GUESSES)
def test_guesses_are_as_good_as_the_counts_say(name):
    """Test pairs are so many that the accuracy lies within five standard errors."""
    pairs = draw(LABELS, (1000, 0, 20_000))
    found = fit(pairs, model=GUESSES[name])
    known, shares = (
        np.bincount(pairs.loc[pairs["split"] == split, "sum"], minlength=N_SUMS) / size
        for split, size in (("train", 1000), ("test", 20_000))
    )
    guess = {"uniform": np.full(19, 1 / 19), "stratified": known, "constant": np.eye(19)[9]}[name]
    expected = guess @ shares
    assert found["expected_accuracy"] == pytest.approx(expected, abs=1e-12)
    measured = (found["predicted"] == found["label"]).mean()
    error = 0 if name == "constant" else np.sqrt(expected * (1 - expected) / len(found["label"]))
    assert abs(measured - expected) <= 5 * error + 1e-12


@examples(max_examples=30)
@given(
    st.lists(st.integers(0, 18), min_size=1, max_size=40).filter(lambda sums: 9 in sums),
    st.lists(st.integers(0, 18), min_size=1, max_size=40),
    st.sampled_from(sorted(GUESSES)),
)
def test_expected_accuracy_is_that_of_each_guess_one_by_one(known, label, name):
    ((_, parameters),) = GUESSES[name].items()
    baseline = DummyClassifier(**parameters).fit(np.zeros((len(known), 1)), known)
    guesses = {"uniform": sorted(set(known)), "stratified": known, "constant": [9]}[name]
    expected = np.mean([[guess == true for guess in guesses] for true in label])
    assert expect_accuracy(baseline, np.array(label)) == pytest.approx(expected)


@pytest.mark.parametrize("model", [{"random_forest": FOREST}, {"svm": RADIAL}])
def test_folds_are_predicted_by_what_learnt_from_the_others(manifest, model):
    train = manifest[(manifest["draw"] == 0) & (manifest["split"] == "train")]
    items = ImageSet.of_pairs(IMAGES, train, "unit")
    found = cross_validate(model, items, 3, 7)
    np.testing.assert_array_equal(found["label"], train["sum"])
    kind = "predicted" if "svm" in model else "probability"
    for fold in range(3):
        left_out = np.zeros(600, bool)
        left_out[200 * fold : 200 * (fold + 1)] = True
        classifier = fit_classifier(model, items.take(~left_out), 7)
        predicted = classifier.predict(items.take(left_out).make_batch(slice(None))[0])
        shown = found[kind][left_out]
        shown = shown if kind == "predicted" else shown.argmax(axis=1)
        np.testing.assert_array_equal(shown, predicted)
        right = (predicted == items.labels[left_out]).mean()
        assert found[f"fold_{fold + 1}_accuracy"] == pytest.approx(right)


def test_row_with_folds_needs_no_test_pairs(manifest):
    drawn = manifest[(manifest["draw"] == 0) & (manifest["split"] == "train")]
    found = fit(drawn, folds=3, size=90)
    assert found["probability"].shape == (90, N_SUMS)
    np.testing.assert_array_equal(found["label"], drawn["sum"].head(90))


@pytest.mark.slow
def test_implementations_of_support_vector_machines_agree(raw):
    """Study D's and study E's, fitted on 1,500 pairs: at least 99.9 % of 2,000 predictions."""
    pytest.importorskip("sklearnex", reason="scikit-learn-intelex is not installed: make intelex")
    images, labels = load_images(raw / "mnist", "train")
    pairs = draw(labels, (2000, 0, 2000), "stratified")
    settings = SETTINGS | {"size": 1500}
    for parameters in (POLYNOMIAL, RADIAL):
        found = []
        for name in ("sklearn", "intelex"):
            RUN_FILE.write_text(f"svm_implementation: {name}\n")
            forget_files()
            model = {"svm": parameters}
            found.append(fit_draw(settings | {"model": model}, images, labels, pairs, "t", 0))
        assert find_svm() is not SVC
        assert (found[0]["predicted"] == found[1]["predicted"]).mean() >= 0.999


def test_missing_implementation_is_refused_with_one_line(monkeypatch):
    RUN_FILE.write_text("svm_implementation: intelex\n")
    monkeypatch.setitem(sys.modules, "daal4py", None)
    with pytest.raises(InputError, match="svm_implementation: found intelex, which is not inst"):
        find_svm()


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
        ({"knn": {}}, "unknown key 'knn'; allowed are adaboost, baseline, random_forest, svm"),
        ({"random_forest": FOREST | {"trees": 5}}, "unknown key 'trees'; allowed are bootstrap"),
        (
            {"random_forest": FOREST | {"n_estimators": 0}},
            "found 0 (integer); allowed is 1 or more",
        ),
        ({"random_forest": {"n_estimators": 5}}, "the key 'criterion' is missing"),
        ({"svm": RADIAL | {"gamma": "auto"}}, "found 'auto' (string)"),
        ({"baseline": {"strategy": "uniform", "constant": 9}}, "found 9 (integer); allowed is nu"),
        ({"baseline": {"strategy": "constant", "constant": None}}, "found null; allowed is inte"),
    ],
)
def test_unknown_model_is_refused_with_one_line(model, words):
    path, problem = find_problem(SCHEMA, SETTINGS | {"model": model})
    assert path[0] == "model" and problem.startswith(words)
