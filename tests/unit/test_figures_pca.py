"""Figures of components and of single digits show the data that they are given."""

from pathlib import Path

import matplotlib.style
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from redigit.errors import InputError
from redigit.figures import (
    KINDS,
    digit_grid,
    explained_variance,
    pair_accuracies,
    pca_scatter,
    separability_map,
    write_figure,
)
from redigit.files import write_arrays, write_json

STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"
FIGURE = {"kind": "pca_scatter", "title": "Figure 1", "pca": "pca/train"}


@pytest.fixture(autouse=True)
def style():
    """The style of all figures, in which they are drawn."""
    with matplotlib.style.context(STYLE, after_reset=True):
        yield


def write_components(folder: Path, n: int) -> Path:
    random = np.random.default_rng(0)
    path = folder / "pca.safetensors"
    scores = random.normal(size=(n, 2)).astype(np.float32)
    label = random.integers(0, 10, n).astype(np.uint8)
    write_arrays(path, {"scores": scores, "ratios": np.array([0.5, 0.3, 0.2]), "label": label})
    return path


def make_scores(n: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.normal(size=(n, 2)), random.integers(0, 10, n).astype(np.uint8)


def test_many_points_are_one_picture_in_the_colours_of_their_digits():
    scores, labels = make_scores(5000)
    figure, words = pca_scatter.draw_scores(scores, labels, np.array([0.5, 0.3]))
    (points,) = figure.axes[0].collections
    assert points.get_rasterized()
    np.testing.assert_array_equal(points.get_offsets(), scores)
    colours = [to_rgb(pca_scatter.COLOURS[label]) for label in labels]
    np.testing.assert_allclose(points.get_facecolors()[:, :3], colours)
    means = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert len(means) == 10
    np.testing.assert_allclose(means["7"], scores[labels == 7].mean(axis=0))
    assert "5,000 images" in words and "50.00 %" in figure.axes[0].get_xlabel()


def test_few_points_are_drawn_as_their_digits():
    scores, labels = make_scores(100)
    figure, _ = pca_scatter.draw_scores(scores, labels, np.array([0.5, 0.3]))
    groups = figure.axes[0].collections
    assert len(groups) == len(np.unique(labels))
    assert sum(len(group.get_offsets()) for group in groups) == 100
    for label, group in zip(np.unique(labels), groups, strict=True):
        np.testing.assert_array_equal(group.get_offsets(), scores[labels == label])
        assert not group.get_rasterized()


def test_digits_have_ten_colours():
    assert len(set(pca_scatter.COLOURS)) == 10


def test_figure_shows_the_first_images_only(tmp_path):
    path = write_components(tmp_path, 30)
    figure, _ = KINDS["pca_scatter"]("t", FIGURE | {"points": 12}, [path])
    assert sum(len(group.get_offsets()) for group in figure.axes[0].collections) == 12
    with pytest.raises(InputError, match=r"found 30 images, expected 31"):
        KINDS["pca_scatter"]("t", FIGURE | {"points": 31}, [path])


@pytest.mark.parametrize("points", [50, 20_000])
def test_scatter_is_the_same_small_file_each_time(tmp_path, points):
    path = write_components(tmp_path, points)
    files = [tmp_path / name for name in ("one.svg", "two.svg")]
    for file in files:
        write_figure(file, STYLE, "t", FIGURE | {"points": points}, [path])
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size < 1_000_000


def test_cumulative_curve_reaches_the_share_where_it_says():
    ratios = np.array([0.5, 0.3, 0.15, 0.05])
    figure, words = explained_variance.draw_cumulative(ratios, 0.9)
    curve, guide = figure.axes[0].get_lines()
    np.testing.assert_allclose(curve.get_ydata(), [0.5, 0.8, 0.95, 1])
    assert curve.get_xdata().tolist() == [1, 2, 3, 4]
    assert max(guide.get_xdata()) == 3 and max(guide.get_ydata()) == 0.9
    assert words.startswith("The first 3 of 4 components explain 90 %")


def test_grid_has_the_first_images_of_each_class():
    images = np.arange(12, dtype=np.uint8)[:, None, None] * np.ones((1, 3, 3), np.uint8)
    labels = np.array([0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1])
    figure, words = digit_grid.draw_grid(images, labels, ("zero", "one"), 3)
    shown = [axes.get_images()[0].get_array()[0, 0] for axes in figure.axes]
    assert shown == [0, 3, 5, 1, 2, 4]
    assert words == "The first 3 images of each of 2 classes, 3 by 3 pixels."


def test_ellipses_hold_their_share_of_normal_points():
    random = np.random.default_rng(0)
    scores = random.multivariate_normal([3, -1], [[9, 4], [4, 4]], 20_000)
    labels = np.full(len(scores), 7, np.uint8)
    figure, words = pca_scatter.draw_scores(scores, labels, np.array([0.5, 0.3]), 0.95)
    (ellipse,) = figure.axes[0].patches
    inside = ellipse.get_path().transformed(ellipse.get_patch_transform()).contains_points(scores)
    assert inside.mean() == pytest.approx(0.95, abs=0.005)
    assert words.endswith("Ellipses hold 95 %.")


def test_no_ellipses_unless_asked_for():
    scores, labels = make_scores(2000)
    figure, _ = pca_scatter.draw_scores(scores, labels, np.array([0.5, 0.3]))
    assert not figure.axes[0].patches


def test_pairs_have_a_panel_each(tmp_path):
    path = write_components(tmp_path, 200)
    definition = FIGURE | {"points": 100, "digits": [[0, 4], [3, 6], [6, 7]]}
    figure, words = KINDS["pair_scatter"]("t", definition, [path])
    panels = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title() for axes in panels] == ["0 and 4", "3 and 6", "6 and 7"]
    _, labels = make_scores(200)
    drawn = [len(group.get_offsets()) for group in panels[0].collections]
    assert drawn == [np.sum(labels[:100] == 0), np.sum(labels[:100] == 4)]
    assert words.count(";") == 2


