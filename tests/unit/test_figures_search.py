"""The figure of searches shows every trial, and the best so far."""

from pathlib import Path

import matplotlib.style
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from study_files import write_study

from redigit.errors import InputError
from redigit.figures import KINDS, search_history

STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"
FIGURE = {"experiment": "search", "rows": {"deep": "5 layers", "2": "2 layers"}}
SPACE = {
    "optimiser.learning_rate": {"low": 0.0001, "high": 0.1, "log": True},
    "batch": {"choices": [32, 64, 128]},
    "hidden": {"choices": [[8], [8, 8]]},
}
NETWORK = {"optimiser": {"learning_rate": 0.01}, "batch": 32, "hidden": [8], "space": SPACE}
ROWS = {"deep": {}, "2": {}, "other": {"objective": "validation_loss"}}
TRIALS = pd.DataFrame(
    [
        ("deep", 0, 0, "complete", 0.5),
        ("deep", 0, 1, "pruned", 0.9),
        ("deep", 0, 2, "complete", 0.4),
        ("deep", 0, 3, "complete", 0.7),
        ("2", 0, 0, "complete", 0.6),
        ("2", 0, 1, "fail", None),
        ("other", 0, 0, "complete", 0.1),
    ],
    columns=["row", "seed", "number", "state", "value"],
)


@pytest.fixture
def file(folder) -> Path:
    """The trials of a study's search, with the style of all figures."""
    study = {
        "experiments": {
            "search": {
                "settings": NETWORK | {"objective": "validation_accuracy"},
                "rows": ROWS,
            }
        }
    }  # fmt: skip
    write_study("t", study)
    Path("params.yaml").write_text("scale: full\n")
    TRIALS.to_csv("trials.csv", index=False)
    with matplotlib.style.context(STYLE, after_reset=True):
        yield folder / "trials.csv"


def list_values(axes) -> list[list[float]]:
    return [list(line.get_ydata()) for line in axes.get_lines()]


def test_marks_are_trials_and_lines_the_best_complete_so_far(file):
    figure, words = KINDS["search_history"]("t", FIGURE, [file])
    axes = figure.axes[0]
    best, complete, pruned = list_values(axes)[:3]
    assert best == [0.5, 0.5, 0.5, 0.7]
    assert complete == [0.5, 0.4, 0.7]
    assert pruned == [0.9]
    marks = axes.get_lines()[1]
    assert [round(number) for number in marks.get_xdata()] == [1, 3, 4]
    assert list_values(axes)[4] == [0.6]
    assert words == (
        "Best validation accuracy of trials so far. 5 layers: 0.7000 after 4; "
        "2 layers: 0.6000 after 2. Under 10 complete trials importances are not shown."
    )
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["5 layers", "2 layers", "ended early"]


def test_best_loss_is_the_lowest(file):
    table = TRIALS[TRIALS["row"] == "deep"]
    figure = Figure()
    words = search_history.draw_histories(figure, table, {"deep": "deep"}, "validation_loss")
    assert list_values(figure.axes[0])[0] == [0.5, 0.5, 0.4, 0.4]
    assert "deep: 0.4000 after 4" in words


def test_seeds_have_a_line_each_and_one_name(file):
    table = pd.concat([TRIALS, TRIALS.assign(seed=1)])
    figure = Figure()
    search_history.draw_histories(figure, table, {"2": "two"}, "validation_accuracy")
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["two"]
    assert len(figure.axes[0].get_lines()) == 6


def test_importance_is_that_of_the_parameter_that_makes_the_difference(file):
    """Of three parameters one decides nearly all, one little and one nothing."""
    random = np.random.default_rng(0)
    rate, batch = 10 ** random.uniform(-4, -1, 40), random.choice([32, 64, 128], 40)
    table = pd.DataFrame({"row": "deep", "seed": 0, "number": range(40), "state": "complete"})
    table["value"] = np.log10(rate) + 0.001 * batch
    table["optimiser.learning_rate"], table["batch"] = rate, batch
    table["hidden"] = random.choice(["[8]", "[8, 8]"], 40)
    table.to_csv(file, index=False)
    figure, words = KINDS["search_history"]("t", FIGURE | {"rows": {"deep": "deep"}}, [file])
    bars = figure.axes[1]
    names = [label.get_text() for label in bars.get_yticklabels()]
    shares = [bar.get_width() for bar in bars.patches]
    assert names[0] == "optimiser.learning_rate" and set(names) == set(SPACE)
    assert shares[0] > 0.8 and sum(shares) == pytest.approx(1)
    assert f"Importance: deep: optimiser.learning_rate {shares[0]:.2f}" in words


def test_rows_without_trials_or_of_two_objectives_are_refused(file):
    with pytest.raises(InputError, match="row 'absent' has no trials"):
        KINDS["search_history"]("t", FIGURE | {"rows": {"absent": ""}}, [file])
    with pytest.raises(InputError, match="one objective"):
        KINDS["search_history"]("t", FIGURE | {"rows": {"deep": "", "other": ""}}, [file])
