"""Verdicts: the rules by which a printed number is judged, one function each.

The rules of measured quantities (`MEASURED_RULES`) compare a claim with what a run measured with
the settings of the study; those that compare claims with each other stand in
`redigit.document_rules`. The statistics assume that the seeds of a network, or the draws of a
dataset, are independent and that what they yield is about normally distributed; they treat the
study's one number as one more such run.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import floor, sqrt
from typing import Any

import numpy as np
from scipy import stats

from redigit.claims import Claim
from redigit.quantities import find_setting

VERDICTS = (
    "reproduced",
    "not_reproduced",
    "confirmed",
    "reversed",
    "tied",
    "indeterminate",
    "consistent",
    "inconsistent",
    "impossible",
    "adopted",
    "underpowered",
    "single_run",
    "not_run",
    "not_comparable",
)
# Units of what there are only whole numbers of.
WHOLE_UNITS = ("count", "pixels", "label")
# Decimal fractions are not exact in binary: differences below this are none.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Criteria:
    """How accuracies are judged, from the run's parameters.

    Attributes
    ----------
    level : float
        Confidence level of the intervals.
    margin_points, margin_error_share : float
        What still does not matter: percentage points, and a share of the claimed error rate.
    """

    level: float
    margin_points: float
    margin_error_share: float


@dataclass(frozen=True)
class Measurement:
    """What a run measured of one quantity.

    Attributes
    ----------
    values : tuple of float
        The metric in each of the k replicates; shares for accuracies.
    n : int or None
        Items that each was measured on.
    evidence, evidence_sha256 : str
        The metrics file and its SHA-256; empty for a fact about the raw files.
    recorded : str
        Of a row that was recorded at full scale, by which code, see `redigit.recordings`; empty
        for one of the run at hand.
    """

    values: tuple[float, ...]
    n: int | None = None
    evidence: str = ""
    evidence_sha256: str = ""
    recorded: str = ""

    @property
    def mean(self) -> float:
        """Mean of the replicates."""
        return float(np.mean(self.values))

    @property
    def sd(self) -> float | None:
        """Standard deviation over the replicates (divisor k - 1); None if there is but one."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else None


@dataclass(frozen=True)
class Verdict:
    """One of `VERDICTS` with what it rests on; numbers as in the rule, empty ones None.

    Attributes
    ----------
    verdict, sentence : str
        The verdict, and the reason in words.
    measured, sd : float or None
        Mean and standard deviation of what was measured, or the number found in the document.
    low, high : float or None
        Interval that the claim was to lie in, not yet widened by rounding.
    k, n : int or None
        Replicates, and items that each was measured on.
    values : tuple of float
        What each replicate gave.
    statistic : float or None
        Distance of the claim from the mean, in half-widths of the interval.
    evidence, evidence_sha256 : str
        The metrics file and its SHA-256.
    recorded : str
        As of a measurement.
    """

    verdict: str
    sentence: str
    measured: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    k: int | None = None
    n: int | None = None
    values: tuple[float, ...] = ()
    statistic: float | None = None
    evidence: str = ""
    evidence_sha256: str = ""
    recorded: str = ""


def give_verdict(verdict: str, sentence: str, measurement: Measurement, **more: Any) -> Verdict:
    """Give a verdict that rests on a measurement."""
    given = Verdict(
        verdict,
        sentence,
        measured=measurement.mean,
        sd=measurement.sd,
        k=len(measurement.values),
        n=measurement.n,
        values=tuple(measurement.values),
        **more,
    )
    return rest_on(given, measurement)


def rest_on(verdict: Verdict, measurement: Measurement) -> Verdict:
    """Name the evidence of a measurement as that of a verdict."""
    return replace(
        verdict,
        evidence=measurement.evidence,
        evidence_sha256=measurement.evidence_sha256,
        recorded=measurement.recorded,
    )


def show_number(number: float, claim: Claim, more_digits: int = 0) -> str:
    """Show a plain number in the unit of a claim, with its decimals, and some more if asked.

    Accuracies are shown to at least a hundredth of a percentage point.
    """
    least = {"share": 4, "percent": 2}.get(claim.unit, 0)
    return f"{number / claim.factor:,.{max(claim.digits + more_digits, least)}f}"


