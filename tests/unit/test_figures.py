"""Figures show the data that they are given, in the same bytes each time."""

import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.style
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import CSS4_COLORS, to_hex
from matplotlib.figure import Figure
from study_files import forget_files, write_study

from redigit.datasets import DATASETS
from redigit.drawings import DARK
from redigit.errors import InputError
from redigit.figures import (
    KINDS,
    accuracy_by_size,
    learning_curves,
    sum_histogram,
    tsne_scatter,
    write_figure,
)
from redigit.files import read_arrays, write_arrays, write_json
from tiny_data import make_dataset

ROOT = Path(__file__).resolve().parents[2]
STYLE = ROOT / "workflow/redigit.mplstyle"
CURVES = {
    "kind": "learning_curves",
    "title": "Figure 1",
    "caption": "See.",
    "experiment": "mlp",
    "rows": {"small": "1 layer", "large": "2 layers"},
    "metrics": {"train_accuracy": "training", "test_accuracy": "test"},
    "smoothing": 0,
}
SIZES = {
    "kind": "accuracy_by_size",
    "title": "Figure 2",
    "caption": "See.",
    "experiment": "linear",
    "series": {"paired": ["large", "small"]},
}
STUDY = {
    "title": "Study T",
    "experiments": {
        "linear": {"settings": {}, "rows": {"small": {"size": 50}, "large": {"size": 1000}}},
        "pairs": {"settings": {"images": "train"}, "rows": {"all": {}}},
        "network": {"settings": {"pairs": "pairs/all"}, "rows": {"small": {}}},
    },
}


@pytest.fixture(autouse=True)
def style():
    """The style of all figures, in which they are drawn."""
    with matplotlib.style.context(STYLE, after_reset=True):
        yield


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A folder with one study, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    write_study("t", STUDY)
    Path("params.yaml").write_text("scale: full\n")
    yield tmp_path
    forget_files()


def write_histories(folder: Path, rows=("small", "large"), seeds=(0, 1), epochs=4) -> list[Path]:
    random = np.random.default_rng(0)
    paths = []
    for row in rows:
        for seed in seeds:
            path = folder / "mlp" / row / str(seed) / "history.csv"
            path.parent.mkdir(parents=True)
            history = pd.DataFrame({"epoch": range(1, epochs + 1)})
            for name in ("train_accuracy", "test_accuracy", "train_loss", "test_loss"):
                history[name] = random.random(epochs)
            history.to_csv(path, index=False)
            paths.append(path)
    return paths


def write_linear(folder: Path) -> Path:
    path = folder / "linear.json"
    metrics = {
        "small": {"replicates": {"test_accuracy": [0.1, 0.3]}},
        "large": {"replicates": {"test_accuracy": [0.4, 0.5]}},
    }
    write_json(path, metrics)
    return path


def list_lines(axes, labelled: bool) -> list:
    return [line for line in axes.get_lines() if line.get_label().startswith("_") != labelled]


def test_strong_lines_are_means_over_seeds(tmp_path):
    paths = write_histories(tmp_path)
    figure, _ = learning_curves.draw("t", CURVES, paths)
    (axes,) = figure.axes
    names = [line.get_label() for line in list_lines(axes, labelled=True)]
    assert names == ["1 layer, training", "1 layer, test", "2 layers, training", "2 layers, test"]
    (line,) = (line for line in axes.get_lines() if line.get_label() == "2 layers, test")
    histories = [pd.read_csv(path) for path in paths if "large" in path.parts]
    mean = np.mean([history["test_accuracy"] for history in histories], axis=0)
    np.testing.assert_allclose(line.get_xdata(), [1, 2, 3, 4])
    np.testing.assert_allclose(line.get_ydata(), mean)


def test_every_seed_is_a_faint_line(tmp_path):
    paths = write_histories(tmp_path, seeds=(0, 5, 7))
    figure, _ = learning_curves.draw("t", CURVES, paths)
    assert len(list_lines(figure.axes[0], labelled=False)) == 3 * 2 * 2


