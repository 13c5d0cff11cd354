"""Contradictions of a study with itself, and of studies with each other, found from their claims.

Within a study they are of three kinds: claims whose own verdict says so, one quantity that is
printed with two numbers, and tables about different things that have the same figures. Which
quantities of several studies are the same is declared, see `redigit.between`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pandas as pd
from scipy.special import ndtri, stdtrit

from redigit.between import name_study
from redigit.claims import FACTORS, read_printed
from redigit.settings import Settings
from redigit.verdicts import TOLERANCE, WHOLE_UNITS

CONTRADICTORY = ("inconsistent", "impossible")
# Rules by which a number stands in a second place because it stands in a first.
REPEATING = ("adopted", "same_as")
# Tables share figures by chance: those of two decimals a few in a hundred, all of them never.
LEAST_CELLS = 5
LEAST_SHARE = 0.9

BETWEEN_COLUMNS = ("comparison", "question", "claims", "found", "sentence")

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


def compare_studies(
    comparisons: dict[str, Settings], claims: dict[str, Judged], level: float
) -> pd.DataFrame:
    """Compare the numbers that several studies print of one quantity.

    Parameters
    ----------
    comparisons : dict of str to dict
        As of `redigit.between.read_comparisons`.
    claims : dict of str to dict
        The lines of the studies' verdicts.csv by id.
    level : float
        Confidence level of differences by chance.

    Returns
    -------
    pandas.DataFrame
        A line for each comparison, with `BETWEEN_COLUMNS`; ``found`` is ``agree`` or ``differ``,
        and ``claims`` are ids with spaces between them.
    """
    lines = []
    for name, comparison in comparisons.items():
        printed = [claims[claim] for claim in comparison["claims"]]
        found, sentence = compare_printed(printed, comparison.get("items"), level)
        ids = " ".join(comparison["claims"])
        lines.append((name, comparison["question"], ids, found, sentence))
    return pd.DataFrame(lines, columns=BETWEEN_COLUMNS)


def compare_printed(printed: list[Judged], items: int | None, level: float) -> tuple[str, str]:
    """Compare printed numbers with each other, each with each.

    Without a number of items they have to be the same to the digits printed. As accuracies on so
    many items they may differ by chance: of two, by z sqrt((p(1 - p) + q(1 - q))/n), and with s,
    the largest standard deviation of our own runs of any of them, by t s sqrt(2) besides. Both are
    added in squares, and rounding to the sum.
    """
    places = ", ".join(
        f"{claim['printed']} in {name_study(claim['id']).upper()}" for claim in printed
    )
    pairs = list(combinations(printed, 2))
    if items is None:
        differs = any(differ(*pair) for pair in pairs)
        words = "which is not the same" if differs else "the same to the digits printed"
        return "differ" if differs else "agree", f"{places}: {words}."
    scatter, known = find_scatter(printed, level)
    beyond = [pair for pair in pairs if find_excess(*pair, items, scatter, level) > TOLERANCE]
    words = "more than" if beyond else "no more than"
    runs = (
        f"test sets of {items:,} items and runs like ours" if known
        else f"test sets of {items:,} items; what chance does in training, our runs do not tell"
    )  # fmt: skip
    return "differ" if beyond else "agree", f"{places}: {words} chance makes of {runs}."


def find_scatter(printed: list[Judged], level: float) -> tuple[float, bool]:
    """Find by how much two runs may differ, by our own of any of the claims, and if there are any.

    It is t s sqrt(2) with Student's t; runs at a smaller scale stand for those at full scale.
    """
    runs = [claim for claim in printed if claim["sd"] and claim["k"]]
    found = [
        float(stdtrit(float(claim["k"]) - 1, (1 + level) / 2)) * read_deviation(claim)
        for claim in runs
    ]
    return 2**0.5 * max(found, default=0), bool(runs)


def read_deviation(claim: Judged) -> float:
    """Read the standard deviation of our runs as a plain number."""
    return float(claim["sd"]) * FACTORS.get(claim["unit"], 1)


def find_excess(first: Judged, second: Judged, items: int, scatter: float, level: float) -> float:
    """Find by how much two shares differ beyond chance and rounding; see `compare_printed`."""
    (p, slack), (q, other_slack) = read_number(first), read_number(second)
    sampling = float(ndtri((1 + level) / 2)) * ((p * (1 - p) + q * (1 - q)) / items) ** 0.5
    return abs(p - q) - (sampling**2 + scatter**2) ** 0.5 - slack - other_slack
