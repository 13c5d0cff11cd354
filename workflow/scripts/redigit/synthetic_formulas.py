"""Synthetic formulas with known truth, by which the rule `formula` is tried."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from redigit.document_rules import judge_formula
from redigit.randomness import make_generator
from redigit.synthetic import TRUE, TRUE_CLAIMS, Judged, make_claim
from redigit.synthetic_runs import AS_ASSUMED

NAMES = "abcdefgh"
OTHER = {"+": "-", "-": "+", "*": "/", "/": "*"}


@dataclass(frozen=True)
class Part:
    """A part of a formula: a variable, or two parts that an operator joins, under a root or not.

    No variable stands twice in a formula, so that any change of it changes its numbers.
    """

    sign: str
    left: "Part | str"
    right: "Part | str"
    root: bool

    def write(self, otherwise: bool) -> str:
        """Write it; otherwise with its parts the other way round, which is the same."""
        left, right = (
            part if isinstance(part, str) else part.write(otherwise)
            for part in (self.left, self.right)
        )
        text = f"({left} {self.sign} {right})"
        if otherwise:
            swapped = {"-": f"-({right} - {left})", "/": f"1 / ({right} / {left})"}
            text = f"({swapped.get(self.sign, f'{right} {self.sign} {left}')})"
        # An absolute value, since a root of less than zero is none.
        return f"sqrt(abs({text}))" if self.root else text


def draw_part(names: str, generator: np.random.Generator) -> Part | str:
    """Draw a formula that has each of some variables once."""
    if len(names) == 1:
        return names
    cut = int(generator.integers(1, len(names)))
    left, right = (draw_part(part, generator) for part in (names[:cut], names[cut:]))
    return Part(str(generator.choice(list(OTHER))), left, right, bool(generator.random() < 0.25))


def change_part(part: Part, kind: str, generator: np.random.Generator) -> Part:
    """Make an error in a formula: another operator, or a root where there is none or none where."""
    inner = [side for side in ("left", "right") if isinstance(vars(part)[side], Part)]
    if inner and generator.random() < 0.7:
        side = inner[int(generator.integers(len(inner)))]
        return Part(**{**vars(part), side: change_part(vars(part)[side], kind, generator)})
    if kind == "another operator":
        return Part(**{**vars(part), "sign": OTHER[part.sign]})
    return Part(**{**vars(part), "root": not part.root})


def try_formulas(trials: int) -> Iterator[Judged]:
    """Judge formulas of three to eight variables, true ones written in another way."""
    claim = make_claim(1, 0, "none", "formula")
    for trial in range(trials * TRUE_CLAIMS):
        generator = make_generator("synthetic", "formulas", trial)
        names = NAMES[: int(generator.integers(3, len(NAMES) + 1))]
        part = draw_part(names, generator)
        standard = {"standard": part.write(False), "source": "made up"}
        standard["variables"] = {name: [0.5, 2] for name in names}
        verdict = judge_formula(claim, standard | {"printed": part.write(True)})
        yield Judged("formula", AS_ASSUMED, TRUE, verdict.verdict)
        if trial >= trials:
            continue
        for kind in ("another operator", "root misplaced"):
            wrong = change_part(part, kind, generator).write(False)
            verdict = judge_formula(claim, standard | {"printed": wrong})
            yield Judged("formula", AS_ASSUMED, kind, verdict.verdict)
