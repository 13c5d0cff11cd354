"""What a study's page says of its explanations: the candidates of each question, best first."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redigit.explanations import list_candidates, read_questions
from redigit.tables import read_texts
from redigit.weighing import COLUMNS

# What the state of a candidate means; `redigit.weighing` finds it.
MEANINGS = {
    "fits": "could be it",
    "wide": "could be it, but its runs scatter too much for that to count",
    "excluded": "is not it",
    "one_run": "undecided: too few runs for an interval",
    "not_run": "undecided: smaller at this scale than it says",
}

Line = dict[str, str]


def describe_questions(study: str, explanations: Path) -> list[dict[str, Any]]:
    """Describe the questions of a study.

    Parameters
    ----------
    study : str
        Its name.
    explanations : Path
        What `redigit.weighing` found, a line for each candidate and claim.

    Returns
    -------
    list of dict
        Of each question ``question``, the ``answer`` in a sentence, and ``candidates``, best
        first: ``sentence``, ``meaning``, ``distance``, and as ``lines`` those of the file.
    """
    table = read_texts(explanations, COLUMNS)
    described = []
    for name, question in read_questions(study).items():
        sentences = {candidate.name: candidate.sentence for candidate in list_candidates(question)}
        candidates = [
            describe_candidate(sentences[candidate], lines.to_dict("records"))
            for candidate, lines in table[table["question"] == name].groupby(
                "candidate", sort=False
            )
        ]
        answer = answer_question(candidates)
        described.append(
            {"name": name, "question": question["question"], "answer": answer}
            | {"claims": question["claims"], "candidates": candidates}
        )
    return described


def describe_candidate(sentence: str, lines: list[Line]) -> dict[str, Any]:
    """Describe a candidate from its lines of the table."""
    state, distance = lines[0]["state"], lines[0]["distance"]
    unit = "margins" if state == "one_run" else "half-widths"
    # Of runs that all gave the same, the interval has no width.
    number = f"{float(distance):.2f}".replace("inf", "∞") if distance else ""
    return {
        "sentence": sentence,
        "state": state,
        "meaning": MEANINGS[state],
        "distance": f"{number} {unit}" if distance else "",
        "lines": lines,
    }


def answer_question(candidates: Sequence[dict[str, Any]]) -> str:
    """Say in a sentence what the candidates come to; never more than the runs can tell."""
    by_state: dict[str, list[dict[str, Any]]] = {name: [] for name in MEANINGS}
    for candidate in candidates:
        by_state[candidate["state"]].append(candidate)
    fitting, wide, excluded = (by_state[name] for name in ("fits", "wide", "excluded"))
    n_open = len(by_state["one_run"]) + len(by_state["not_run"])
    open_words = f" {n_open} of the {len(candidates)} are undecided." if n_open else ""
    if n_open == len(candidates):
        nearest = by_state["one_run"][:1]
        more = f" Nearest is: “{nearest[0]['sentence']}”" if nearest else ""
        return f"These runs tell nothing: each is one run, or smaller than it says.{more}"
    if len(fitting) == 1 and not wide:
        return f"One candidate comes near enough: “{fitting[0]['sentence']}”{open_words}"
    if fitting or wide:
        number = len(fitting) + len(wide)
        words = "Several candidates come" if number > 1 else "One candidate comes"
        scatter = f"; runs of {len(wide)} scatter too much for that to count" if wide else ""
        told = "; these runs cannot tell them apart" if number > 1 else ""
        return f"{words} near enough, {number} of {len(candidates)}{told}{scatter}.{open_words}"
    nearest = excluded[0]
    return (
        f"No candidate comes near. The nearest is {nearest['distance']} away: "
        f"“{nearest['sentence']}”{open_words}"
    )
