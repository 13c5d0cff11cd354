"""Claims: the numbers that a study prints, read from its claims.csv and checked.

All that can be wrong with a file of claims is found here, before any job starts, except the name
of a metric that the experiment turns out not to have.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

from redigit.errors import InputError
from redigit.formulas import find_formula
from redigit.quantities import FIGURES, Quantity, find_fact, find_setting
from redigit.settings import (
    RUN_FILE,
    Settings,
    declare_keys,
    experiment_file,
    find_experiments,
    look_up,
    read_experiment,
    read_params,
    report_file,
    split_experiment,
    trace_sources,
)
from redigit.validation import SCHEMAS, find_cell_problem

# What the quantity of a claim has to be, by the claim's rule.
QUANTITIES = {
    "adopted": "setting",
    "equal": "measured",
    "deduced": "measured",
    "decimals": "measured",
    "statement": "measured",
    "statement_of_runs": "measured",
    "accuracy_same_test": "measured",
    "accuracy_other_test": "measured",
    "range_of_runs": "measured",
    "other_draw": "measured",
    "in_order": "ordered",
    "absolute_time": "measured",
    "formula": "formula",
    "sum_of": "claims",
    "same_as": "claims",
    "difference": "claims",
    "difference_at_most": "claims",
    "complement_of": "claims",
    "product_of": "claims",
    "parameters_of": "claims",
    "map_side_of": "claims",
    "batches_of": "claims",
    "quotient_of": "claims",
    "number_above": "claims",
    "at_least": "claims",
    "at_most": "claims",
    "highest_of": "claims",
    "lowest_of": "claims",
    "largest_step": "claims",
    "stops_at": "claims",
    "number_of": "claims",
    "same_figures": "claims",
    "in_range": "claims",
    "f1_of": "claims",
    "average_of": "claims",
}
# Rules that compare with an interval, and the units that each takes.
ACCURACY_RULES = {
    "accuracy_same_test": ("share", "percent"),
    "accuracy_other_test": ("share", "percent"),
    "other_draw": ("share", "percent", "count"),
}
MARGIN_RULES = (*ACCURACY_RULES, "range_of_runs")
# How many other claims a rule compares with, where that is fixed.
OPERANDS = {
    "same_as": (1,),
    "complement_of": (1,),
    "difference": (2,),
    "quotient_of": (2,),
    "in_range": (2,),
    "f1_of": (2,),
    "map_side_of": (2, 3),
    "batches_of": (2, 3),
}
# Rules whose number says how many of the other claims are meant, or which one: not all of them.
POSITIONS = ("highest_of", "lowest_of", "largest_step", "stops_at")
# What one of a unit is as a plain number; units that are not named here stand for themselves.
# Megabytes, of 2^20 bytes, are counted in single-precision numbers of four bytes.
FACTORS = {
    "percent": 0.01,
    "points": 0.01,
    "seconds_per_million": 1e-6,
    "millions": 10**6,
    "megabytes": 2**18,
}


@dataclass(frozen=True)
class Claim:
    """One printed number; the attributes are the columns of claims.csv, see its schema."""

    study: str
    id: str
    location: str
    topic: str
    model: str
    metric: str
    printed: str
    value: float
    digits: int
    unit: str
    quantity: str
    rule: str
    margin: float | None
    context: str

    @property
    def factor(self) -> float:
        """What one of the claim's unit is as a plain number."""
        return FACTORS.get(self.unit, 1)

    @property
    def number(self) -> float:
        """The value as a plain number: an accuracy as a share, whatever unit is printed."""
        if self.factor > 1:
            return self.value * self.factor
        # Divided, since 95 times 0.01 is not 0.95.
        return self.value / round(1 / self.factor)

    @property
    def half_unit(self) -> float:
        """Half a unit of the last printed digit, as a plain number."""
        return 0.5 * 10**-self.digits * self.factor

    @cached_property
    def target(self) -> Quantity | None:
        """The quantity of a row that the claim is about, if it is about one."""
        return self.targets[0] if len(self.targets) == 1 else None

    @cached_property
    def targets(self) -> list[Quantity]:
        """The quantities of rows that the claim is about; several if it is about their order."""
        names = [] if QUANTITIES[self.rule] == "claims" else self.quantity.split()
        return [Quantity(*name.rsplit("/", 2)) for name in names if name.count("/") == 3]


def claims_file(study: str) -> Path:
    """Name the file of a study's claims."""
    return Path("studies") / study / "claims.csv"


def check_claims_file(study: str) -> None:
    """Check the claims of a study; raise InputError at the first problem."""
    read_claims(claims_file(study), study, SCHEMAS / "claims.yaml")


