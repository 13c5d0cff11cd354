"""Drawings as files: vector graphics that are the same bytes for the same data."""

from collections.abc import Callable
from pathlib import Path

import matplotlib.style
from matplotlib.figure import Figure

from redigit.files import write_atomic


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
