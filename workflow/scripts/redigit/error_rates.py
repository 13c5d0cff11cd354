"""How often the rules of the audit err: rates of false alarms and of errors found.

A false alarm is a true claim that the audit says does not hold; an error is found if it says so of
a false one. A verdict that leaves a claim open is neither.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Any

import pandas as pd
from scipy.stats import binomtest

from redigit.synthetic import TRUE, Judged
from redigit.synthetic_formulas import try_formulas
from redigit.synthetic_reports import try_document_rules, try_grim
from redigit.synthetic_runs import try_measured_rules
from redigit.verdicts import Criteria

ALARMS = ("not_reproduced", "reversed", "tied", "inconsistent", "impossible")
CONFIRMATIONS = ("reproduced", "confirmed", "consistent")
# Rules whose intervals leave a true claim outside with a known probability.
WITH_CHANCE = (
    *("accuracy_same_test", "accuracy_other_test", "other_draw", "range_of_runs"),
    "statement_of_runs",
)
SIZE_UNITS = {
    "accuracy_same_test": "points",
    "accuracy_other_test": "points",
    "other_draw": "points",
    "range_of_runs": "standard deviations",
    "in_order": "standard deviations",
}
LAST_DIGIT = "of the last digit"
# Confidence of the intervals of rates, whatever that of the rules is. There are so many rates that
# at 0.95 some would be beside their nominal rate by chance alone.
LEVEL = 0.99


def measure_error_rates(trials: int, criteria: Criteria) -> dict[str, Any]:
    """Try every rule on synthetic claims.

    Parameters
    ----------
    trials : int
        False claims of each sort; of true ones there are `redigit.synthetic.TRUE_CLAIMS` times
        as many.
    criteria : Criteria
        How claims are judged.

    Returns
    -------
    dict
        ``claims``, how many there are in all, and for each of the ``rules`` its ``nominal`` rate
        of false alarms, the unit of errors (``size_unit``), the rates of ``false_alarms`` by
        situation, and those of errors ``found`` by kind, then size (``any`` if they have none).
        A rate stands under ``all`` and, if the rule has replicates, under each number of them.
    """
    judged = chain(
        try_measured_rules(trials, criteria),
        try_document_rules(trials, criteria),
        try_grim(trials),
        try_formulas(trials),
    )
    table = tabulate_judged(judged)
    rules = {
        rule: summarise_rule(rule, group, criteria)
        for rule, group in table.groupby("rule", sort=False)
    }
    return {"claims": len(table), "rules": rules}


def tabulate_judged(judged: Iterable[Judged]) -> pd.DataFrame:
    """Set synthetic claims in lines; errors without a size have the size ``any``."""
    table = pd.DataFrame([vars(claim) for claim in judged])
    table["k"] = table["k"].astype("Int64")
    table["size"] = [f"{size:g}" if size == size else "any" for size in table["size"].astype(float)]
    return table


def summarise_rule(rule: str, table: pd.DataFrame, criteria: Criteria) -> dict[str, Any]:
    """Summarise how a rule judged its claims."""
    is_true = table["kind"] == TRUE
    found: dict[str, dict[str, Any]] = {}
    for (kind, size), group in table[~is_true].groupby(["kind", "size"], sort=False):
        found.setdefault(kind, {})[size] = find_rates(group)
    # By size, whatever the order in which they were drawn.
    found = {kind: dict(sorted(sizes.items(), key=rank_size)) for kind, sizes in found.items()}
    return {
        "nominal": round(1 - criteria.level, 10) if rule in WITH_CHANCE else 0,
        "size_unit": SIZE_UNITS.get(rule, LAST_DIGIT),
        "false_alarms": {
            situation: find_rates(group)
            for situation, group in table[is_true].groupby("situation", sort=False)
        },
        "found": found,
    }


def rank_size(entry: tuple[str, Any]) -> float:
    """Rank a size that stands as text."""
    return 0 if entry[0] == "any" else float(entry[0])


def find_rates(table: pd.DataFrame) -> dict[str, Any]:
    """Find the rate of alarms among claims, of all and by the number of replicates."""
    by_k = {str(k): find_rate(group["verdict"]) for k, group in table.groupby("k")}
    return {"all": find_rate(table["verdict"]), **by_k}


def find_rate(verdicts: Iterable[str]) -> dict[str, Any]:
    """Find the rate of alarms among verdicts, with its exact interval.

    Returns
    -------
    dict
        ``claims`` and ``alarms`` are numbers of claims, ``rate`` is their quotient, ``low`` and
        ``high`` the Clopper-Pearson interval, and ``verdicts`` the number of each verdict.
    """
    counts = Counter(verdicts)
    claims, alarms = counts.total(), sum(counts[name] for name in ALARMS)
    interval = binomtest(alarms, claims).proportion_ci(LEVEL, method="exact")
    return {
        "claims": claims,
        "alarms": alarms,
        "rate": round(alarms / claims, 6),
        "low": round(float(interval.low), 6),
        "high": round(float(interval.high), 6),
        "verdicts": dict(sorted(counts.items())),
    }


def compare_with_nominal(rate: dict[str, Any], nominal: float) -> str:
    """Say whether a rate of false alarms is the nominal one: ``at``, ``below`` or ``above``."""
    if rate["low"] > nominal:
        return "above"
    return "below" if rate["high"] < nominal else "at"