def declare_claims(study: str) -> dict[str, Settings]:
    """Declare the keys that the verdicts on a study's claims depend on.

    Returns
    -------
    dict of str to dict
        For each parameter file, the dotted keys and their values: how claims are judged, the
        experiments that claims are about, those that they build on, and settings of figures.
    """
    figures, experiments = set(), set()
    for claim in read_claims(claims_file(study), study, SCHEMAS / "claims.yaml"):
        for target in claim.targets:
            if target.is_of_figure:
                figures.add(f"{FIGURES}.{target.row}.{target.name.split('.')[1]}")
                continue
            sources = trace_sources(target.experiment, target.row, "full")
            experiments |= {experiment for experiment, _ in sources}
    # All keys of an experiment: its overlays too say what was run.
    whole = {experiment_file(name): read_experiment(name).keys() for name in sorted(experiments)}
    return declare_keys(whole | {report_file(study): figures, RUN_FILE: ("audit", "scale")})


@lru_cache
def read_claims(path: Path, study: str, schema: Path) -> list[Claim]:
    """Read and check a file of claims.

    Parameters
    ----------
    path : Path
        The claims as comma-separated values.
    study : str
        The study whose claims they have to be.
    schema : Path
        JSON schema of one row.

    Returns
    -------
    list of Claim
        The claims in the order of the file.

    Raises
    ------
    InputError
        At the first problem; its line names file, line, id, column, what was found, what is
        allowed.
    """
    columns = read_params(schema)["properties"]
    places: dict[str, str] = {}
    claims: dict[str, Claim] = {}
    for line, cells in read_cells(path, list(columns)):
        place = f"{path}: line {line} ({' '.join(cells['id'].split())})"
        values = {name: convert_cell(cells[name], columns[name]) for name in columns}
        for name, value in values.items():
            if problem := find_cell_problem(schema, name, value):
                raise InputError(f"{place}: {name}: {problem}")
        claim = Claim(**values)
        if claim.id in claims:
            raise InputError(f"{place}: id: it stands in {places[claim.id]} already")
        claims[claim.id], places[claim.id] = claim, f"line {line}"
    for claim in claims.values():
        try:
            check_claim(claim, study, claims)
        except InputError as error:
            raise InputError(f"{path}: {places[claim.id]} ({claim.id}): {error}") from error
    return list(claims.values())


