"""The report's pages: one for each study and a front page.

A page is one HTML file without script or outside request; its style stands in it. Only the
figures are files of their own.
"""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jinja2
import pandas as pd
import yaml

from redigit.assumptions import find_assumptions, list_dependents
from redigit.errors import InputError
from redigit.exhibits import name_row, read_exhibit
from redigit.explanations_page import describe_questions
from redigit.files import read_json
from redigit.findings import BETWEEN_COLUMNS, find_contradictions
from redigit.quantities import Quantity
from redigit.scale import list_changes
from redigit.settings import (
    RUN_FILE,
    Settings,
    experiment_file,
    look_up,
    read_experiment,
    read_params,
    report_file,
    resolve_settings,
    split_experiment,
)
from redigit.tables import TABLE_COLUMNS, read_texts

CLAIM_COLUMNS = (
    *("id", "location", "model", "metric", "printed", "unit", "quantity", "rule", "margin"),
    *(
        "context",
        "verdict",
        "measured",
        "sd",
        "low",
        "high",
        "k",
        "evidence",
        "evidence_sha256",
        "sentence",
    ),
)
PIXELS_PER_POINT = 4 / 3
# Units that are shown, and how; those of counts, shares and durations go without saying.
UNITS = {
    "percent": "%",
    "points": "points",
    "millions": "million",
    "megabytes": "MB",
    "pixels": "pixels",
    "seconds_per_million": "s a million parameters",
}
# Decimals of fractions in units of a hundredth.
DECIMALS = {"percent": 2, "points": 2}


@dataclass(frozen=True)
class Group:
    """What several verdicts have in common.

    Attributes
    ----------
    title : str
        Heading.
    symbol : str
        Sign that stands beside each verdict of the group.
    """

    title: str
    symbol: str


@dataclass(frozen=True)
class Verdict:
    """What is said of a printed number.

    Attributes
    ----------
    group : str
        Name of its group.
    meaning : str
        One line for the reader.
    """

    group: str
    meaning: str

    @property
    def symbol(self) -> str:
        """Sign of its group."""
        return GROUPS[self.group].symbol


GROUPS = {
    "holds": Group("Holds", "✓"),
    "fails": Group("Does not hold", "✗"),
    "open": Group("Not decided", "?"),
    "taken": Group("Taken over", "="),
}
VERDICTS = {
    "reproduced": Verdict("holds", "We find it too: exactly, or within the interval of our runs."),
    "confirmed": Verdict("holds", "The study ranks two results; our runs rank them the same way."),
    "consistent": Verdict("holds", "The number agrees with the study's other numbers."),
    "not_reproduced": Verdict("fails", "We find another number, outside the interval of our runs."),
    "reversed": Verdict("fails", "The study ranks two results; our runs rank them the other way."),
    "tied": Verdict("fails", "The study ranks two results; in our runs they do not differ."),
    "inconsistent": Verdict("fails", "The number contradicts another number of the same study."),
    "impossible": Verdict("fails", "The number cannot be, by what the study itself states."),
    "indeterminate": Verdict("open", "The study ranks two results; our runs cannot tell which."),
    "underpowered": Verdict("open", "It fits our runs, which scatter too much for that to count."),
    "single_run": Verdict("open", "We have one run only, which gives a distance but no interval."),
    "not_run": Verdict("open", "Nothing has been run at the study's settings that could decide."),
    "not_comparable": Verdict("open", "Ours cannot be set beside it, such as times elsewhere."),
    "adopted": Verdict("taken", "A setting that the study states and our runs use; not a result."),
}


def render_page(templates: Sequence[Path], name: str, **context: Any) -> str:
    """Fill in a template.

    Parameters
    ----------
    templates : sequence of Path
        Every file that may be opened; templates name each other by file name.
    name : str
        File name of the one to fill in.
    **context
        Its variables. One that is missing is an error, and every text is escaped.
    """
    sources = {path.name: path.read_text() for path in templates}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "words": lambda name: name.replace("_", " "),
        "number": format_number,
        "spread": format_spread,
        "runs": format_runs,
        "setting": format_setting,
    }
    environment.globals |= {"verdicts": VERDICTS, "groups": GROUPS, "lay_out_bar": lay_out_bar}
    return environment.get_template(name).render(**context)


def format_number(value: str, like: str = "", least: int = 4) -> str:
    """Format a measured number for reading beside a printed one.

    Parameters
    ----------
    value : str
        The number in full; an empty text or one that is no number is given back as it is.
    like : str
        The printed number: the measured one gets as many decimals at least.
    least : int
        Decimals that a fraction below ten gets at least; accuracies have four in the studies. A
        larger fraction gets two, and a whole number none.
    """
    try:
        number = float(value)
    except ValueError:
        return value
    printed = re.fullmatch(r"[\d,]*\.(\d+)%?", like.strip())
    decimals = len(printed[1]) if printed else 0
    if decimals or not number.is_integer():
        decimals = max(decimals, least if abs(number) < 10 else 2)
    return f"{number:,.{decimals}f}"


