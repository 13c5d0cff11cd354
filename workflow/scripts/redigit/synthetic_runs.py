"""Synthetic claims about what runs measure, and replicates of ours to judge them by.

A run gives each item of its test a right or a wrong answer. Some items are hard: each run fails on
each of them with the same probability, and on no other item. Runs on the same items meet the same
hard ones, so that their errors are correlated. Besides, runs differ in skill from seed to seed.
The number that the study prints is one more run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from redigit.orders import judge_order
from redigit.randomness import make_generator
from redigit.synthetic import TRUE, TRUE_CLAIMS, Judged, make_claim, swap_digits
from redigit.verdicts import MEASURED_RULES, Criteria, Measurement

ACCURACY_RULES = ("accuracy_same_test", "accuracy_other_test", "other_draw")
REPLICATES = (2, 3, 5, 10, 20)
# With fewer than six, no order is ever excluded.
ORDER_REPLICATES = (6, 10, 20)
# With 95 % confidence, fewer have no range that one more run would lie in.
FEWEST_FOR_RANGE = 39
MANY_REPLICATES = (20, 39, 59, 99)
# Sizes of errors: percentage points, and standard deviations of one run.
POINTS = (0.25, 0.5, 1, 2, 5)
DEVIATIONS = (1, 2, 4, 8)
DIGITS = 4

AS_ASSUMED = "as the rule assumes"
FEW_ERRORS = "two errors expected"
OTHER_ITEMS = "the study's items are others"
SMALL_SAMPLE = "the study's sample is a quarter of ours"
SKEWED = "skewed counts"


@dataclass(frozen=True)
class Row:
    """A row of a study whose truth is known.

    Attributes
    ----------
    accuracy : float
        Expected accuracy of a run, as a share.
    sd : float
        Standard deviation of the seeds' skill, as a share.
    correlation : float
        Correlation of two runs' errors on the same item, between 0 and 1.
    n, n_study : int
        Test items of a run of ours, and of the study's.
    """

    accuracy: float
    sd: float
    correlation: float
    n: int
    n_study: int

    @property
    def failure(self) -> float:
        """How probably a run fails on a hard item, which makes the correlation what it is."""
        return 1 - self.accuracy * (1 - self.correlation)


def make_row(accuracy: float, sd: float, correlation: float, n: int) -> Row:
    """Make a row whose study has as many test items as we have."""
    return Row(accuracy, sd, correlation, n, n)


ROWS = [make_row(*c) for c in product((0.9, 0.98), (0.0, 0.003), (0.3, 0.7), (1000, 10_000))]
# Power is that at the size of MNIST's test set, for seeds a tenth of a point apart.
TYPICAL = make_row(0.98, 0.001, 0.5, 10_000)
# For each rule and situation, the rows, and the rule by whose assumptions the runs are drawn.
SITUATIONS = {
    **{(rule, AS_ASSUMED): (ROWS, rule) for rule in ACCURACY_RULES},
    **{
        (rule, FEW_ERRORS): ([make_row(0.98, sd, 0.5, 100) for sd in (0, 0.003)], rule)
        for rule in ACCURACY_RULES
    },
    ("accuracy_same_test", OTHER_ITEMS): (ROWS, "accuracy_other_test"),
    ("accuracy_other_test", SMALL_SAMPLE): (
        [replace(row, n_study=row.n // 4) for row in ROWS],
        "accuracy_other_test",
    ),
}


def draw_accuracies(
    generator: np.random.Generator, row: Row, rule: str, k: int, trials: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the accuracies of the study's run and of ours.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of chance.
    row : Row
        The truth.
    rule : str
        Whose assumption says which runs share their items: all, all of ours, or none.
    k, trials : int
        Replicates of ours, and how often all this is drawn.

    Returns
    -------
    theirs : ndarray of float64, shape (trials,)
        Accuracies of the study.
    ours : ndarray of float64, shape (trials, k)
        Ours.
    """
    n_samples = k if rule == "other_draw" else 1
    hard = draw_hard_items(generator, row, row.n, (trials, n_samples))
    own = draw_hard_items(generator, row, row.n_study, (trials, 1))
    study = hard[:, :1] if rule == "accuracy_same_test" else own
    n_study = row.n if rule == "accuracy_same_test" else row.n_study
    ours = draw_runs(generator, row, row.n, np.broadcast_to(hard, (trials, k)))
    return draw_runs(generator, row, n_study, study)[:, 0], ours


