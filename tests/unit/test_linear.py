"""Linear classifiers: sums of distributions, classes never seen, and what they learn from."""

import numpy as np
import pytest
from drawn_pairs import draw
from hypothesis import given, settings
from hypothesis import strategies as st

from redigit.images import ImageSet
from redigit.linear import (
    N_DIGITS,
    N_SUMS,
    add_distributions,
    fit_draw,
    fit_logistic,
    predict_classes,
    select_digits,
)

SOLVER = {"penalty_c": 1.0, "max_iterations": 100, "pixels": "unit"}
READINGS = st.sampled_from(["digits", "pairs"])


def make_digits(labels) -> np.ndarray:
    """Images of which each shows its digit as a bright row, with some noise."""
    random = np.random.default_rng(0)
    images = random.integers(0, 60, (len(labels), 28, 28), dtype=np.uint8)
    images[np.arange(len(labels)), 2 * labels.astype(int)] = 255
    return images


def draw_some(labels, train=40, test=20):
    """One draw of pairs."""
    return draw(labels, (train, 3, test), stream="linear")


def predict_sums(images, labels, pairs, chosen) -> np.ndarray:
    """Probability of each sum for the test pairs."""
    return fit_draw(chosen, images, labels, pairs, "t/linear/row", 0)["probability"]


@st.composite
def distributions(draw):
    """Two arrays of distributions over digits."""
    seed, n = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 5))
    random = np.random.default_rng(seed)
    concentration = draw(st.sampled_from([0.01, 1, 100]))
    return random.dirichlet([concentration] * N_DIGITS, (2, n)).astype(np.float32)


@given(distributions())
def test_sum_is_distributed_as_the_convolution(both):
    first, second = both
    total = add_distributions(first, second)
    assert total.dtype == np.float32
    for row, one, other in zip(total, first, second, strict=True):
        np.testing.assert_allclose(row, np.convolve(one, other), atol=1e-6)
    np.testing.assert_allclose(total.sum(axis=1), 1, atol=1e-5)


@given(distributions())
def test_sum_does_not_depend_on_the_order(both):
    np.testing.assert_allclose(add_distributions(*both), add_distributions(*both[::-1]), atol=1e-6)


def test_certain_digits_have_a_certain_sum():
    digits = np.eye(N_DIGITS, dtype=np.float32)
    first, second = np.divmod(np.arange(100), 10)
    expected = np.eye(N_SUMS, dtype=np.float32)[first + second]
    np.testing.assert_array_equal(add_distributions(digits[first], digits[second]), expected)


@settings(max_examples=15)
@given(st.sets(st.integers(0, 9), min_size=2, max_size=9))
def test_class_never_seen_gets_nothing(seen):
    labels = np.resize(np.array(sorted(seen), np.uint8), 30)
    fitted = fit_logistic(ImageSet.of_images(make_digits(labels), labels, "unit"), SOLVER)
    everything = np.arange(10, dtype=np.uint8)
    items = ImageSet.of_images(make_digits(everything), everything, "unit")
    probability = predict_classes(fitted, items, N_DIGITS)
    assert probability.shape == (10, N_DIGITS)
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-5)
    assert not probability[:, sorted(set(range(10)) - seen)].any()
    assert (probability[:, sorted(seen)] > 0).all()


def test_prediction_in_parts_is_that_of_the_whole():
    labels = np.resize(np.arange(10, dtype=np.uint8), 2500)
    items = ImageSet.of_images(make_digits(labels), labels, "unit")
    fitted = fit_logistic(items.take(slice(100)), SOLVER)
    whole = fitted.predict_proba(items.make_batch(slice(None))[0])
    np.testing.assert_allclose(predict_classes(fitted, items, N_DIGITS), whole, atol=1e-6)


