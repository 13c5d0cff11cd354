"""What the audit page knows of each claim: what its verdict rests on, one entry for each thing.

Many claims are about one row and one rule, so that these stand apart from them. What differs from
run to run, such as times, stands on the page of jobs instead, see `redigit.trace`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from redigit.assumptions import find_assumptions, list_dependents
from redigit.auditor_page import ASSUMPTIONS
from redigit.judged import describe_claim
from redigit.quantities import FIGURES
from redigit.settings import experiment_file, resolve_settings, split_experiment
from redigit.wording import format_setting

# Columns of a claim that its trace has, if they are not empty.
TRACED = (
    *("quantity", "rule", "value", "measured", "sd", "low", "high", "margin", "k", "n"),
    *("values", "statistic", "evidence", "evidence_sha256", "recorded", "context"),
)


def describe_claims(study: str, claims: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Describe the claims of a study, each with its ``trace`` for the page's script."""
    for claim in claims:
        trace = {name: claim[name] for name in TRACED if claim[name]}
        yield describe_claim(claim) | {"study": study, "trace": trace}


def find_row(target: str) -> str | None:
    """Find the row of an experiment that a quantity is of; None if it is of a figure or file."""
    parts = target.split("/")
    is_row = len(parts) == 4 and parts[1] != FIGURES
    return "/".join(parts[:3]) if is_row else None


def describe_rows(
    claims: list[dict[str, Any]], experiments: Sequence[str], scale: str
) -> dict[str, dict[str, Any]]:
    """Describe the rows that claims are about.

    Returns
    -------
    dict of str to dict
        By ``study/experiment/row``: its ``settings`` at the scale of the run, as texts by name;
        for each that differs at full scale, ``full``; and the names of those ``assumed``.
    """
    names = {find_row(target): None for claim in claims for target in claim["targets"]}
    assumed = find_assumed(experiments)
    rows = {}
    for name in filter(None, names):
        experiment, row = name.rsplit("/", 1)
        if experiment not in experiments:
            continue
        now, full = (resolve_settings(experiment, row, at) for at in (scale, "full"))
        rows[name] = {
            "settings": {key: format_setting(value) for key, value in now.items()},
            "full": {key: format_setting(full[key]) for key in full if full[key] != now.get(key)},
            "assumed": assumed.get(name, []),
        }
    return rows


def find_assumed(experiments: Sequence[str]) -> dict[str, list[str]]:
    """Find the assumptions that each row hangs on, as ``experiment.setting: why``."""
    found: dict[str, list[str]] = {}
    for experiment in experiments:
        file, study = experiment_file(experiment), split_experiment(experiment)[0]
        of_study = [name for name in experiments if split_experiment(name)[0] == study]
        for key, text in find_assumptions(file):
            for row in list_dependents(of_study, experiment, key):
                found.setdefault(row, []).append(f"{file.stem}.{key}: {text}")
    return found


def describe_rules(rates: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Describe the rules: what each assumes, and how often it rejects a true claim."""
    rules: dict[str, dict[str, Any]] = {
        rule: {"assumes": ASSUMPTIONS[rule]} for rule in ASSUMPTIONS
    }
    for rule, entry in rates["rules"].items():
        situation, found = next(iter(entry["false_alarms"].items()))
        rate = found["all"]
        rules[rule] |= {
            "situation": situation,
            "alarms": rate["alarms"],
            "tried": rate["claims"],
        }
    return rules