def draw_hard_items(
    generator: np.random.Generator, row: Row, n: int, shape: tuple[int, ...]
) -> np.ndarray:
    """Draw how many items of tests are hard."""
    return generator.binomial(n, (1 - row.accuracy) / row.failure, size=shape)


def draw_runs(generator: np.random.Generator, row: Row, n: int, hard: np.ndarray) -> np.ndarray:
    """Draw the accuracy of each run on its items.

    Parameters
    ----------
    n : int
        Items that each run is tested on.
    hard : ndarray of int64, shape (trials, runs)
        How many of them are hard.

    Returns
    -------
    ndarray of float64, shape (trials, runs)
        Shares of right answers: the skill of a seed adds or takes whole items.
    """
    wrong = generator.binomial(hard, row.failure)
    skill = np.rint(n * row.sd * generator.standard_normal(hard.shape)).astype(int)
    return np.clip(n - wrong + skill, 0, n) / n


def judge_accuracies(
    rule: str, theirs: np.ndarray, ours: np.ndarray, n: int, criteria: Criteria
) -> list[str]:
    """Give the verdicts on accuracies that a study prints, each by its own replicates."""
    return [
        MEASURED_RULES[rule](
            make_claim(value, DIGITS, "share", rule), Measurement(tuple(runs), n), criteria
        ).verdict
        for value, runs in zip(theirs.tolist(), ours.tolist(), strict=True)
    ]


