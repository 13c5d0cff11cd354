"""Figures of classifiers of pairs show the draws, printed numbers and scores that files have."""

from pathlib import Path

import matplotlib.style
import numpy as np
import pytest
from study_files import forget_files, write_study

from redigit.errors import InputError
from redigit.figures import KINDS
from redigit.figures.accuracy_strips import Printed, describe_differences, describe_printed
from redigit.files import read_arrays, write_arrays, write_json

STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"
STUDY = {
    "experiments": {
        "pairs": {"settings": {"train": 50}, "quick": {"train": 9}, "rows": {"all": {}}},
        "forest": {"kind": "classical", "settings": {"pairs": "pairs/all"}, "rows": {"one": {}}},
        "tsne": {
            "kind": "tsne",
            "settings": {},
            "rows": {"raw_5": {"perplexity": 5}, "raw_90": {"perplexity": 90}},
        },
    }
}
DRAWS = [0.50, 0.52, 0.54]


@pytest.fixture(autouse=True)
def study(folder):
    """A folder with one study, and the style of all figures."""
    write_study("t", STUDY)
    Path("params.yaml").write_text("scale: full\n")
    with matplotlib.style.context(STYLE, after_reset=True):
        yield


@pytest.mark.parametrize("kind", ["predicted", "probability"])
def test_matrix_of_a_row_of_a_classical_experiment(tmp_path, kind):
    path, predicted = tmp_path / "predictions.safetensors", np.array([[18, 3, 4]], np.uint8)
    output = predicted if kind == "predicted" else np.eye(19, dtype=np.float32)[predicted]
    arrays = {"one/label": np.array([[18, 4, 4]], np.uint8), f"one/{kind}": output}
    write_arrays(path, arrays)
    figure, words = KINDS["confusion_matrix"]("t", {"classical": "forest/one"}, [path])
    texts = {text.get_position(): text.get_text() for text in figure.axes[0].texts}
    assert len(texts) == 19**2 and texts[3, 4] == texts[4, 4] == texts[18, 18] == "1"
    assert words.startswith("Of 3 test items 2 are") and words.endswith("1 times 4 is taken for 3.")


def write_strips(tmp_path, **printed) -> list[Path]:
    metrics, claims = tmp_path / "forest.json", tmp_path / "claims.csv"
    values = {"test_accuracy": DRAWS, "digit_accuracy": [0.9]}
    write_json(metrics, {"one": {"replicates": values}})
    lines = ["id,printed,value,digits,unit", *(f"{key},{cells}" for key, cells in printed.items())]
    claims.write_text("\n".join(lines) + "\n")
    return [metrics, claims]


def test_strips_have_every_draw_and_the_printed_numbers(tmp_path):
    files = write_strips(tmp_path, a="0.53,0.53,2,share", b="60%,60,0,percent")
    definition = {
        "strips": {"sum": "forest/one/test_accuracy", "digit": "forest/one/digit_accuracy"},
        "printed": {"a": "Study T", "b": "Study U"},
    }
    figure, words = KINDS["accuracy_strips"]("t", definition, files)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["sum", "digit"]
    dots = [tuple(line.get_xdata()) for line in axes.get_lines()]
    assert tuple(DRAWS) in dots and (0.9,) in dots
    lines = {line.get_label(): line.get_xdata()[0] for line in axes.get_lines()}
    assert lines["Study T: 0.53"] == 0.53 and lines["Study U: 60%"] == 0.6
    # Mean 0.52, t = 4.3027 and s = 0.02 of three draws: half-width 0.0994.
    assert "sum: 0.5200 on average of 3 draws; one more lies between 0.4206 and 0.6194." in words
    assert "digit: 0.9000 in one draw." in words
    assert "Study T prints 0.53, which agrees with sum." in words


def test_printed_numbers_are_not_compared_with_a_smaller_run(tmp_path):
    Path("params.yaml").write_text("scale: quick\n")
    forget_files()
    files = write_strips(tmp_path, a="0.53,0.53,2,share")
    definition = {"strips": {"sum": "forest/one/test_accuracy"}, "printed": {"a": "Study T"}}
    _, words = KINDS["accuracy_strips"]("t", definition, files)
    assert words.endswith("Printed numbers are not compared: this run has train 9 instead of 50.")


def test_printed_number_agrees_as_far_as_its_digits_tell():
    strips = {"near": DRAWS, "far": [0.9, 0.9, 0.9], "single": [0.62]}
    agrees = "T prints x, which agrees with near."
    for value, half_unit, words in (
        (0.6194, 0.00005, agrees),
        (0.62, 0.005, agrees),
        (0.4, 0.005, "none of these; near is the nearest, 12.00 points off"),
        (0.62, 0.0004, "none of these; single is the nearest, 0.00 points off"),
    ):
        assert words in describe_printed(Printed("T", "x", value, half_unit), strips)


