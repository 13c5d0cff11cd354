"""The rules by which the printed numbers of one document are judged by each other.

They need no run; the rules that compare with what a run measured stand in `redigit.verdicts`.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import ceil, isclose, prod

import numpy as np

from redigit.claims import Claim
from redigit.formulas import POINTS, compare_formulas
from redigit.settings import Settings
from redigit.verdicts import TOLERANCE, WHOLE_UNITS, Verdict, show_number

TIMES = " \N{MULTIPLICATION SIGN} "


def compare_within(claim: Claim, agrees: bool, found: str, number: float) -> Verdict:
    """Give the verdict of a rule that compares numbers of one document."""
    if agrees:
        return Verdict("consistent", f"{found}, as printed.", measured=number)
    return Verdict("inconsistent", f"{found}, not {claim.printed}.", measured=number)


def is_near(claim: Claim, number: float, operands: list[Claim]) -> bool:
    """Say whether a number from operands agrees with a claim, given the rounding of all."""
    allowance = claim.half_unit + sum(operand.half_unit for operand in operands)
    # Whole numbers of things are exact.
    allowance = 0 if claim.unit in WHOLE_UNITS else allowance
    return abs(claim.number - number) <= allowance + TOLERANCE


def judge_sum(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claim with the sum of others."""
    total = sum(operand.number for operand in operands)
    terms = " + ".join(operand.printed for operand in operands)
    found = f"{terms} = {show_number(total, claim)}"
    return compare_within(claim, is_near(claim, total, operands), found, total)


