"""What the trials of searches gave, one after the other."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from redigit.errors import InputError
from redigit.settings import Settings, resolve_settings

# How far the rows' marks stand apart, in trials, since many values of small samples are equal.
SHIFT = 0.06


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the history of each row's search.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The trials of a `tuner` experiment.

    Returns
    -------
    figure : Figure
        For each row a mark for each trial's value and a line for the best so far, of each seed.
    words : str
        What the figure shows.
    """
    (file,) = files
    trials = pd.read_csv(file, dtype={"row": str})
    absent = [row for row in definition["rows"] if row not in set(trials["row"])]
    if absent:
        raise InputError(f"{file}: row {absent[0]!r} has no trials")
    experiment = f"{study}/{definition['experiment']}"
    objectives = {resolve_settings(experiment, row)["objective"] for row in definition["rows"]}
    if len(objectives) > 1:
        raise InputError(f"{experiment}: rows of one figure need one objective; found {objectives}")
    return draw_histories(trials, definition["rows"], objectives.pop())


def draw_histories(
    trials: pd.DataFrame, rows: dict[str, str], objective: str
) -> tuple[Figure, str]:
    """Draw the histories of rows in one panel.

    Parameters
    ----------
    trials : DataFrame
        Columns ``row``, ``seed``, ``number`` (from 0), ``state`` and ``value``.
    rows : dict of str to str
        Name of each row in the legend.
    objective : str
        What the values are; of an accuracy the best is the highest, of a loss the lowest.
    """
    figure = Figure()
    axes = figure.subplots()
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()
    sentences = []
    for i, (row, name) in enumerate(rows.items()):
        look = {key: cycle[key][i % len(cycle[key])] for key in ("color", "marker")}
        of_row = trials[trials["row"] == row]
        shift = SHIFT * (i - (len(rows) - 1) / 2)
        for seed, search in of_row.groupby("seed"):
            label = name if seed == of_row["seed"].iloc[0] else None
            best = draw_history(axes, search, objective.endswith("accuracy"), shift, label, look)
        sentences.append(f"{name}: {best:.4f} after {len(search)}")
    if (trials["row"].isin(rows.keys()) & (trials["state"] == "pruned")).any():
        axes.plot([], [], "x", color="0.4", label="ended early")
    words = objective.replace("_", " ").capitalize()
    axes.set(xlabel="Trial", ylabel=words)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    figure.legend(loc="outside right upper")
    return figure, f"Best {words.lower()} of trials so far. {'; '.join(sentences)}."


def draw_history(
    axes: Axes,
    search: pd.DataFrame,
    is_ascending: bool,
    shift: float,
    label: str | None,
    look: dict[str, str],
) -> float:
    """Draw one search: a mark for each trial, and a line for the best of those complete so far.

    Returns
    -------
    float
        The best value of all.
    """
    numbers, values = search["number"] + 1 + shift, search["value"]
    is_complete = search["state"] == "complete"
    best = values.where(is_complete)
    best = (best.cummax() if is_ascending else best.cummin()).ffill()
    axes.step(numbers, best, where="post", color=look["color"], linewidth=1.2, marker="")
    axes.plot(numbers[is_complete], values[is_complete], linestyle="", label=label, **look)
    is_pruned = search["state"] == "pruned"
    axes.plot(numbers[is_pruned], values[is_pruned], "x", color=look["color"])
    return best.iloc[-1]
