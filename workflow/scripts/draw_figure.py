"""Draw one figure of a study."""

from pathlib import Path

from redigit.exhibits import read_exhibit
from redigit.figures import write_figure
from redigit.program import run_program


def draw_figure(job: str, style: Path, data: list[Path], figure: Path) -> None:
    """Draw one figure of a study.

    Parameters
    ----------
    job : str
        ``study/figure``.
    style : Path
        Matplotlib style of all figures.
    data : list of Path
        What the figure shows; which files these are depends on its kind.
    figure : Path
        The SVG file to be written.
    """
    study, name = job.split("/")
    definition = read_exhibit(study, f"figures.{name}")
    write_figure(figure, style, study, definition, data)


if __name__ == "__main__":
    run_program(draw_figure)
