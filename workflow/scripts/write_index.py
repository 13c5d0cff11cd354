"""Write the report's front page."""

from pathlib import Path

from redigit.files import write_text
from redigit.pages import build_index_page
from redigit.program import run_program
from redigit.settings import name_experiment


def write_index(
    job: str,
    templates: list[Path],
    experiments: list[Path],
    summaries: list[Path],
    between: Path,
    page: Path,
) -> None:
    """Write the report's front page.

    Parameters
    ----------
    job : str
        ``index``: there is one front page.
    templates : list of Path
        Templates and style of the pages.
    experiments : list of Path
        The files of all experiments of the run.
    summaries : list of Path
        Counts of verdicts, one file for each study.
    between : Path
        What several studies print of the same quantities.
    page : Path
        The page to be written.
    """
    names = [name_experiment(file) for file in experiments]
    write_text(page, build_index_page(templates, names, summaries, between))


if __name__ == "__main__":
    run_program(write_index)
