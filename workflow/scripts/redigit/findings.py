"""Contradictions of a study with itself, found from its claims and their verdicts.

They are of three kinds: claims whose own verdict says so, one quantity that is printed with two
numbers, and tables about different things that have the same figures.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from redigit.claims import FACTORS, read_printed
from redigit.verdicts import TOLERANCE, WHOLE_UNITS

CONTRADICTORY = ("inconsistent", "impossible")
# Rules by which a number stands in a second place because it stands in a first.
REPEATING = ("adopted", "same_as")
# Tables share figures by chance: those of two decimals a few in a hundred, all of them never.
LEAST_CELLS = 5
LEAST_SHARE = 0.9

# A line of verdicts.csv by the names of its columns.
Judged = dict[str, str]


@dataclass(frozen=True)
class Contradiction:
    """What a study says in ways that cannot all hold.

    Attributes
    ----------
    kind : str
        The rule of a claim, `impossible`, `two_numbers` or `same_tables`.
    claims : tuple of str
        Ids of the claims that contradict each other, or of the one that cannot be.
    sentences : tuple of str
        What was found.
    """

    kind: str
    claims: tuple[str, ...]
    sentences: tuple[str, ...]


def find_contradictions(claims: list[Judged]) -> list[Contradiction]:
    """Find all contradictions among the judged claims of one study.

    Parameters
    ----------
    claims : list of dict
        Its verdicts.csv, line by line.

    Returns
    -------
    list of Contradiction
        Those by verdict in the order of the claims, then numbers, then tables.
    """
    return [*find_refuted(claims), *find_two_numbers(claims), *find_same_tables(claims)]


def find_refuted(claims: list[Judged]) -> list[Contradiction]:
    """Find the claims whose verdict is a contradiction, each with those it is compared with.

    Two claims that are compared with each other make one contradiction.
    """
    found: dict[frozenset[str], Contradiction] = {}
    for claim in claims:
        if claim["verdict"] not in CONTRADICTORY:
            continue
        others = [] if "/" in claim["quantity"] else claim["quantity"].split()
        ids = (claim["id"], *dict.fromkeys(others))
        kind = claim["rule"] if claim["verdict"] == "inconsistent" else "impossible"
        before = found.get(frozenset(ids))
        sentences = (*before.sentences, claim["sentence"]) if before else (claim["sentence"],)
        ids = before.claims if before else ids
        found[frozenset(ids)] = Contradiction(kind, ids, sentences)
    return list(found.values())


def find_two_numbers(claims: list[Judged]) -> list[Contradiction]:
    """Find quantities of which a study prints different numbers.

    Numbers that round to each other are the same; one in words is not known to any digit.
    """
    by_quantity = defaultdict(list)
    for claim in claims:
        is_measured = "/" in claim["quantity"] and claim["rule"] not in REPEATING
        if is_measured and read_number(claim):
            by_quantity[claim["quantity"]].append(claim)
    found = []
    for quantity, same in by_quantity.items():
        if any(differ(first, second) for first, second in combinations(same, 2)):
            places = " and ".join(f"{claim['printed']} in {claim['location']}" for claim in same)
            sentence = f"{places}, for the same quantity, {quantity}."
            ids = tuple(claim["id"] for claim in same)
            found.append(Contradiction("two_numbers", ids, (sentence,)))
    return found


def read_number(claim: Judged) -> tuple[float, float] | None:
    """Read a printed number and half a unit of its last digit, as plain numbers."""
    if (printed := read_printed(claim["printed"])) is None:
        return None
    value, digits = printed
    factor = FACTORS.get(claim["unit"], 1)
    half_unit = 0 if claim["unit"] in WHOLE_UNITS else 0.5 * 10**-digits * factor
    return value * factor, half_unit


def differ(first: Judged, second: Judged) -> bool:
    """Say whether two printed numbers cannot be the same, given the rounding of both."""
    (one, slack), (other, other_slack) = read_number(first), read_number(second)
    # Rounded to as many digits, the same number is printed alike.
    allowance = 0 if slack == other_slack else slack + other_slack
    return abs(one - other) > allowance + TOLERANCE


def find_same_tables(claims: list[Judged]) -> list[Contradiction]:
    """Compare each table of a study with each other one, and find those with the same figures.

    Cells are set beside each other by what they measure and, where a table has several of these,
    by their order. Whole numbers of things, such as supports, may well be the same, and so may
    cells about the same quantity: neither counts.
    """
    found = []
    tables = read_tables(claims)
    for (name, cells), (other_name, other_cells) in combinations(tables.items(), 2):
        pairs = list(pair_cells(cells, other_cells))
        same = [pair for pair in pairs if pair[0]["printed"] == pair[1]["printed"]]
        if len(pairs) >= LEAST_CELLS and len(same) >= LEAST_SHARE * len(pairs):
            sentence = (
                f"{other_name} has the same figures as {name}, which is about something else, in "
                f"{len(same)} of {len(pairs)} cells; counts are left out."
            )
            ids = tuple(claim["id"] for pair in same for claim in pair)
            found.append(Contradiction("same_tables", ids, (sentence,)))
    return found


def read_tables(claims: list[Judged]) -> dict[str, dict[tuple[str, int], Judged]]:
    """Sort the claims that are cells of tables: by table, then by metric and order."""
    tables: dict[str, dict[tuple[str, int], Judged]] = defaultdict(dict)
    for claim in claims:
        if claim["rule"] in REPEATING or claim["unit"] in WHOLE_UNITS or not read_number(claim):
            continue
        cells = tables[claim["location"]]
        order = sum(metric == claim["metric"] for metric, _ in cells)
        cells[claim["metric"], order] = claim
    return tables


def pair_cells(
    cells: dict[tuple[str, int], Judged], others: dict[tuple[str, int], Judged]
) -> Iterator[tuple[Judged, Judged]]:
    """Pair the cells of two tables that measure the same of different things."""
    for key in [key for key in cells if key in others]:
        cell, other = cells[key], others[key]
        is_same_quantity = "/" in cell["quantity"] and cell["quantity"] == other["quantity"]
        if not is_same_quantity:
            yield cell, other
