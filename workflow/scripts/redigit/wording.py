"""Numbers and settings as the pages write them."""

import re
from typing import Any

import yaml

# Units that are shown, and how; those of counts, shares and durations go without saying.
UNITS = {
    "percent": "%",
    "points": "points",
    "millions": "million",
    "megabytes": "MB",
    "pixels": "pixels",
    "seconds_per_million": "s a million parameters",
}
# Decimals of fractions in units of a hundredth.
DECIMALS = {"percent": 2, "points": 2}


def format_number(value: str, like: str = "", least: int = 4) -> str:
    """Format a measured number for reading beside a printed one.

    Parameters
    ----------
    value : str
        The number in full; an empty text or one that is no number is given back as it is.
    like : str
        The printed number: the measured one gets as many decimals at least.
    least : int
        Decimals that a fraction below ten gets at least; accuracies have four in the studies. A
        larger fraction gets two, and a whole number none.
    """
    try:
        number = float(value)
    except ValueError:
        return value
    printed = re.fullmatch(r"[\d,]*\.(\d+)%?", like.strip())
    decimals = len(printed[1]) if printed else 0
    if decimals or not number.is_integer():
        decimals = max(decimals, least if abs(number) < 10 else 2)
    return f"{number:,.{decimals}f}"


def format_spread(sd: str, like: str = "", least: int = 4) -> str:
    """Format a standard deviation, as ``" ± 0.0012"``; none, or zero, is left out."""
    return f" ± {format_number(sd, like, least)}" if sd and float(sd) > 0 else ""


def format_runs(runs: str) -> str:
    """Say how many runs were averaged."""
    return f"{runs} {'run' if runs == '1' else 'runs'}" if runs else ""


def format_setting(value: Any) -> str:
    """Format a setting as it would stand in a parameter file, on one line."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = yaml.safe_dump(value, default_flow_style=True, width=1000, sort_keys=False)
    return text.removesuffix("...\n").strip()
