"""Drawings as files: vector graphics that are the same bytes for the same data."""

import re
from collections.abc import Callable
from pathlib import Path

import matplotlib.style
from matplotlib.figure import Figure

from redigit.files import write_atomic

# On a dark page the ground is dark, and what the style draws in dark grey is light. What a figure
# colours itself stays: images, black or white text on them, and the series.
DARK = """\
<style>@media (prefers-color-scheme: dark) {
#patch_1 > path, g[id^="axes_"] > g[id^="patch_"] > path[style="fill: #ffffff"] {
  fill: #15181c !important }
[style*="fill: #222222"], [style*="fill: #333333"] { fill: #d9dce1 !important }
[style*="fill: #777777"] { fill: #9aa0a8 !important }
[style*="stroke: #333333"], [style*="stroke: #4c4c4c"], [style*="stroke: #666666"],
[style*="stroke: #737373"], [style*="stroke: #777777"] { stroke: #9aa0a8 !important }
[style*="stroke: #dddddd"] { stroke: #3a3f47 !important }
}</style>
"""
# What the links of marks begin with that are to say something.
TIP = "tip:"


def write_drawing(
    path: Path, style: Path, title: str, draw: Callable[[], tuple[Figure, str]]
) -> None:
    """Draw and write as SVG.

    Parameters
    ----------
    path : Path
        The file to be written.
    style : Path
        Matplotlib style of all figures.
    title : str
        Title of the drawing.
    draw : callable
        Makes the drawing, and one sentence that says in words what it shows.
    """
    # Reset first, or a matplotlibrc of the machine's user would show through.
    with matplotlib.style.context(style, after_reset=True), write_atomic(path) as temporary:
        figure, words = draw()
        # A date and the version of the library would differ from run to run.
        metadata = {"Title": title, "Description": words, "Date": None, "Creator": None}
        figure.savefig(temporary, format="svg", metadata=metadata)
        drawn = temporary.read_text().replace(" </defs>", f"{DARK} </defs>", 1)
        temporary.write_text(turn_links_to_tips(drawn))


def turn_links_to_tips(drawn: str) -> str:
    """Turn links to `TIP` and a text into what a browser shows when the mouse is over a mark.

    Matplotlib can give each mark of a scatter a link, but no title.
    """
    opened = re.sub(rf'<a xlink:href="{TIP}([^"<]*)"[^>]*>', r"<g><title>\1</title>", drawn)
    return opened if opened == drawn else opened.replace("</a>", "</g>")
