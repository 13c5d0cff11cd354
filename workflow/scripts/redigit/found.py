"""What matters most of a run, found in claims, verdicts and metrics, and said in sentences.

Each section of the page of findings is made by a function here. A study has the sections that its
experiments' kinds give rise to, so that a new study needs no code.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from redigit.auditor_page import list_alarms
from redigit.findings import Contradiction, Judged, find_contradictions
from redigit.orders import is_above_all
from redigit.quantities import Quantity
from redigit.scale import list_changes
from redigit.settings import RUN_FILE, look_up, read_experiment, resolve_settings, split_experiment
from redigit.wording import format_number

# What a rule says of a claim once there are runs at full scale.
TESTED = ("reproduced", "not_reproduced", "underpowered")
# What several studies have in common is said once, these first.
TELLING = ("same_tables", "impossible")


@dataclass(frozen=True)
class Measured:
    """What was measured of an experiment.

    Attributes
    ----------
    rows : dict of str to dict
        Metrics by row.
    scale : str
        Scale of the runs that gave them.
    is_recorded : bool
        Whether they were recorded at full scale, beside the run at hand.
    """

    rows: dict[str, dict[str, Any]]
    scale: str
    is_recorded: bool = False

    def find_best(self, metric: str, among: Iterable[str]) -> tuple[str, bool]:
        """Find the row with the highest mean, and tell whether its runs exclude chance."""
        values = {row: m["replicates"][metric] for row, m in self.rows.items() if metric in m}
        best = max((row for row in among if row in values), key=lambda row: self.rows[row][metric])
        others = [values[row] for row in among if row in values and row != best]
        return best, is_above_all(values[best], others, look_up(RUN_FILE, "audit.level"))

    def say_size(self, experiment: str, row: str, metric: str) -> tuple[str, bool]:
        """Say which runs gave a metric, if need be, and whether their size is the study's."""
        if list_changes(Quantity(experiment, row, metric), self.scale):
            return f", in this smaller run ({self.scale})", False
        return ", in runs recorded at full scale" if self.is_recorded else "", True


@dataclass(frozen=True)
class Table:
    """A table of the page of findings.

    Attributes
    ----------
    caption : str
        What it shows, and from which data.
    headings : tuple of str
        Heads of its columns; the first heads the lines.
    lines : list of tuple of str
        Its cells.
    """

    caption: str
    headings: tuple[str, ...]
    lines: list[tuple[str, ...]]


@dataclass(frozen=True)
class Lead:
    """A finding in a sentence.

    Attributes
    ----------
    text : str
        The sentence.
    is_firm : bool
        Whether it is the same at full scale; if not, the front page passes it over.
    """

    text: str
    is_firm: bool = True


@dataclass(frozen=True)
class Section:
    """A section of the page of findings.

    Attributes
    ----------
    name, heading, text : str
        Its anchor, its heading, and what it is about.
    leads : list of Lead
        The findings; the front page has those that are firm.
    contradictions : dict of str to list of Contradiction
        By title of the study.
    tables : list of Table
        What the findings are read from.
    claims : tuple of str
        Claims that are about the same.
    """

    name: str
    heading: str
    text: str
    leads: list[Lead]
    contradictions: dict[str, list[Contradiction]] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    claims: tuple[str, ...] = ()


def find_sections(
    titles: dict[str, str],
    claims: dict[str, list[Judged]],
    measured: dict[str, Measured],
    rates: dict[str, Any],
) -> list[Section]:
    """Find all that the page of findings says.

    Parameters
    ----------
    titles : dict of str to str
        Title of each study.
    claims : dict of str to list of dict
        By study, its claims with their verdicts.
    measured : dict of str to Measured
        By ``study/experiment``, those of the kinds in `KINDS`.
    rates : dict
        How often the rules err, as `redigit.error_rates.measure_error_rates` gives it.

    Returns
    -------
    list of Section
        Those that have something to say.
    """
    sections = [describe_contradictions(titles, claims)]
    for kind, describe in KINDS.items():
        of_kind = {
            name: found for name, found in measured.items() if read_experiment(name)["kind"] == kind
        }
        sections.append(describe(titles, claims, of_kind))
    sections.append(describe_error_rates(rates, titles, claims))
    return [section for section in sections if section.leads]


