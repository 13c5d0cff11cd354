"""The audit: every claim of a study meets its rule, and the run's evidence."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from redigit.claims import MARGIN_RULES, Claim, read_claims
from redigit.document_rules import DOCUMENT_RULES, judge_formula
from redigit.errors import InputError
from redigit.files import read_json
from redigit.formulas import find_formula
from redigit.grim import find_items, judge_items
from redigit.orders import judge_order
from redigit.quantities import Quantity, find_fact, find_setting, find_settings
from redigit.recordings import TRAINED, Recording, read_recordings
from redigit.scale import find_without_effect, list_changes
from redigit.settings import RUN_FILE, look_up, read_experiment
from redigit.validation import SCHEMAS
from redigit.verdicts import (
    MEASURED_RULES,
    VERDICTS,
    WHOLE_UNITS,
    Criteria,
    Measurement,
    Verdict,
    find_margin,
    give_verdict,
    judge_duration,
    judge_setting,
    rest_on,
    show_number,
)

COLUMNS = (
    *("id", "location", "topic", "model", "metric", "printed", "value", "unit", "quantity"),
    *(
        "rule",
        "margin",
        "context",
        "verdict",
        "measured",
        "sd",
        "low",
        "high",
        "k",
        "n",
        "values",
        "statistic",
    ),
    *("evidence", "evidence_sha256", "recorded", "sentence"),
)
# More values than these are not listed.
MOST_VALUES = 20


class Evidence(NamedTuple):
    """What the claims of a study are held against.

    Attributes
    ----------
    metrics : sequence of Path
        Metrics of its experiments by the run at hand, ``…/<study>/<experiment>.json``.
    recordings, code : sequence of Path
        Its rows that were recorded at full scale, see `redigit.recordings`, and the code that made
        them.
    """

    metrics: Sequence[Path] = ()
    recordings: Sequence[Path] = ()
    code: Sequence[Path] = ()


class Audit:
    """What one run says about the claims of a study.

    Parameters
    ----------
    claims : list of Claim
        All claims of the study.
    evidence : Evidence
        What they are held against.
    criteria : Criteria
        How accuracies are judged.
    scale : str
        Scale of the run.
    """

    def __init__(
        self, claims: list[Claim], evidence: Evidence, criteria: Criteria, scale: str
    ) -> None:
        self.claims = {claim.id: claim for claim in claims}
        self.criteria, self.scale = criteria, scale
        self.files = {
            f"{path.parent.name}/{path.stem}": read_metrics(path) for path in evidence.metrics
        }
        measured = {name: rows for name, (_, _, rows) in self.files.items()}
        # What the run at hand has at full scale itself needs no other evidence.
        recordings = () if scale == "full" else evidence.recordings
        self.recorded = read_recordings(recordings, evidence.code, measured)
        self.departures = find_departures(claims)

    def judge(self, claim: Claim) -> Verdict:
        """Judge one claim by its rule."""
        if claim.rule in DOCUMENT_RULES:
            operands = [self.claims[name] for name in claim.quantity.split()]
            return DOCUMENT_RULES[claim.rule](claim, operands)
        if claim.rule == "formula":
            return judge_formula(claim, find_formula(claim.study, claim.quantity))
        if claim.rule == "absolute_time":
            return judge_duration(claim)
        if not claim.quantity:
            sentence = "No experiment of this workflow covers this number yet."
            return Verdict("not_run", sentence)
        if claim.rule == "adopted":
            return judge_setting(claim)
        if claim.rule == "in_order":
            return self.judge_rows(claim)
        if claim.target is None:
            measurement = Measurement((find_fact(claim.quantity),))
            # A fact about files is no run, so that there is no number of replicates.
            return replace(MEASURED_RULES[claim.rule](claim, measurement, self.criteria), k=None)
        return self.judge_measured(claim, claim.target)

    def judge_measured(self, claim: Claim, target: Quantity) -> Verdict:
        """Judge a claim about a metric, if it can be and the row ran as the study did."""
        items = find_items(claim, target, self.claims.values(), self.find_metrics(target)[2])
        # What cannot be needs no run that could reproduce it.
        if items and (impossible := judge_items(claim, items)):
            return impossible
        measurement = self.find_measurement(target)
        # The others take their chance from the draws alone.
        if claim.rule in ("accuracy_same_test", "accuracy_other_test") and not measurement.n:
            raise InputError(
                f"{measurement.evidence}: {target.row}: no 'n_test', which {claim.id} needs"
            )
        changes = self.find_changes(target)
        found = show_number(measurement.mean, claim)
        if not changes:
            if claim.rule == "other_draw" and read_experiment(target.experiment)["kind"] in TRAINED:
                sentence = (
                    f"Not decided: it gave {found}, on one draw of items, which does not show how "
                    "far another draw is from it."
                )
                return give_verdict("single_run", sentence, measurement)
            return MEASURED_RULES[claim.rule](claim, measurement, self.criteria)
        sentence = f"Not decided: this run has {', '.join(changes)}; it gave {found}."
        return give_verdict("not_run", sentence, measurement)

    def judge_rows(self, claim: Claim) -> Verdict:
        """Judge a claim about the order of rows, if all ran with the settings of the study."""
        measurements = [self.find_measurement(target) for target in claim.targets]
        changes = {change: None for target in claim.targets for change in self.find_changes(target)}
        if not changes:
            return judge_order(claim, measurements, self.criteria)
        found = " and ".join(f"{measurement.mean:.4f}" for measurement in measurements)
        sentence = f"Not decided: this run has {', '.join(changes)}; it gave {found}."
        first = measurements[0]
        return rest_on(Verdict("not_run", sentence, k=len(first.values)), first)

    def find_changes(self, target: Quantity) -> list[str]:
        """List the settings in which the row of a metric departs from the study, in words.

        A setting departs if the run's scale changes it, or if it is not what the study states.
        Settings that cannot change the metric do not count.
        """
        without_effect = find_without_effect(target.name)
        departures = {
            name: text
            for name, text in self.departures.get(target[:2], {}).items()
            if name not in without_effect
        }
        changes = {
            name: f"{name} {now} instead of {full}"
            for name, (now, full) in list_changes(target, self.find_scale(target)).items()
        }
        return list((departures | changes).values())

    def find_metrics(self, target: Quantity) -> tuple[Path, str, dict[str, Any]]:
        """Find the metrics of a row, with their file and its SHA-256; the one named is there."""
        if recording := self.find_recording(target):
            return recording.path, recording.sha256, recording.metrics
        if target.experiment not in self.files:
            known = ", ".join(self.files)
            raise InputError(f"--metrics: none for {target.experiment}; found {known}")
        path, sha256, rows = self.files[target.experiment]
        for key, content in ((target.row, rows), (target.name, rows.get(target.row, {}))):
            if key not in content:
                raise InputError(f"{path}: no {key!r}; found {', '.join(content)}")
        return path, sha256, rows[target.row]

    def find_measurement(self, target: Quantity) -> Measurement:
        """Find a metric of a row among the metrics files."""
        path, sha256, metrics = self.find_metrics(target)
        values = metrics.get("replicates", {}).get(target.name, [metrics[target.name]])
        n = find_number(target, metrics, self.find_scale(target))
        recording = self.find_recording(target)
        recorded = recording.code if recording else ""
        return Measurement(tuple(values), n, str(path), sha256, recorded)

    def find_recording(self, target: Quantity) -> Recording | None:
        """Find the recorded row of a metric, if it has that metric."""
        recording = self.recorded.get(target[:2])
        return recording if recording and target.name in recording.metrics else None

    def find_scale(self, target: Quantity) -> str:
        """Find at which scale the row of a metric was run that its claims are judged by."""
        return "full" if self.find_recording(target) else self.scale


def find_number(target: Quantity, metrics: dict[str, Any], scale: str) -> int | None:
    """Find on how many items a metric of a row is measured, if it is measured on items.

    Of those to train or validate with a setting says the number; where it follows from the
    classes, the metrics.
    """
    split = target.name.split("_")[0]
    if split not in ("train", "validation"):
        return metrics.get("n_test")
    settings = find_settings(target, scale)
    names = [name for name in (f"{split}_images", f"{split}_pairs") if name in settings]
    return settings[names[0]] if names else metrics.get(f"n_{split}")


def read_metrics(path: Path) -> tuple[Path, str, dict[str, Any]]:
    """Read a metrics file: its path, its SHA-256 and its content."""
    try:
        return path, hashlib.sha256(path.read_bytes()).hexdigest(), read_json(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def find_departures(claims: list[Claim]) -> dict[tuple[str, str], dict[str, str]]:
    """Find the stated settings that the workflow does not follow at full scale.

    Returns
    -------
    dict of (str, str) to dict of str to str
        For each experiment and row, the setting's name and the departure in words.
    """
    departures: dict[tuple[str, str], dict[str, str]] = {}
    for claim in claims:
        if claim.rule != "adopted" or claim.target is None:
            continue
        setting = find_setting(claim.target)
        if setting != claim.number:
            name = claim.target.name.split(".")[1]
            text = f"{claim.metric} {setting} instead of the stated {claim.printed}"
            departures.setdefault(claim.target[:2], {})[name] = text
    return departures


def judge_study(
    study: str, claims: Path, evidence: Evidence, schema: Path = SCHEMAS / "claims.yaml"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Judge all claims of a study.

    Parameters
    ----------
    study : str
        Name of the study.
    claims, schema : Path
        Its claims, and the schema of claims.
    evidence : Evidence
        What its claims are held against.

    Returns
    -------
    (pandas.DataFrame, dict of str to int)
        As of `tabulate` and `count_verdicts`.
    """
    audit = make_audit(study, claims, evidence, schema)
    printed = list(audit.claims.values())
    judged = [audit.judge(claim) for claim in printed]
    return tabulate(printed, judged, audit.criteria), count_verdicts(judged)