def judge_same(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claim with the same number printed elsewhere.

    To as many decimals it is printed in one way only; to others it may be rounded once more.
    """
    (other,) = operands
    found = f"{other.location} has {other.printed}"
    if isclose(claim.half_unit, other.half_unit):
        agrees = abs(claim.number - other.number) <= TOLERANCE
    else:
        agrees = is_near(claim, other.number, operands)
    return compare_within(claim, agrees, found, other.number)


def judge_difference(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claim with the distance of two others, given the rounding of all three."""
    first, second = operands
    distance = abs(first.number - second.number)
    found = f"{first.printed} and {second.printed} differ by {show_number(distance, claim, 1)}"
    if is_near(claim, distance, operands):
        sentence = f"{found}, which rounds to the printed {claim.printed}."
        return Verdict("consistent", sentence, measured=distance)
    return Verdict("inconsistent", f"{found}, not {claim.printed}.", measured=distance)


def judge_quotient(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claim with one other divided by a second, given the rounding of all three."""
    first, second = operands
    # Whole numbers of things are exact.
    slack, divisor_slack = (0 if o.unit in WHOLE_UNITS else o.half_unit for o in operands)
    low = (first.number - slack) / (second.number + divisor_slack)
    high = (first.number + slack) / (second.number - divisor_slack)
    agrees = low - claim.half_unit <= claim.number <= high + claim.half_unit
    quotient = first.number / second.number
    found = f"{first.printed} divided by {second.printed} is {show_number(quotient, claim, 1)}"
    return compare_rounded(claim, agrees, found, quotient)


def judge_product(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claim with the product of others, given the rounding of all.

    Whole numbers are exact; of the others, the product of their lowest and that of their highest
    values are the bounds, as none of them can be negative.
    """
    slacks = [0 if o.unit in WHOLE_UNITS else o.half_unit for o in operands]
    pairs = list(zip(operands, slacks, strict=True))
    low = prod(max(o.number - slack, 0) for o, slack in pairs)
    high = prod(o.number + slack for o, slack in pairs)
    allowance = (0 if claim.unit in WHOLE_UNITS else claim.half_unit) + TOLERANCE
    agrees = low - allowance <= claim.number <= high + allowance
    product = prod(o.number for o in operands)
    factors = TIMES.join(o.printed for o in operands)
    return compare_within(claim, agrees, f"{factors} = {show_number(product, claim)}", product)


def judge_parameters(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claimed number of parameters with that of a layer of a network.

    The last of the others is how many neurons or kernels the layer has; the product of the rest is
    how many values each of them takes in. Each has a weight for each of these, and a bias.
    """
    *inputs, width = operands
    found_in = TIMES.join(operand.printed for operand in inputs)
    number = (prod(operand.number for operand in inputs) + 1) * width.number
    found = f"({found_in} + 1){TIMES}{width.printed} = {show_number(number, claim)}"
    return compare_within(claim, claim.number == number, found, number)


def judge_map_side(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claimed side of a map with that which a convolution without padding gives.

    The others are the sides of the map it works on and of its kernels, and its stride, if not 1.
    """
    side, size = (operand.value for operand in operands[:2])
    stride = operands[2].value if len(operands) > 2 else 1
    found = (side - size) // stride + 1
    by = f" at steps of {stride:g}" if stride > 1 else ""
    sentence = f"Kernels of side {size:g} on a map of side {side:g}{by} give a side of {found:g}"
    return compare_within(claim, claim.value == found, sentence, found)


def judge_batches(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claimed number of batches in an epoch with that of items and the size of a batch.

    A third claim is how many of the items are held out.
    """
    n_items, batch, *held_out = (operand.value for operand in operands)
    n_items -= sum(held_out)
    found = ceil(n_items / batch)
    sentence = f"{n_items:,.0f} items in batches of {batch:g} are {found:,} batches"
    return compare_within(claim, claim.value == found, sentence, found)


def judge_complement(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claim with one minus another, given the rounding of both."""
    (other,) = operands
    rest = 1 - other.number
    found = f"{other.printed} leaves {show_number(rest, claim)}"
    if is_near(claim, rest, operands):
        sentence = f"{found}, which agrees with the printed {claim.printed}."
        return Verdict("consistent", sentence, measured=rest)
    return Verdict("inconsistent", f"{found}, not {claim.printed}.", measured=rest)


def judge_bound(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claimed bound with the range of other claims, given their rounding."""
    least = min(operands, key=lambda operand: operand.number)
    most = max(operands, key=lambda operand: operand.number)
    width = most.number - least.number
    found = f"{least.printed} to {most.printed} is a range of {show_number(width, claim, 2)}"
    allowance = least.half_unit + most.half_unit + TOLERANCE
    if width <= claim.number + allowance:
        return Verdict("consistent", f"{found}, within {claim.printed}.", measured=width)
    return Verdict("inconsistent", f"{found}, more than {claim.printed}.", measured=width)


def judge_limit(claim: Claim, operands: list[Claim], sign: int) -> Verdict:
    """Check that no other claim lies beyond a claimed limit, given the rounding of the others.

    Parameters
    ----------
    claim : Claim
        The limit.
    operands : list of Claim
        The others.
    sign : {1, -1}
        1 if it is a lower limit, -1 if an upper one.
    """
    worst = min(operands, key=lambda operand: sign * operand.number + operand.half_unit)
    beyond = "less" if sign > 0 else "more"
    found = f"{worst.location} has {worst.printed}"
    if sign * (worst.number - claim.number) >= -worst.half_unit - TOLERANCE:
        sentence = f"{found}, not {beyond} than {claim.printed}."
        return Verdict("consistent", sentence, worst.number)
    return Verdict("inconsistent", f"{found}, {beyond} than {claim.printed}.", worst.number)


def judge_extreme(claim: Claim, operands: list[Claim], sign: int) -> Verdict:
    """Check that some claims are the highest, or the lowest, of all that are named.

    What could be a tie, given rounding, contradicts nothing.

    Parameters
    ----------
    claim : Claim
        How many claims are said to be extreme.
    operands : list of Claim
        So many claims, then those that they are compared with.
    sign : {1, -1}
        1 if they are said to be the highest, -1 if the lowest.
    """
    size = int(claim.value)
    subject = min(operands[:size], key=lambda operand: sign * operand.number + find_slack(operand))
    other = max(operands[size:], key=lambda operand: sign * operand.number - find_slack(operand))
    side, most = ("below", "highest") if sign > 0 else ("above", "lowest")
    first, second = (f"{operand.printed} of {operand.model}" for operand in (subject, other))
    difference = sign * (other.number - subject.number)
    if difference > TOLERANCE and difference >= find_slack(other, subject) - TOLERANCE:
        sentence = f"“{claim.printed}”, but {first} is {side} {second} ({other.location})."
        return Verdict("inconsistent", sentence)
    sentence = f"“{claim.printed}”: {first}; {most} of the others is {second} ({other.location})."
    return Verdict("consistent", sentence)


def find_slack(*operands: Claim) -> float:
    """Find how far rounding can move a sum or difference of claims; whole numbers are exact."""
    return sum(0 if operand.unit in WHOLE_UNITS else operand.half_unit for operand in operands)


def judge_largest_step(claim: Claim, operands: list[Claim]) -> Verdict:
    """Check that a step, counted from 1, is the largest rise from a claim to the next one.

    What could be a tie, given rounding, contradicts nothing.
    """
    pairs = list(pairwise(operands))
    rises = [second.number - first.number for first, second in pairs]
    number = int(claim.value) - 1
    largest = int(np.argmax(rises))
    (first, second), (low, high) = pairs[number], pairs[largest]
    found = (
        f"“{claim.printed}”: from {first.printed} to {second.printed} it is "
        f"{show_number(rises[number], first)}, at most {show_number(rises[largest], first)} "
        f"elsewhere, from {low.printed} to {high.printed}"
    )
    difference = rises[largest] - rises[number]
    # The end of a step is the beginning of the next: what both share is rounded but once.
    slack = find_slack(first, second, low, high)
    is_larger = difference > TOLERANCE and difference >= slack - TOLERANCE
    return Verdict("inconsistent" if is_larger else "consistent", f"{found}.")


def judge_stop(claim: Claim, operands: list[Claim]) -> Verdict:
    """Check that a course ends where it first reaches a limit, as a stop rule says.

    Parameters
    ----------
    claim : Claim
        The number of the last step, counted from 1.
    operands : list of Claim
        The limit, then the course.
    """
    limit, *course = operands
    reached = [i for i, step in enumerate(course, start=1) if step.number <= limit.number]
    if not reached:
        sentence = f"None of {len(course)} is at most {limit.printed}; printed is {claim.printed}."
        return Verdict("inconsistent", sentence)
    first = reached[0]
    found = (
        f"{course[first - 1].printed}, number {first}, is the first that is at most {limit.printed}"
    )
    return compare_within(claim, first == claim.number, found, first)


def judge_number(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claimed number of things with how many are printed."""
    count = len(operands)
    models = "; ".join(operand.model for operand in operands)
    found = f"{operands[0].location} has {count}: {models}"
    if count == claim.number:
        return Verdict("consistent", f"{found}. That is the printed {claim.printed}.", count)
    return Verdict("inconsistent", f"{found}. The printed {claim.printed} is wrong.", count)


def judge_number_above(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare a claimed number of cases with the pairs of claims whose first is the larger."""
    pairs = list(zip(operands[::2], operands[1::2], strict=True))
    above = [first.model for first, second in pairs if first.number > second.number]
    models = f": {'; '.join(above)}" if above else ""
    found = f"{operands[0].location} has {len(above)} of {len(pairs)}{models}"
    return compare_within(claim, len(above) == claim.number, found, len(above))


def judge_figures(claim: Claim, operands: list[Claim]) -> Verdict:
    """Compare claims with each other at the claimed number of significant figures."""
    rounded = {f"{operand.number:.{int(claim.value) - 1}e}" for operand in operands}
    printed = " and ".join(operand.printed for operand in operands)
    found = f"{printed} to {claim.printed} significant figures"
    if len(rounded) == 1:
        return Verdict("consistent", f"{found} are the same.")
    return Verdict("inconsistent", f"{found} are not the same.")


def judge_range(claim: Claim, operands: list[Claim]) -> Verdict:
    """Check that a claim lies between two others; anything else cannot be.

    Rounding keeps the order of numbers with as many decimals. A bound that is printed with fewer
    may have been rounded past the claim, by half a unit of its own.
    """
    low, high = sorted(operands, key=lambda operand: operand.number)
    bounds = f"{low.printed} to {high.printed}"
    low_slack, high_slack = (
        0 if bound.unit in WHOLE_UNITS or bound.half_unit <= claim.half_unit else bound.half_unit
        for bound in (low, high)
    )
    least, most = low.number - low_slack - TOLERANCE, high.number + high_slack + TOLERANCE
    if least <= claim.number <= most:
        return Verdict("consistent", f"{claim.printed} lies in the printed range {bounds}.")
    return Verdict("impossible", f"{claim.printed} lies outside the printed range {bounds}.")


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


def judge_formula(claim: Claim, formula: Settings) -> Verdict:
    """Compare a printed formula with the standard one, at many values of its variables.

    They are the same if they give the same numbers, up to the rounding of double precision, so that
    it does not matter how they are written.
    """
    printed, standard, source = (formula[key] for key in ("printed", "standard", "source"))
    share, worst = compare_formulas(claim.quantity, formula)
    if not share:
        sentence = f"{printed} gives what {standard} gives, at {POINTS:,} points ({source})."
        return Verdict("consistent", sentence)
    place = ", ".join(f"{key} {worst[key]:.4g}" for key in formula["variables"])
    sentence = (
        f"Printed is {printed}, the standard is {standard} ({source}); they differ at "
        f"{100 * share:.0f} % of {POINTS:,} points: at {place} they give {worst['printed']:.4g} "
        f"and {worst['standard']:.4g}."
    )
    return Verdict("inconsistent", sentence)


def compare_rounded(claim: Claim, agrees: bool, found: str, number: float) -> Verdict:
    """Give the verdict of a rule that allows for the rounding of the numbers it compares."""
    if agrees:
        sentence = f"{found}; given rounding, this agrees with the printed {claim.printed}."
        return Verdict("consistent", sentence, measured=number)
    sentence = f"{found}; even given rounding, this is not {claim.printed}."
    return Verdict("inconsistent", sentence, measured=number)


DOCUMENT_RULES: dict[str, Callable[[Claim, list[Claim]], Verdict]] = {
    "sum_of": judge_sum,
    "same_as": judge_same,
    "difference": judge_difference,
    "complement_of": judge_complement,
    "product_of": judge_product,
    "parameters_of": judge_parameters,
    "map_side_of": judge_map_side,
    "batches_of": judge_batches,
    "quotient_of": judge_quotient,
    "difference_at_most": judge_bound,
    "at_least": partial(judge_limit, sign=1),
    "at_most": partial(judge_limit, sign=-1),
    "highest_of": partial(judge_extreme, sign=1),
    "lowest_of": partial(judge_extreme, sign=-1),
    "largest_step": judge_largest_step,
    "stops_at": judge_stop,
    "number_of": judge_number,
    "number_above": judge_number_above,
    "same_figures": judge_figures,
    "in_range": judge_range,
    "f1_of": judge_f1,
    "average_of": judge_average,
}