@pytest.mark.parametrize("epochs", [1, 2, 15])
def test_epochs_are_whole_numbers(tmp_path, epochs):
    figure, _ = learning_curves.draw("t", CURVES, write_histories(tmp_path, epochs=epochs))
    assert all(tick == int(tick) for tick in figure.axes[0].get_xticks())


def test_curves_of_several_tasks_share_a_panel(tmp_path):
    paths = write_histories(tmp_path, rows=("small",))
    for path in paths:
        history = pd.read_csv(path)
        names = {name: f"{name}_items" for name in history if "accuracy" in name}
        history = history.rename(columns=names)
        history["test_accuracy_groups"] = 0.5
        history.to_csv(path, index=False)
    metrics = {"test_accuracy_items": "items", "test_accuracy_groups": "groups"}
    definition = CURVES | {"rows": {"small": "1 layer"}, "metrics": metrics}
    figure, _ = learning_curves.draw("t", definition, paths)
    (axes,) = figure.axes
    assert axes.get_ylabel() == "Accuracy"
    assert [line.get_label() for line in list_lines(axes, labelled=True)] == ["items", "groups"]


def test_one_seed_without_smoothing_is_one_line(tmp_path):
    paths = write_histories(tmp_path, seeds=(0,))
    figure, _ = learning_curves.draw("t", CURVES, paths)
    assert list_lines(figure.axes[0], labelled=False) == []


def test_smoothing_is_an_exponential_moving_average(tmp_path):
    paths = write_histories(tmp_path, rows=("small",), seeds=(0,))
    definition = CURVES | {
        "rows": {"small": "1 layer"},
        "metrics": {"train_loss": "training"},
        "smoothing": 0.5,
    }
    figure, _ = learning_curves.draw("t", definition, paths)
    measured = pd.read_csv(paths[0])["train_loss"]
    average = [measured[0]]
    for value in measured[1:]:
        average.append(0.5 * average[-1] + 0.5 * value)
    faint, strong = figure.axes[0].get_lines()
    np.testing.assert_allclose(faint.get_ydata(), measured)
    np.testing.assert_allclose(strong.get_ydata(), average)


def test_accuracy_and_loss_have_panels_of_their_own(tmp_path):
    definition = CURVES | {"metrics": {"test_accuracy": "test", "test_loss": "test"}}
    figure, _ = learning_curves.draw("t", definition, write_histories(tmp_path))
    assert [axes.get_ylabel() for axes in figure.axes] == ["Accuracy", "Loss"]


def test_no_two_curves_look_the_same(tmp_path):
    figure, _ = learning_curves.draw("t", CURVES, write_histories(tmp_path))
    lines = list_lines(figure.axes[0], labelled=True)
    looks = {(line.get_color(), line.get_marker(), line.get_linestyle()) for line in lines}
    assert len(looks) == 4


def test_row_has_the_curves_of_its_own_columns(tmp_path):
    paths = write_histories(tmp_path, seeds=(0,))
    history = pd.read_csv(paths[0])
    history.rename(columns={"train_accuracy": "train_accuracy_items"}).to_csv(paths[0], index=False)
    definition = CURVES | {"metrics": {"train_accuracy_items": "items", "train_accuracy": "all"}}
    figure, _ = learning_curves.draw("t", definition, paths)
    assert len(list_lines(figure.axes[0], labelled=True)) == 2
    metrics = {"test_accuracy": "all", "test_accuracy_groups": "groups"}
    with pytest.raises(InputError, match="'test_accuracy_groups' is in none of the 2 histories"):
        learning_curves.draw("t", CURVES | {"metrics": metrics}, paths)


def test_row_without_history_and_history_without_metric_are_refused(tmp_path):
    paths = write_histories(tmp_path, rows=("small",))
    with pytest.raises(InputError, match="'mlp/large': no history"):
        learning_curves.draw("t", CURVES, paths)
    paths[1].write_text("epoch\n1\n")
    with pytest.raises(InputError, match=r"small/1/history.csv: none of the columns train_acc"):
        learning_curves.draw("t", CURVES, paths)


