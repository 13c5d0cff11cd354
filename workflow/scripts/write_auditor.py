"""Write the page on how often the rules of the audit err, and draw its figures."""

from pathlib import Path

from redigit.auditor_figures import write_figures
from redigit.auditor_page import build_auditor_page
from redigit.files import read_json, write_text
from redigit.program import run_program


def write_auditor(
    rates: Path, templates: list[Path], style: Path, alarms: Path, power: Path, page: Path
) -> None:
    """Write the page on how often the rules of the audit err, and draw its figures.

    Parameters
    ----------
    rates : Path
        The rates of false alarms and of errors found.
    templates : list of Path
        Templates and style of the pages.
    style : Path
        Matplotlib style of all figures.
    alarms, power : Path
        The figures to be written.
    page : Path
        The page to be written.
    """
    write_figures(style, read_json(rates), alarms, power)
    figures = {"alarms": alarms, "power": power}
    write_text(page, build_auditor_page(templates, rates, figures, page))


if __name__ == "__main__":
    run_program(write_auditor)
