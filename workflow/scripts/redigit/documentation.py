"""Parameter documentation rendered from the schemas: ``python -m redigit.documentation``."""

from pathlib import Path
from typing import Any

from redigit.files import write_text
from redigit.settings import read_params
from redigit.validation import SCHEMAS, list_kinds

PAGE = Path("docs/parameters.md")
OF_STUDIES = ("run", "experiment", "report", "explanations", "formulas", "between")
HEAD = """# Parameters

Rendered from `workflow/schemas` by `make docs`; a test keeps it in step. No parameter has a
default in the code: what a run uses stands in `params.yaml` and in the files of `studies/*/`.

The settings of a job are, each layer replacing whole values of the layer before it: the
experiment's `settings`, its overlay for the scale of the run (`quick` or `smoke`), the row, the
row's own overlay for the scale.
"""


def render_page() -> str:
    """Render the whole page as Markdown."""
    parts = [HEAD]
    parts += [render_schema(SCHEMAS / f"{of}.yaml", 2) for of in OF_STUDIES]
    for family, title in (("kinds", "Kinds of experiment"), ("figures", "Kinds of figure")):
        parts.append(f"## {title}\n")
        parts += [
            render_schema(SCHEMAS / family / f"{kind}.yaml", 3) for kind in list_kinds(family)
        ]
    return "\n".join(parts)


def render_schema(path: Path, level: int) -> str:
    """Render one schema as a heading, its description and a table of its keys."""
    schema = read_params(path)
    lines = [f"{'#' * level} {schema['title']}\n", f"{schema['description'].strip()}\n"]
    lines += ["| key | allowed | meaning |", "|---|---|---|"]
    definitions = schema.get("$defs", {})
    for key, entry in list_keys(schema, definitions):
        lines.append(f"| `{key}` | {describe_allowed(entry)} | {entry['description'].strip()} |")
    return "\n".join(lines) + "\n"


def list_keys(
    schema: dict[str, Any], definitions: dict[str, Any], prefix: str = ""
) -> list[tuple[str, dict[str, Any]]]:
    """List all keys that a schema describes, as dotted paths with their entries."""
    found = []
    named = [
        *schema.get("properties", {}).items(),
        *(("<name>", entry) for entry in schema.get("patternProperties", {}).values()),
    ]
    for name, entry in named:
        if "$ref" in entry:
            entry = definitions[entry["$ref"].split("/")[-1]] | entry
        key = f"{prefix}{name}"
        if "description" in entry:
            found.append((key, entry))
        found += list_keys(entry, definitions, f"{key}.")
        if isinstance(entry.get("items"), dict):
            found += list_keys(entry["items"], definitions, f"{key}[].")
    return found


def describe_allowed(entry: dict[str, Any]) -> str:
    """Describe the values that a key may have."""
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if "const" in entry:
        return f"`{entry['const']}`"
    kinds = entry.get("type", "any")
    kinds = kinds if isinstance(kinds, str) else " or ".join(kinds)
    bounds = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
    bounds["exclusiveMaximum"] = "below"
    return " ".join(
        [kinds, *(f"{word} {entry[name]}" for name, word in bounds.items() if name in entry)]
    )


if __name__ == "__main__":
    write_text(PAGE, render_page())
