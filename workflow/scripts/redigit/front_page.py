"""The pages about all studies: the front page, the findings and the audit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from redigit.audit_page import describe_claims, describe_rows, describe_rules
from redigit.departures import list_reductions
from redigit.discussion_page import describe_findings
from redigit.files import read_json
from redigit.findings import BETWEEN_COLUMNS
from redigit.found import Measured, Section, find_sections
from redigit.judged import read_claims
from redigit.recordings import read_recordings
from redigit.render import render_page
from redigit.settings import RUN_FILE, look_up, report_file
from redigit.tables import read_texts


@dataclass(frozen=True)
class Run:
    """What the pages about all studies are made from.

    Attributes
    ----------
    titles : dict of str to str
        Title of each study.
    claims : dict of str to pandas.DataFrame
        By study, its claims with their verdicts.
    experiments : tuple of str
        All experiments of the run, as ``study/experiment``.
    sections : list of Section
        What was found.
    rates : dict
        How often the rules err.
    comparisons : list of dict
        What several studies print of the same quantities.
    summaries : dict of str to list of dict
        By study, in short what is made of its verdicts, as of `describe_findings`.
    scale : str
        Scale of the run.
    """

    titles: dict[str, str]
    claims: dict[str, pd.DataFrame]
    experiments: tuple[str, ...]
    sections: list[Section]
    rates: dict[str, Any]
    comparisons: list[dict[str, str]]
    summaries: dict[str, list[dict[str, Any]]]
    scale: str

    @property
    def common(self) -> dict[str, Any]:
        """What each page says of the run."""
        is_reduced = bool(list_reductions(self.experiments, self.scale))
        return {"scale": self.scale, "is_reduced": is_reduced, "titles": self.titles}


def read_run(
    experiments: Sequence[str],
    verdicts: Sequence[Path],
    metrics: Sequence[Path],
    recordings: Sequence[Path],
    rates: Path,
    between: Path,
    discussions: Sequence[Path],
) -> Run:
    """Read what the pages about all studies are made from.

    Parameters
    ----------
    experiments : sequence of str
        All experiments of the run, as ``study/experiment``.
    verdicts : sequence of Path
        The claims with their verdicts, ``…/<study>/verdicts.csv``.
    metrics : sequence of Path
        Metrics that findings are read from, ``…/<study>/<experiment>.json``.
    recordings : sequence of Path
        Recorded rows of the same experiments.
    rates : Path
        How often the rules err.
    between : Path
        What several studies print of the same quantities.
    discussions : sequence of Path
        What is made of verdicts, ``…/<study>/findings.md`` of those studies that have it.
    """
    claims = {path.parent.name: read_claims(path) for path in verdicts}
    titles = {study: look_up(report_file(study), "title") for study in claims}
    scale, known = look_up(RUN_FILE, "scale"), read_json(rates)
    lines = {study: table.to_dict("records") for study, table in claims.items()}
    measured = read_measured(metrics, recordings, scale)
    sections = find_sections(titles, lines, measured, known)
    comparisons = read_texts(between, BETWEEN_COLUMNS).to_dict("records")
    texts = {path.parent.name: path for path in discussions}
    summaries = {
        study: describe_findings([texts[study]] if study in texts else [], table, in_short=True)
        for study, table in claims.items()
    }
    return Run(titles, claims, tuple(experiments), sections, known, comparisons, summaries, scale)


def read_measured(
    metrics: Sequence[Path], recordings: Sequence[Path], scale: str
) -> dict[str, Measured]:
    """Read what was measured of experiments, by ``study/experiment``.

    Rows are compared with each other, so that recorded ones are taken only if all are recorded.
    """
    recorded = read_recordings(recordings, (), {})
    measured = {}
    for path in metrics:
        experiment, rows = f"{path.parent.name}/{path.stem}", read_json(path)
        if all((experiment, row) in recorded for row in rows):
            rows = {row: recorded[experiment, row].metrics for row in rows}
            measured[experiment] = Measured(rows, "full", is_recorded=True)
        else:
            measured[experiment] = Measured(rows, scale)
    return measured


def build_index_page(templates: Sequence[Path], run: Run) -> str:
    """Build the front page."""
    topics = list(dict.fromkeys(name for table in run.claims.values() for name in table["topic"]))
    counts = {
        study: {
            topic: Counter(group["verdict"]) for topic, group in table.groupby("topic", sort=False)
        }
        for study, table in run.claims.items()
    }
    totals = {study: Counter(table["verdict"]) for study, table in run.claims.items()}
    return render_page(
        templates,
        "index.html.j2",
        topics=topics,
        counts=counts,
        totals=totals,
        total=sum(totals.values(), Counter()),
        sections=run.sections,
        summaries=run.summaries,
        **run.common,
    )


def build_findings_page(templates: Sequence[Path], run: Run) -> str:
    """Build the page of findings."""
    return render_page(
        templates,
        "findings.html.j2",
        sections=run.sections,
        comparisons=run.comparisons,
        **run.common,
    )


def build_audit_page(templates: Sequence[Path], run: Run) -> str:
    """Build the page of all claims, each with what its verdict rests on."""
    lines = {study: table.to_dict("records") for study, table in run.claims.items()}
    claims = [claim for study in lines for claim in describe_claims(study, lines[study])]
    return render_page(
        templates,
        "audit.html.j2",
        script="audit.js",
        claims=claims,
        choices={
            name: sorted({claim[name] for claim in claims}) for name in ("topic", "rule", "verdict")
        },
        traces={
            "claims": {claim["id"]: claim["trace"] for claim in claims},
            "rows": describe_rows(claims, run.experiments, run.scale),
            "rules": describe_rules(run.rates),
            "seeds": look_up(RUN_FILE, "seeds"),
            "level": look_up(RUN_FILE, "audit.level"),
        },
        **run.common,
    )
