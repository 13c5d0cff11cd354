"""Completeness: each number that a study's document prints is a claim, or listed as none.

The documents are not part of the project; REDIGIT_DOCUMENTS names the folder of A.md to E.md.
Numbers in words ("two heads") are not looked for.

A claim covers a number where its context stands: the number has to be among those of its printed
text, and one claim covers one number only, so that a missing claim is not hidden by another claim
of the same value. What is no claim is listed in `studies/not_claims.yaml`, for all studies, and in
`studies/<study>/not_claims.yaml`: by reason, regular expressions that are matched line by line; a
number within a match is no claim.
"""

import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from redigit.claims import Claim, claims_file, read_claims
from redigit.validation import SCHEMAS

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ("a", "b", "c", "d", "e")
DOCUMENTS = Path(os.environ.get("REDIGIT_DOCUMENTS", "none"))
# Not part of a name such as `conv2d_2` or PC1, but also the second of 28x28 and of 1_vs_0; commas
# separate thousands, but not in [32,64,128].
NUMBER = re.compile(
    r"(?:(?<![\w.])|(?<=\dx)|(?<=\d_vs_))"
    r"(?:(?<!\d,)\d{1,3}(?:,\d{3})+(?!\d|,\d)|\d+)(?:\.\d+)?(?:e[-+]?\d+)?"
)

# What a pattern that is too wide would take.
RESULTS = (
    "After 12 epochs, 97.5% of 10,000 images are right, a loss of 0.0712.",
    "- 3 of 45 pairs have an accuracy above 0.99.",
    "MLP\t784\t128\t0.9712\t1,234,567\t56.7",
    "7\t0.971\t56.7",
    "Accuracy: 0.9712",
)

pytestmark = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="REDIGIT_DOCUMENTS names no folder of the studies' documents"
)


@dataclass(frozen=True)
class Number:
    """A number in a document: where it stands, and its value without a sign."""

    start: int
    end: int
    value: float


@dataclass(frozen=True)
class Pattern:
    """A regular expression whose matches are no claims, and why."""

    file: str
    reason: str
    expression: str


def find_numbers(text: str) -> list[Number]:
    """Find the numbers of a text."""
    return [
        Number(match.start(), match.end(), float(match[0].replace(",", "")))
        for match in NUMBER.finditer(text)
    ]


def squash(text: str) -> tuple[str, list[int]]:
    """Reduce a text to words and numbers in lower case, one space between them.

    Returns
    -------
    str
        The words.
    list of int
        Where each of its characters stands in the text.
    """
    characters, places = [" "], [0]
    for place, character in enumerate(text):
        if re.match(r"[\w%.]", character):
            characters.append(character.lower())
        elif characters[-1] != " ":
            characters.append(" ")
        else:
            continue
        places.append(place)
    return "".join(characters), places


@cache
def read_document(study: str) -> str:
    """Read the document of a study."""
    return (DOCUMENTS / f"{study.upper()}.md").read_text()


@cache
def find_places(study: str) -> dict[Claim, list[set[Number]]]:
    """Find, for each number in a claim's printed text, those in the document that may be it."""
    text = read_document(study)
    numbers = find_numbers(text)
    words, places = squash(text)
    claims = read_claims(ROOT / claims_file(study), study, ROOT / SCHEMAS / "claims.yaml")
    found = {}
    for claim in claims:
        context = re.escape(squash(claim.context)[0].strip())
        spans = [
            (places[match.start()], places[match.end() - 1] + 1)
            for match in re.finditer(context, words)
        ]
        here = {n for n in numbers if any(low <= n.start and n.end <= high for low, high in spans)}
        found[claim] = [
            {number for number in here if number.value == printed.value}
            for printed in find_numbers(claim.printed)
        ]
    return found


@cache
def read_patterns(study: str) -> list[Pattern]:
    """Read what is listed as no claim for a study, its own patterns last."""
    return [
        Pattern(file, reason, expression)
        for file in ("studies/not_claims.yaml", f"studies/{study}/not_claims.yaml")
        for reason, expressions in yaml.safe_load((ROOT / file).read_text()).items()
        for expression in expressions
    ]


@cache
def find_listed(study: str) -> dict[Pattern, set[Number]]:
    """Find the numbers that each pattern lists as no claims."""
    text = read_document(study)
    numbers = find_numbers(text)
    listed = {}
    for pattern in read_patterns(study):
        spans = [match.span() for match in re.finditer(pattern.expression, text, re.MULTILINE)]
        listed[pattern] = {
            n for n in numbers if any(low <= n.start and n.end <= high for low, high in spans)
        }
    return listed


def find_covered(places: dict[Claim, list[set[Number]]], left: list[Number]) -> set[Number]:
    """Pair numbers with claims so that as many as can be are covered, each claim but once."""
    column = {number: index for index, number in enumerate(left)}
    rows = [row for printed in places.values() for row in printed]
    pairs = [(index, column[n]) for index, row in enumerate(rows) for n in row if n in column]
    if not pairs:
        return set()
    ends = np.array(pairs).T
    graph = csr_array((np.ones(len(pairs)), tuple(ends)), shape=(len(rows), len(left)))
    matched = maximum_bipartite_matching(graph, perm_type="row")
    return {number for number, row in zip(left, matched, strict=True) if row >= 0}


def show_number(study: str, number: Number) -> str:
    """Say where a number stands: line, number and what is around it."""
    text = read_document(study)
    line = text.count("\n", 0, number.start) + 1
    before = text[max(0, number.start - 40) : number.start].rpartition("\n")[2]
    after = text[number.end : number.end + 30].partition("\n")[0]
    shown = text[number.start : number.end]
    return f"{study.upper()}.md: line {line}: {shown}: {before}>{shown}<{after}"


@pytest.mark.parametrize("study", STUDIES)
def test_each_number_is_a_claim_or_listed(study):
    listed = set().union(*find_listed(study).values())
    left = [number for number in find_numbers(read_document(study)) if number not in listed]
    covered = find_covered(find_places(study), left)
    missing = [show_number(study, number) for number in left if number not in covered]
    assert not missing, "\n".join([f"{len(missing)} numbers are no claims:", *missing])


@pytest.mark.parametrize("study", STUDIES)
def test_each_claim_stands_in_the_document(study):
    lost = [
        f"{claim.id}: {claim.printed}: {claim.context}"
        for claim, printed in find_places(study).items()
        if not all(printed)
    ]
    assert not lost, "\n".join([f"{len(lost)} claims are not where they should be:", *lost])


@pytest.mark.parametrize("study", STUDIES)
def test_no_claim_is_listed_as_none(study):
    listed = find_listed(study)
    hidden = [
        f"{claim.id}: {pattern.file}: {pattern.reason}: {pattern.expression}"
        for claim, printed in find_places(study).items()
        for numbers in printed
        for pattern, swallowed in listed.items()
        if numbers and numbers <= swallowed
    ]
    assert not hidden, "\n".join(hidden)


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("line", RESULTS)
def test_no_pattern_takes_a_line_of_results(study, line):
    for pattern in read_patterns(study):
        for match in re.finditer(pattern.expression, line, re.MULTILINE):
            assert not find_numbers(match[0]), pattern


def test_no_pattern_is_stale():
    used: Counter[Pattern] = Counter()
    for study in STUDIES:
        used.update({pattern: len(found) for pattern, found in find_listed(study).items()})
    stale = [f"{p.file}: {p.reason}: {p.expression}" for p, count in used.items() if not count]
    assert not stale, "\n".join(stale)