def test_accuracies_stand_at_their_sizes(study):
    figure, words = accuracy_by_size.draw("t", SIZES, [write_linear(study)])
    mean, *others = figure.axes[0].get_lines()
    np.testing.assert_allclose(mean.get_xdata(), [50, 1000])
    np.testing.assert_allclose(mean.get_ydata(), [0.2, 0.45])
    (bars,) = figure.axes[0].collections
    # Student's t is 12.706 for two draws, their standard errors 0.1 and 0.05.
    halves = [np.ptp(bar[:, 1]) / 2 for bar in bars.get_segments()]
    np.testing.assert_allclose(halves, [1.2706, 0.6353], atol=1e-4)
    dots = [line for line in others if line.get_alpha()]
    found = {(x, y) for line in dots for x, y in zip(*line.get_data(), strict=True)}
    assert found == {(50, 0.1), (50, 0.3), (1000, 0.4), (1000, 0.5)}
    assert "0.4500 at 1,000" in words


@settings(max_examples=30)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_expected_shares_are_those_of_all_ordered_pairs(digits):
    labels = np.array(digits, np.uint8)
    sums = np.add.outer(labels, labels).ravel()
    every_pair = np.bincount(sums, minlength=19) / len(sums)
    expected = sum_histogram.expect_shares(labels, "random")
    np.testing.assert_allclose(expected, every_pair, atol=1e-12)
    triangle = 10 - np.abs(9 - np.arange(19))
    expected = sum_histogram.expect_shares(labels, "stratified")
    np.testing.assert_allclose(expected, triangle / 100, atol=1e-12)


def test_dots_are_the_shares_of_each_split():
    pairs = pd.DataFrame({"sum": [0, 0, 0, 18, 9], "split": ["train"] * 4 + ["test"]})
    figure, _ = sum_histogram.draw_shares(pairs.astype({"sum": "uint8"}), np.full(19, 1 / 19))
    shares = {line.get_label(): line.get_ydata() for line in figure.axes[0].get_lines()}
    assert shares["training"][[0, 18]].tolist() == [0.75, 0.25]
    assert shares["test"][9] == 1 and shares["test"].sum() == 1
    assert "validation" not in shares


def test_bars_are_the_counts_of_the_first_draw_on_top_of_each_other():
    pairs = pd.DataFrame({"sum": [0, 0, 9, 0, 18], "split": ["train"] * 3 + ["test", "train"]})
    pairs = pairs.assign(draw=[0, 0, 0, 0, 1])
    figure, words = sum_histogram.draw_counts(pairs, np.full(19, 1 / 19))
    train, test = figure.axes[0].containers
    assert [bar.get_height() for bar in train] == [2] + 8 * [0] + [1] + 9 * [0]
    assert (test[0].get_y(), test[0].get_height(), test[18].get_height()) == (2, 1, 0)
    assert "3 training and 1 test" in words and "The most, 3, have the sum 0" in words


def write_maps(folder: Path, rows: dict[str, int]) -> Path:
    """Write two maps of each row, of its number of points."""
    random = np.random.default_rng(0)
    path, arrays = folder / "embeddings.safetensors", {}
    for row, points in rows.items():
        arrays[f"{row}/embedding"] = random.random((2, points, 2), np.float32)
        digits = random.integers(0, 10, (2, points, 2), dtype=np.uint8)
        arrays |= {f"{row}/digits": digits, f"{row}/label": digits.sum(2, dtype=np.uint8)}
    write_arrays(path, arrays)
    return path


