"""Verdicts as the pages show them: in four groups, each with a sign, a word and a meaning."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Group:
    """What several verdicts have in common.

    Attributes
    ----------
    title : str
        Heading.
    symbol : str
        Sign that stands beside each verdict of the group.
    """

    title: str
    symbol: str


@dataclass(frozen=True)
class Verdict:
    """What is said of a printed number.

    Attributes
    ----------
    group : str
        Name of its group.
    meaning : str
        One line for the reader.
    """

    group: str
    meaning: str

    @property
    def symbol(self) -> str:
        """Sign of its group."""
        return GROUPS[self.group].symbol


GROUPS = {
    "holds": Group("Holds", "✓"),
    "fails": Group("Does not hold", "✗"),
    "open": Group("Not decided", "?"),
    "taken": Group("Taken over", "="),
}
VERDICTS = {
    "reproduced": Verdict("holds", "We find it too: exactly, or within the interval of our runs."),
    "confirmed": Verdict("holds", "The study ranks two results; our runs rank them the same way."),
    "consistent": Verdict("holds", "The number agrees with the study's other numbers."),
    "not_reproduced": Verdict("fails", "We find another number, outside the interval of our runs."),
    "reversed": Verdict("fails", "The study ranks two results; our runs rank them the other way."),
    "tied": Verdict("fails", "The study ranks two results; in our runs they do not differ."),
    "inconsistent": Verdict("fails", "The number contradicts another number of the same study."),
    "impossible": Verdict("fails", "The number cannot be, by what the study itself states."),
    "indeterminate": Verdict("open", "The study ranks two results; our runs cannot tell which."),
    "underpowered": Verdict("open", "It fits our runs, which scatter too much for that to count."),
    "single_run": Verdict("open", "One run, or one draw of items: a distance, but no interval."),
    "not_run": Verdict("open", "Nothing has been run at the study's settings that could decide."),
    "not_comparable": Verdict("open", "Ours cannot be set beside it, such as times elsewhere."),
    "adopted": Verdict("taken", "A setting that the study states and our runs use; not a result."),
}


def lay_out_bar(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Lay verdict counts out along one bar.

    Parameters
    ----------
    counts : dict of str to int
        Number of claims by verdict; verdicts may be left out.

    Returns
    -------
    list of dict
        ``verdict``, ``count``, ``start`` and ``width`` in percent, in the order of `VERDICTS`,
        without verdicts that no claim has.
    """
    total = sum(counts.get(name, 0) for name in VERDICTS)
    parts, before = [], 0
    for name in VERDICTS:
        if count := counts.get(name, 0):
            start, width = (round(100 * share / total, 3) for share in (before, count))
            parts.append({"verdict": name, "count": count, "start": start, "width": width})
            before += count
    return parts


def list_verdicts() -> str:
    """Name all verdicts, for messages."""
    return ", ".join(VERDICTS)


def count_groups(counts: dict[str, int]) -> dict[str, int]:
    """Sum counts of verdicts by group; groups that no claim is in are named too."""
    return {
        group: sum(counts.get(name, 0) for name in VERDICTS if VERDICTS[name].group == group)
        for group in GROUPS
    }