def format_spread(sd: str, like: str = "", least: int = 4) -> str:
    """Format a standard deviation, as ``" ± 0.0012"``; none, or zero, is left out."""
    return f" ± {format_number(sd, like, least)}" if sd and float(sd) > 0 else ""


def format_runs(runs: str) -> str:
    """Say how many runs were averaged."""
    return f"{runs} {'run' if runs == '1' else 'runs'}" if runs else ""


def format_setting(value: Any) -> str:
    """Format a setting as it would stand in a parameter file, on one line."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = yaml.safe_dump(value, default_flow_style=True, width=1000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def lay_out_bar(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Lay verdict counts out along one bar.

    Parameters
    ----------
    counts : dict of str to int
        Number of claims by verdict; verdicts may be left out.

    Returns
    -------
    list of dict
        ``verdict``, ``count``, ``start`` and ``width`` in percent, in the order of `VERDICTS`,
        without verdicts that no claim has.
    """
    total = sum(counts.get(name, 0) for name in VERDICTS)
    parts, before = [], 0
    for name in VERDICTS:
        if count := counts.get(name, 0):
            start, width = (round(100 * share / total, 3) for share in (before, count))
            parts.append({"verdict": name, "count": count, "start": start, "width": width})
            before += count
    return parts


def build_study_page(
    study: str,
    templates: Sequence[Path],
    experiments: Sequence[str],
    tables: Path,
    figures: Sequence[Path],
    verdicts: Path,
    explanations: Path,
    page: Path,
) -> str:
    """Build the page of one study.

    Parameters
    ----------
    study : str
        Name of the study.
    templates : sequence of Path
        Templates and style.
    experiments : sequence of str
        All experiments of the study, as ``study/experiment``.
    tables : Path
        The cells of the study's tables.
    figures : sequence of Path
        The figures. One is defined in the study's report.yaml under its file's stem.
    verdicts : Path
        The study's claims with their verdicts.
    explanations : Path
        How near each explanation comes.
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
    scale = look_up(RUN_FILE, "scale")
    reductions = list_reductions(experiments, scale)
    return render_page(
        templates,
        "study.html.j2",
        study=study,
        title=report["title"],
        scale=scale,
        is_reduced=bool(reductions),
        reductions=reductions,
        tables=describe_tables(study, tables, scale),
        figures=[describe_figure(report["figures"][path.stem], path, page) for path in figures],
        claims=[describe_claim(claim, page) for claim in claims.to_dict("records")],
        counts=Counter(claims["verdict"]),
        contradictions=find_contradictions(claims.to_dict("records")),
        explanations=describe_questions(study, explanations),
        assumptions=describe_assumptions(experiments, claims),
        not_rebuilt=report.get("not_rebuilt", {}),
    )


def build_index_page(
    templates: Sequence[Path], experiments: Sequence[str], summaries: Sequence[Path], between: Path
) -> str:
    """Build the front page.

    Parameters
    ----------
    templates : sequence of Path
        Templates and style.
    experiments : sequence of str
        All experiments of the run, as ``study/experiment``.
    summaries : sequence of Path
        Counts of verdicts, named ``.../<study>/verdicts.json``. Each study's page lies in a folder
        of its name beside the front page.
    between : Path
        What several studies print of the same quantities.

    Returns
    -------
    str
        HTML.
    """
    studies, scale = [], look_up(RUN_FILE, "scale")
    for path in summaries:
        study, counts = path.parent.name, read_json(path)
        unknown = [name for name in counts if name not in VERDICTS and name != "claims"]
        if unknown:
            raise InputError(f"{path}: {unknown[0]!r} is no verdict; allowed: {list_verdicts()}")
        title = look_up(report_file(study), "title")
        studies.append({"name": study, "title": title, "counts": counts})
    return render_page(
        templates,
        "index.html.j2",
        studies=studies,
        comparisons=read_texts(between, BETWEEN_COLUMNS).to_dict("records"),
        scale=scale,
        is_reduced=bool(list_reductions(experiments, scale)),
    )


def list_verdicts() -> str:
    """Name all verdicts, for messages."""
    return ", ".join(VERDICTS)


def read_claims(path: Path) -> pd.DataFrame:
    """Read a study's claims, each with a verdict of the closed list."""
    claims = read_texts(path, CLAIM_COLUMNS)
    for claim in claims.to_dict("records"):
        if claim["verdict"] not in VERDICTS:
            found = f"claim {claim['id']}: found verdict {claim['verdict']!r}"
            raise InputError(f"{path}: {found}; allowed: {list_verdicts()}")
    repeated = claims["id"][claims["id"].duplicated()]
    if not repeated.empty:
        raise InputError(f"{path}: claim {repeated.iloc[0]} stands twice")
    return claims


