"""Figures of kernels, maps and dreams show the arrays that they are given."""

from pathlib import Path

import matplotlib.style
import numpy as np
import pytest
from study_files import write_study

from redigit.errors import InputError
from redigit.feature_checks import find_figure_problem
from redigit.figures import KINDS, ascent_curves, dream_images, feature_maps, mosaic, write_figure
from redigit.figures.kernel_grid import draw_kernels
from redigit.figures.network_diagram import draw_layers
from redigit.files import write_arrays

STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"
NETWORK = {
    "data": "mnist",
    "convolutions": [
        {"kernels": 3, "size": 4, "stride": 2, "padding": "valid", "pool": 2},
        {"kernels": 5, "size": 2, "stride": 1, "padding": "same", "pool": 0},
    ],
    "hidden": [7],
}
SEEN = {
    "network": "cnn/small",
    "digits": [2, 9],
    "ascent": {"steps": 2},
    "dream": {"steps": 2},
    "class_dream": {"steps": 2},
}
STUDY = {
    "title": "T",
    "experiments": {
        "cnn": {"kind": "network", "settings": NETWORK, "rows": {"small": {}}},
        "features": {"kind": "features", "settings": SEEN, "rows": {"small": {}}},
    },
    "tables": {},
    "figures": {},
}


@pytest.fixture(autouse=True)
def style():
    """The style of all figures, in which they are drawn."""
    with matplotlib.style.context(STYLE, after_reset=True):
        yield


@pytest.fixture
def study(folder) -> Path:
    write_study("t", STUDY)
    return folder


@pytest.fixture
def features(study) -> Path:
    """What was found of the small network: three kernels, then five."""
    random = np.random.default_rng(0)
    arrays = {"image": random.integers(0, 256, (2, 28, 28), np.uint8), "index": np.array([4, 8])}
    for number, (kernels, side) in enumerate([(3, 13), (5, 6)], start=1):
        arrays[f"map_{number}"] = random.random((2, side, side, kernels), np.float32)
        arrays[f"ascent_{number}"] = random.random((kernels, 28, 28), np.float32)
        course = random.random((3, kernels), np.float32).cumsum(axis=0)
        arrays[f"ascent_objective_{number}"] = course
        arrays[f"dream_{number}"] = random.random((2, 28, 28), np.float32)
        arrays[f"dream_objective_{number}"] = course[:, :2]
    arrays["map_2"][1, :, :, 0] = 0
    arrays["ascent_objective_2"][:, 4] = 0
    arrays["class_dream"] = random.random((2, 28, 28), np.float32)
    arrays["class_dream_objective"] = np.array([[-1, -2], [0, 1]], np.float32)
    arrays["class_dream_probability"] = np.eye(10, dtype=np.float32)[[2, 9]]
    path = study / "features.safetensors"
    write_arrays(path, arrays)
    return path


# Mosaics


def test_tiles_stand_in_lines_with_gaps_between():
    images = np.arange(1.0, 4.0)[:, None, None] * np.ones((3, 2, 2))
    tiles = mosaic.tile_images(images, 2)
    expected = [[1, 1, 0, 2, 2], [1, 1, 0, 2, 2], [0] * 5, [3, 3, 0, 0, 0], [3, 3, 0, 0, 0]]
    np.testing.assert_array_equal(tiles.filled(0), expected)


def test_even_images_have_one_contrast():
    images = np.random.default_rng(0).normal(7, 3, (4, 50, 50))
    images[3] = 5
    even = mosaic.even_out(images)
    assert even.min() >= 0 and even.max() <= 1
    np.testing.assert_allclose(even.mean(axis=(1, 2)), 0.5, atol=0.01)
    np.testing.assert_allclose(even[:3].std(axis=(1, 2)), 0.25, atol=0.02)
    assert (even[3] == 0.5).all()


# Kernels


def test_kernels_stand_one_after_the_other_with_their_channels():
    kernels = np.random.default_rng(0).normal(size=(2, 2, 3, 4)).astype(np.float32)
    figure, words = draw_kernels({2: kernels}, None)
    shown = figure.axes[0].images[0].get_array()
    # The second channel of the first kernel is the second tile.
    np.testing.assert_array_equal(shown[:2, 3:5], kernels[:, :, 1, 0])
    limit = np.abs(kernels).max()
    assert figure.axes[0].images[0].get_clim() == (-limit, limit)
    assert words.startswith(
        "Weights of kernels. Convolution 2, 4 kernels of 2 by 2, 3 of 3 channels"
    )
    figure, words = draw_kernels({2: kernels}, 1)
    shown = figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(shown[:2, 3:5], kernels[:, :, 0, 1])
    assert "1 of 3 channels" in words


