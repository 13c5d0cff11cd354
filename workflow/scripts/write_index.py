"""Write the pages about all studies: the front page, the findings and the audit."""

from pathlib import Path

from redigit.files import write_text
from redigit.front_page import (
    build_audit_page,
    build_findings_page,
    build_index_page,
    read_run,
)
from redigit.program import run_program
from redigit.settings import name_experiment


def write_index(
    job: str,
    templates: list[Path],
    experiments: list[Path],
    verdicts: list[Path],
    metrics: list[Path],
    recordings: list[Path],
    rates: Path,
    between: Path,
    discussions: list[Path],
    index: Path,
    findings: Path,
    audit: Path,
) -> None:
    """Write the pages about all studies: the front page, the findings and the audit.

    Parameters
    ----------
    job : str
        ``index``: there is one of each page.
    templates : list of Path
        Templates, style and scripts of the pages.
    experiments : list of Path
        The files of all experiments of the run.
    verdicts : list of Path
        The claims with their verdicts, one file for each study.
    metrics : list of Path
        Metrics of the experiments that findings are read from.
    recordings : list of Path
        Recorded rows of the same experiments.
    rates : Path
        How often the rules of the audit err.
    between : Path
        What several studies print of the same quantities.
    discussions : list of Path
        What is made of the verdicts of a study, for those studies that have it.
    index, findings, audit : Path
        The pages to be written.
    """
    names = [name_experiment(file) for file in experiments]
    run = read_run(names, verdicts, metrics, recordings, rates, between, discussions)
    write_text(index, build_index_page(templates, run))
    write_text(findings, build_findings_page(templates, run))
    write_text(audit, build_audit_page(templates, run))


if __name__ == "__main__":
    run_program(write_index)
