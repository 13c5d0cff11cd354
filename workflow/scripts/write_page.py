"""Write the page of one study."""

from pathlib import Path

from redigit.files import write_text
from redigit.pages import build_study_page
from redigit.program import run_program
from redigit.settings import name_experiment


def write_page(
    job: str,
    templates: list[Path],
    experiments: list[Path],
    tables: Path,
    figures: list[Path],
    verdicts: Path,
    explanations: Path,
    findings: list[Path],
    page: Path,
) -> None:
    """Write the page of one study.

    Parameters
    ----------
    job : str
        Name of the study.
    templates : list of Path
        Templates and style of the pages.
    experiments : list of Path
        The files of the study's experiments.
    tables : Path
        The study's tables, one line a cell.
    figures : list of Path
        The study's figures.
    verdicts : Path
        The study's claims with their verdicts.
    explanations : Path
        How near each explanation comes.
    findings : list of Path
        What we make of the verdicts, if that is written.
    page : Path
        The page to be written.
    """
    names = [name_experiment(file) for file in experiments]
    shown = (tables, figures, verdicts, explanations, findings)
    write_text(page, build_study_page(job, templates, names, *shown, page))


if __name__ == "__main__":
    run_program(write_page)
