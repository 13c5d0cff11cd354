"""Assumptions are the comments that are marked as such, with the settings that they are about."""

from pathlib import Path

import pytest

from made_report import LINEAR, PAIRS
from redigit.assumptions import find_assumptions
from redigit.errors import InputError


def find(folder: Path, content: str) -> list[tuple[str, str]]:
    """Find the assumptions of a file with this content."""
    path = folder / "any.yaml"
    path.write_text(content)
    return find_assumptions(path)


def test_assumptions_are_found_with_their_settings(tmp_path):
    assert find(tmp_path, PAIRS) == [
        ("settings", "with replacement"),
        ("rows.linear.train", "not stated"),
    ]
    penalty = "logistic regression; its penalty is not stated"
    assert find(tmp_path, LINEAR) == [("settings.penalty_c", penalty)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a: {b: 1,\n  c: 2}  # ASSUME: x\n", [("a.c", "x")]),
        ("a:\n- 1\n- 2  # ASSUME: x\n", [("a", "x")]),
        ("a: '# ASSUME: no'  # ASSUME: x: y # z\n", [("a", "x: y # z")]),
        ("a: |\n  # ASSUME: no\n# ASSUME: x\nb: 1\n", [("b", "x")]),
        ("a: 1  # ASSUME x\n      # more\nb: 1\n", [("a", "x more")]),
        ("a: 1  # ASSUME: x\n# other\nb: 1\n", [("a", "x")]),
        ("a: 1  # we ASSUME: no\nb: 2  # ASSUMED: no\n", []),
        ("# ASSUME: x\n# ASSUME: y\na: 1\n", [("a", "x"), ("a", "y")]),
        ("a: 1 # ASSUME: x\r\n", [("a", "x")]),
        ("", []),
    ],
)
def test_only_comments_are_assumptions(tmp_path, content, expected):
    assert find(tmp_path, content) == expected


@pytest.mark.parametrize("content", ["a: 1  # ASSUME:\n", "a: 1\n# ASSUME: nothing follows\n"])
def test_assumption_of_nothing_or_without_reason_is_refused(tmp_path, content):
    with pytest.raises(InputError, match=r"any.yaml: line \d: ASSUME"):
        find(tmp_path, content)