def show_distance(claim: Claim, number: float) -> str:
    """Say how far the printed number lies above or below another, in words."""
    distance = claim.number - number
    side = "above" if distance > 0 else "below"
    if claim.unit in ("share", "percent"):
        return f"{100 * abs(distance):.2f} percentage points {side}"
    return f"{show_number(abs(distance), claim, 2 if claim.digits else 0)} {side}"


def show_width(width: float, claim: Claim) -> str:
    """Show half the width of an interval of counts or, in percentage points, of shares."""
    is_count = claim.unit in WHOLE_UNITS
    return f"{width:,.1f}" if is_count else f"{100 * width:.2f} percentage points"


def judge_equal(claim: Claim, measurement: Measurement, criteria: Criteria) -> Verdict:
    """Compare a count exactly, in every replicate."""
    wrong = [value for value in measurement.values if value != claim.number]
    if not wrong:
        return give_verdict("reproduced", f"We find {claim.printed} too.", measurement)
    found, distance = show_number(wrong[0], claim), show_distance(claim, wrong[0])
    return give_verdict(
        "not_reproduced",
        f"We find {found}; the printed {claim.printed} is {distance}.",
        measurement,
    )


def judge_deduced(claim: Claim, measurement: Measurement, criteria: Criteria) -> Verdict:
    """Compare a count from which settings that the study does not state were deduced.

    That they give it back says that there are such settings, and is no result of ours.
    """
    equal = judge_equal(claim, measurement, criteria)
    if equal.verdict != "reproduced":
        return replace(equal, verdict="inconsistent")
    sentence = f"We deduced settings from {claim.printed}, which they give back; it is no result."
    return replace(equal, verdict="consistent", sentence=sentence)


def judge_decimals(claim: Claim, measurement: Measurement, criteria: Criteria) -> Verdict:
    """Compare a number without chance: within half a unit of the last printed digit."""
    found = show_number(measurement.mean, claim, 2)
    if abs(measurement.mean - claim.number) <= claim.half_unit + TOLERANCE:
        sentence = f"We find {found}, which rounds to the printed {claim.printed}."
        return give_verdict("reproduced", sentence, measurement)
    distance = show_distance(claim, measurement.mean)
    sentence = f"We find {found}; the printed {claim.printed} is {distance}."
    return give_verdict("not_reproduced", sentence, measurement)


def judge_statement(claim: Claim, measurement: Measurement, criteria: Criteria) -> Verdict:
    """Compare a statement without chance, 1 if it says that something is so and 0 if not."""
    wrong = sum(value != claim.number for value in measurement.values)
    k = len(measurement.values)
    stated = "so" if claim.number else "not so"
    found = (
        f"so do all our {k} draws" if k > 1 and not wrong
        else f"{wrong} of our {k} draws say otherwise" if k > 1
        else "we find otherwise" if wrong
        else "so do we"
    )  # fmt: skip
    verdict = "not_reproduced" if wrong else "reproduced"
    return give_verdict(verdict, f"The study says that it is {stated}; {found}.", measurement)


def judge_statement_of_runs(claim: Claim, measurement: Measurement, criteria: Criteria) -> Verdict:
    """Compare a statement on something that chance moves in each run with our k runs.

    The study's run is taken for one more of ours. If m of ours say what it says, m + 1 of k + 1
    do, and any of the k + 1 was as probably the study's: that it is one of so few has at most the
    probability (m + 1) / (k + 1), whatever the share of runs in which the statement holds. If that
    is at most 1 - level, the statement is not reproduced. It is reproduced if its contrary would
    not be; if neither is excluded, there are too few runs, or they differ too much.
    """
    k = len(measurement.values)
    alike = sum(value == claim.number for value in measurement.values)
    excluded, contrary = (
        (same + 1) / (k + 1) <= 1 - criteria.level + TOLERANCE for same in (alike, k - alike)
    )
    stated = "so" if claim.number else "not so"
    said = f"The study says that it is {stated}; "
    if k == 1:
        found = "so does our one run" if alike else "our one run says otherwise"
        sentence = f"{said}{found}, which may be chance."
        return give_verdict("single_run", sentence, measurement)
    verdict = "not_reproduced" if excluded else "reproduced" if contrary else "underpowered"
    open_end = ", which excludes neither" if verdict == "underpowered" else ""
    sentence = f"{said}so do {alike} of our {k} runs{open_end}."
    return give_verdict(verdict, sentence, measurement)


