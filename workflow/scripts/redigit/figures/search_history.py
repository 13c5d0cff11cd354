"""What the trials of searches gave, one after the other, and what made the difference."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from redigit.errors import InputError
from redigit.settings import Settings, resolve_settings

# With fewer trials the forest behind importances tells noise.
LEAST_TRIALS = 10
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
        For each row a mark for each trial's value and a line for the best so far, of each seed;
        beside them bars for the importance of each parameter, in the search of the first seed.
    words : str
        What the figure shows.
    """
    (file,) = files
    table = pd.read_csv(file, dtype=str)
    numbers = {"seed": int, "number": int, "value": float}
    trials = table.astype(numbers)
    absent = [row for row in definition["rows"] if row not in set(trials["row"])]
    if absent:
        raise InputError(f"{file}: row {absent[0]!r} has no trials")
    experiment = f"{study}/{definition['experiment']}"
    settings = {row: resolve_settings(experiment, row) for row in definition["rows"]}
    objectives = {of_row["objective"] for of_row in settings.values()}
    if len(objectives) > 1:
        raise InputError(f"{experiment}: rows of one figure need one objective; found {objectives}")
    importances = list_importances(table[trials["seed"] == trials["seed"].iloc[0]], settings)
    importances = {definition["rows"][row]: found for row, found in importances.items()}
    if not importances:
        figure = Figure()
        words = draw_histories(figure, trials, definition["rows"], objectives.pop())
        return figure, f"{words} Under {LEAST_TRIALS} complete trials importances are not shown."
    figure = Figure(figsize=(9.6, max(3.8, 1.6 * len(importances))))
    left, right = figure.subfigures(1, 2, width_ratios=(3, 2))
    words = draw_histories(left, trials, definition["rows"], objectives.pop())
    return figure, f"{words} Importance: {draw_importances(right, importances)}."


def list_importances(
    table: pd.DataFrame, settings: dict[str, Settings]
) -> dict[str, dict[str, float]]:
    """List the importance of each parameter, for the rows with enough trials in a table of text."""
    found = {}
    for row, of_row in settings.items():
        trials = table[(table["row"] == row) & (table["state"] == "complete")]
        if len(trials) >= LEAST_TRIALS:
            # Optuna takes seconds to load, which no other figure should wait for.
            from redigit.importance import find_importances

            found[row] = find_importances(trials, of_row)
    return found


def draw_importances(figure: SubFigure, importances: dict[str, dict[str, float]]) -> str:
    """Draw the importance of each parameter, a panel for each row, and say what it is."""
    panels = figure.subplots(len(importances), 1, sharex=True, squeeze=False).ravel()
    sentences = []
    for axes, (name, found) in zip(panels, importances.items(), strict=True):
        axes.barh(list(found), list(found.values()))
        axes.invert_yaxis()
        axes.set(title=name, xlim=(0, 1))
        shares = ", ".join(f"{parameter} {share:.2f}" for parameter, share in found.items())
        sentences.append(f"{name}: {shares}")
    panels[-1].set_xlabel("Importance")
    return "; ".join(sentences)


def draw_histories(
    figure: Figure | SubFigure, trials: pd.DataFrame, rows: dict[str, str], objective: str
) -> str:
    """Draw the histories of rows in one panel, and say what the best value was.

    Parameters
    ----------
    figure : Figure or SubFigure
        What to draw in.
    trials : DataFrame
        Columns ``row``, ``seed``, ``number`` (from 0), ``state`` and ``value``.
    rows : dict of str to str
        Name of each row in the legend.
    objective : str
        What the values are; of an accuracy the best is the highest, of a loss the lowest.
    """
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
    return f"Best {words.lower()} of trials so far. {'; '.join(sentences)}."


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
