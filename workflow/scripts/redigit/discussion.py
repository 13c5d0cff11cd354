"""What we make of a study's verdicts: ``studies/<study>/findings.md``.

Markdown, of which each paragraph rests on claims. ``[a-table2-2x1000-test: reproduced]`` names a
claim and the verdict that was read when the paragraph was written; the page links to it, and says
so if the verdict is another one by now. ``{a-table2-2x1000-test: measured}`` stands for a number of
that claim, so that no number is copied by hand.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

from redigit.errors import InputError
from redigit.explanations import read_study_claims
from redigit.marks import VERDICTS, list_verdicts
from redigit.settings import STUDIES

CLAIM = r"[a-z0-9_.-]+"
REFERENCE = re.compile(rf"\[({CLAIM}): (\w+)\]|\{{({CLAIM}): (\w+)\}}")
NUMBERS = ("printed", "measured")
# What stands in a file is text: no HTML.
MARKDOWN = MarkdownIt("commonmark", {"html": False})


class Reference(NamedTuple):
    """A place of the text that names a claim.

    Attributes
    ----------
    claim : str
        Its id.
    verdict : str
        The verdict that was read, or ``""`` if a number stands here.
    number : str
        One of `NUMBERS`, or ``""``.
    """

    claim: str
    verdict: str
    number: str


def list_findings(study: str) -> list[str]:
    """List the file of what we make of a study's verdicts, which it need not have."""
    path = STUDIES / study / "findings.md"
    return [str(path)] if path.exists() else []


def split_references(text: str) -> Iterator[str | Reference]:
    """Split a text into the references that it has and what is between them."""
    end = 0
    for found in REFERENCE.finditer(text):
        yield text[end : found.start()]
        claim, verdict, other, number = (group or "" for group in found.groups())
        yield Reference(claim or other, verdict, number)
        end = found.end()
    yield text[end:]


def check_findings(study: str) -> None:
    """Check what is made of a study's verdicts, if anything is.

    Raises
    ------
    InputError
        If a paragraph names no claim, or a claim, a verdict or a number that there is not.
    """
    claims = {claim.id for claim in read_study_claims(study)}
    for path in map(Path, list_findings(study)):
        tokens = MARKDOWN.parse(path.read_text())
        for before, token in pairwise(tokens):
            if before.type != "paragraph_open":
                continue
            place = f"{path}: line {before.map[0] + 1}"
            parts = split_references(token.content)
            references = [part for part in parts if isinstance(part, Reference)]
            if not references:
                raise InputError(f"{place}: names no claim; allowed is [<claim>: <verdict>]")
            for reference in references:
                check_reference(place, reference, claims)


def check_reference(place: str, reference: Reference, claims: set[str]) -> None:
    """Check that a claim, and what is said of it, exists."""
    if reference.claim not in claims:
        raise InputError(
            f"{place}: found {reference.claim!r}; allowed are ids of the study's claims"
        )
    if reference.verdict and reference.verdict not in VERDICTS:
        raise InputError(f"{place}: found {reference.verdict!r}; allowed: {list_verdicts()}")
    if reference.number and reference.number not in NUMBERS:
        allowed = ", ".join(NUMBERS)
        raise InputError(f"{place}: found {reference.number!r}; allowed: {allowed}")
