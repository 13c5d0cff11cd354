"""Synthetic reports whose numbers follow from one confusion matrix, and claims about them.

All true numbers of a report agree with each other. What it says of them, such as in how many
classes one score is above another, is worked out before they are rounded to be printed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil, floor, log10

import numpy as np

from redigit.audit import Audit, Evidence
from redigit.claims import Claim
from redigit.document_rules import find_f1
from redigit.grim import Items, judge_items
from redigit.randomness import make_generator
from redigit.synthetic import TRUE, TRUE_CLAIMS, Judged, make_claim, swap_digits
from redigit.synthetic_runs import AS_ASSUMED
from redigit.verdicts import Criteria, Verdict

UNITS = (1, 2, 5, 10)
# Decimals of scores by class, of accuracies, and of seconds.
SCORE, ACCURACY, SECONDS = 2, 4, 1
MODELS = 10
COARSE = "bounds with fewer decimals"
UNROUNDED = "counted before rounding"
# Rules that judge what is said in words of other numbers.
COMPARATIVES = (
    *("at_least", "at_most", "difference_at_most", "highest_of", "lowest_of", "largest_step"),
    *("number_of", "number_above", "same_figures", "stops_at"),
)


@dataclass
class Report:
    """What a report prints in its tables, and the true numbers behind it.

    Attributes
    ----------
    support : ndarray of int64, shape (classes,)
        Test items of each class.
    scores : dict of str to ndarray of float64, shape (classes,)
        ``precision``, ``recall`` and ``f1`` of each class, as shares.
    accuracies : ndarray of float64, shape (MODELS,)
        Of several models; the first is that of the scores.
    seconds : ndarray of float64, shape (MODELS,)
        How long each was trained.
    epochs : ndarray of int64, shape (MODELS,)
        For how many epochs.
    printed : dict of str to Claim
        The numbers as they are printed, by name.
    """

    support: np.ndarray
    scores: dict[str, np.ndarray]
    accuracies: np.ndarray
    seconds: np.ndarray
    epochs: np.ndarray
    printed: dict[str, Claim] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = {name: (scores, SCORE, "share") for name, scores in self.scores.items()}
        columns["support"] = (self.support, 0, "count")
        columns["accuracy"] = (self.accuracies, ACCURACY, "share")
        columns["seconds"] = (self.seconds, SECONDS, "seconds")
        columns["epochs"] = (self.epochs, 0, "count")
        for column, (numbers, digits, unit) in columns.items():
            for i, number in enumerate(numbers):
                name = f"{column}_{i}"
                self.printed[name] = make_claim(number, digits, unit, "decimals", name)

    def list_names(self, *columns: str) -> tuple[str, ...]:
        """Name the numbers of columns by class, row by row."""
        return tuple(f"{column}_{i}" for i in range(len(self.support)) for column in columns)


@dataclass(frozen=True)
class Statement:
    """A number that a report prints about others.

    Attributes
    ----------
    rule : str
        Its rule of judgement.
    value : float
        The true number.
    digits, unit : int, str
        How it is printed.
    operands : tuple of str
        Names of the numbers that it is about.
    other : float or None
        The number that stands in its place if rows, or tables, are mixed up.
    side : int
        To which side an error makes it false: 1, -1, or 0 if to either.
    situation : str
        How the numbers came about.
    mixed : tuple of str
        The operands in an order that makes it false, if that is what can be wrong.
    """

    rule: str
    value: float
    digits: int
    unit: str
    operands: tuple[str, ...]
    other: float | None = None
    side: int = 0
    situation: str = AS_ASSUMED
    mixed: tuple[str, ...] = ()


def draw_report(generator: np.random.Generator) -> Report:
    """Draw a report on a classifier of 3 to 20 classes, 200 to 2,000 test items each or so."""
    classes = int(generator.integers(3, 21))
    support = generator.poisson(generator.integers(200, 2000), classes)
    right = generator.binomial(support, generator.uniform(0.6, 0.98, classes))
    matrix = np.diag(right)
    for i, wrong in enumerate(support - right):
        shares = np.full(classes - 1, 1 / (classes - 1))
        matrix[i] += np.insert(generator.multinomial(wrong, shares), i, 0)
    precision, recall = right / matrix.sum(axis=0), right / support
    f1 = np.array([find_f1(*pair) for pair in zip(precision, recall, strict=True)])
    accuracies = np.clip(generator.normal(0.9, 0.02, MODELS), 0, 0.999)
    accuracies[0] = right.sum() / support.sum()
    # Close enough to agree in some figures.
    accuracies[1] = accuracies[0] + generator.normal(0, 0.002)
    return Report(
        support,
        {"precision": precision, "recall": recall, "f1": f1},
        accuracies,
        generator.uniform(50, 5000, MODELS),
        generator.integers(2, 100, MODELS),
    )


def state_arithmetic(report: Report) -> Iterator[Statement]:
    """State what follows from other numbers of a report by arithmetic."""
    scores, n = report.scores, len(report.support)
    f1, weights = scores["f1"], np.roll(report.support, 1)
    supports, names = report.list_names("support"), report.list_names("f1")
    yield Statement("sum_of", report.support.sum(), 0, "count", supports)
    first, second, third = report.support[:3]
    layer = ("support_0", "support_1", "support_2")
    yield Statement("parameters_of", (first * second + 1) * third, 0, "count", layer)
    yield Statement("product_of", first * second * third, 0, "count", layer)
    size = report.epochs[0]
    yield Statement("map_side_of", first - size + 1, 0, "count", ("support_0", "epochs_0"))
    yield Statement("batches_of", ceil(first / size), 0, "count", ("support_0", "epochs_0"))
    for i in range(n):
        pair = (f"precision_{i}", f"recall_{i}")
        yield Statement("f1_of", f1[i], SCORE, "share", pair, f1[(i + 1) % n])
    yield Statement("average_of", f1.mean(), SCORE, "share", names)
    weighted = np.average(f1, weights=report.support)
    swapped = np.average(f1, weights=weights)
    yield Statement("average_of", weighted, SCORE, "share", names + supports, swapped)
    a, b, c = report.accuracies[:3]
    pair = ("accuracy_0", "accuracy_1")
    yield Statement("difference", abs(a - b), ACCURACY, "share", pair, abs(a - c))
    yield Statement("complement_of", 1 - a, ACCURACY, "share", ("accuracy_0",), 1 - b)
    pace = report.seconds / report.epochs
    pair = ("seconds_0", "epochs_0")
    yield Statement("quotient_of", pace[0], SECONDS, "seconds", pair, pace[1])
    # A table printed again; mixed up, it is that of the other models.
    for i, accuracy in enumerate(report.accuracies):
        other = report.accuracies[(i + 1) % MODELS]
        yield Statement("same_as", accuracy, ACCURACY, "share", (f"accuracy_{i}",), other)


def state_comparatives(report: Report) -> Iterator[Statement]:
    """State in words how numbers of a report compare."""
    scores, n = report.scores, len(report.support)
    f1, names = scores["f1"], report.list_names("f1")
    least, most = (f"f1_{pick(f1)}" for pick in (np.argmin, np.argmax))
    unit = 10**SCORE
    bound = floor(unit * f1.min()) / unit
    yield Statement("at_least", bound, SCORE, "share", (least,), side=1)
    yield Statement("at_least", bound, SCORE, "share", names, side=1)
    bound = ceil(unit * f1.max()) / unit
    yield Statement("at_most", bound, SCORE, "share", names, side=-1)
    yield from state_orders(report)
    bound = ceil(unit * np.ptp(f1)) / unit
    yield Statement("difference_at_most", bound, SCORE, "share", names, side=-1)
    yield Statement("number_of", n, 0, "count", names)
    pairs = report.list_names("precision", "recall")
    above = (scores["precision"] > scores["recall"]).sum()
    yield Statement("number_above", above, 0, "count", pairs, situation=UNROUNDED)
    above = (np.round(scores["precision"], SCORE) > np.round(scores["recall"], SCORE)).sum()
    yield Statement("number_above", above, 0, "count", pairs)
    pair = ("accuracy_0", "accuracy_1")
    if figures := count_same_figures(*report.accuracies[:2]):
        yield Statement("same_figures", figures, 0, "count", pair, side=1, situation=UNROUNDED)
    if figures := count_same_figures(*np.round(report.accuracies[:2], ACCURACY)):
        yield Statement("same_figures", figures, 0, "count", pair, side=1)
    yield Statement("in_range", f1.max(), SCORE, "share", (least, most), side=1)
    yield Statement("in_range", f1.min(), SCORE, "share", (least, most), side=-1)
    yield Statement("in_range", f1.min(), ACCURACY, "share", (least, most), situation=COARSE)


def state_orders(report: Report) -> Iterator[Statement]:
    """State which of several models is the best, and where a course of numbers leads."""
    names = tuple(f"accuracy_{i}" for i in range(MODELS))
    printed = np.round(report.accuracies, ACCURACY)
    low, high = (names[pick(printed)] for pick in (np.argmin, np.argmax))
    for rule, right, wrong in (("highest_of", high, low), ("lowest_of", low, high)):
        orders = [(first, *(n for n in names if n != first)) for first in (right, wrong)]
        yield Statement(rule, 1, 0, "count", orders[0], mixed=orders[1])
    step = int(np.argmax(np.diff(printed)))
    # Turned by one place, the number stands for the step before or after.
    turned = (*names[1:], names[0]) if step < MODELS - 2 else (names[-1], *names[:-1])
    yield Statement("largest_step", step + 1, 0, "count", names, mixed=turned)
    limit = int(np.argsort(printed)[MODELS // 2])
    end = int(np.argmax(printed <= printed[limit]))
    yield Statement("stops_at", end + 1, 0, "count", (names[limit], *names))


def count_same_figures(first: float, second: float) -> int:
    """Count the significant figures, up to those printed, to which two numbers agree."""
    places = -floor(log10(max(first, second)))
    agreed = [
        figures
        for figures in range(1, ACCURACY - places + 2)
        if f"{first:.{figures - 1}e}" == f"{second:.{figures - 1}e}"
    ]
    return max(agreed, default=0)


def list_errors(
    statement: Statement, generator: np.random.Generator
) -> Iterator[tuple[str, float | None, float]]:
    """List the false numbers that could stand in place of a true one.

    Yields
    ------
    (str, float or None, float)
        Kind of the error, its size in units of the last digit, and the number.
    """
    if statement.situation != AS_ASSUMED or statement.mixed:
        return
    true, last = round(float(statement.value), statement.digits), 10.0**-statement.digits
    is_comparative = statement.rule in COMPARATIVES
    kind = (
        "wrong comparative" if is_comparative
        else "outside the range" if statement.rule == "in_range"
        else "off"
    )  # fmt: skip
    for size in UNITS:
        error = (statement.side or int(generator.choice((-1, 1)))) * size * last
        if true + error >= 0:
            yield kind, size, true + error
        elif not statement.side:
            yield kind, size, true - error
    if statement.other is not None:
        kind = "other table" if statement.rule == "same_as" else "other row"
        yield kind, None, statement.other
    if not is_comparative and not statement.side:
        yield "swapped digits", None, swap_digits(true, statement.digits, 0)


def state(statement: Statement, value: float) -> Claim:
    """Make the claim that a statement is."""
    return make_claim(
        value, statement.digits, statement.unit, statement.rule, operands=statement.operands
    )


def try_document_rules(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge what synthetic reports state, by the rules within a document.

    All reports state true numbers, and as many as `trials` false ones besides. A false number that
    is printed as the true one would be is no error, and is left out.
    """
    for trial in range(trials * TRUE_CLAIMS):
        generator = make_generator("synthetic", "report", trial)
        report = draw_report(generator)
        audit = Audit(list(report.printed.values()), Evidence(), criteria, "full")
        # Of many statements of one sort in a report, one is judged.
        sorts: dict[tuple, list[Statement]] = {}
        for statement in (*state_arithmetic(report), *state_comparatives(report)):
            key = (statement.rule, statement.situation, len(statement.operands), statement.side)
            sorts.setdefault(key, []).append(statement)
        for statements in sorts.values():
            statement = statements[generator.integers(len(statements))]
            rule, situation = statement.rule, statement.situation
            claim = state(statement, statement.value)
            yield Judged(rule, situation, TRUE, audit.judge(claim).verdict)
            if trial >= trials:
                continue
            if statement.mixed:
                claim = state(replace(statement, operands=statement.mixed), statement.value)
                yield Judged(rule, situation, "wrong comparative", audit.judge(claim).verdict)
            errors = list_errors(statement, generator)
            for kind, size, value in errors:
                wrong = state(statement, value)
                if wrong.printed != claim.printed:
                    yield Judged(rule, situation, kind, audit.judge(wrong).verdict, size)


def try_grim(trials: int) -> Iterator[Judged]:
    """Judge means of 20 to 2,500 items by the GRIM test, as many as `trials` of them made up.

    The more items, the fewer means are impossible: of 10,000 none is with four decimals.
    """
    for trial in range(trials * TRUE_CLAIMS):
        generator = make_generator("synthetic", "grim", trial)
        n = int(generator.integers(20, 2500))
        share = generator.integers(n // 2, n + 1) / n
        items = Items(n, "items")
        claim = make_claim(share, ACCURACY, "share", "grim")
        possible = Verdict("consistent", "")
        yield Judged("grim", AS_ASSUMED, TRUE, (judge_items(claim, items) or possible).verdict)
        if trial < trials:
            made_up = make_claim(generator.uniform(0.5, 1), ACCURACY, "share", "grim")
            verdict = judge_items(made_up, items) or possible
            yield Judged("grim", AS_ASSUMED, "made up", verdict.verdict)
