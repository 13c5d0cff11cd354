"""Definitions of tables and figures; each of the studies' is rebuilt, or listed as not rebuilt.

The last two tests run where the studies' documents are at hand: REDIGIT_DOCUMENTS names the folder
of A.md to E.md.
"""

import os
import re
from itertools import chain
from pathlib import Path

import pytest
from study_files import write_study

from redigit.claims import claims_file, read_cells
from redigit.exhibits import declare_all_rows, read_exhibit
from redigit.settings import read_params

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ("a", "b", "c", "d", "e")
COLUMNS = read_params(ROOT / "workflow/schemas/claims.yaml")["properties"]
DOCUMENTS = Path(os.environ.get("REDIGIT_DOCUMENTS", "none"))


def test_all_rows_are_those_of_the_experiment(folder):
    rows = {"small": {}, "large": {}}
    tables = {
        "all": {"experiment": "mlp", "rows": "all"},
        "one": {"experiment": "mlp", "rows": {"large": "The large"}},
    }
    write_study("t", {"experiments": {"mlp": {"rows": rows}}, "tables": tables})
    assert read_exhibit("t", "tables.all")["rows"] == {"small": "small", "large": "large"}
    assert declare_all_rows("t", tables["all"]) == {
        "studies/t/experiments/mlp.yaml": {"rows": rows}
    }
    assert read_exhibit("t", "tables.one")["rows"] == {"large": "The large"}
    assert declare_all_rows("t", tables["one"]) == {}


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="REDIGIT_DOCUMENTS names no folder")
@pytest.mark.parametrize("study", STUDIES)
def test_each_exhibit_of_the_document_is_accounted_for(study):
    text = (DOCUMENTS / f"{study.upper()}.md").read_text()
    numbered = re.findall(r"\b(Table|Figure|Fig\.) (\d+(?:\.\d+)?)", text)
    named = {f"{kind.replace('Fig.', 'Figure')} {number}" for kind, number in numbered}
    content = read_params(ROOT / f"studies/{study}/report.yaml")
    exhibits = chain(content["tables"].values(), content["figures"].values())
    # A figure that is rebuilt in parts has what follows a comma for their names.
    titles = {exhibit["title"].split(",")[0] for exhibit in exhibits}
    known = titles | content.get("not_rebuilt", {}).keys()
    assert named <= known
    # Study B numbers none.
    assert named or study == "b"


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="REDIGIT_DOCUMENTS names no folder")
@pytest.mark.parametrize("study", STUDIES)
def test_context_of_each_claim_stands_in_the_document(study):
    def read_plain(text: str) -> str:
        """Leave out what marks code, emphasis, tables and rules, and breaks between lines."""
        return " ".join(re.sub(r"[*`|]|<[^>]+>|-{3,}|={3,}", " ", text).split())

    document = read_plain((DOCUMENTS / f"{study.upper()}.md").read_text())
    claims = list(read_cells(ROOT / claims_file(study), list(COLUMNS)))
    assert claims
    for _, cells in claims:
        assert read_plain(cells["context"]) in document, cells["id"]
