"""The page on the auditor: how often its rules err, and what each of them assumes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redigit.error_rates import LEVEL, compare_with_nominal
from redigit.files import read_json
from redigit.pictures import describe_figure
from redigit.render import render_page
from redigit.settings import RUN_FILE, look_up

# What a rule assumes; where it does not hold, the table of false alarms says what comes of it.
ASSUMPTIONS = {
    "accuracy_same_test": "The study measured on the items that we measure on, its run is one more "
    "of ours, and runs are about normally distributed. The standard deviation has a floor that "
    "stands for two runs that disagree in as many items as one gets wrong; where they disagree in "
    "fewer, the rule is cautious: it gives fewer false alarms than it might, and finds less.",
    "accuracy_other_test": "The study's items are a sample of their own of the same size as ours. "
    "What our runs have in common by sharing items is counted as if they had not, which makes the "
    "rule cautious; with hardly any errors that reserve is used up. A study that measured on fewer "
    "items than we did scatters more than the rule allows for, and gets more false alarms.",
    "other_draw": "Each run draws its own items, and what it gives is about normally distributed. "
    "With so few errors that runs often tie, the scatter of two of them is no measure of it.",
    "range_of_runs": "The study's run is one more of ours; any distribution will do. With fewer "
    "than 39 runs there is no range at 95 % confidence, so that nothing is ever said not to hold.",
    "statement": "There is no chance in what is stated.",
    "statement_of_runs": "The study's run is one more of ours; what is stated may be so in any "
    "share of runs. With fewer than 19 runs nothing is ever said to hold or not to hold.",
    "in_order": "Runs of one row are independent of each other, and paired ones of two rows are as "
    "often in the one order as in the other if there is no difference. With fewer than six runs no "
    "order is ever said not to hold.",
    "formula": "Expressions that give the same numbers at a thousand random points are the same.",
    "equal": "There is no chance in the number.",
    "deduced": "There is no chance in the number.",
    "decimals": "There is no chance in the number, which the study rounded to its last digit.",
    "sum_of": "Counts are exact. Of rounded numbers, all may be off to the same side.",
    "f1_of": "Precision, recall and F1 were each rounded once.",
    "average_of": "Every number was rounded once, the weights not at all. What rounding allows for "
    "hides an error of one unit about every second time.",
    "difference": "All three numbers were rounded once, each to its own side at worst.",
    "complement_of": "Both numbers were rounded once. Of a tie, both may be rounded to the same "
    "side, so that an error of one unit cannot be told from it.",
    "quotient_of": "All three numbers were rounded once.",
    "same_as": "The number was rounded once from the same figures: to as many decimals it looks "
    "the same.",
    "at_least": "The number was rounded; the bound is meant as it stands.",
    "at_most": "The number was rounded; the bound is meant as it stands.",
    "highest_of": "The numbers were rounded once; what could be a tie contradicts nothing.",
    "lowest_of": "The numbers were rounded once; what could be a tie contradicts nothing.",
    "largest_step": "The numbers were rounded once; what could be a tie contradicts nothing.",
    "stops_at": "Rounding keeps the order of numbers; the limit is one of those printed.",
    "parameters_of": "Counts are exact.",
    "product_of": "Counts are exact, and other factors were rounded once.",
    "map_side_of": "Counts are exact.",
    "batches_of": "Counts are exact, and the last batch may be smaller.",
    "grim": "The mean is over so many items, each right or wrong. Some errors lead to another mean "
    "that is possible, the more the more items there are.",
    "difference_at_most": "The numbers were rounded, the bound was not.",
    "number_of": "The things that are counted are those in the table.",
    "number_above": "The cases were counted in the numbers as printed. Who counts before rounding "
    "sees a difference between numbers that are printed alike, and gets a false alarm.",
    "same_figures": "The numbers were compared as printed. Those rounded a second time may come "
    "out differently.",
    "in_range": "Rounding keeps the order of numbers; a bound with fewer decimals than the number "
    "may be off by half a unit.",
}


def build_auditor_page(
    templates: Sequence[Path], rates: Path, figures: dict[str, Path], page: Path
) -> str:
    """Build the page on the auditor.

    Parameters
    ----------
    templates : sequence of Path
        Templates and style.
    rates : Path
        What `redigit.error_rates.measure_error_rates` gave.
    figures : dict of str to Path
        The figures ``alarms`` and ``power``.
    page : Path
        Where the page will be.

    Returns
    -------
    str
        HTML.
    """
    measured = read_json(rates)
    level = look_up(RUN_FILE, "audit.level")
    rules = measured["rules"]
    return render_page(
        templates,
        "auditor.html.j2",
        n_claims=measured["claims"],
        level=level,
        rate_level=LEVEL,
        alarms=list_alarms(rules),
        replicates=[line for line in list_alarms(rules) if line["by_k"]],
        found=list_found(rules),
        assumptions={rule: ASSUMPTIONS[rule] for rule in rules},
        figures={
            name: describe_figure({"kind": name}, path, page) for name, path in figures.items()
        },
    )


def list_alarms(rules: dict[str, Any]) -> list[dict[str, Any]]:
    """List the rates of false alarms, a line for each rule and situation."""
    return [
        {
            "rule": rule,
            "nominal": entry["nominal"],
            "situation": situation,
            **rates["all"],
            "by_k": [{"k": k, **rate} for k, rate in rates.items() if k != "all"],
            "place": compare_with_nominal(rates["all"], entry["nominal"]),
        }
        for rule, entry in rules.items()
        for situation, rates in entry["false_alarms"].items()
    ]


def list_found(rules: dict[str, Any]) -> list[dict[str, Any]]:
    """List the rates of errors found, a line for each rule, kind and size of error."""
    return [
        {
            "rule": rule,
            "kind": kind,
            "size": "" if size == "any" else f"{size} {entry['size_unit']}",
            **rates["all"],
        }
        for rule, entry in rules.items()
        for kind, sizes in entry["found"].items()
        for size, rates in sizes.items()
    ]
