"""Figures of the auditor: false alarms beside their nominal rate, and power by replicates."""

from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from redigit.drawings import write_drawing
from redigit.error_rates import WITH_CHANCE


def draw_alarms(rates: dict[str, Any]) -> tuple[Figure, str]:
    """Draw the rates of false alarms of the rules with chance, by situation.

    Parameters
    ----------
    rates : dict
        As `redigit.error_rates.measure_error_rates` gives them.

    Returns
    -------
    figure : Figure
        A rate and its interval in each line, and the nominal rate.
    words : str
        The same numbers.
    """
    lines = [
        (f"{rule}: {situation}", rate["all"])
        for rule in WITH_CHANCE
        for situation, rate in rates["rules"][rule]["false_alarms"].items()
    ]
    nominal = rates["rules"][WITH_CHANCE[0]]["nominal"]
    figure = Figure(figsize=(6.4, 0.6 + 0.3 * len(lines)))
    axes = figure.subplots()
    for place, (_, rate) in enumerate(lines):
        share = 100 * rate["rate"]
        reach = [[share - 100 * rate["low"]], [100 * rate["high"] - share]]
        axes.errorbar(share, place, xerr=reach, fmt="o", color="C0", capsize=3)
    axes.axvline(100 * nominal, color="C1", linestyle="--", label="nominal")
    axes.set_yticks(range(len(lines)), [name.replace("_", " ") for name, _ in lines], fontsize=8)
    axes.invert_yaxis()
    axes.set(xlabel="True claims that are said not to hold, %", xlim=(0, None))
    axes.legend(loc="lower right")
    words = "; ".join(f"{name} {100 * rate['rate']:.1f} %" for name, rate in lines)
    return figure, f"False alarms, nominally {100 * nominal:g} %: {words.replace('_', ' ')}."


def draw_power(rates: dict[str, Any]) -> tuple[Figure, str]:
    """Draw how many errors are found with how many replicates, a line for each size.

    Parameters
    ----------
    rates : dict
        As `redigit.error_rates.measure_error_rates` gives them.

    Returns
    -------
    figure : Figure
        A panel for each rule on accuracies.
    words : str
        What the fewest and the most replicates find.
    """
    rules = [name for name in WITH_CHANCE if rates["rules"][name]["size_unit"] == "points"]
    figure = Figure(figsize=(9, 3.4))
    sentences = []
    for axes, rule in zip(figure.subplots(1, len(rules), sharey=True), rules, strict=True):
        for size, rate in rates["rules"][rule]["found"]["off"].items():
            curve = {int(k): 100 * rate[k]["rate"] for k in rate if k != "all"}
            axes.plot(list(curve), list(curve.values()), label=f"{size} points")
            few, many = min(curve), max(curve)
            sentences.append(
                f"{rule}, {size} points: {curve[few]:.0f} % with {few}, "
                f"{curve[many]:.0f} % with {many}"
            )
        axes.set_xscale("log")
        axes.minorticks_off()
        axes.set_xticks(list(curve), list(map(str, curve)))
        axes.set(title=rule.replace("_", " "), xlabel="Our replicates", ylim=(-3, 103))
    figure.axes[0].set_ylabel("Errors found, %")
    figure.axes[-1].legend(title="Printed number is off by", title_fontsize=8, fontsize=8)
    return figure, f"Errors found by replicates. {'; '.join(sentences).replace('_', ' ')}."


def write_figures(style: Path, rates: dict[str, Any], alarms: Path, power: Path) -> None:
    """Draw both figures and write them as SVG, the same bytes for the same rates."""
    for path, draw, title in (
        (alarms, draw_alarms, "False alarms"),
        (power, draw_power, "Power by replicates"),
    ):
        write_drawing(path, style, title, partial(draw, rates))
