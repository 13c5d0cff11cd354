"""Figures of perceptrons show the draw that is asked for."""

from pathlib import Path

import matplotlib.style
import numpy as np
import pytest
from study_files import forget_files, write_study

from redigit.errors import InputError
from redigit.figures import KINDS, error_curve, weight_map
from redigit.files import write_arrays, write_json

STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"
FIGURE = {"perceptron": "perceptron/5_6", "draw": 1, "add_bias": True}
STUDY = {
    "experiments": {
        "perceptron": {"settings": {}, "rows": {"5_6": {"digits": [5, 6], "labels": [-1, 1]}}}
    },
}


@pytest.fixture(autouse=True)
def study(tmp_path, monkeypatch):
    """A folder with one study, and the style of all figures."""
    monkeypatch.chdir(tmp_path)
    write_study("t", STUDY)
    Path("params.yaml").write_text("scale: full\n")
    with matplotlib.style.context(STYLE, after_reset=True):
        yield
    forget_files()


@pytest.fixture
def draws(tmp_path) -> tuple[Path, np.ndarray]:
    """A file with three draws of a row."""
    values = np.random.default_rng(0).normal(size=(3, 785)).astype(np.float32)
    path = tmp_path / "arrays.safetensors"
    write_arrays(path, {"5_6": values, "0_1": values + 1})
    return path, values


@pytest.mark.parametrize(("add_bias", "name"), [(True, "Weight plus bias"), (False, "Weight")])
def test_map_shows_weights_with_white_at_zero(draws, add_bias, name):
    path, values = draws
    figure, words = KINDS["weight_map"]("t", {**FIGURE, "add_bias": add_bias}, [path])
    picture = figure.axes[0].get_images()[0]
    expected = (values[1, :784] + (values[1, 784] if add_bias else 0)).reshape(28, 28)
    np.testing.assert_allclose(picture.get_array(), expected)
    low, high = picture.get_clim()
    assert low == -high and high == pytest.approx(np.abs(expected).max())
    red, _, blue, _ = picture.cmap(1.0)
    assert red > blue
    assert f"Most for 6: {expected.max():.3g}" in words and words.startswith(f"{name} of each")
    assert figure.axes[1].get_ylabel() == f"{name}: red for 6, blue for 5"


CURVE = {"experiment": "perceptron", "rows": {"5_6": "draw 1"}, "draw": 1, "threshold": None}


def get_points(line) -> tuple[list, list]:
    """The points of a line."""
    return np.array(line.get_xdata()).tolist(), np.array(line.get_ydata()).tolist()


def test_curve_is_the_draw_and_the_band_nine_tenths_of_all():
    errors = np.linspace(0, 1, 101)[:, None] * np.array([1, 0.5, 1, 0.5])
    definition = {**CURVE, "draw": 30, "measure": "error"}
    figure, words = error_curve.draw_curves({"draw 30": errors}, definition)
    line, end = figure.axes[0].get_lines()
    xs, ys = get_points(line)
    assert xs == [1, 2, 3, 4]
    np.testing.assert_allclose(ys, [0.3, 0.15, 0.3, 0.15])
    assert get_points(end)[0] == [4]
    heights = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([heights.min(), heights.max()], [0.025, 0.95])
    assert "draw 30: 0.3000 after iteration 1, 0.1500 after 4" in words


def test_curve_ends_where_it_changes_no_more():
    short, long = np.array([[0.4, 0.1, 0.1, 0.1, 0.1]]), np.array([[0.4, 0.3, 0.4, 0.2, 0.2]])
    definition = {**CURVE, "draw": 0, "measure": "loss", "threshold": 0.05}
    figure, words = error_curve.draw_curves({"short": short, "long": long}, definition)
    lines = [get_points(line) for line in figure.axes[0].get_lines()]
    assert lines[0] == ([1, 2], [0.4, 0.1]) and lines[1] == ([2], [0.1])
    assert lines[2] == ([1, 2, 3, 4], [0.4, 0.3, 0.4, 0.2])
    assert lines[4][1] == [0.05, 0.05]
    assert not figure.axes[0].collections
    assert "long: 0.4000 after iteration 1, 0.2000 after 4" in words
    assert error_curve.find_last_change(np.ones((2, 5))) == 1


@pytest.mark.parametrize(("measure", "factor"), [("error", 1), ("loss", 2)])
def test_curve_is_of_the_row_that_is_named(draws, measure, factor):
    path, values = draws
    figure, _ = KINDS["error_curve"]("t", {**CURVE, "measure": measure}, [path])
    drawn = get_points(figure.axes[0].get_lines()[0])[1]
    np.testing.assert_allclose(drawn, factor * values[1], rtol=1e-6)


def test_gaps_are_bars_of_means_and_dots_of_replicates(tmp_path):
    replicates = {"train_accuracy": [0.9, 1.0], "test_accuracy": [0.9, 0.8]}
    path = tmp_path / "perceptron.json"
    write_json(path, {"5_6": {"replicates": replicates}, "0_1": {}})
    definition = {"rows": {"5_6": "5 vs 6"}, "threshold": 0.05}
    figure, words = KINDS["accuracy_gap"]("t", definition, [path])
    (bar,) = figure.axes[0].patches
    assert bar.get_height() == pytest.approx(0.1)
    np.testing.assert_allclose(get_points(figure.axes[0].get_lines()[0])[1], [0, 0.2])
    assert "5 vs 6 0.1000. Above 0.05: 5 vs 6." in words
    with pytest.raises(InputError, match=r"no row '7_8'; it has 5_6, 0_1"):
        KINDS["accuracy_gap"]("t", {**definition, "rows": {"7_8": "7 vs 8"}}, [path])


def test_step_is_from_the_first_label_to_the_second():
    figure, words = KINDS["step_function"]("t", FIGURE, [])
    below, above, *_ = (get_points(line) for line in figure.axes[0].get_lines())
    assert set(below[1]) == {-1} and max(below[0]) == 0
    assert set(above[1]) == {1} and min(above[0]) == 0
    assert words == "The label is -1 for sums below zero and 1 from zero on."


def test_missing_row_and_draw_are_refused(draws):
    path, _ = draws
    with pytest.raises(InputError, match=r"no row '7_8'; it has 0_1, 5_6"):
        weight_map.read_draws(path, "7_8", 0)
    with pytest.raises(InputError, match=r"5_6: found 3 draws; draw 3 is not among them"):
        weight_map.read_draws(path, "5_6", 3)