def test_kernels_of_the_first_seed_are_shown(tmp_path):
    paths = [tmp_path / name for name in ("0.safetensors", "1.safetensors")]
    write_arrays(paths[0], {"convolution_1/kernel": np.ones((2, 2, 1, 3), np.float32)})
    definition = {"layers": [1], "channels": 1}
    figure, _ = KINDS["kernel_grid"]("t", definition, paths)
    assert figure.axes[0].images[0].get_array().max() == 1
    with pytest.raises(InputError, match="no array 'convolution_2/kernel'; it has convolution_1"):
        KINDS["kernel_grid"]("t", definition | {"layers": [1, 2]}, paths)


# Maps


def make_maps_figure(**changes) -> dict:
    definition = {"kind": "feature_maps", "features": "features/small", "digit": 9}
    return definition | {"layers": [1, 2], "beside_ascent": True} | changes


def test_maps_of_the_digit_stand_beside_what_raises_them(features):
    figure, words = KINDS["feature_maps"]("t", make_maps_figure(), [features])
    assert len(figure.axes) == 4
    assert words.startswith("Maps of a 9, number 8 of the test images.")
    assert "5 maps of 6 by 6, 1 dead, 1 without an image that raises them" in words
    second, raised = figure.axes[2].images[0], figure.axes[3].images[0]
    # The dead map is below the scale, so in the colour that marks it.
    assert (second.get_array()[:6, :6] == -1).all() and second.get_clim()[0] == 0
    assert (raised.get_array()[:28, 4 * 31 : 4 * 31 + 28] == 0.5).all()


def test_maps_stand_alone_if_nothing_is_asked_for_beside(features):
    figure, words = KINDS["feature_maps"](
        "t", make_maps_figure(digit=2, layers=[2], beside_ascent=False), [features]
    )
    assert len(figure.axes) == 1 and "number 4" in words and "0 dead" in words


def test_maps_on_one_scale():
    maps = np.zeros((2, 3, 3))
    maps[0, 0, 0], maps[1] = 4, 2
    figure, _ = feature_maps.draw_maps({1: maps}, {})
    assert figure.axes[0].images[0].get_clim() == (0, 4)


# Dreams


def test_dreams_stand_behind_their_start(features):
    definition = {"features": "features/small", "dreams": "layers", "layers": [1, 2]}
    figure, words = KINDS["dream_images"]("t", definition, [features])
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[0] == "A 2" and titles[3] == "A 9"
    assert titles[1].startswith("Convolution 1: r = ")
    assert words.count("with convolution") == 4


def test_likeness_is_the_correlation_with_the_start():
    starts = np.random.default_rng(0).integers(0, 256, (1, 5, 5), np.uint8)
    figure, words = dream_images.draw_layers(starts, {3: 3.0 - starts}, [7])
    assert figure.axes[1].get_title() == "Convolution 3: r = -1.00"
    assert "of the 7, -1.00 with convolution 3" in words


def test_classes_are_shown_with_their_probability(features):
    definition = {"features": "features/small", "dreams": "classes"}
    figure, words = KINDS["dream_images"]("t", definition, [features])
    assert [axes.get_title() for axes in figure.axes] == [
        "Digit 2: probability 1.000",
        "Digit 9: probability 1.000",
    ]
    assert "9 with probability 1.0000, 1.0000 above the next" in words


# Ascent


def test_each_kernel_has_its_curve_and_all_their_mean(features):
    definition = {"features": "features/small", "raised": "kernels", "layers": [1, 2]}
    figure, words = KINDS["ascent_curves"]("t", definition, [features])
    assert [len(axes.get_lines()) for axes in figure.axes] == [4, 6]
    assert "4 of 5 rose" in words and "in 2 steps" in words


def test_digits_have_names_in_the_legend(features):
    definition = {"features": "features/small", "raised": "classes"}
    figure, _ = KINDS["ascent_curves"]("t", definition, [features])
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["2", "9"]
    definition = {"features": "features/small", "raised": "layers", "layers": [2]}
    figure, _ = KINDS["ascent_curves"]("t", definition, [features])
    assert figure.axes[0].get_title() == "Convolution 2"


