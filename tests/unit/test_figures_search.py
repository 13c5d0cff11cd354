"""The figure of searches shows every trial, and the best so far."""

from pathlib import Path

import matplotlib.style
import pandas as pd
import pytest
from study_files import write_study

from redigit.errors import InputError
from redigit.figures import KINDS, search_history

STYLE = Path(__file__).resolve().parents[2] / "workflow/redigit.mplstyle"
FIGURE = {"experiment": "search", "rows": {"deep": "5 layers", "2": "2 layers"}}
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
            "search": {"settings": {"objective": "validation_accuracy"}, "rows": ROWS}
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
        "2 layers: 0.6000 after 2."
    )
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["5 layers", "2 layers", "ended early"]


def test_best_loss_is_the_lowest(file):
    table = TRIALS[TRIALS["row"] == "deep"]
    figure, words = search_history.draw_histories(table, {"deep": "deep"}, "validation_loss")
    assert list_values(figure.axes[0])[0] == [0.5, 0.5, 0.4, 0.4]
    assert "deep: 0.4000 after 4" in words


def test_seeds_have_a_line_each_and_one_name(file):
    table = pd.concat([TRIALS, TRIALS.assign(seed=1)])
    figure, _ = search_history.draw_histories(table, {"2": "two"}, "validation_accuracy")
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["two"]
    assert len(figure.axes[0].get_lines()) == 6


def test_rows_without_trials_or_of_two_objectives_are_refused(file):
    with pytest.raises(InputError, match="row 'absent' has no trials"):
        KINDS["search_history"]("t", FIGURE | {"rows": {"absent": ""}}, [file])
    with pytest.raises(InputError, match="one objective"):
        KINDS["search_history"]("t", FIGURE | {"rows": {"deep": "", "other": ""}}, [file])