def describe_contradictions(titles: dict[str, str], claims: dict[str, list[Judged]]) -> Section:
    """Describe what the studies say in ways that cannot all hold."""
    found = {titles[study]: find_contradictions(lines) for study, lines in claims.items()}
    found = {title: of_study for title, of_study in found.items() if of_study}
    leads = []
    for title, of_study in found.items():
        for kind in TELLING:
            same = [one for one in of_study if one.kind == kind]
            if not same:
                continue
            sentence = " ".join(same[0].sentences)
            more = f" Impossible numbers in all: {len(same)}." if kind == "impossible" else ""
            leads.append(Lead(f"{title}: {sentence}{more}"))
    if found:
        counts = ", ".join(f"{title} {len(of_study)}" for title, of_study in found.items())
        total = sum(map(len, found.values()))
        times = "once" if total == 1 else f"{total} times"
        text = f"The studies contradict themselves {times}, whatever one runs: {counts}."
        leads.insert(0, Lead(text))
    return Section(
        "contradictions",
        "Contradictions",
        "What a study says in ways that cannot all hold, found by a program: numbers that do not "
        "follow from each other, that no whole number of items gives, that are printed twice and "
        "differ, and tables with the same figures. That needs no run, and does not say which of "
        "them is wrong.",
        leads,
        contradictions=found,
    )


def describe_leakage(
    titles: dict[str, str],
    claims: dict[str, list[Judged]],
    measured: dict[str, Measured],
) -> Section:
    """Describe which images of test pairs also stand in training pairs."""
    leads, lines = [], []
    for experiment, found in measured.items():
        rows = found.rows
        shares = {row: m["shared_image_share"] for row, m in rows.items() if m.get("test_pairs")}
        if not shares:
            continue
        title = find_title(titles, experiment)
        worst = max(shares, key=shares.get)
        none = [row for row, share in shares.items() if share == 0]
        if shares[worst] == 0:
            leads.append(Lead(f"{title}: no image of a test pair stands in a training pair."))
        else:
            apart = f" None does where images are kept apart ({', '.join(none)})." if none else ""
            runs, is_firm = found.say_size(experiment, worst, "shared_image_share")
            text = (
                f"{title}: {shares[worst]:.1%} of the images of test pairs also stand in training "
                f"pairs (pairs “{worst}”{runs}).{apart}"
            )
            leads.append(Lead(text, is_firm))
        for row in shares:
            names = ("shared_image_share", "shared_test_share", "expected_shared_test_share")
            numbers = (f"{rows[row][name]:.1%}" for name in names)
            pairs = (f"{rows[row][name]:,}" for name in ("train_pairs", "test_pairs"))
            lines.append((f"{title}, {row}", *pairs, *numbers))
    headings = (
        *("Pairs", "Training pairs", "Test pairs", "Test images that training pairs have"),
        *("Test pairs with such an image", "Expected by formula"),
    )
    caption = "Every draw of pairs that is tested on, from the lists of image numbers of this run."
    return Section(
        "leakage",
        "Leakage",
        "Where pairs of digits are drawn first and split afterwards, an image may stand in a "
        "training pair and in a test pair. A model can then know a test image by heart.",
        leads,
        tables=[Table(caption, headings, lines)] if lines else [],
    )


def describe_separability(
    titles: dict[str, str],
    claims: dict[str, list[Judged]],
    measured: dict[str, Measured],
) -> Section:
    """Describe which pairs of digits a hyperplane separates."""
    leads, tables, about = [], [], []
    for experiment, found in measured.items():
        rows = found.rows
        title = find_title(titles, experiment)
        apart = [row for row, m in rows.items() if m["separable"]]
        mixed = [row for row in rows if row not in apart]
        text = (
            f"{title}: {len(apart)} of {len(rows)} pairs of digits are linearly separable"
            + (f", all but {show_pairs(mixed)}" if mixed and apart else "")
            + "; each answer is proved in whole numbers by a certificate."
        )
        same = list(list_claims(claims, experiment, "separable"))
        if wrong := [claim["printed"] for claim in same if claim["verdict"] == "not_reproduced"]:
            text += f" The study says otherwise of {', '.join(wrong)}."
        leads.append(Lead(text))
        about += [claim["id"] for claim in same]
        lines = [
            (
                show_pairs([row]),
                "✓ separable" if m["separable"] else "✗ not separable",
                *(show(m, name) for name in ("margin", "margin_bound")),
                *(f"{m[name]:,}" for name in ("support", "n_images")),
            )
            for row, m in rows.items()
        ]
        headings = ("Pair", "Separable", "Margin", "Bound", "Images it rests on", "Images")
        caption = (
            f"{title}: all training images of two digits in the space of grey values. Margin: "
            "distance of the certificate's hyperplane from the nearest image, in grey values of 0 "
            "to 255; no hyperplane's is above the bound."
        )
        tables.append(Table(caption, headings, lines))
    return Section(
        "separability",
        "Separability",
        "A certificate is either a hyperplane with all images of the one digit on one side, or "
        "weights with which the two digits' images have one mean, so that none can be. Both are "
        "checked in whole numbers, whoever found them.",
        leads,
        tables=tables,
        claims=tuple(about),
    )