def try_true_accuracies(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge true claims about accuracies, for each rule, situation and k."""
    trials *= TRUE_CLAIMS
    for (rule, situation), (rows, drawn_as) in SITUATIONS.items():
        for k in REPLICATES:
            generator = make_generator("synthetic", rule, situation, k)
            # Each row has its part of the trials.
            for row, part in zip(rows, np.array_split(range(trials), len(rows)), strict=True):
                theirs, ours = draw_accuracies(generator, row, drawn_as, k, len(part))
                for verdict in judge_accuracies(rule, theirs, ours, row.n, criteria):
                    yield Judged(rule, situation, TRUE, verdict, k=k)


def try_false_accuracies(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge accuracies that are off by known amounts, `trials` for each rule, size, kind and k."""
    for rule, k, size in product(ACCURACY_RULES, REPLICATES, POINTS):
        generator = make_generator("synthetic", rule, "off", k, size)
        theirs, ours = draw_accuracies(generator, TYPICAL, rule, k, trials)
        sides = generator.choice((-1, 1), trials) * size / 100
        # No accuracy is above one; such an error is made to the other side.
        printed = np.where(theirs + sides > 1, theirs - abs(sides), theirs + sides)
        verdicts = judge_accuracies(rule, printed, ours, TYPICAL.n, criteria)
        yield from (Judged(rule, AS_ASSUMED, "off", verdict, size, k) for verdict in verdicts)
        other = replace(TYPICAL, accuracy=TYPICAL.accuracy - size / 100)
        wrong, _ = draw_accuracies(generator, other, rule, k, trials // 2)
        verdicts = judge_accuracies(rule, wrong, ours[: trials // 2], TYPICAL.n, criteria)
        yield from (Judged(rule, AS_ASSUMED, "other row", v, size, k) for v in verdicts)
    for rule, k in product(ACCURACY_RULES, REPLICATES):
        generator = make_generator("synthetic", rule, "digits", k)
        theirs, ours = draw_accuracies(generator, TYPICAL, rule, k, trials)
        printed = np.array([swap_digits(value, DIGITS, 1) for value in theirs])
        seen = abs(printed - theirs) > 0.5 * 10**-DIGITS
        verdicts = judge_accuracies(rule, printed[seen], ours[seen], TYPICAL.n, criteria)
        yield from (Judged(rule, AS_ASSUMED, "swapped digits", v, k=k) for v in verdicts)


def try_counts_of_draws(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge true counts of one more draw, skewed ones such as of iterations."""
    trials *= TRUE_CLAIMS
    for k in REPLICATES:
        generator = make_generator("synthetic", "other_draw", SKEWED, k)
        for drawn in np.rint(100 * generator.lognormal(0, 0.5, size=(trials, k + 1))):
            claim = make_claim(drawn[0], 0, "count", "other_draw")
            measurement = Measurement(tuple(drawn[1:].tolist()))
            verdict = MEASURED_RULES["other_draw"](claim, measurement, criteria).verdict
            yield Judged("other_draw", SKEWED, TRUE, verdict, k=k)


def try_ranges(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge numbers of one more run by the range of ours, true ones and ones that are off."""
    rule = "range_of_runs"
    for situation, k in product(("normal", "skewed"), MANY_REPLICATES):
        generator = make_generator("synthetic", rule, situation, k)
        drawn = generator.standard_normal((trials * TRUE_CLAIMS, k + 1))
        if situation == "skewed":
            # Of standard deviation 1 too.
            drawn = generator.exponential(size=drawn.shape)
        pairs = [(runs, 0) for runs in drawn.tolist()]
        # Fewer runs find no error of any size.
        if k >= FEWEST_FOR_RANGE:
            pairs += product(drawn[:trials].tolist(), DEVIATIONS)
        for (value, *runs), size in pairs:
            side = generator.choice((-1, 1)) * size
            claim = make_claim(100 + value + side, 2, "none", rule, margin=5)
            measurement = Measurement(tuple(100 + run for run in runs))
            verdict = MEASURED_RULES[rule](claim, measurement, criteria).verdict
            kind = ("off", size) if size else (TRUE, None)
            yield Judged(rule, situation, kind[0], verdict, kind[1], k)


def try_statements(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge what one more run would say is so, and the contrary.

    A statement that is so in a share of runs only is stated as the study's own run has it.
    """
    rule = "statement_of_runs"
    trials *= TRUE_CLAIMS
    for share, k in product((1, 0.99, 0.9, 0.5), MANY_REPLICATES):
        situation = "so in every run" if share == 1 else f"so in {100 * share:g} % of runs"
        generator = make_generator("synthetic", rule, situation, k)
        for run, *runs in (generator.random((trials, k + 1)) < share).astype(int).tolist():
            for kind, value in ((TRUE, run), ("reversed", 1 - run)):
                claim = make_claim(value, 0, "none", rule)
                verdict = MEASURED_RULES[rule](claim, Measurement(tuple(runs)), criteria).verdict
                yield Judged(rule, situation, kind, verdict, k=k)


def try_exact_numbers(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge numbers without chance, true ones and ones that are off by units of the last digit."""
    trials *= TRUE_CLAIMS
    for truth in (0, 1):
        for kind, value in ((TRUE, truth), ("reversed", 1 - truth)):
            claim = make_claim(value, 0, "none", "statement")
            measurement = Measurement((truth,))
            verdict = MEASURED_RULES["statement"](claim, measurement, criteria).verdict
            yield from [Judged("statement", AS_ASSUMED, kind, verdict)] * trials
    for rule in ("equal", "deduced", "decimals"):
        generator = make_generator("synthetic", rule)
        digits = DIGITS if rule == "decimals" else 0
        for number in generator.uniform(1, 10 ** (6 - digits), trials):
            truth = number if digits else round(number)
            for size in (0, 1, 2, 10):
                value = truth + int(generator.choice((-1, 1))) * size * 10**-digits
                claim = make_claim(value, digits, "none" if digits else "count", rule)
                verdict = MEASURED_RULES[rule](claim, Measurement((truth,)), criteria).verdict
                kind = ("off", size) if size else (TRUE, None)
                yield Judged(rule, AS_ASSUMED, kind[0], verdict, kind[1])


def try_orders(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge that one row is above another, whose means lie some standard deviations apart."""
    claim, sd = make_claim(1, 0, "none", "in_order"), 0.01
    sorts = [(TRUE, None, 1.0, TRUE_CLAIMS * trials)]
    sorts += [("the other way round", size, -size, trials) for size in (0.5, 1, 2, 4)]
    for k, (kind, size, shift, n) in product(ORDER_REPLICATES, sorts):
        generator = make_generator("synthetic", "in_order", f"{k} {shift}")
        for rows in generator.normal(0.9, sd, (n, 2, k)) + sd * np.array([[shift], [0]]):
            verdict = judge_order(claim, [Measurement(tuple(row), 1000) for row in rows], criteria)
            yield Judged("in_order", AS_ASSUMED, kind, verdict.verdict, size, k)


def try_measured_rules(trials: int, criteria: Criteria) -> Iterator[Judged]:
    """Judge synthetic claims by every rule of what runs measure, `trials` of each sort."""
    for try_claims in (
        try_true_accuracies,
        try_false_accuracies,
        try_counts_of_draws,
        try_ranges,
        try_statements,
        try_exact_numbers,
        try_orders,
    ):
        yield from try_claims(trials, criteria)