def read_cells(path: Path, columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a file of comma-separated values that has to have exactly these columns.

    Yields
    ------
    (int, dict of str to str)
        Number of the line and its cells by column.
    """
    try:
        # Spreadsheets put a byte order mark before the text.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{path}: missing") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8") from error
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        check_header(path, next(reader, []), columns)
        for cells in reader:
            if len(cells) != len(columns):
                raise InputError(
                    f"{path}: line {reader.line_num}: found {len(cells)} cells; "
                    f"allowed is {len(columns)}, one for each column"
                )
            yield reader.line_num, dict(zip(columns, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num}: {error}") from error


def check_header(path: Path, header: list[str], columns: list[str]) -> None:
    """Check the names of the columns and their order."""
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    problem = (
        f"column {missing[0]!r} is missing" if missing
        else f"column {unknown[0]!r} is unknown" if unknown
        else "the columns are repeated or not in order" if header != columns
        else None
    )  # fmt: skip
    if problem:
        raise InputError(f"{path}: line 1: {problem}; allowed are {', '.join(columns)}")


def convert_cell(cell: str, column: Settings) -> Any:
    """Convert the text of a cell to the type of its column; what cannot be is left as it is."""
    types = column.get("type", "string")
    if cell == "" and "null" in types:
        return None
    for name, convert in (("integer", int), ("number", float)):
        if name in types and re.fullmatch(r"-?\d+(\.\d+)?", cell):
            return convert(cell) if "." not in cell else float(cell)
    return cell


def check_claim(claim: Claim, study: str, claims: dict[str, Claim]) -> None:
    """Check what the schema cannot: that a claim agrees with itself, others and the study."""
    if claim.study != study:
        raise InputError(f"study: found {claim.study!r}; allowed is {study}")
    if not claim.id.startswith(f"{study}-"):
        raise InputError(f"id: found {claim.id!r}; allowed is {study}-…")
    printed = read_printed(claim.printed)
    for column, found, expected in zip(
        ("value", "digits"), (claim.value, claim.digits), printed or (), strict=False
    ):
        if found != expected:
            raise InputError(f"{column}: found {found}; {claim.printed!r} is {expected}")
    if claim.margin is not None and claim.rule not in MARGIN_RULES:
        allowed = ", ".join(MARGIN_RULES)
        raise InputError(f"margin: found {claim.margin}; allowed with the rules {allowed} only")
    if claim.margin is None and claim.rule == "range_of_runs":
        raise InputError("margin: missing; range_of_runs has no margin but the claim's own")
    units = ACCURACY_RULES.get(claim.rule, (claim.unit,))
    if claim.unit not in units:
        allowed = ", ".join(units)
        raise InputError(f"unit: found {claim.unit}; allowed with {claim.rule} are {allowed}")
    if claim.rule == "statement" and claim.value not in (0, 1):
        raise InputError(f"value: found {claim.value}; allowed with statement are 0 and 1")
    if claim.rule == "in_order" and claim.value != 1:
        raise InputError(f"value: found {claim.value}; allowed with in_order is 1")
    kind = QUANTITIES[claim.rule]
    if kind == "claims":
        check_operands(claim, claims)
    elif kind == "ordered":
        check_order(claim)
    elif kind == "formula":
        check_formula(claim)
    elif claim.quantity:
        check_quantity(claim, kind)


def read_printed(printed: str) -> tuple[float, int] | None:
    """Read a number as printed: its value and decimals, or None if it is in words.

    Commas separate thousands, a percent sign may follow; ``2m 47s`` is 167 seconds.
    """
    if duration := re.fullmatch(r"(\d+)m (\d+)s", printed):
        return 60 * int(duration[1]) + int(duration[2]), 0
    if number := re.fullmatch(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?%?", printed):
        text = number[1].replace(",", "")
        return float(f"{text}.{number[2] or 0}"), len(number[2] or "")
    return None


def check_operands(claim: Claim, claims: dict[str, Claim]) -> None:
    """Check the ids of the claims that a claim is compared with."""
    ids = claim.quantity.split()
    unknown = [name for name in ids if name not in claims or name == claim.id]
    if unknown:
        raise InputError(f"quantity: found {unknown[0]!r}; allowed are ids of other claims")
    expected = OPERANDS.get(claim.rule, (len(ids),))
    if not ids or len(ids) not in expected:
        allowed = " or ".join(map(str, OPERANDS.get(claim.rule, ["one or more"])))
        raise InputError(f"quantity: found {len(ids)} claims; {claim.rule} takes {allowed}")
    if claim.rule == "number_above" and len(ids) % 2:
        raise InputError(f"quantity: found {len(ids)} claims; number_above takes pairs of them")
    if claim.rule in POSITIONS and claim.value not in range(1, len(ids)):
        allowed = f"1 to one less than the {len(ids)} claims that it is compared with"
        raise InputError(f"value: found {claim.value}; allowed with {claim.rule} is {allowed}")
    if claim.rule == "average_of":
        n_counts = sum(claims[name].unit == "count" for name in ids)
        if n_counts not in (0, len(ids) / 2):
            raise InputError(
                f"quantity: found {n_counts} counts among {len(ids)} claims; average_of takes "
                "none, or as many as there are others"
            )


def check_quantity(claim: Claim, kind: str) -> None:
    """Check that a quantity is well formed and that what it names exists."""
    if claim.target is None and claim.rule == "equal" and claim.quantity.startswith("data/"):
        find_fact(claim.quantity)
    elif claim.target is None:
        forms = {
            "setting": f"{claim.study}/<experiment>/<row>/settings.<path>",
            "measured": f"{claim.study}/<experiment>/<row>/<metric>, with equal also "
            "data/<dataset>/<fact>",
        }
        raise InputError(f"quantity: found {claim.quantity!r}; allowed is {forms[kind]}")
    else:
        check_row_exists(claim.study, claim.target)
        if kind == "setting":
            find_setting(claim.target)
    name = claim.quantity.rpartition("/")[2]
    if kind == "measured" and name != claim.metric:
        raise InputError(f"quantity: found …/{name}; the metric is {claim.metric}")


def check_formula(claim: Claim) -> None:
    """Check that the formula that a claim names is there, and that it is said to be right."""
    if claim.value != 1:
        raise InputError(f"value: found {claim.value}; allowed with formula is 1")
    find_formula(claim.study, claim.quantity)


def check_order(claim: Claim) -> None:
    """Check that what a claim of order names are several quantities, all of the claim's metric.

    Of a metric by task or class, `test_accuracy_items` is one as well as `test_accuracy_groups`.
    """
    names = claim.quantity.split()
    if len(claim.targets) != len(names) or len(names) < 2:
        form = f"{claim.study}/<experiment>/<row>/<metric>"
        raise InputError(f"quantity: found {claim.quantity!r}; allowed are two or more of {form}")
    for target in claim.targets:
        check_row_exists(claim.study, target)
        if not f"{target.name}_".startswith(f"{claim.metric}_"):
            raise InputError(f"quantity: found …/{target.name}; the metric is {claim.metric}")


def check_row_exists(study: str, target: Quantity) -> None:
    """Check that the experiment and row of a quantity, or the figure, are among the study's."""
    found_study, name = split_experiment(target.experiment)
    if found_study != study:
        raise InputError(f"quantity: found study {found_study!r}; allowed is {study}")
    if target.is_of_figure and target.name.startswith("settings."):
        rows = look_up(target.file, FIGURES)
    elif not target.is_of_figure and target.file.exists():
        rows = read_experiment(target.experiment)["rows"]
    else:
        allowed = ", ".join(split_experiment(known)[1] for known in find_experiments(study))
        raise InputError(f"quantity: found experiment {name!r}; study {study} has {allowed}")
    if target.row not in rows:
        raise InputError(f"quantity: found row {target.row!r}; {target.file} has {', '.join(rows)}")