def describe_perplexity(
    titles: dict[str, str],
    claims: dict[str, list[Judged]],
    measured: dict[str, Measured],
) -> Section:
    """Describe which perplexity gives the best maps, by three measures."""
    leads, tables, about = [], [], []
    measures = {
        "silhouette": "Silhouette",
        "neighbour_recall": "Neighbours kept",
        "trustworthiness": "Trustworthiness",
    }
    for experiment, found in measured.items():
        rows = found.rows
        title, name = find_title(titles, experiment), split_experiment(experiment)[1]
        at = {row: resolve_settings(experiment, row, found.scale)["perplexity"] for row in rows}
        best = {metric: found.find_best(metric, rows) for metric in measures}
        named = ", ".join(f"{at[row]} by {measures[m].lower()}" for m, (row, _) in best.items())
        is_told = all(is_known for _, is_known in best.values())
        runs, is_firm = found.say_size(experiment, next(iter(rows)), "silhouette")
        text = f"{title}, {name.replace('_', ' ')}: the best perplexity is {named}{runs}"
        leads.append(say_chance(text, is_firm, is_told))
        about += [claim["id"] for claim in list_claims(claims, experiment, "best_by_silhouette")]
        lines = [
            (str(at[row]), *(show(m, metric) for metric in measures)) for row, m in rows.items()
        ]
        caption = f"{title}, experiment {name}: t-SNE maps at several perplexities{runs}."
        tables.append(Table(caption, ("Perplexity", *measures.values()), lines))
    return Section(
        "perplexity",
        "Perplexity",
        "A map that looks good is no measure. The silhouette says how far classes are apart in the "
        "map; the share of neighbours kept and the trustworthiness say how far nearness in the map "
        "is nearness in the data.",
        leads,
        tables=tables,
        claims=tuple(about),
    )


def describe_weights(
    titles: dict[str, str],
    claims: dict[str, list[Judged]],
    measured: dict[str, Measured],
) -> Section:
    """Describe with which weight λ of two tasks one network does them best."""
    leads, tables = [], []
    for experiment, found in measured.items():
        rows = found.rows
        title = find_title(titles, experiment)
        weights = {row: resolve_settings(experiment, row, found.scale)["tasks"] for row in rows}
        both = [row for row in rows if len(weights[row]) > 1]
        if not both:
            continue
        tasks = list(dict.fromkeys(task for row in rows for task in weights[row]))
        runs, is_firm = found.say_size(experiment, both[0], "test_accuracy")
        if len(both) > 1:
            best, is_told = [], True
            for task in tasks:
                row, is_known = found.find_best(f"test_accuracy_{task}", both)
                weight, accuracy = weights[row][task], show(rows[row], f"test_accuracy_{task}")
                best.append(f"{task} with {weight:g} of the loss ({accuracy})")
                is_told &= is_known
            text = f"{title}: one network for two tasks does best at {' and '.join(best)}{runs}"
            leads.append(say_chance(text, is_firm, is_told))
        lines = [
            (
                row.replace("_", " "),
                *(f"{weights[row].get(task, 0):g}" for task in tasks),
                *(show(rows[row], f"test_accuracy_{task}") for task in tasks),
            )
            for row in rows
        ]
        headings = ("Network", *(f"Weight of {task}" for task in tasks))
        headings += tuple(f"Test accuracy, {task}" for task in tasks)
        tables.append(Table(f"{title}: networks for one task and for both{runs}.", headings, lines))
    return Section(
        "weights",
        "Weight λ of two tasks",
        "A network with two outputs minimises a weighted sum of two losses. A task whose weight is "
        "zero is not trained for; networks for one task stand beside.",
        leads,
        tables=tables,
    )


