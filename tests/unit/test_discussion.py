"""What we make of verdicts: each paragraph rests on claims, and no number is copied by hand."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redigit.checks import check_study
from redigit.discussion import Reference, list_findings, split_references
from redigit.discussion_page import describe_findings
from redigit.errors import InputError
from redigit.judged import CLAIM_COLUMNS
from redigit.settings import experiments_folder

CLAIM = "example-table1-1x32-parameters"


def tabulate(**columns) -> pd.DataFrame:
    """One claim with a verdict, as the audit gives it."""
    empty = dict.fromkeys(CLAIM_COLUMNS, "")
    return pd.DataFrame([empty | {"id": CLAIM, "unit": "share", "printed": "0.85"} | columns])


def join(pieces: list[dict]) -> str:
    return "".join(piece.get("html", f"<{piece.get('claim')}>") for piece in pieces)


@given(
    st.lists(
        st.one_of(
            st.text("ab [:", max_size=5), st.builds(Reference, *map(st.just, ("x-1", "tied", "")))
        )
    )
)
def test_text_is_split_at_what_names_claims_and_nowhere_else(parts):
    text = "".join(part if isinstance(part, str) else "[x-1: tied]" for part in parts)
    found = list(split_references(text))
    assert "".join(p if isinstance(p, str) else "[x-1: tied]" for p in found) == text
    assert [p for p in found if isinstance(p, Reference)] == [
        p for p in parts if isinstance(p, Reference)
    ]


def test_numbers_are_those_of_the_claim_and_verdicts_those_of_today(tmp_path):
    path = tmp_path / "findings.md"
    path.write_text(
        f"# Networks\n\nPrinted {{{CLAIM}: printed}}, ours {{{CLAIM}: measured}}. "
        f"[{CLAIM}: reproduced]\n\n- <b>x</b> [{CLAIM}: tied]\n"
    )
    claims = tabulate(measured="0.8512", sd="0.001", verdict="reproduced")
    pieces = describe_findings([path], claims)
    text = join(pieces)
    assert re.search(r"<h3>Networks</h3>\s*<p>Printed 0\.85, ours 0\.851", text)
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    named = [(piece["verdict"], piece["before"]) for piece in pieces if "claim" in piece]
    assert named == [("reproduced", ""), ("reproduced", "tied")]


def test_study_need_not_have_any(project):
    assert list_findings("example") == []
    check_study("example")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# T\n\nIt holds.\n", r"line 3: names no claim; allowed is \[<claim>: <verdict>\]"),
        ("It holds [example-x: reproduced].\n", "line 1: found 'example-x'; allowed are ids"),
        (f"It holds [{CLAIM}: holds].\n", "line 1: found 'holds'; allowed: reproduced"),
        (f"- {{{CLAIM}: mean}} [{CLAIM}: tied]\n", "line 1: found 'mean'; allowed: printed"),
    ],
)
def test_paragraph_without_ground_is_refused(project, text, words):
    file = experiments_folder("example").parent / "findings.md"
    file.write_text(text)
    with pytest.raises(InputError, match=f"studies/example/findings.md: {words}"):
        check_study("example")
    file.write_text(f"# T\n\nIt holds [{CLAIM}: tied], {{{CLAIM}: measured}}.\n")
    check_study("example")
