"""Formulas that a study prints, held against the standard ones in numbers."""

import ast
import operator
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from redigit.errors import InputError
from redigit.randomness import make_generator
from redigit.settings import STUDIES, Settings, declare_keys, look_up, read_params
from redigit.validation import SCHEMAS, check_value

Operation = Callable[..., np.ndarray]
# All that a formula may be made of, besides numbers and its variables.
OPERATORS: dict[type[ast.AST], Operation] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
FUNCTIONS: dict[str, Operation] = {"sqrt": np.sqrt, "exp": np.exp, "log": np.log, "abs": np.abs}
POINTS = 1000
# Rounding of double precision stays far below it, and any change that matters far above.
RELATIVE = 1e-9


def formulas_file(study: str) -> Path:
    """Name the file of a study's formulas, which it need not have."""
    return STUDIES / study / "formulas.yaml"


def declare_formulas(study: str) -> dict[str, Settings]:
    """Declare the keys of a study's formulas, if it has any."""
    file = formulas_file(study)
    return declare_keys({file: ["formulas"]}) if file.exists() else {}


def check_formulas(study: str) -> None:
    """Check a study's formulas, if it has any; raise InputError at the first problem."""
    file = formulas_file(study)
    if not file.exists():
        return
    check_value(SCHEMAS / "formulas.yaml", file, "", read_params(file))
    for name, formula in look_up(file, "formulas").items():
        place = f"{file}: formulas.{name}"
        for variable, (low, high) in formula["variables"].items():
            if low >= high:
                raise InputError(
                    f"{place}.variables.{variable}: found {low} to {high}; allowed is an interval"
                )
        point = draw_points(name, formula["variables"])
        for key in ("printed", "standard"):
            try:
                values = evaluate(formula[key], point)
            except InputError as error:
                raise InputError(f"{place}.{key}: {error}") from error
            if not np.all(np.isfinite(values)):
                raise InputError(
                    f"{place}.{key}: found no number at some values of its variables; allowed are "
                    "bounds within which there is one"
                )


def find_formula(study: str, quantity: str) -> Settings:
    """Find the formula that a claim of a study names, ``<study>/formulas/<name>``."""
    file = formulas_file(study)
    formulas = look_up(file, "formulas") if file.exists() else {}
    name = quantity.removeprefix(f"{study}/formulas/")
    if name not in formulas:
        allowed = ", ".join(f"{study}/formulas/{known}" for known in formulas) or f"none, no {file}"
        raise InputError(f"quantity: found {quantity!r}; allowed are {allowed}")
    return formulas[name]


def draw_points(name: str, variables: dict[str, list[float]]) -> dict[str, np.ndarray]:
    """Draw the points at which two formulas are compared, the same each time.

    Returns
    -------
    dict of str to ndarray of float64, shape (POINTS,)
        The values of each variable.
    """
    generator = make_generator("formulas", name, 0)
    return {key: generator.uniform(*bounds, POINTS) for key, bounds in variables.items()}


def evaluate(formula: str, variables: dict[str, np.ndarray]) -> np.ndarray:
    """Evaluate a formula.

    Parameters
    ----------
    formula : str
        Its text, in the grammar of `OPERATORS` and `FUNCTIONS`; anything else is refused.
    variables : dict of str to ndarray
        Their values.

    Raises
    ------
    InputError
        At the first thing that a formula may not have.
    """
    with np.errstate(all="ignore"):
        return np.asarray(evaluate_node(parse(formula), variables), float)


@lru_cache
def parse(formula: str) -> ast.expr:
    """Parse a formula."""
    try:
        return ast.parse(formula, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"found {formula!r}; allowed is arithmetic") from error


def evaluate_node(node: ast.expr, variables: dict[str, np.ndarray]) -> np.ndarray | float:
    """Evaluate a part of a formula."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in variables:
            return variables[name]
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            both = (evaluate_node(part, variables) for part in (left, right))
            return OPERATORS[type(op)](*map(np.float64, both))
        case ast.UnaryOp(op, operand) if type(op) in OPERATORS:
            return OPERATORS[type(op)](evaluate_node(operand, variables))
        case ast.Call(ast.Name(id=name), [argument], []) if name in FUNCTIONS:
            return FUNCTIONS[name](evaluate_node(argument, variables))
    allowed = f"numbers, + - * / **, {', '.join(FUNCTIONS)} and {', '.join(variables)}"
    raise InputError(f"found {ast.unparse(node)!r}; allowed are {allowed}")


def compare_formulas(name: str, formula: Settings) -> tuple[float, dict[str, float]]:
    """Compare a printed formula with the standard.

    Returns
    -------
    (float, dict of str to float)
        The share of the points at which they differ, and the one at which they do most: the values
        of its variables, and of both as ``printed`` and ``standard``.
    """
    points = draw_points(name, formula["variables"])
    printed, standard = (
        np.broadcast_to(evaluate(formula[key], points), POINTS) for key in ("printed", "standard")
    )
    size = np.maximum(np.maximum(abs(printed), abs(standard)), np.finfo(float).tiny)
    off = abs(printed - standard) / size
    worst = int(np.argmax(off))
    values = points | {"printed": printed, "standard": standard}
    return float(np.mean(off > RELATIVE)), {key: float(of[worst]) for key, of in values.items()}
