"""Claims with known truth, by which the rules of the audit are tried.

What is drawn here is never judged by a copy of a rule: claims and measurements are those that a
study has, and go through `redigit.verdicts.MEASURED_RULES` and `redigit.audit.Audit`.
"""

from dataclasses import dataclass

from redigit.claims import Claim

# The kind of a claim without an error.
TRUE = "true"
# True claims for each false one: false alarms are rare, and judged against a nominal rate.
TRUE_CLAIMS = 5


@dataclass(frozen=True)
class Judged:
    """What the audit said of one synthetic claim.

    Attributes
    ----------
    rule : str
        Rule of judgement.
    situation : str
        How the numbers came about.
    kind : str
        `TRUE`, or the kind of error.
    verdict : str
        One of `redigit.verdicts.VERDICTS`.
    size : float or None
        Size of the error, in the unit that `redigit.error_rates.SIZE_UNITS` names for the rule.
    k : int or None
        Replicates of ours.
    """

    rule: str
    situation: str
    kind: str
    verdict: str
    size: float | None = None
    k: int | None = None


def make_claim(
    value: float,
    digits: int,
    unit: str,
    rule: str,
    name: str = "claim",
    operands: tuple[str, ...] = (),
    margin: float | None = None,
) -> Claim:
    """Make the claim that a study would print of a number.

    Parameters
    ----------
    value : float
        The number in its unit; it is rounded here.
    digits : int
        Decimals printed.
    unit, rule : str
        As in claims.csv.
    name : str
        What its id ends in.
    operands : tuple of str
        Names of the claims that it is compared with, if it is compared with claims.
    margin : float or None
        Its own margin.
    """
    printed = f"{value:.{digits}f}"
    return Claim(
        study="synthetic",
        id=f"synthetic-{name}",
        location="Table 1",
        topic="synthetic",
        model=name,
        metric="number",
        printed=printed,
        value=float(printed),
        digits=digits,
        unit=unit,
        quantity=" ".join(f"synthetic-{operand}" for operand in operands),
        rule=rule,
        margin=margin,
        context="",
    )


def swap_digits(number: float, digits: int, place: int) -> float:
    """Swap two neighbouring digits of a number as it is printed.

    Parameters
    ----------
    number : float
        The number.
    digits : int
        Decimals printed.
    place : int
        How many digits stand after the pair that is swapped.
    """
    text = f"{number:.{digits}f}".replace(".", "")
    text = text.rjust(place + 2, "0")
    end = len(text) - place
    swapped = f"{text[: end - 2]}{text[end - 1]}{text[end - 2]}{text[end:]}"
    return int(swapped) / 10**digits