def test_map_has_a_panel_for_each_row_and_a_dot_for_each_pair(tmp_path):
    rows = {f"raw_{points}": f"{points} points" for points in (30, 40, 50, 60)}
    maps = write_maps(tmp_path, {row: int(row[4:]) for row in rows})
    metrics = {row: {"n_points": int(row[4:]), "silhouette": -0.125} for row in rows}
    metrics["raw_50"]["silhouette"] = 0.5
    write_json(tmp_path / "tsne.json", metrics)
    files = [tmp_path / "tsne.json", maps]
    figure, words = KINDS["tsne_scatter"]("t", {"rows": rows}, files)
    panels = {axes.get_title(): axes for axes in figure.axes if axes.get_title()}
    assert list(panels) == list(rows.values())
    (dots,) = panels["40 points"].collections
    arrays = read_arrays(maps)
    np.testing.assert_array_equal(dots.get_offsets(), arrays["raw_40/embedding"][0])
    np.testing.assert_array_equal(dots.get_array(), arrays["raw_40/label"][0])
    assert "40 points: 40 pairs, silhouette -0.1250" in words
    with pytest.raises(InputError, match="row 'raw_70'"):
        KINDS["tsne_scatter"]("t", {"rows": {"raw_70": "none"}}, files)
    best, words = KINDS["tsne_scatter"]("t", {"rows": rows, "best": "silhouette"}, files)
    assert [axes.get_title() for axes in best.axes if axes.get_title()] == ["50 points"]
    assert words.startswith("The best map") and "silhouette 0.5000" in words


def test_dot_of_a_map_says_its_digits(tmp_path):
    maps = write_maps(tmp_path, {"raw": 30})
    write_json(tmp_path / "tsne.json", {"raw": {"n_points": 30, "silhouette": 0.0}})
    definition = {"kind": "tsne_scatter", "title": "Figure 1", "rows": {"raw": "30 points"}}
    path = tmp_path / "figure.svg"
    write_figure(path, STYLE, "t", definition, [tmp_path / "tsne.json", maps])
    ElementTree.fromstring(path.read_text())
    said = re.findall(r"<g><title>(.*)</title>", path.read_text())
    assert said == [f"{first} + {second}" for first, second in read_arrays(maps)["raw/digits"][0]]
    assert "<a " not in path.read_text() and "</a>" not in path.read_text()


def test_colours_of_sums_grow_lighter(tmp_path):
    """So a reader who sees no colours can tell small sums from large ones."""
    axes = Figure().subplots()
    dots = tsne_scatter.draw_map(axes, np.zeros((19, 2)), np.arange(19))
    red, green, blue, _ = dots.to_rgba(np.arange(19)).T
    assert np.all(np.diff(0.2126 * red + 0.7152 * green + 0.0722 * blue) > 0)


@pytest.fixture
def pair_files(study, monkeypatch) -> tuple[list[Path], dict[str, np.ndarray]]:
    """A manifest of four pairs and the raw files that it points into."""
    tiny, contents, arrays = make_dataset()
    monkeypatch.setitem(DATASETS, "tiny", tiny)
    files = [study / "pairs.parquet"]
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        files.append(study / "tiny" / name)
        files[-1].parent.mkdir(exist_ok=True)
        files[-1].write_bytes(contents[name])
    labels = arrays["train-labels-idx1-ubyte"]
    first, second = np.array([3, 1, 4, 1]), np.array([5, 9, 2, 6])
    pairs = {"first": first, "second": second, "sum": labels[first] + labels[second]}
    table = pd.DataFrame({**pairs, "split": ["test", "train", "train", "train"], "draw": 0})
    table.to_parquet(files[0])
    return files, arrays


def test_images_are_those_of_the_first_training_pairs(pair_files):
    files, arrays = pair_files
    definition = {"pairs": "pairs/all", "examples": 2}
    figure, words = KINDS["pair_images"]("t", definition, files)
    shown = [axes.get_images()[0].get_array() for axes in figure.axes if axes.get_images()]
    images, labels = (arrays[file.name] for file in files[1:])
    np.testing.assert_array_equal(shown, [np.vstack(images[[1, 9]]), np.vstack(images[[4, 2]])])
    assert f"{labels[1]} + {labels[9]} = {labels[1] + labels[9]}" in words


def test_too_few_pairs_are_refused(pair_files):
    definition = {"pairs": "pairs/all", "examples": 4}
    with pytest.raises(InputError, match="found 3 training pairs, expected 4"):
        KINDS["pair_images"]("t", definition, pair_files[0])