def make_audit(study: str, claims: Path, evidence: Evidence, schema: Path) -> Audit:
    """Set the claims of a study beside its evidence, as `judge_study` takes them."""
    criteria = Criteria(**look_up(RUN_FILE, "audit"))
    printed = read_claims(claims, study, schema)
    return Audit(printed, evidence, criteria, look_up(RUN_FILE, "scale"))


def tabulate(claims: list[Claim], verdicts: list[Verdict], criteria: Criteria) -> pd.DataFrame:
    """Set claims and their verdicts side by side, numbers in the unit of the claim.

    Returns
    -------
    pandas.DataFrame
        A line for each claim, with `COLUMNS`; cells that do not apply are None.
    """
    lines = []
    for claim, verdict in zip(claims, verdicts, strict=True):
        margin = find_margin(claim, criteria) if claim.rule in MARGIN_RULES else None
        plain = {name: getattr(verdict, name) for name in ("measured", "sd", "low", "high")}
        numbers = {
            name: convert_number(number, claim)
            for name, number in (plain | {"margin": margin}).items()
        }
        lines.append(vars(claim) | vars(verdict) | numbers | list_values(claim, verdict))
    return pd.DataFrame(lines, columns=COLUMNS, dtype=object)


def list_values(claim: Claim, verdict: Verdict) -> dict[str, str | None]:
    """List what each replicate gave, where they are several and few enough to be read."""
    few = 1 < len(verdict.values) <= MOST_VALUES
    shown = [str(convert_number(value, claim)) for value in verdict.values]
    return {"values": " ".join(shown) if few else None}


def convert_number(number: float | None, claim: Claim) -> float | None:
    """Convert a plain number to the unit of a claim, without the noise of binary fractions."""
    if number is None:
        return None
    converted = round(number / claim.factor, 10)
    is_count = claim.unit in WHOLE_UNITS and float(converted).is_integer()
    return int(converted) if is_count else converted


def count_verdicts(verdicts: list[Verdict]) -> dict[str, int]:
    """Count the claims, and those with each verdict of the closed list."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    return {"claims": len(verdicts), **{name: counts[name] for name in VERDICTS}}
