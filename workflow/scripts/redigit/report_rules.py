"""The rules by which the numbers of a classification report are judged by each other.

They are rules of the document alone, as those in `redigit.verdicts` are.
"""

from collections.abc import Callable

import numpy as np

from redigit.claims import Claim
from redigit.verdicts import TOLERANCE, Verdict, show_number


def judge_f1(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare an F1 score with that of a precision and a recall, given the rounding of all three.

    F1 grows with both, so that it lies between its values at the lowest and at the highest
    precision and recall that round to what is printed.
    """
    precision, recall = operands
    low = find_f1(precision.number - precision.half_unit, recall.number - recall.half_unit)
    high = find_f1(precision.number + precision.half_unit, recall.number + recall.half_unit)
    allowance = claim.half_unit + TOLERANCE
    agrees = low - allowance <= claim.number <= high + allowance
    score = find_f1(precision.number, recall.number)
    found = (
        f"Precision {precision.printed} and recall {recall.printed} give "
        f"{show_number(low, claim)} to {show_number(high, claim)}"
    )
    return compare_rounded(claim, agrees, found, score)


def find_f1(precision: float, recall: float) -> float:
    """Find the F1 score, the harmonic mean of a precision and a recall (study E, equation 3)."""
    # Rounding can take a bound below zero.
    precision, recall = max(precision, 0), max(recall, 0)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0


def judge_average(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claim with the mean of others, given the rounding of all.

    If half of the others are counts, these are the weights of the rest, in the same order.
    """
    weights = [operand.number for operand in operands if operand.unit == "count"]
    values = [operand for operand in operands if not weights or operand.unit != "count"]
    numbers, rounding = ([getattr(v, name) for v in values] for name in ("number", "half_unit"))
    mean, slack = (float(np.average(x, weights=weights or None)) for x in (numbers, rounding))
    agrees = abs(claim.number - mean) <= claim.half_unit + slack + TOLERANCE
    kind = "weighted mean" if weights else "mean"
    found = f"The {kind} of {len(values)} printed numbers is {show_number(mean, claim)}"
    return compare_rounded(claim, agrees, found, mean)


def compare_rounded(claim: Claim, agrees: bool, found: str, number: float) -> Verdict:
    """Give the verdict of a rule that allows for the rounding of the numbers it compares."""
    if agrees:
        sentence = f"{found}; given rounding, this agrees with the printed {claim.printed}."
        return Verdict("consistent", sentence, measured=number)
    sentence = f"{found}; even given rounding, this is not {claim.printed}."
    return Verdict("inconsistent", sentence, measured=number)


REPORT_RULES: dict[str, Callable[[Claim, list[Claim]], Verdict]] = {
    "f1_of": judge_f1,
    "average_of": judge_average,
}
