"""Figures of perceptrons show the draw that is asked for."""

from pathlib import Path

import matplotlib.style
import numpy as np
import pytest
import yaml

from redigit.errors import InputError
from redigit.figures import KINDS, error_curve, weight_map
from redigit.files import write_arrays
from redigit.settings import read_params

STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"
FIGURE = {"perceptron": "perceptron/5_6", "draw": 1}
STUDY = {
    "experiments": {"perceptron": {"settings": {}, "rows": {"5_6": {"digits": [5, 6]}}}},
}


@pytest.fixture(autouse=True)
def study(tmp_path, monkeypatch):
    """A folder with one study, and the style of all figures."""
    monkeypatch.chdir(tmp_path)
    read_params.cache_clear()
    Path("studies/t").mkdir(parents=True)
    Path("studies/t/params.yaml").write_text(yaml.safe_dump(STUDY))
    Path("params.yaml").write_text("scale: full\n")
    with matplotlib.style.context(STYLE, after_reset=True):
        yield
    read_params.cache_clear()


@pytest.fixture
def draws(tmp_path) -> tuple[Path, np.ndarray]:
    """A file with three draws of a row."""
    values = np.random.default_rng(0).normal(size=(3, 785)).astype(np.float32)
    path = tmp_path / "arrays.safetensors"
    write_arrays(path, {"5_6": values, "0_1": values + 1})
    return path, values


def test_map_shows_weight_plus_bias_with_white_at_zero(draws):
    path, values = draws
    figure, words = KINDS["weight_map"]("t", FIGURE, [path])
    picture = figure.axes[0].get_images()[0]
    expected = (values[1, :784] + values[1, 784]).reshape(28, 28)
    np.testing.assert_allclose(picture.get_array(), expected)
    low, high = picture.get_clim()
    assert low == -high and high == pytest.approx(np.abs(expected).max())
    red, _, blue, _ = picture.cmap(1.0)
    assert red > blue
    assert f"Most for 6: {expected.max():.3g}" in words and "red for 6" in str(
        figure.axes[1].get_ylabel()
    )


def test_curve_is_the_draw_and_the_band_nine_tenths_of_all():
    errors = np.linspace(0, 1, 101)[:, None] * np.ones((1, 4))
    figure, words = error_curve.draw_errors(errors, 30)
    (line,) = figure.axes[0].get_lines()
    assert line.get_xdata().tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(line.get_ydata(), 0.3)
    heights = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([heights.min(), heights.max()], [0.05, 0.95])
    assert "over 4 iterations: 0.3000 after" in words


def test_curve_is_of_the_row_that_is_named(draws):
    path, values = draws
    figure, _ = KINDS["error_curve"]("t", FIGURE, [path])
    np.testing.assert_allclose(figure.axes[0].get_lines()[0].get_ydata(), values[1])


def test_missing_row_and_draw_are_refused(draws):
    path, _ = draws
    with pytest.raises(InputError, match=r"no row '7_8'; it has 0_1, 5_6"):
        weight_map.read_draws(path, "7_8", 0)
    with pytest.raises(InputError, match=r"5_6: found 3 draws; draw 3 is not among them"):
        weight_map.read_draws(path, "5_6", 3)
