"""Schemas describe every key, allow no other, and are what docs/parameters.md says."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from redigit.documentation import PAGE, render_page
from redigit.validation import list_kinds

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = sorted((ROOT / "workflow/schemas").rglob("*.yaml"))
# Objects whose keys another schema closes: settings by kind of experiment, figures by kind.
LEFT_TO_KINDS = {
    "settings",
    "quick",
    "smoke",
    "rows.*",
    "figures.*",
}


def list_entries(schema: dict, definitions: dict, name: str = ""):
    """All entries of a schema with dotted names; a star stands for any name or number."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]] | schema
    yield name, schema
    named = [*schema.get("properties", {}).items()]
    named += [("*", entry) for entry in schema.get("patternProperties", {}).values()]
    others = [schema.get("additionalProperties"), schema.get("items")]
    named += [("*", entry) for entry in others if isinstance(entry, dict)]
    for part, entry in named:
        yield from list_entries(entry, definitions, f"{name}.{part}".lstrip("."))


def read_entries(path: Path) -> dict[str, dict]:
    """The entries of a schema file by name, with definitions put in their place."""
    schema = yaml.safe_load(path.read_text())
    return dict(list_entries(schema, schema.get("$defs", {})))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_schema_is_one(path):
    jsonschema.Draft202012Validator.check_schema(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_every_key_is_described_in_a_sentence(path):
    for name, entry in read_entries(path).items():
        if not name.endswith("*"):
            assert entry.get("description", "").strip().endswith("."), name


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_every_object_is_closed(path):
    for name, entry in read_entries(path).items():
        if entry.get("type") == "object" and name not in LEFT_TO_KINDS:
            assert "additionalProperties" in entry, name
            assert entry["additionalProperties"] is not True, name


def test_page_is_rendered_from_the_schemas(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert PAGE.read_text() == render_page()


def test_page_names_every_key_of_every_kind(monkeypatch):
    monkeypatch.chdir(ROOT)
    sections = PAGE.read_text().split("\n### ")
    for family in ("kinds", "figures"):
        for kind in list_kinds(family):
            (section,) = (text for text in sections if text.startswith(f"{kind}\n"))
            schema = yaml.safe_load((ROOT / f"workflow/schemas/{family}/{kind}.yaml").read_text())
            for key in schema["properties"]:
                assert f"| `{key}` |" in section