KINDS = {
    "pairs": describe_leakage,
    "separability": describe_separability,
    "tsne": describe_perplexity,
    "multitask": describe_weights,
}


def describe_error_rates(
    rates: dict[str, Any], titles: dict[str, str], claims: dict[str, list[Judged]]
) -> Section:
    """Describe how often the rules themselves err, and what that makes of the claims."""
    alarms = list_alarms(rates["rules"])
    true = sum(line["claims"] for line in alarms)
    wrong = sum(line["alarms"] for line in alarms)
    above = [line for line in alarms if line["place"] == "above"]
    lines = [
        (
            line["rule"].replace("_", " "),
            line["situation"],
            *(f"{line[name]:.1%}" for name in ("nominal", "rate")),
            f"{line['low']:.1%} to {line['high']:.1%}",
        )
        for line in above
    ]
    caption = "Rules and situations with more false alarms than the rule is meant to raise."
    headings = ("Rule", "Situation", "Meant", "False alarms", "Interval")
    nominal = {rule: entry["nominal"] for rule, entry in rates["rules"].items()}
    leads, tables = list_chances(titles, claims, nominal)
    return Section(
        "error-rates",
        "How often the auditor errs",
        "Every rule was tried on made-up claims whose truth is known.",
        [
            Lead(
                f"The rules were tried on {rates['claims']:,} made-up claims: of {true:,} true "
                f"ones they rejected {wrong:,} ({wrong / true:.1%}); in {len(above)} of "
                f"{len(alarms)} situations more than they are meant to."
            ),
            *leads,
        ],
        tables=[*tables, *([Table(caption, headings, lines)] if lines else [])],
    )


def list_chances(
    titles: dict[str, str], claims: dict[str, list[Judged]], nominal: dict[str, float]
) -> tuple[list[Lead], list[Table]]:
    """Set the claims that do not hold beside those of true ones that chance would make so.

    Parameters
    ----------
    titles, claims
        As of `find_sections`.
    nominal : dict of str to float
        By rule, the share of true claims that it is meant to say of that they do not hold.

    Returns
    -------
    list of Lead, list of Table
        One of each, or none if no such claim was judged.
    """
    counts = {}
    for study, of_study in claims.items():
        judged = [
            claim for claim in of_study if nominal.get(claim["rule"]) and claim["verdict"] in TESTED
        ]
        failed = sum(claim["verdict"] == "not_reproduced" for claim in judged)
        chance = sum(nominal[claim["rule"]] for claim in judged)
        if judged:
            counts[study] = len(judged), failed, chance
    if not counts:
        return [], []
    n_judged, n_failed, by_chance = map(sum, zip(*counts.values(), strict=True))
    text = (
        f"Chance can mislead the rules for {n_judged:,} of the studies' claims: {n_failed:,} of "
        f"these do not hold, where it would make about {by_chance:.0f}, were all of them true."
    )
    caption = (
        "Claims judged by rules that chance can mislead, decided or left open; and of how many the "
        "rules would say that they do not hold, were all of them true."
    )
    headings = ("Study", "Judged", "Do not hold", "Expected if all were true")
    lines = [
        (titles[study], str(n), str(failed), f"{chance:.1f}")
        for study, (n, failed, chance) in counts.items()
    ]
    return [Lead(text)], [Table(caption, headings, lines)]


def find_title(titles: dict[str, str], experiment: str) -> str:
    """Find the title of an experiment's study."""
    return titles[split_experiment(experiment)[0]]


def list_claims(claims: dict[str, list[Judged]], experiment: str, metric: str) -> Iterator[Judged]:
    """List the claims about a metric of an experiment's rows."""
    for claim in claims[split_experiment(experiment)[0]]:
        start, end = f"{experiment}/", f"/{metric}"
        if claim["quantity"].startswith(start) and claim["quantity"].endswith(end):
            yield claim


def say_chance(text: str, is_firm: bool, is_told: bool) -> Lead:
    """Make a lead of a sentence without its end, and say in it if chance may have made it so."""
    return Lead(f"{text}." if is_told else f"{text}; that may be chance.", is_firm and is_told)


def show(metrics: dict[str, Any], name: str) -> str:
    """Show a metric; a dash where there is none."""
    return format_number(str(metrics[name])) if name in metrics else "none"


def show_pairs(rows: list[str]) -> str:
    """Show rows that are named by two digits."""
    return ", ".join(f"({row.replace('_', ', ')})" for row in rows)