def test_histogram_holds_each_pair_once():
    random = np.random.default_rng(0)
    accuracies = {f"{i}-{j}": random.uniform(0.4, 1) for i in range(10) for j in range(i)}
    accuracies["1-0"] = 1.0
    figure, words = pair_accuracies.draw_histogram(accuracies)
    axes = figure.axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == 45
    written = [text.get_text() for text in axes.texts]
    assert sorted(text for text in written if "mean" not in text) == sorted(accuracies)
    assert words.startswith("Accuracies of 45 pairs") and words.endswith("most 1-0 with 1.000.")


def test_histogram_needs_accuracies(tmp_path):
    path = tmp_path / "pca.json"
    write_json(path, {"train": {"ratio_1": 0.1}})
    with pytest.raises(InputError, match=r"row 'train' has no accuracies of pairs"):
        KINDS["pair_accuracies"]("t", {"pca": "pca/train"}, [path])


def test_map_has_margins_and_crosses():
    rows = [
        {"first_digit": 0, "second_digit": 1, "separable": 1, "margin": 108.2},
        {"first_digit": 9, "second_digit": 0, "separable": 1, "margin": 2.5},
        {"first_digit": 3, "second_digit": 5, "separable": 0},
    ]
    figure, words = separability_map.draw_map(rows)
    axes = figure.axes[0]
    margins = axes.get_images()[0].get_array()
    assert (margins[1, 0], margins[9, 0]) == (108.2, 2.5)
    assert margins.count() == 2
    assert [line.get_xydata().tolist() for line in axes.get_lines()] == [[[3, 5]]]
    assert words == "2 of 3 pairs are separated by a hyperplane; not 3-5."


def test_map_of_inseparable_pairs_only_has_crosses_only():
    rows = [{"first_digit": 3, "second_digit": 5, "separable": 0}]
    figure, words = separability_map.draw_map(rows)
    assert len(figure.axes[0].get_lines()) == 1
    assert words.startswith("0 of 1 pairs")