def test_curves_have_the_courses():
    course = np.array([[0.0, 1.0], [2.0, 5.0]])
    figure, words = ascent_curves.draw_courses({"X": course}, ["2", "9"])
    np.testing.assert_array_equal(figure.axes[0].get_lines()[1].get_ydata(), [1, 5])
    assert words == "Objectives of gradient ascent. X: mean 0.5 to 3.5 in 1 steps, 2 of 2 rose."


# The diagram of a network


def test_diagram_has_each_layer_with_its_size_and_cost(study):
    figure, words = KINDS["network_diagram"]("t", {"network": "cnn/small"}, [])
    # The image, piles of 3, 3 and 5 maps, and two bars.
    assert len(figure.axes[0].patches) == 1 + 3 + 3 + 5 + 2
    assert "convolution 1 of 13 by 13 by 3, 4 by 4, stride 2, valid padding, 51 parameters" in words
    assert "pooling 1 of 6 by 6 by 3, maximum of, 2 by 2" in words
    assert "output of 10, 80 parameters" in words
    assert words.endswith(f"{51 + 65 + 181 * 7 + 80:,} parameters in all.")


def test_boxes_are_to_scale():
    from redigit.architecture import Layer

    layers = [Layer("image", (28, 28, 1), 0), Layer("convolution_1", (14, 7, 1), 5)]
    settings = [{"size": 3, "stride": 2, "padding": "same", "pool": 0}]
    figure, _ = draw_layers(layers, settings)
    image, maps = figure.axes[0].patches
    assert maps.get_height() == pytest.approx(image.get_height() / 2)
    assert maps.get_width() == pytest.approx(image.get_width() / 4)


# All of them


@pytest.mark.parametrize(
    "definition",
    [
        make_maps_figure(),
        {"kind": "dream_images", "features": "features/small", "dreams": "classes"},
        {"kind": "ascent_curves", "features": "features/small", "raised": "classes"},
        {"kind": "network_diagram", "network": "cnn/small"},
    ],
)
def test_figure_is_the_same_file_each_time(features, definition):
    files = [features.with_name(name) for name in ("one.svg", "two.svg")]
    for file in files:
        write_figure(file, STYLE, "t", definition | {"title": "Figure"}, [features])
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size < 300_000


# What figures ask of their rows


@pytest.mark.parametrize(
    ("figure", "without", "path", "text"),
    [
        (make_maps_figure(layers=[1, 3]), None, ["layers", "1"], "allowed is up to 2"),
        (make_maps_figure(digit=3), None, ["digit"], "found 3; allowed are 2, 9"),
        (make_maps_figure(), "ascent", ["beside_ascent"], "allowed if its row has ascent"),
        ({"kind": "dream_images", "dreams": "layers"}, "dream", ["dreams"], "has dream"),
        ({"kind": "dream_images", "dreams": "classes"}, "class_dream", ["dreams"], "class_dream"),
        ({"kind": "ascent_curves", "raised": "kernels"}, "ascent", ["raised"], "found kernels"),
        ({"kind": "ascent_curves", "raised": "layers"}, "dream", ["raised"], "found layers"),
        ({"kind": "ascent_curves", "raised": "classes"}, "class_dream", ["raised"], "classes"),
    ],
)
def test_what_was_not_made_cannot_be_shown(figure, without, path, text):
    settings = SEEN | ({without: None} if without else {})
    found = find_figure_problem(figure, settings, NETWORK)
    assert found[0] == path and text in found[1]
    if without:
        assert find_figure_problem(figure, SEEN, NETWORK) is None


def test_kernels_need_their_layer_only():
    figure = {"kind": "kernel_grid", "layers": [2]}
    assert find_figure_problem(figure, None, NETWORK) is None
    assert find_figure_problem(figure | {"layers": [3]}, None, NETWORK)[0] == ["layers", "0"]


@pytest.mark.parametrize("key", ["tasks", "pairs"])
def test_diagram_is_of_a_network_of_images_with_one_output(key):
    figure = {"kind": "network_diagram", "network": "cnn/small"}
    assert find_figure_problem(figure, None, NETWORK) is None
    assert find_figure_problem(figure, None, NETWORK | {key: {}})[0] == ["network"]


def test_maps_without_images_beside_them_need_no_ascent():
    figure = make_maps_figure(beside_ascent=False)
    assert find_figure_problem(figure, SEEN | {"ascent": None}, NETWORK) is None