def describe_claim(claim: dict[str, str], page: Path) -> dict[str, Any]:
    """Format a claim's numbers, and find what it links to.

    Besides the columns of a claim there are ``link``, to its evidence, and ``others``, the claims
    that it is compared with; its ``quantity`` is empty if it is compared with claims.
    """
    like, least = claim["printed"], DECIMALS.get(claim["unit"], 4)
    numbers = {
        name: format_number(claim[name], like, least) for name in ("measured", "low", "high")
    }
    is_path = "/" in claim["quantity"]
    return {
        **claim,
        **numbers,
        "sd": format_spread(claim["sd"], like, least),
        "unit": "" if like.endswith("%") else UNITS.get(claim["unit"], ""),
        "quantity": claim["quantity"] if is_path else "",
        "others": [] if is_path else claim["quantity"].split(),
        "link": os.path.relpath(claim["evidence"], page.parent) if claim["evidence"] else "",
    }


def describe_tables(study: str, path: Path, scale: str) -> list[dict[str, Any]]:
    """Describe the tables of a study in the order of its report.yaml."""
    cells = read_texts(path, TABLE_COLUMNS)
    return [
        describe_table(study, name, cells[cells["table"] == name], scale)
        for name in look_up(report_file(study), "tables")
    ]


def describe_table(study: str, name: str, cells: pd.DataFrame, scale: str) -> dict[str, Any]:
    """Sort a table's cells into lines, beside its definition.

    A line has the settings that the scale changes, as ``changes``, and a measured number that
    they can change is marked as ``reduced``.
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
    headings = list(dict.fromkeys(cells["column_heading"]))
    return {**definition, "name": name, "headings": headings, "lines": lines}


def describe_change(setting: str, now: Any, full: Any) -> str:
    """Say what a setting is at the scale of the run and at full scale."""
    return f"{setting.replace('_', ' ')} {format_setting(now)} of {format_setting(full)}"


def describe_figure(definition: Settings, path: Path, page: Path) -> dict[str, Any]:
    """Read a figure's size in pixels and what it shows in words, beside its definition."""
    try:
        root = ElementTree.parse(path).getroot()
        width, height = (
            float(root.attrib[name].removesuffix("pt")) for name in ("width", "height")
        )
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise InputError(f"{path}: not an SVG file with a size in points") from error
    words = root.findtext(".//{http://purl.org/dc/elements/1.1/}description")
    if not words:
        raise InputError(f"{path}: says nowhere in words what it shows")
    return {
        **definition,
        "name": path.stem,
        "source": os.path.relpath(path, page.parent),
        "words": words,
        "width": round(width * PIXELS_PER_POINT),
        "height": round(height * PIXELS_PER_POINT),
    }


def list_reductions(experiments: Sequence[str], scale: str) -> list[dict[str, Any]]:
    """List the settings that the run's scale makes differ from what the studies state.

    Parameters
    ----------
    experiments : sequence of str
        As ``study/experiment``.
    scale : str
        Scale of the run.

    Returns
    -------
    list of dict
        ``experiment`` is its name, ``setting``, ``full`` and ``now`` are its values, and ``rows``
        the rows that have them; ``all_rows`` says whether these are all of the experiment.
    """
    reductions = []
    for experiment in experiments:
        found: dict[str, dict[str, Any]] = {}
        rows = read_experiment(experiment)["rows"]
        for row in rows:
            full = resolve_settings(experiment, row, "full")
            now = resolve_settings(experiment, row, scale)
            for setting in (name for name in full if full[name] != now[name]):
                values = {"setting": setting, "full": full[setting], "now": now[setting]}
                found.setdefault(repr(values), {**values, "rows": []})["rows"].append(row)
        for reduction in found.values():
            known = {"experiment": split_experiment(experiment)[1]}
            known["all_rows"] = len(reduction["rows"]) == len(rows)
            reductions.append(known | reduction)
    return reductions


def describe_assumptions(experiments: Sequence[str], claims: pd.DataFrame) -> list[dict[str, Any]]:
    """List what a study does not state and is assumed, with the verdicts that hang on it."""
    assumptions = []
    for experiment in experiments:
        file = experiment_file(experiment)
        for key, text in find_assumptions(file):
            rows = list_dependents(experiments, experiment, key)
            # The claims on settings are about what the study states, not about what came of it.
            measured = [re.compile(rf"(?<![\w/]){re.escape(row)}/(?!settings\.)") for row in rows]
            hang = [any(row.search(name) for row in measured) for name in claims["quantity"]]
            assumptions.append(
                {
                    "key": f"{file.stem}.{key}",
                    "value": look_up(file, key),
                    "text": text,
                    "counts": Counter(claims["verdict"][hang]),
                }
            )
    return assumptions