def test_differences_are_from_the_reference():
    """Two groups of three with the same s = 0.02: Welch has 4 degrees, t = 2.7764."""
    others = [0.40, 0.42, 0.44]
    (words,) = describe_differences("own", {"own": DRAWS, "other": others, "single": [0.1]})
    half = 100 * 2.7764 * 0.02 * np.sqrt(2 / 3)
    assert words == (
        f"own minus other: +10.00 points (95 % interval +{10 - half:.2f} to +{10 + half:.2f})."
    )


@pytest.mark.parametrize(
    ("strip", "claim", "words"),
    [
        ("forest/two/test_accuracy", "a", "in none of the metrics forest"),
        ("svm/one/test_accuracy", "a", "in none of the metrics forest"),
        ("forest/one/test_accuracy", "c", "claim 'c' is in none of"),
    ],
)
def test_strip_or_claim_that_is_not_there_is_refused(tmp_path, strip, claim, words):
    files = write_strips(tmp_path, a="0.53,0.53,2,share")
    definition = {"strips": {"s": strip}, "printed": {claim: "Study T"}}
    with pytest.raises(InputError, match=words):
        KINDS["accuracy_strips"]("t", definition, files)


def write_probabilities(tmp_path) -> Path:
    path, random = tmp_path / "predictions.safetensors", np.random.default_rng(0)
    probability = random.dirichlet(np.ones(19), (2, 4)).astype(np.float32)
    label = random.integers(0, 19, (2, 4), dtype=np.uint8)
    write_arrays(path, {"one/probability": probability, "one/label": label})
    return path


@pytest.mark.parametrize("look", ["heat_map", "bars"])
def test_probabilities_are_those_of_the_samples_in_the_first_draw(tmp_path, look):
    path = write_probabilities(tmp_path)
    arrays = read_arrays(path)
    definition = {"rows": {"one": "single"}, "samples": [2, 4], "look": look}
    figure, words = KINDS["class_probabilities"]("t", definition, [path])
    expected = arrays["one/probability"][0, [1, 3]]
    if look == "heat_map":
        np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), expected)
    else:
        heights = [[bar.get_height() for bar in axes.patches] for axes in figure.axes]
        np.testing.assert_allclose(heights, expected)
        hatched = [[bool(bar.get_hatch()) for bar in axes.patches] for axes in figure.axes]
        np.testing.assert_array_equal(np.argmax(hatched, axis=1), arrays["one/label"][0, [1, 3]])
    true, guess = arrays["one/label"][0, 1], expected[0].argmax()
    assert f"sample 2, of the sum {true}, for {guess} with {expected[0].max():.2f}" in words


def test_sample_or_row_that_is_not_there_is_refused(tmp_path):
    path = write_probabilities(tmp_path)
    definition = {"rows": {"one": "single"}, "samples": [5], "look": "bars"}
    with pytest.raises(InputError, match="found 4 test pairs; sample 5 is none"):
        KINDS["class_probabilities"]("t", definition, [path])
    with pytest.raises(InputError, match="row 'two' has no probabilities"):
        KINDS["class_probabilities"]("t", definition | {"rows": {"two": "x"}}, [path])


def test_scores_are_drawn_by_perplexity(tmp_path):
    path = tmp_path / "tsne.json"
    scores = {"raw_90": [-0.3, -0.2], "raw_5": [-0.5, -0.3]}
    write_json(path, {row: {"replicates": {"silhouette": found}} for row, found in scores.items()})
    definition = {"experiment": "tsne", "rows": list(scores), "scores": {"silhouette": "Score"}}
    figure, words = KINDS["scores_by_perplexity"]("t", definition, [path])
    axes = figure.axes[0]
    dots = {line.get_xdata()[0]: list(line.get_ydata()) for line in axes.get_lines()[:-1]}
    assert dots == {5: [-0.5, -0.3], 90: [-0.3, -0.2]}
    mean = axes.get_lines()[-1]
    assert list(mean.get_xdata()) == [5, 90] and list(mean.get_ydata()) == [-0.4, -0.25]
    assert "Score: highest at 90 (-0.4000 at 5, -0.2500 at 90)" in words
    same = {row: {"replicates": {"silhouette": [0.5, 0.25]}} for row in scores}
    write_json(path, same)
    _, words = KINDS["scores_by_perplexity"]("t", definition, [path])
    assert words.endswith("Score: 0.3750 at all.")
    with pytest.raises(InputError, match="no row 'raw_7'; it has"):
        KINDS["scores_by_perplexity"]("t", definition | {"rows": ["raw_7"]}, [path])
