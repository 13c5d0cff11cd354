"""Accuracy or loss of networks after each epoch."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from redigit.errors import InputError
from redigit.exhibits import name_row
from redigit.settings import Settings

LINE_STYLES = ("-", "--", ":", "-.")


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw learning curves from the histories of trained networks.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        Histories, named ``.../<experiment>/<row>/<seed>/history.csv``.

    Returns
    -------
    figure : Figure
        One panel for accuracies and one for losses, as far as there are any.
    words : str
        What the figure shows.
    """
    rows = [name_row(definition, row) for row in definition["rows"]]
    histories = read_histories(files, rows, list(definition["metrics"]))
    return draw_curves(definition, histories)


def read_histories(files: Sequence[Path], rows: list[str], metrics: list[str]) -> pd.DataFrame:
    """Read histories into one table.

    Parameters
    ----------
    files : sequence of Path
        Histories, named ``.../<experiment>/<row>/<seed>/history.csv``.
    rows : list of str
        Rows that the figure shows, as ``experiment/row``, each with one history at least.
    metrics : list of str
        Columns that are shown, as far as a history has them: one of a task that its network does
        not have is not there.

    Returns
    -------
    DataFrame
        Columns ``row``, ``seed``, ``epoch`` (from 1) and the metrics.
    """
    histories = []
    for file in files:
        history = pd.read_csv(file)
        if "epoch" not in history:
            raise InputError(f"{file}: column 'epoch' is missing")
        if history.columns.intersection(metrics).empty:
            raise InputError(f"{file}: none of the columns {', '.join(metrics)}")
        experiment, row, seed, _ = file.parts[-4:]
        histories.append(history.assign(row=f"{experiment}/{row}", seed=seed))
    table = pd.concat(histories, ignore_index=True)
    absent = [row for row in rows if row not in set(table["row"])]
    if absent:
        raise InputError(f"row {absent[0]!r}: no history among the {len(files)} files given")
    missing = [name for name in metrics if name not in table]
    if missing:
        raise InputError(f"column {missing[0]!r} is in none of the {len(files)} histories")
    return table


def draw_curves(definition: Settings, histories: pd.DataFrame) -> tuple[Figure, str]:
    """Draw one panel for each quantity, and in it one curve for each row and metric.

    Strong lines are means over seeds, smoothed if the definition says so; where that differs
    from what was measured, each seed's measured values are drawn faint.
    """
    rows, metrics = definition["rows"], definition["metrics"]
    quantities = list(dict.fromkeys(metric.split("_")[1] for metric in metrics))
    width, height = mpl.rcParams["figure.figsize"]
    figure = Figure(figsize=(width * (1 + 0.4 * (len(quantities) - 1)), height))
    all_axes = figure.subplots(1, len(quantities), squeeze=False)[0]
    panels = dict(zip(quantities, all_axes, strict=True))
    sentences = []
    # Metrics of one name, such as accuracy and loss in training, look the same in both panels.
    names = list(dict.fromkeys(metrics.values()))
    for i, (row, row_name) in enumerate(rows.items()):
        for metric, metric_name in metrics.items():
            label = name_curve(row_name, metric_name, len(rows), len(metrics))
            look = choose_look(i, names.index(metric_name), len(rows))
            own = histories[histories["row"] == name_row(definition, row)]
            curves = own.pivot(index="epoch", columns="seed", values=metric)
            if curves.isna().all(axis=None):
                continue
            axes = panels[metric.split("_")[1]]
            strong = draw_curve(axes, curves, definition["smoothing"], label, look)
            named = label if len(quantities) == 1 else f"{label} {metric.split('_')[1]}"
            sentences.append(f"{named}: {strong.iloc[0]:.4f} to {strong.iloc[-1]:.4f}")
    for quantity, axes in panels.items():
        axes.set(xlabel="Epoch", ylabel=quantity.capitalize())
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.legend()
    subject = " and ".join(quantities).capitalize()
    epochs = histories["epoch"].max()
    return figure, f"{subject} from epoch 1 to epoch {epochs}. {'; '.join(sentences)}."


def name_curve(row: str, metric: str, n_rows: int, n_metrics: int) -> str:
    """Name a curve by that in which it differs from the others."""
    if n_rows == 1:
        return metric
    return row if n_metrics == 1 else f"{row}, {metric}"


def choose_look(row: int, metric: int, n_rows: int) -> dict[str, str]:
    """Colour and marker tell the rows apart, or the metrics if there is one row."""
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()
    index = (row if n_rows > 1 else metric) % len(cycle["color"])
    line = LINE_STYLES[metric % len(LINE_STYLES)]
    return {"color": cycle["color"][index], "marker": cycle["marker"][index], "linestyle": line}


def draw_curve(
    axes: Axes, curves: pd.DataFrame, smoothing: float, label: str, look: dict[str, str]
) -> pd.Series:
    """Draw the curves of one row's seeds and give the strong one.

    Parameters
    ----------
    axes : Axes
        Panel to draw in.
    curves : DataFrame, shape (n_epochs, n_seeds)
        Measured values.
    smoothing : float
        Weight of the average so far when the next value comes in; 0 leaves the values as they are.
    label : str
        Name in the legend.
    look : dict of str to str
        Colour, marker and line style.
    """
    if smoothing or curves.shape[1] > 1:
        for seed in curves:
            axes.plot(curves.index, curves[seed], **{**look, "marker": ""}, alpha=0.3, linewidth=1)
    strong = curves.mean(axis="columns").ewm(alpha=1 - smoothing, adjust=False).mean()
    axes.plot(strong.index, strong, label=label, **look)
    return strong
