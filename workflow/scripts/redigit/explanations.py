"""Competing explanations of numbers that our runs do not give, declared in explanations.yaml.

Each names the row that would have given the printed number; the rows are run like any other. How
near each comes is found in `redigit.weighing`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from redigit.claims import MARGIN_RULES, Claim, check_row_exists, claims_file, read_claims
from redigit.errors import InputError
from redigit.quantities import Quantity
from redigit.settings import (
    STUDIES,
    Settings,
    declare_keys,
    experiment_file,
    look_up,
    merge_declared,
    read_experiment,
    read_params,
    split_experiment,
    trace_sources,
)
from redigit.validation import SCHEMAS, check_value


class Candidate(NamedTuple):
    """One answer to a question: its name, what it says, and the quantity as it is declared."""

    name: str
    sentence: str
    pattern: str


def explanations_file(study: str) -> Path:
    """Name the file of a study's explanations, which it need not have."""
    return STUDIES / study / "explanations.yaml"


def read_questions(study: str) -> dict[str, Settings]:
    """Read a study's questions by name; none if it has no such file."""
    file = explanations_file(study)
    return look_up(file, "questions") if file.exists() else {}


def list_candidates(question: Settings) -> list[Candidate]:
    """List the candidates of a question."""
    return [
        Candidate(name, candidate["sentence"], candidate["quantity"])
        for name, candidate in question["candidates"].items()
    ]


def find_target(claim: Claim, pattern: str) -> Quantity:
    """Find what a candidate takes a claim's number to be of."""
    filled = pattern.replace("{row}", claim.target.row).replace("{metric}", claim.target.name)
    return Quantity(*filled.rsplit("/", 2))


def list_targets(study: str) -> Iterator[Quantity]:
    """List the quantities that the candidates of a study name."""
    claims = {claim.id: claim for claim in read_study_claims(study)}
    for question in read_questions(study).values():
        for candidate in list_candidates(question):
            for name in question["claims"]:
                yield find_target(claims[name], candidate.pattern)


def read_study_claims(study: str) -> list[Claim]:
    """Read the claims of a study."""
    return read_claims(claims_file(study), study, SCHEMAS / "claims.yaml")


def declare_questions(study: str) -> dict[str, Settings]:
    """Declare a study's questions, if it has any."""
    file = explanations_file(study)
    return declare_keys({file: ["questions"]}) if file.exists() else {}


def declare_explanations(study: str) -> dict[str, Settings]:
    """Declare the keys that a study's explanations, and the rows that they name, depend on."""
    sources = {
        experiment
        for target in list_targets(study)
        for experiment, _ in trace_sources(target.experiment, target.row, "full")
    }
    # All keys of an experiment: its overlays too say what was run.
    whole = {experiment_file(name): read_experiment(name).keys() for name in sorted(sources)}
    return merge_declared(declare_questions(study), declare_keys(whole))


def check_explanations(study: str, needed: set[str]) -> None:
    """Check a study's explanations, if it has any.

    Parameters
    ----------
    study : str
        Name of the study.
    needed : set of str
        The rows that its exhibits and its other rows name, as ``experiment/row``.

    Raises
    ------
    InputError
        At the first problem.
    """
    file = explanations_file(study)
    if not file.exists():
        return
    check_value(SCHEMAS / "explanations.yaml", file, "", read_params(file))
    claims = {claim.id: claim for claim in read_study_claims(study)}
    for name, question in read_questions(study).items():
        place = f"{file}: questions.{name}"
        for claim in question["claims"]:
            check_claim(f"{place}.claims", claims, claim)
            for candidate in list_candidates(question):
                where = f"{place}.candidates.{candidate.name}"
                check_target(where, study, claims[claim], candidate.pattern)
    n_runs, budget = count_runs(study, needed), look_up(file, "budget")
    if n_runs > budget:
        raise InputError(
            f"{file}: budget: found {n_runs} runs that only explanations need; allowed are {budget}"
        )


def check_claim(place: str, claims: dict[str, Claim], name: str) -> None:
    """Check that a question is about a claim that exists and has an interval."""
    claim = claims.get(name)
    if claim is None or claim.rule not in MARGIN_RULES or claim.target is None:
        allowed = f"claims about a row, with the rules {', '.join(MARGIN_RULES)}"
        raise InputError(f"{place}: found {name!r}; allowed are the study's {allowed}")


def check_target(place: str, study: str, claim: Claim, pattern: str) -> None:
    """Check that what a candidate names for a claim is a metric of a row that exists."""
    if pattern.count("/") != 3:
        allowed = f"{study}/<experiment>/<row>/<metric>"
        raise InputError(f"{place}.quantity: found {pattern!r}; allowed is {allowed}")
    try:
        check_row_exists(study, find_target(claim, pattern))
    except InputError as error:
        raise InputError(f"{place}.{error}") from error


def count_runs(study: str, needed: set[str]) -> int:
    """Count the runs, of one seed, that a study has for its explanations alone."""
    claimed = {target[:2] for claim in read_study_claims(study) for target in claim.targets}
    named = {target[:2] for target in list_targets(study)}
    return sum(
        f"{split_experiment(experiment)[1]}/{row}" not in needed
        for experiment, row in named - claimed
    )