def test_predictions_stand_over_their_own_pairs(pair_files, tmp_path):
    files, arrays = pair_files
    pairs = pd.read_parquet(files[0]).assign(split=["train", "test", "test", "test"])
    pairs.to_parquet(files[0])
    right = pairs["sum"].to_numpy()[1:]
    predicted = np.array([right[0], (right[1] + 1) % 19, right[2]])
    predictions = tmp_path / "predictions.safetensors"
    probability = np.eye(19, dtype=np.float32)[predicted][None]
    write_arrays(predictions, {"label": right[None], "probability": probability})
    definition = {"title": "Figure 4", "network": "network/small", "examples": 3}
    figure, words = KINDS["pair_predictions"]("t", definition, [predictions, *files])
    images = arrays["train-images-idx3-ubyte"]
    for axes, index, sum_, said in zip(
        figure.axes, [[1, 9], [4, 2], [1, 6]], right, predicted, strict=False
    ):
        np.testing.assert_array_equal(axes.get_images()[0].get_array(), np.vstack(images[index]))
        assert axes.get_title().endswith(f"= {sum_}\npredicted {said}")
    assert words.startswith("3 test pairs, 2 of them predicted right")
    write_arrays(predictions, {"label": 1 + right[None], "probability": probability})
    with pytest.raises(InputError, match="its labels are not those of the pairs"):
        KINDS["pair_predictions"]("t", definition, [predictions, *files])


def test_figure_is_the_same_bytes_each_time_and_says_what_it_shows(tmp_path):
    paths = write_histories(tmp_path)
    files = [tmp_path / name for name in ("one.svg", "two.svg")]
    for file in files:
        write_figure(file, STYLE, "t", CURVES, paths)
    first, second = (file.read_bytes() for file in files)
    assert first == second
    root = ElementTree.fromstring(first)
    words = root.findtext(".//{http://purl.org/dc/elements/1.1/}description")
    assert words.startswith("Accuracy from epoch 1 to epoch 4.") and "2 layers, test" in words
    assert b"dc:date" not in first and b"Matplotlib" not in first


def test_images_in_a_figure_are_the_same_bytes_each_time(pair_files, tmp_path):
    definition = {
        "kind": "pair_images",
        "title": "Figure 1",
        "pairs": "pairs/all",
        "examples": 3,
    }
    files = [tmp_path / name for name in ("one.svg", "two.svg")]
    for file in files:
        write_figure(file, STYLE, "t", definition, pair_files[0])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_style_of_the_machine_does_not_show_through(study, monkeypatch):
    path = study / "figure.svg"
    write_figure(path, STYLE, "t", SIZES, [write_linear(study)])
    plain = path.read_bytes()
    with mpl.rc_context({"lines.linewidth": 9, "axes.facecolor": "red"}):
        write_figure(path, STYLE, "t", SIZES, [study / "linear.json"])
    assert path.read_bytes() == plain


def test_unknown_kind_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(InputError, match="kind 'pie' is unknown; allowed: accuracy_by_parameters"):
        write_figure(tmp_path / "a.svg", STYLE, "t", CURVES | {"kind": "pie"}, [])
    assert list(tmp_path.iterdir()) == []


def test_every_kind_has_a_schema_and_every_schema_a_kind():
    schemas = {path.stem for path in (ROOT / "workflow/schemas/figures").glob("*.yaml")}
    assert schemas == set(KINDS)


def test_dark_page_has_a_look_for_each_grey_of_the_style():
    values = re.findall(r"^[a-z.]+color: (\S+)$", STYLE.read_text(), re.MULTILINE)
    greys = {to_hex(value if value in CSS4_COLORS else f"#{value}") for value in values}
    assert {"#ffffff", "#333333"} <= greys
    assert greys <= set(re.findall(r": (#[0-9a-f]{6})\"", DARK))


def test_figure_holds_its_dark_look_once(study, tmp_path):
    path = tmp_path / "figure.svg"
    write_figure(path, STYLE, "t", SIZES, [write_linear(study)])
    text = path.read_text()
    assert text.count(DARK) == 1
    ElementTree.fromstring(text)
