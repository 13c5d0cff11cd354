"""Draw the figures of a study."""

from pathlib import Path

from redigit.exhibits import read_exhibit
from redigit.figure_data import list_all_data, list_figure_data
from redigit.figures import write_figure
from redigit.program import run_program
from redigit.settings import RUN_FILE, read_params


def draw_figures(study: str, style: Path, data: list[Path], figures: list[Path]) -> None:
    """Draw the figures of a study.

    Parameters
    ----------
    study : str
        Name of the study.
    style : Path
        Matplotlib style of all figures.
    data : list of Path
        What the figures show, in the order in which `list_all_data` names it.
    figures : list of Path
        The SVG files to be written, ``…/<name>.svg``.
    """
    seeds = read_params(RUN_FILE)["seeds"]
    paths = dict(zip(list_all_data(study, seeds), data, strict=True))
    for number, file in enumerate(figures, 1):
        print(f"{study}/{file.stem} ({number} of {len(figures)})")
        definition = read_exhibit(study, f"figures.{file.stem}")
        shown = [paths[name] for name in list_figure_data(study, file.stem, seeds)]
        write_figure(file, style, study, definition, shown)


if __name__ == "__main__":
    run_program(draw_figures)
