"""Values held against their JSON schemas, with one line for what does not fit."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError, best_match

from redigit.errors import InputError
from redigit.settings import read_params

SCHEMAS = Path("workflow/schemas")

# The keys that lead to a problem, and its description.
Problem = tuple[list[str], str]


@lru_cache
def read_schema(path: Path) -> jsonschema.protocols.Validator:
    """Read a schema and check that it is one."""
    schema = read_params(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def list_kinds(family: str) -> list[str]:
    """List the kinds of a family, `kinds` (of experiments) or `figures`: each has a schema."""
    return sorted(path.stem for path in (SCHEMAS / family).glob("*.yaml"))


def find_problem(schema: Path, value: Any) -> Problem | None:
    """Find the first thing in a value that its schema does not allow.

    Returns
    -------
    (list of str, str) or None
        The keys that lead to the problem and its description, or None if all is well.
    """
    error = best_match(read_schema(schema).iter_errors(value))
    return error and ([str(part) for part in error.absolute_path], describe_problem(error))


def describe_problem(error: ValidationError) -> str:
    """Say in a few words what was found and what is allowed."""
    found = f"found {show_value(error.instance)}"
    match error.validator:
        case "additionalProperties":
            patterns = error.schema.get("patternProperties", {})
            known = set(error.schema.get("properties", {}))
            unknown = sorted(key for key in error.instance if key not in known)
            if patterns:
                return f"found the key {unknown[0]!r}; allowed are names like {'|'.join(patterns)}"
            return f"unknown key {unknown[0]!r}; allowed are {', '.join(sorted(known))}"
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
