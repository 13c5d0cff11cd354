"""Why a number may not be reproduced: competing explanations, held against what was printed.

How near a candidate comes is measured in half-widths of the interval by which the claim itself is
judged, so that nothing here judges by rules of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from redigit.audit import Audit, Evidence, convert_number, make_audit
from redigit.claims import Claim
from redigit.explanations import Candidate, find_target, list_candidates, read_questions
from redigit.quantities import Quantity
from redigit.scale import list_changes
from redigit.verdicts import MEASURED_RULES, TOLERANCE, Verdict, find_margin

# What a candidate comes to; the first that applies to any of its claims holds for all of them.
STATES = ("not_run", "excluded", "one_run", "wide", "fits")
COLUMNS = (
    *("question", "candidate", "rank", "state", "distance", "claim", "quantity", "printed"),
    *("measured", "low", "high", "k", "claim_state", "claim_distance", "reason"),
)


@dataclass(frozen=True)
class Match:
    """How near a candidate comes to one printed number.

    Attributes
    ----------
    claim : Claim
        The claim.
    target : Quantity
        What would have given its number.
    verdict : Verdict
        What the claim's rule says of it if the claim were about that.
    reductions : list of str
        The settings that the scale of the run changes, in words.
    margin : float
        The claim's margin, as a plain number.
    """

    claim: Claim
    target: Quantity
    verdict: Verdict
    reductions: list[str]
    margin: float

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.reductions:
            return "not_run"
        if self.verdict.verdict == "not_reproduced":
            return "excluded"
        if self.verdict.low is None:
            return "one_run"
        return "wide" if self.verdict.verdict == "underpowered" else "fits"

    @property
    def distance(self) -> float:
        """How far off the printed number is, in half-widths of the interval.

        It is max(0, abs(printed - centre) - rounding) / half-width, where rounding is half a unit
        of the last printed digit, so that 1 is the end of what the claim's rule allows. Without an
        interval it is in margins of the claim instead.
        """
        low, high = self.verdict.low, self.verdict.high
        if low is None or high is None:
            centre, half = self.verdict.measured, self.margin
        else:
            centre, half = (low + high) / 2, (high - low) / 2
        off = max(0.0, abs(self.claim.number - centre) - self.claim.half_unit)
        if off <= TOLERANCE:
            return 0.0
        return off / half if half > TOLERANCE else inf


@dataclass(frozen=True)
class Standing:
    """A candidate with its matches; it stands for all claims of its question at once."""

    candidate: Candidate
    matches: list[Match]

    @property
    def state(self) -> str:
        """The first of `STATES` that applies to any of the claims."""
        return min((match.state for match in self.matches), key=STATES.index)

    @property
    def distance(self) -> float:
        """Distance of the claim that it explains least."""
        return max(match.distance for match in self.matches)


def weigh_study(study: str, claims: Path, evidence: Evidence, schema: Path) -> pd.DataFrame:
    """Hold all explanations of a study against the printed numbers.

    Parameters
    ----------
    study, claims, metrics, schema : str, Path, list of Path, Path
        As of `redigit.audit.judge_study`.

    Returns
    -------
    pandas.DataFrame
        A line for each candidate and claim, with `COLUMNS`; best first in each question. Numbers
        are in the unit of the claim, cells that do not apply are None.
    """
    audit, lines = make_audit(study, claims, evidence, schema), []
    for name, question in read_questions(study).items():
        asked = [audit.claims[claim] for claim in question["claims"]]
        standings = rank_standings(
            Standing(candidate, [match_claim(audit, claim, candidate) for claim in asked])
            for candidate in list_candidates(question)
        )
        for rank, standing in enumerate(standings, start=1):
            lines += [tabulate_match(name, rank, standing, match) for match in standing.matches]
    return pd.DataFrame(lines, columns=COLUMNS, dtype=object)


def match_claim(audit: Audit, claim: Claim, candidate: Candidate) -> Match:
    """Judge a claim by its own rule as if it were about what a candidate names."""
    target = find_target(claim, candidate.pattern)
    verdict = MEASURED_RULES[claim.rule](claim, audit.find_measurement(target), audit.criteria)
    reductions = [
        f"{name} {now} instead of {full}"
        for name, (now, full) in list_changes(target, audit.find_scale(target)).items()
    ]
    return Match(claim, target, verdict, reductions, find_margin(claim, audit.criteria))


def rank_standings(standings: Iterable[Standing]) -> list[Standing]:
    """Rank candidates by their distance, those that have an interval first, then those run at all.

    What ran smaller than it says is no evidence, so that its distance does not count.
    """
    groups = {"not_run": 2, "one_run": 1}
    return sorted(
        standings,
        key=lambda standing: (
            groups.get(standing.state, 0),
            0 if standing.state == "not_run" else standing.distance,
        ),
    )


def tabulate_match(question: str, rank: int, standing: Standing, match: Match) -> dict[str, Any]:
    """Write one line of the table."""
    claim, verdict, is_run = match.claim, match.verdict, standing.state != "not_run"
    # The interval of a smaller run says nothing of what is asked.
    shown = ("measured",) if match.state == "not_run" else ("measured", "low", "high")
    numbers = {name: getattr(verdict, name) for name in shown}
    return {
        "question": question,
        "candidate": standing.candidate.name,
        "rank": rank if is_run else None,
        "state": standing.state,
        "distance": round(standing.distance, 6) if is_run else None,
        "claim": claim.id,
        "quantity": "/".join(match.target),
        "printed": claim.printed,
        **{name: convert_number(number, claim) for name, number in numbers.items()},
        "k": verdict.k,
        "claim_state": match.state,
        "claim_distance": round(match.distance, 6) if match.state != "not_run" else None,
        "reason": ", ".join(match.reductions),
    }
