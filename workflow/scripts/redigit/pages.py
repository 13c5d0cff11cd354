"""The page of a study: its tables and figures in its own order, and what they hang on."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from redigit.claims import FACTORS
from redigit.departures import describe_assumptions, list_reductions
from redigit.discussion_page import describe_findings
from redigit.exhibits import name_row, read_exhibit
from redigit.explanations_page import describe_questions
from redigit.findings import Contradiction, find_contradictions
from redigit.judged import read_claims
from redigit.pictures import describe_figure
from redigit.quantities import Quantity
from redigit.render import render_page
from redigit.scale import list_changes
from redigit.settings import RUN_FILE, Settings, look_up, read_params, report_file
from redigit.tables import TABLE_COLUMNS, read_texts
from redigit.wording import format_setting

# Where a study's report.yaml names no sections.
ONE_SECTION = "Tables and figures"
# Of a table of one line, before it is turned.
MOST_COLUMNS = 3
# What a table or figure has besides its definition, and names no experiments.
COMPUTED = ("lines", "counts", "contradictions", "caption", "title", "words")


def build_study_page(
    study: str,
    templates: Sequence[Path],
    experiments: Sequence[str],
    tables: Path,
    figures: Sequence[Path],
    verdicts: Path,
    explanations: Path,
    findings: Sequence[Path],
    page: Path,
) -> str:
    """Build the page of one study.

    Parameters
    ----------
    study : str
        Name of the study.
    templates, experiments : sequence of Path, sequence of str
        Templates and style; all experiments of the study, as ``study/experiment``.
    figures, findings : sequence of Path
        The figures, each defined in report.yaml under its file's stem; what we make of verdicts.
    tables, verdicts, explanations : Path
        Cells of the study's tables, its claims with verdicts, how near each explanation comes.
    page : Path
        Where the page will be: links are relative to it.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    InputError
        If a claim has no verdict of the closed list, or a file is not what it should be.
    """
    report = read_params(report_file(study))
    claims = read_claims(verdicts)
    reductions = list_reductions(experiments, scale := look_up(RUN_FILE, "scale"))
    contradictions = find_contradictions(claims.to_dict("records"))
    assumptions = describe_assumptions(experiments, claims)
    exhibits = describe_exhibits(study, tables, figures, claims, page)
    add_surroundings(exhibits, experiments, claims, contradictions, assumptions)
    return render_page(
        templates,
        "study.html.j2",
        study=study,
        title=report["title"],
        scale=scale,
        is_reduced=bool(reductions),
        reductions=reductions,
        sections=arrange_sections(report, exhibits, claims, contradictions),
        counts=Counter(claims["verdict"]),
        n_contradictions=len(contradictions),
        explanations=describe_questions(study, explanations),
        findings=describe_findings(findings, claims),
        assumptions=assumptions,
        not_rebuilt=report.get("not_rebuilt", {}),
    )


def describe_exhibits(
    study: str, tables: Path, figures: Sequence[Path], claims: pd.DataFrame, page: Path
) -> list[dict[str, Any]]:
    """Describe the tables, then the figures of a study, which ``is_table`` tells apart."""
    shown = describe_tables(study, tables, claims, look_up(RUN_FILE, "scale"))
    definitions = read_params(report_file(study))["figures"]
    drawn = [describe_figure(definitions[path.stem], path, page) for path in figures]
    return [
        *(table | {"is_table": True} for table in shown),
        *(figure | {"is_table": False} for figure in drawn),
    ]


def add_surroundings(
    exhibits: list[dict[str, Any]],
    experiments: Sequence[str],
    claims: pd.DataFrame,
    contradictions: list[Contradiction],
    assumptions: list[dict[str, Any]],
) -> None:
    """Add to tables and figures what is said of their place, and what is assumed for each."""
    assumed = Counter(assumption["experiment"] for assumption in assumptions)
    for exhibit in exhibits:
        exhibit |= describe_place(exhibit["title"], claims, contradictions)
        exhibit["assumed"] = {
            name: assumed[name] for name in find_sources(exhibit, experiments) if assumed[name]
        }


def arrange_sections(
    report: Settings,
    exhibits: list[dict[str, Any]],
    claims: pd.DataFrame,
    contradictions: list[Contradiction],
) -> list[dict[str, Any]]:
    """Arrange tables and figures in the study's own order.

    Parameters
    ----------
    report : dict
        The study's report.yaml; without ``sections`` there is one, which has everything.
    exhibits : list of dict
        Its tables and figures, with ``name`` and ``title``.
    claims : pandas.DataFrame
        The study's claims with their verdicts.
    contradictions : list of Contradiction
        Those of the study.

    Returns
    -------
    list of dict
        ``name`` is a section's name in the study, ``title`` what it is about, ``exhibits`` are its
        tables and figures, ``blocks`` the same by what follows each other, and ``texts`` the other
        places with claims, as of `describe_place`.
    """
    by_name = {exhibit["name"]: exhibit for exhibit in exhibits}
    sections = report.get("sections") or {ONE_SECTION: {"exhibits": list(by_name)}}
    titles = {exhibit["title"] for exhibit in exhibits}
    texts: dict[str, list[dict[str, Any]]] = {}
    for place in claims["location"].drop_duplicates():
        if place not in titles:
            section = find_section(place, sections, by_name)
            texts.setdefault(section, []).append(describe_place(place, claims, contradictions))
    return [
        {
            "name": name,
            "title": section.get("title", ""),
            "exhibits": (shown := [by_name[exhibit] for exhibit in section["exhibits"]]),
            # Figures that follow each other stand side by side.
            "blocks": [
                {"is_table": is_table, "exhibits": list(block)}
                for is_table, block in groupby(shown, itemgetter("is_table"))
            ],
            "texts": texts.get(name, []),
        }
        for name, section in sections.items()
    ]


def find_section(
    place: str, sections: dict[str, Settings], exhibits: dict[str, dict[str, Any]]
) -> str:
    """Find the section that a place such as ``Task 2, text`` is in: the last one if in none.

    It is the one whose name, or the title of whose exhibit, the place starts with; of several, the
    longest.
    """
    starts = {
        start: name
        for name, section in sections.items()
        for start in (name, *(exhibits[exhibit]["title"] for exhibit in section["exhibits"]))
    }
    found = [start for start in starts if re.match(rf"{re.escape(start)}(?!\w)", place)]
    return starts[max(found, key=len)] if found else list(sections)[-1]


def describe_place(
    place: str, claims: pd.DataFrame, contradictions: list[Contradiction]
) -> dict[str, Any]:
    """Count the verdicts on what is printed in one place, and find what contradicts it."""
    here = claims[claims["location"] == place]
    ids = set(here["id"])
    return {
        "place": place,
        "counts": Counter(here["verdict"]),
        "contradictions": [found for found in contradictions if ids & set(found.claims)],
    }


def find_sources(exhibit: dict[str, Any], experiments: Sequence[str]) -> list[str]:
    """Find the experiments that a table or figure is made from, by the names in its definition."""
    texts: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            texts.extend(value)
            collect(list(value.values()))
        elif isinstance(value, list):
            for one in value:
                collect(one)
        else:
            texts.append(str(value))

    texts.append(f"{exhibit.get('experiment', '')}/")
    collect({key: exhibit[key] for key in exhibit if key not in COMPUTED})
    names = (experiment.split("/")[1] for experiment in experiments)
    return [name for name in names if any(text.startswith(f"{name}/") for text in texts)]


def describe_tables(
    study: str, path: Path, claims: pd.DataFrame, scale: str
) -> list[dict[str, Any]]:
    """Describe the tables of a study in the order of its report.yaml."""
    cells = read_texts(path, TABLE_COLUMNS)
    units = dict(zip(claims["id"], claims["unit"], strict=True))
    for name in ("measured", "sd", "recorded", "recorded_sd"):
        cells[name] = [
            convert_number(value, units.get(claim, ""))
            for value, claim in zip(cells[name], cells["claim"], strict=True)
        ]
    return [
        describe_table(study, name, cells[cells["table"] == name], scale)
        for name in look_up(report_file(study), "tables")
    ]


def convert_number(value: str, unit: str) -> str:
    """Convert a measured number to the unit in which the study prints it."""
    factor = FACTORS.get(unit, 1)
    return str(round(float(value) / factor, 10)) if value and factor != 1 else value


def describe_table(study: str, name: str, cells: pd.DataFrame, scale: str) -> dict[str, Any]:
    """Sort a table's cells into lines, beside its definition.

    A line has the settings that the scale changes, as ``changes``, and a measured number that
    they can change is marked as ``reduced``. A table of one long line is ``upright``: it is shown
    with a line for each column.
    """
    definition = read_exhibit(study, f"tables.{name}")
    lines = []
    for row, group in cells.groupby("row", sort=False):
        # A report, or a table by class, is about one row.
        source = definition.get("report", definition.get("classes", row))
        source = f"{study}/{name_row(definition, source)}"
        line, changes = [], {}
        for cell in group.to_dict("records"):
            target = Quantity(*source.rsplit("/", 1), cell["column"])
            found = list_changes(target, scale) if cell["measured"] else {}
            line.append({**cell, "reduced": bool(found)})
            changes |= found
        words = [describe_change(setting, *values) for setting, values in changes.items()]
        heading = group["row_heading"].iloc[0]
        # Where all lines are about one row, the caption says it once.
        shown = words if "rows" in definition else []
        lines.append({"heading": heading, "cells": line, "changes": shown})
    # By column, since several may be headed alike.
    headings = list(dict(zip(cells["column"], cells["column_heading"], strict=True)).values())
    return {
        **definition,
        "name": name,
        "headings": headings,
        "lines": lines,
        "upright": len(lines) == 1 and len(headings) > MOST_COLUMNS,
    }


def describe_change(setting: str, now: Any, full: Any) -> str:
    """Say what a setting is at the scale of the run and at full scale."""
    return f"{setting.replace('_', ' ')} {format_setting(now)} of {format_setting(full)}"
