"""Perceptrons: the rules of studies A, B and C, step by step, and what every training gives."""

import numpy as np
import pytest

from redigit.checkpoints import find_checkpoint_problem
from redigit.perceptron import (
    BLOCK,
    RULES,
    draw_weights,
    find_end,
    list_rates,
    measure_errors,
    predict_second,
    select_digits,
    train_on_random_images,
    train_row,
)

SETTINGS = {
    "pixels": "unit",
    "digits": [4, 2],
    "labels": [-1, 1],
    "rule": "random_image",
    "change": "distance",
    "initial_weights": 0,
    "iterations": 60,
    "stop": {},
    "learning_rate": {"start": 1.0, "drop": 0.1, "every": 10},
    "draws": 3,
    "checkpoints": [1, 20],
}


def make_images(n=80, seed=0) -> tuple[np.ndarray, np.ndarray]:
    """Make noise with a bright corner for the digit 2 and another for 4, and images of 9."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 120, (n, 28, 28), dtype=np.uint8)
    labels = random.choice(np.array([2, 4, 9], np.uint8), n)
    images[labels == 2, :9, :9] += 100
    images[labels == 4, -9:, -9:] += 100
    return images, labels


@pytest.fixture
def trained():
    return train_row(make_images(), make_images(seed=1), SETTINGS, stream="t/p/row")


def test_all_images_of_the_two_digits_are_selected_with_an_input_of_one():
    images, labels = make_images()
    inputs, is_second = select_digits(images, labels, SETTINGS)
    chosen = np.isin(labels, [4, 2])
    assert inputs.shape == (chosen.sum(), 785) and inputs.dtype == np.float32
    np.testing.assert_allclose(inputs[:, :-1], images[chosen].reshape(-1, 784) / 255, rtol=1e-6)
    assert (inputs[:, -1] == 1).all()
    np.testing.assert_array_equal(is_second, labels[chosen] == 2)


def test_rate_falls_in_steps():
    rates = list_rates({"start": 1.0, "drop": 0.1, "every": 100}, 1000)
    assert rates[0] == rates[99] == 1
    np.testing.assert_allclose(rates[::100], [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    assert (list_rates({"start": 0.2, "drop": 0.1, "every": 1}, 5)[2:] == 0).all()


@pytest.mark.parametrize(
    ("labels", "change"), [([-1, 1], "distance"), ([0, 1], "distance"), ([-1, 1], "label")]
)
def test_rule_is_that_of_the_formula(labels, change):
    options = {**SETTINGS, "labels": labels, "change": change}
    inputs, is_second = select_digits(*make_images(), options)
    course = train_on_random_images(inputs, is_second, options, np.random.default_rng(5))
    chosen = np.random.default_rng(5).integers(len(inputs), size=60)
    y = np.where(is_second, labels[1], labels[0])
    weights = np.zeros(785)
    for t, image in enumerate(chosen):
        predicted = labels[1] if inputs[image].astype(float) @ weights >= 0 else labels[0]
        wrong = y[image] != predicted
        step = {"distance": y[image] - predicted, "label": wrong * y[image]}[change]
        weights += (1 - 0.1 * (t // 10)) * step * inputs[image]
        np.testing.assert_allclose(course.versions[course.current[t]], weights, atol=1e-4)


def test_weights_change_at_mistakes_only():
    inputs, is_second = select_digits(*make_images(), SETTINGS)
    course = train_on_random_images(inputs, is_second, SETTINGS, np.random.default_rng(5))
    chosen = np.random.default_rng(5).integers(len(inputs), size=60)
    before = np.concatenate([[0], course.current[:-1]])
    wrong = [
        predict_second(inputs[image], course.versions[version]) != is_second[image]
        for image, version in zip(chosen, before, strict=True)
    ]
    np.testing.assert_array_equal(course.current - before, wrong)
    assert 0 < sum(wrong) < 60


PASSES = {**SETTINGS, "iterations": 4, "learning_rate": {"start": 0.5, "drop": 0.1, "every": 2}}


@pytest.mark.parametrize("change", ["distance", "label"])
@pytest.mark.parametrize("rule", ["ordered_passes", "shuffled_passes"])
def test_pass_learns_from_one_image_after_the_other(rule, change):
    """Image by image in float64, on images of whole numbers, whose sums are exact."""
    options = {**PASSES, "rule": rule, "change": change, "pixels": "raw", "initial_weights": 3}
    random = np.random.default_rng(4)
    images = random.integers(0, 3, (3 * BLOCK, 28, 28), dtype=np.uint8)
    inputs, is_second = select_digits(images, random.choice([2, 4], 3 * BLOCK), options)
    course = RULES[rule](inputs, is_second, options, np.random.default_rng(7))

    copy = np.random.default_rng(7)
    weights = draw_weights(785, 3, copy).astype(float)
    np.testing.assert_allclose(course.versions[0], weights)
    for version, rate in enumerate([0.5, 0.5, 0.4, 0.4], start=1):
        order = range(len(inputs))
        for image in copy.permutation(len(inputs)) if rule == "shuffled_passes" else order:
            predicted = inputs[image].astype(float) @ weights >= 0
            if predicted != is_second[image]:
                step = rate * (2 if change == "distance" else 1)
                weights += (step if is_second[image] else -step) * inputs[image]
        np.testing.assert_allclose(course.versions[version], weights, atol=1e-2)
    assert course.current.tolist() == [1, 2, 3, 4]


def test_initial_weights_are_normal_or_zero():
    assert (draw_weights(785, 0, np.random.default_rng(0)) == 0).all()
    drawn = draw_weights(20_000, 0.5, np.random.default_rng(0))
    assert drawn.dtype == np.float32
    assert abs(drawn.mean()) < 0.02 and drawn.std() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("stop", "errors", "end"),
    [
        ({}, [0.5, 0, 0, 0], None),
        ({"loss": 0.2}, [0.5, 0.2, 0.1, 0.3, 0.1], 3),  # the loss is twice the error
        ({"loss": 0}, [0.5, 0.2, 0.1], None),
        ({"tolerance": 0.1, "patience": 2}, [0.5, 0.39, 0.35, 0.2, 0.2], None),
        ({"tolerance": 0.1, "patience": 2}, [0.5, 0.45, 0.41, 0.1], 3),
        ({"tolerance": 0, "patience": 3}, [0.5, 0.6, 0.5, 0.6, 0.7, 0.6], 6),
        # The least error counts, also one that was no gain.
        ({"tolerance": 0.1, "patience": 3}, [0.5, 0.42, 0.38, 0.35], 4),
    ],
)
def test_training_ends_where_the_stop_says(stop, errors, end):
    assert find_end(np.array(errors), SETTINGS | {"stop": stop}) == end


@pytest.mark.parametrize("rule", RULES)
def test_training_that_has_ended_changes_no_more(rule):
    options = {**SETTINGS, "rule": rule, "stop": {"loss": 0.1}, "draws": 4}
    row = train_row(make_images(), make_images(seed=1), options, stream="t/p/row")
    ends, losses = row.predictions["iterations"], 2 * row.errors
    assert row.errors.shape == (4, 60) and (ends < 60).all()
    for end, loss, weights in zip(ends, losses, row.weights, strict=True):
        assert (loss[: end - 1] > 0.1).all() and (loss[end - 1 :] == loss[end - 1]).all()
        assert loss[end - 1] <= 0.1
        inputs, is_second = select_digits(*make_images(), options)
        assert np.mean(predict_second(inputs, weights) != is_second) == pytest.approx(loss[-1] / 2)


def test_errors_are_those_of_the_weights_that_held(trained):
    inputs, is_second = select_digits(*make_images(), SETTINGS)
    course = train_on_random_images(inputs, is_second, SETTINGS, np.random.default_rng(5))
    errors = measure_errors(inputs, is_second, course)
    for t in (0, 30, 59):
        wrong = predict_second(inputs, course.versions[course.current[t]]) != is_second
        assert errors[t] == wrong.mean()


def test_row_has_its_draws(trained):
    images, labels = make_images(seed=1)
    n_test = np.isin(labels, [2, 4]).sum()
    assert trained.weights.shape == (3, 785) and trained.errors.shape == (3, 60)
    assert trained.predictions["predicted"].shape == (3, n_test)
    assert set(np.unique(trained.predictions["predicted"])) <= {2, 4}
    for label in trained.predictions["label"]:
        np.testing.assert_array_equal(label, labels[np.isin(labels, [2, 4])])
    assert trained.predictions["n_parameters"].tolist() == [785] * 3
    inputs, _ = select_digits(images, labels, SETTINGS)
    for weights, predicted in zip(trained.weights, trained.predictions["predicted"], strict=True):
        np.testing.assert_array_equal(predict_second(inputs, weights), predicted == 2)
    assert not (trained.weights[0] == trained.weights[1]).all()


def test_metrics_follow_from_the_errors(trained):
    errors, found = trained.errors, trained.predictions
    np.testing.assert_allclose(found["train_accuracy"], 1 - errors[:, -1], rtol=1e-6)
    np.testing.assert_allclose(found["train_error_at_1"], errors[:, 0], rtol=1e-6)
    np.testing.assert_allclose(found["train_loss_at_20"], 2 * errors[:, 19], rtol=1e-6)
    assert found["iterations"].tolist() == [60] * 3
    np.testing.assert_allclose(found["train_error_max_from_20"], errors[:, 19:].max(1), rtol=1e-6)


def test_it_learns(trained):
    assert (trained.predictions["train_accuracy"] > 0.9).all()
    right = trained.predictions["predicted"] == trained.predictions["label"]
    assert right.mean() > 0.9


def test_draw_is_the_same_however_many_there_are(trained):
    fewer = train_row(make_images(), make_images(seed=1), {**SETTINGS, "draws": 1}, "t/p/row")
    np.testing.assert_array_equal(fewer.weights[0], trained.weights[0])
    np.testing.assert_array_equal(fewer.errors[0], trained.errors[0])
    other = train_row(make_images(), make_images(seed=1), {**SETTINGS, "draws": 1}, "t/p/other")
    assert not (other.weights[0] == trained.weights[0]).all()


def test_checkpoint_after_the_end_is_refused():
    assert find_checkpoint_problem(SETTINGS | {"checkpoints": [60]}) is None
    path, text = find_checkpoint_problem(SETTINGS | {"checkpoints": [3, 61]})
    assert path == ["checkpoints", "1"]
    assert text == "found 61; allowed is up to iterations, 60"