def find_half_width_same_test(measurement: Measurement, level: float) -> float:
    """Half-width of the prediction interval for one more run on the same items.

    It is t s sqrt(1 + 1/k) with Student's t for k - 1 degrees of freedom. The standard deviation s
    over few seeds can be small by luck; it is taken to be at least sqrt(e / 2n) with the error
    rate e on n items: what comes of two runs that disagree in as many items as one of them gets
    wrong, each item by chance.
    """
    k = len(measurement.values)
    floor = sqrt((1 - measurement.mean) / (2 * measurement.n))
    quantile = float(stats.t.ppf((1 + level) / 2, k - 1))
    return quantile * max(measurement.sd, floor) * sqrt(1 + 1 / k)


def find_half_width_other_test(measurement: Measurement, level: float) -> float:
    """Half-width of the prediction interval for one more run on another sample of items.

    It is sqrt((t s)^2 (1 + 1/k) + z^2 2p(1 - p)/n). Our replicates may share their n items, so
    that the two samples' chance, of variance p(1 - p)/n each, is not in s; it is known and stands
    outside Student's factor. If s holds some of it already, the interval is too wide, never too
    narrow. The size of the study's sample is taken to be ours.
    """
    k, p = len(measurement.values), measurement.mean
    runs = float(stats.t.ppf((1 + level) / 2, k - 1)) * measurement.sd * sqrt(1 + 1 / k)
    quantile = float(stats.norm.ppf((1 + level) / 2))
    return sqrt(runs**2 + quantile**2 * 2 * p * (1 - p) / measurement.n)


def find_half_width_other_draw(measurement: Measurement, level: float) -> float:
    """Half-width of the prediction interval for one more run on items drawn anew.

    It is t s sqrt(1 + 1/k): each of our runs draws its own training and test items, as the study
    did, so that the standard deviation s holds all chance there is.
    """
    k = len(measurement.values)
    quantile = float(stats.t.ppf((1 + level) / 2, k - 1))
    return quantile * measurement.sd * sqrt(1 + 1 / k)


def find_margin(claim: Claim, criteria: Criteria) -> float:
    """Find how far off an accuracy may be, as a share, before it matters.

    It is the claim's own margin, or else the larger of the run's margin in percentage points and
    its share of the claimed error rate. Of a count it is the same share.
    """
    if claim.margin is not None:
        return claim.margin * claim.factor
    if claim.unit in WHOLE_UNITS:
        return criteria.margin_error_share * claim.number
    return max(criteria.margin_points / 100, criteria.margin_error_share * (1 - claim.number))


def judge_accuracy(
    claim: Claim,
    measurement: Measurement,
    criteria: Criteria,
    find_half_width: Callable[[Measurement, float], float],
) -> Verdict:
    """Compare the accuracy of one run with those of our k runs.

    The claim is reproduced if it lies in the prediction interval, widened by half a unit of its
    last digit. An interval wider than the margin excludes too little to reproduce anything, so
    that a claim inside is `underpowered`; a claim outside is excluded all the same. With k = 1
    there is no interval.
    """
    mean, k = show_number(measurement.mean, claim), len(measurement.values)
    distance = show_distance(claim, measurement.mean)
    if k == 1:
        sentence = (
            f"Our one run gave {mean}; the printed {claim.printed} is {distance}, and one run "
            "cannot say whether that is chance."
        )
        return give_verdict("single_run", sentence, measurement)
    half = find_half_width(measurement, criteria.level)
    margin = find_margin(claim, criteria)
    low, high = measurement.mean - half, measurement.mean + half
    statistic = (claim.number - measurement.mean) / half if half else None
    interval = f"{show_number(low, claim)} to {show_number(high, claim)}"
    sentence = (
        f"Our {k} runs gave {mean} on average; one more would, with {100 * criteria.level:g} % "
        f"confidence, give {interval}; the printed {claim.printed} is "
    )
    off = abs(claim.number - measurement.mean)
    if off > half + claim.half_unit + TOLERANCE:
        verdict, reason = "not_reproduced", f"outside, {distance} the average."
    elif half > margin:
        verdict, reason = (
            "underpowered",
            (
                f"inside, but ±{show_width(half, claim)} are more than the margin of "
                f"{show_width(margin, claim)}."
            ),
        )
    else:
        reason = "inside." if off <= half else "inside, as far as its digits tell."
        verdict = "reproduced"
    return give_verdict(
        verdict, sentence + reason, measurement, low=low, high=high, statistic=statistic
    )


