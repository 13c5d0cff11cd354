"""Values held against their JSON schemas, with one line for what does not fit."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError, best_match

from redigit.errors import InputError
from redigit.settings import (
    Settings,
    experiment_file,
    find_scale,
    list_layers,
    read_params,
    resolve_settings,
)

SCHEMAS = Path("workflow/schemas")

# The keys that lead to a problem, and its description.
Problem = tuple[list[str], str]
# What a schema cannot say of the settings of a kind: finds the first problem, if there is one.
ProblemFinder = Callable[[Settings], Problem | None]


@lru_cache
def read_schema(path: Path) -> jsonschema.protocols.Validator:
    """Read a schema; a test checks that it is one."""
    return jsonschema.Draft202012Validator(read_params(path))


def list_kinds(family: str) -> list[str]:
    """List the kinds of a family, `kinds` (of experiments) or `figures`: each has a schema."""
    return sorted(path.stem for path in (SCHEMAS / family).glob("*.yaml"))


def find_schema(family: str, kind: str) -> Path:
    """Name the schema of a kind."""
    return SCHEMAS / family / f"{kind}.yaml"


def find_problem(schema: Path, value: Any) -> Problem | None:
    """Find the first thing in a value that its schema does not allow.

    Returns
    -------
    (list of str, str) or None
        The keys that lead to the problem and its description, or None if all is well.
    """
    error = best_match(read_schema(schema).iter_errors(value))
    return error and ([str(part) for part in error.absolute_path], describe_problem(error))


@lru_cache(maxsize=None, typed=True)
def find_cell_problem(schema: Path, column: str, value: Any) -> str | None:
    """Find what a schema does not allow of one property; in tables many values are the same."""
    validator = read_schema(schema)
    column_schema = validator.schema["properties"][column]
    error = best_match(validator.evolve(schema=column_schema).iter_errors(value))
    return error and describe_problem(error)


def describe_problem(error: ValidationError) -> str:
    """Say in a few words what was found and what is allowed."""
    found = f"found {show_value(error.instance)}"
    match error.validator:
        case "additionalProperties":
            pattern = "|".join(error.schema.get("patternProperties", {}))
            if pattern:
                unknown = sorted(key for key in error.instance if not re.search(pattern, key))
                return f"found the key {unknown[0]!r}; allowed are names like {pattern}"
            known = sorted(error.schema.get("properties", {}))
            unknown = sorted(key for key in error.instance if key not in known)
            return f"unknown key {unknown[0]!r}; allowed are {', '.join(known)}"
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            return f"the key {missing[0]!r} is missing"
        case "type":
            allowed = error.validator_value
            allowed = allowed if isinstance(allowed, str) else " or ".join(allowed)
            return f"{found}; allowed is {allowed}"
        case "enum":
            return f"{found}; allowed are {', '.join(map(str, error.validator_value))}"
        case "minimum":
            return f"{found}; allowed is {error.validator_value} or more"
        case "maximum":
            return f"{found}; allowed is {error.validator_value} or less"
        case "exclusiveMinimum":
            return f"{found}; allowed is more than {error.validator_value}"
        case "exclusiveMaximum":
            return f"{found}; allowed is less than {error.validator_value}"
        case "multipleOf":
            return f"{found}; allowed are multiples of {error.validator_value}"
        case "pattern":
            return f"{found}; allowed is what matches {error.validator_value}"
        case None:
            return f"{found}; allowed is nothing here"
        case _:
            return f"{found}; {error.message}"


def show_value(value: Any) -> str:
    """Show a value and its type, shortened."""
    names = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object"}
    text = repr(value)
    text = text if len(text) <= 40 else f"{text[:37]}…"
    kind = names.get(type(value), "array" if isinstance(value, list) else type(value).__name__)
    return "null" if value is None else f"{text} ({kind})"


def check_value(schema: Path, file: Path, key: str, value: Any) -> None:
    """Check the value under a dotted key of a file; raise InputError with one line."""
    problem = find_problem(schema, value)
    if problem:
        path = ".".join([*([key] if key else []), *problem[0]])
        raise InputError(f"{file}: {path + ': ' if path else ''}{problem[1]}")


def check_row(
    schema: Path,
    experiment: str,
    row: str,
    scale: str,
    find_more: ProblemFinder | None = None,
) -> None:
    """Check the settings of a row at a scale.

    Parameters
    ----------
    schema : Path
        Schema of the experiment's kind.
    experiment, row : str
        ``study/experiment``, and a row of it.
    scale : str
        The scale.
    find_more : callable, optional
        Finds what the schema cannot refuse, in settings that it allows.

    Raises
    ------
    InputError
        Naming the layer that the bad setting comes from.
    """
    file = experiment_file(experiment)
    layers = list_layers(experiment, row, scale)
    for key, layer in layers:
        if not isinstance(layer, dict):
            raise InputError(f"{file}: {key}: found {show_value(layer)}; allowed is object")
    settings = {name: value for _, layer in layers for name, value in layer.items()}
    problem = find_problem(schema, settings)
    if not problem and find_more:
        problem = find_more(settings)
    if problem:
        path, text = problem
        sources = [key for key, layer in layers if path and path[0] in layer]
        sources += [
            key for key, layer in layers if not path and any(repr(name) in text for name in layer)
        ]
        source = sources[-1] if sources else layers[-1][0]
        raise InputError(f"{file}: {'.'.join([source, *path])}: {text}")


def read_settings(
    schema: Path, experiment: str, row: str, find_more: ProblemFinder | None = None
) -> Settings:
    """Resolve the settings of a row at the scale of the run, and check them.

    Parameters
    ----------
    schema : Path
        Schema of the experiment's kind.
    experiment, row : str
        ``study/experiment``, and a row of it.
    find_more : callable, optional
        Finds what the schema cannot refuse, in settings that it allows.

    Returns
    -------
    dict
        Each setting of the kind and its value.

    Raises
    ------
    InputError
        If the schema does not allow one of them, or `find_more` finds a problem.
    """
    check_row(schema, experiment, row, find_scale(experiment, row), find_more)
    return resolve_settings(experiment, row)
