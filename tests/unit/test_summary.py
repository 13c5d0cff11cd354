"""All verdicts in one table: every claim once, the counts, and the status for others' tests."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from redigit import summary
from redigit.audit import COLUMNS
from redigit.verdicts import VERDICTS


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch) -> list[Path]:
    """Verdicts of two studies."""
    monkeypatch.chdir(tmp_path)
    made = []
    for study, verdicts in {"a": ["reproduced", "adopted"], "b": ["inconsistent"]}.items():
        lines = [
            dict.fromkeys(COLUMNS, "") | {"id": f"{study}-{i}", "printed": "0.50", "verdict": name}
            for i, name in enumerate(verdicts)
        ]
        path = Path(f"reports/{study}/verdicts.csv")
        path.parent.mkdir(parents=True)
        pd.DataFrame(lines).to_csv(path, index=False)
        made.append(path)
    return made


def run(monkeypatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["summary", *options])
    return summary.main()


def test_each_claim_stands_once_with_all_that_is_known_of_it(files):
    table = summary.join_verdicts(files)
    assert table["id"].tolist() == ["a-0", "a-1", "b-0"]
    assert table["study"].tolist() == ["a", "a", "b"]
    assert table["printed"].tolist() == ["0.50"] * 3
    assert list(table) == list(summary.COLUMNS.values())


def test_all_verdicts_are_counted_for_each_study(files):
    counts = summary.count_by_study(summary.join_verdicts(files))
    assert counts.keys() == {"a", "b"} and all(tuple(c) == VERDICTS for c in counts.values())
    assert counts["a"]["reproduced"] == counts["a"]["adopted"] == counts["b"]["inconsistent"] == 1
    assert sum(sum(of_study.values()) for of_study in counts.values()) == 3


def test_status_says_whether_a_verdict_is_not_allowed(files, monkeypatch, capsys):
    assert run(monkeypatch) == 2
    assert "reports/audit.csv: missing" in capsys.readouterr().err
    summary.join_verdicts(files).to_csv("reports/audit.csv", index=False)
    assert run(monkeypatch) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1].split() == ["claims", "2", "1", "3"]
    assert "not_run" not in printed
    assert run(monkeypatch, "--fail-on", "impossible") == 0
    capsys.readouterr()
    assert run(monkeypatch, "--fail-on", "impossible", "inconsistent") == 1
    assert "b-0: 0.50: inconsistent" in capsys.readouterr().out