def find_run_interval(measurement: Measurement, level: float) -> tuple[float, float] | None:
    """Find the interval in which one more run lies, from the order of ours alone.

    Whatever the distribution, one more of k runs lies between the j-th smallest and the j-th
    largest with probability (k + 1 - 2j) / (k + 1). None if even j = 1 does not reach the level.
    """
    k = len(measurement.values)
    rank = floor((k + 1) * (1 - level) / 2 + TOLERANCE)
    ordered = sorted(measurement.values)
    return (ordered[rank - 1], ordered[k - rank]) if rank else None


def judge_run(claim: Claim, measurement: Measurement, criteria: Criteria) -> Verdict:
    """Compare a number that chance moves in each run with the range of our k runs.

    The claim is judged as an accuracy is, but the interval is that of `find_run_interval`, which
    need not lie evenly about the mean, and the margin is the claim's own.
    """
    interval = find_run_interval(measurement, criteria.level)
    k, mean = len(measurement.values), show_number(measurement.mean, claim)
    if interval is None:
        sentence = f"Our runs, {k} in number, gave {mean} on average; too few for an interval."
        return give_verdict("single_run" if k == 1 else "underpowered", sentence, measurement)
    low, high = interval
    off = max(low - claim.number, claim.number - high)
    outside = off > claim.half_unit + TOLERANCE
    wide = (high - low) / 2 > claim.margin * claim.factor
    verdict = "not_reproduced" if outside else "underpowered" if wide else "reproduced"
    place = (
        "outside" if outside
        else "inside, but that is too wide" if wide
        else "inside" if off <= 0
        else "inside, as far as its digits tell"
    )  # fmt: skip
    sentence = (
        f"Our {k} runs gave {mean} on average; one more would, with {100 * criteria.level:g} % "
        f"confidence, give {show_number(low, claim)} to {show_number(high, claim)}; the printed "
        f"{claim.printed} is {place}."
    )
    return give_verdict(verdict, sentence, measurement, low=low, high=high)


MEASURED_RULES: dict[str, Callable[[Claim, Measurement, Criteria], Verdict]] = {
    "equal": judge_equal,
    "deduced": judge_deduced,
    "decimals": judge_decimals,
    "statement": judge_statement,
    "statement_of_runs": judge_statement_of_runs,
    "accuracy_same_test": partial(judge_accuracy, find_half_width=find_half_width_same_test),
    "accuracy_other_test": partial(judge_accuracy, find_half_width=find_half_width_other_test),
    "range_of_runs": judge_run,
    "other_draw": partial(judge_accuracy, find_half_width=find_half_width_other_draw),
}


def judge_setting(claim: Claim) -> Verdict:
    """Compare a stated setting with ours at full scale.

    Equal, it is `adopted`. A workflow that departs from the study says nothing about the study, so
    a different setting is `not_comparable`, and results of its row are not judged.
    """
    setting = find_setting(claim.target)
    if setting == claim.number:
        sentence = f"We take {claim.printed} over from the study; it is no result."
        return Verdict("adopted", sentence, measured=setting)
    sentence = (
        f"{claim.target.file} has {setting} at full scale, the study {claim.printed}; "
        "results that depend on it are not judged."
    )
    return Verdict("not_comparable", sentence, measured=setting)


def judge_duration(claim: Claim) -> Verdict:
    """Absolute times depend on the machine, so no time of ours is compared with them."""
    sentence = f"How long a run takes depends on the machine; {claim.printed} is not compared."
    return Verdict("not_comparable", sentence)