@given(st.integers(1, 20), READINGS)
def test_number_of_digits_follows_the_reading(size, reading):
    train = draw_some(np.arange(10, dtype=np.uint8)).query("split == 'train'")
    digits = select_digits(train, {"size": size, "size_counts": reading})
    assert len(digits) == (size if reading == "digits" else 2 * size)
    pairs = train.head(-(-len(digits) // 2))
    assert digits.tolist() == pairs[["first", "second"]].to_numpy().ravel().tolist()[: len(digits)]


@given(st.integers(1, 20), st.integers(1, 20), READINGS)
def test_smaller_training_set_is_part_of_a_larger(one, other, reading):
    train = draw_some(np.arange(10, dtype=np.uint8)).query("split == 'train'")
    small, large = (
        select_digits(train, {"size": size, "size_counts": reading}).tolist()
        for size in sorted([one, other])
    )
    assert large[: len(small)] == small


@pytest.mark.parametrize(
    ("method", "reading"),
    [("paired", "pairs"), ("sequential", "pairs"), ("sequential", "digits")],
)
def test_only_the_training_set_of_its_size_is_learnt_from(method, reading):
    labels = np.resize(np.arange(10, dtype=np.uint8), 200)
    images, pairs = make_digits(labels), draw_some(labels)
    chosen = SOLVER | {"method": method, "size": 20, "size_counts": reading}
    before = predict_sums(images, labels, pairs, chosen)
    assert before.shape == (20, N_SUMS)
    assert before.dtype == np.float32
    np.testing.assert_allclose(before.sum(axis=1), 1, atol=1e-5)
    # The pairs beyond the size, and those of validation, may be anything.
    n_used = 10 if reading == "digits" else 20
    beyond = (pairs["split"] == "validation") | ((pairs["split"] == "train") & (pairs.index >= 20))
    if reading == "digits":
        beyond |= (pairs["split"] == "train") & (pairs.index >= n_used)
    altered = pairs.copy()
    altered.loc[beyond, ["first", "second", "sum"]] = 0
    np.testing.assert_array_equal(predict_sums(images, labels, altered, chosen), before)
    # The last pair that counts does count.
    altered.loc[n_used - 1, ["first", "second", "sum"]] = [0, 0, labels[0] + labels[0]]
    assert not np.array_equal(predict_sums(images, labels, altered, chosen), before)


def test_sequential_classifier_finds_sums_that_no_pair_has_shown():
    labels = np.resize(np.arange(10, dtype=np.uint8), 200)
    images, pairs = make_digits(labels), draw_some(labels, train=40, test=100)
    of_train = (pairs["split"] == "train").to_numpy()
    # In training, every pair is one digit twice: odd sums never occur.
    pairs.loc[of_train, "second"] = pairs.loc[of_train, "first"]
    pairs["sum"] = labels[pairs["first"]] + labels[pairs["second"]]
    expected = pairs.loc[pairs["split"] == "test", "sum"].to_numpy()
    chosen = SOLVER | {"size": 40, "size_counts": "pairs"}
    right = {
        method: predict_sums(images, labels, pairs, chosen | {"method": method}).argmax(1)
        == expected
        for method in ("paired", "sequential")
    }
    assert right["sequential"].all()
    assert not right["paired"][expected % 2 == 1].any()


def test_solver_stops_where_the_settings_say(capsys):
    labels = np.resize(np.arange(10, dtype=np.uint8), 200)
    items = ImageSet.of_images(make_digits(labels), labels, "unit")
    fit_logistic(items, SOLVER | {"max_iterations": 3})
    assert capsys.readouterr().out == "solver: 3 of at most 3 iterations\n"


def test_single_digits_are_measured_where_they_are_classified():
    labels = np.resize(np.arange(10, dtype=np.uint8), 200)
    images, pairs = make_digits(labels), draw_some(labels)
    chosen = SOLVER | {"size": 20, "size_counts": "digits"}
    alone = fit_draw(chosen | {"method": "sequential"}, images, labels, pairs, "t/linear/row", 0)
    whole = fit_draw(chosen | {"method": "paired"}, images, labels, pairs, "t/linear/row", 0)
    test = pairs[pairs["split"] == "test"]
    assert alone["label"].tolist() == whole["label"].tolist() == test["sum"].tolist()
    assert "digit_accuracy" not in whole
    # Of two right digits the sum is right, so that fewer sums are wrong than digits.
    wrong_sums = (alone["probability"].argmax(axis=1) != alone["label"]).mean()
    assert 0 <= wrong_sums <= 2 * (1 - alone["digit_accuracy"]) + 1e-9
    taught = fit_draw(
        SOLVER | {"size": 80, "size_counts": "digits", "method": "sequential"},
        images, labels, pairs, "t/linear/row", 0,
    )  # fmt: skip
    assert taught["digit_accuracy"] == 1
