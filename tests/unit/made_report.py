"""A study with claims of every verdict, and the pages of its report."""

from pathlib import Path

import pandas as pd
import yaml
from page_reader import Page

from redigit import audit, verdicts
from redigit.explanations import explanations_file
from redigit.figures import write_figure
from redigit.files import write_csv, write_json, write_text
from redigit.findings import BETWEEN_COLUMNS
from redigit.front_page import build_audit_page, build_findings_page, build_index_page, read_run
from redigit.marks import VERDICTS
from redigit.pages import build_study_page
from redigit.settings import experiment_file, look_up, report_file
from redigit.tables import build_tables
from redigit.weighing import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "workflow/templates").iterdir())
STYLE = ROOT / "workflow/redigit.mplstyle"
EVIL = "<script>alert('x')</script> & \"so on\""

FINDINGS_FILE = Path("studies/t/findings.md")
CANDIDATE = {"sentence": EVIL, "quantity": "t/linear/{row}/{metric}"}
QUESTION = {"claims": ["t-0"], "candidates": {"far": CANDIDATE, "small": CANDIDATE}}
EXPLANATIONS = {"budget": 0, "questions": {"why": {"question": "Why so low?", **QUESTION}}}
PARAMS = "scale: {}\nseeds: [0]\naudit: {{level: 0.95}}\n"
PAIRS = """\
# Assumptions are marked ASSUME and shown in the report.
kind: pairs
settings: {train: 70000, scheme: random}  # ASSUME: with replacement
rows:
  network: {}
  linear:
    train: 20  # ASSUME: not stated
"""
LINEAR = """\
kind: linear
settings:
  pairs: pairs/linear
  # ASSUME: logistic regression;
  # its penalty is not stated
  penalty_c: 1.0
  max_iterations: 100
quick: {max_iterations: 5}
rows:
  paired_50: {size: 50}
  paired_1000: {size: 1000, max_iterations: 7}
"""
REPORT = """\
title: "Study T & co"
sections:
  Part 2: {title: sizes, exhibits: [figure_2, table_1]}
  Part 3: {exhibits: []}
tables:
  table_1:
    title: Table 1
    caption: Two sizes.
    experiment: linear
    rows: {paired_50: 50 pairs, paired_1000: "1,000 pairs"}
    columns: {test_accuracy: Accuracy, train_time: Time}
not_rebuilt: {Figure 3: no data, Table 9: no data, Figure 4: a secret}
figures:
  figure_2:
    kind: accuracy_by_size
    title: Figure 2
    caption: See the gap.
    experiment: linear
    series: {paired: [paired_50, paired_1000]}
"""


RATES = {
    "claims": 20,
    "rules": {
        "equal": {
            "nominal": 0,
            "size_unit": "of the last digit",
            "false_alarms": {
                "as the rule assumes": {
                    "all": {
                        **{"claims": 10, "alarms": 1, "rate": 0.1, "low": 0.0, "high": 0.3},
                        "verdicts": {"reproduced": 9, "not_reproduced": 1},
                    }
                }
            },
            "found": {},
        }
    },
}
INDEX, STUDY = "reports/index.html", "reports/t/index.html"
FINDINGS, AUDIT = "reports/findings.html", "reports/audit.html"
TABLES, FIGURE = Path("reports/t/tables.csv"), Path("reports/t/figures/figure_2.svg")
EXPLAINED, BETWEEN = Path("reports/t/explanations.csv"), Path("reports/between.csv")
EXPERIMENTS = ["t/linear", "t/pairs"]


def make_claims() -> pd.DataFrame:
    """One claim for each verdict, and some with all that a claim can have."""
    measured = {"measured": "0.10712", "sd": "0.0112", "low": "0.09", "high": "0.13", "k": "3"}
    evidence = {"evidence": "metrics/t/linear.json", "evidence_sha256": "ab" * 32}
    full = {"location": "Table 1", "margin": "0.005", **measured, **evidence}
    accuracy = "t/linear/{}/test_accuracy".format
    lines = [
        {"printed": "0.1071", "quantity": accuracy("paired_50"), "context": EVIL, **full},
        {"printed": "0.14", "quantity": accuracy("paired_1000"), **full},
        {"printed": "2m 47s", "quantity": "t/linear/paired_50/train_time", "location": "Table 1"},
        {"printed": "1,000", "quantity": "t/linear/paired_1000/settings.size"},
        {"printed": "1 point", "quantity": "t-0 t-1", "unit": "points"},
        {"printed": "12.5%", "unit": "percent", "measured": "12.521", "context": "a < b"},
    ]
    lines += [{"printed": "1"} for _ in range(len(VERDICTS) - len(lines))]
    for i, (line, verdict) in enumerate(zip(lines, VERDICTS, strict=True)):
        line |= {"id": f"t-{i}", "verdict": verdict, "sentence": f"Sentence {i} says why."}
        line |= {"topic": "linear" if i % 2 else "pairs", "rule": "equal"}
        line.setdefault("location", "Part 2, text" if i % 2 else "Part 3, text")
    filled = [dict.fromkeys(audit.COLUMNS, "") | line for line in lines]
    return pd.DataFrame(filled, columns=audit.COLUMNS)


def make_explained() -> pd.DataFrame:
    """Two candidates for the first claim, one excluded and one that ran smaller."""
    line = {"question": "why", "claim": "t-0", "printed": "0.1071", "k": "2", "measured": "0.2"}
    line |= {"quantity": "t/linear/paired_50/test_accuracy"}
    lines = [
        {"candidate": "far", "state": "excluded", "distance": "2.5", "low": "0.19", "high": "0.21"},
        {"candidate": "small", "state": "not_run", "reason": "max_iterations 5 instead of 100"},
    ]
    return pd.DataFrame([line | other for other in lines], columns=COLUMNS)


def write_results() -> None:
    """Write what the pages are made from into the working directory."""
    write_text(report_file("t"), REPORT)
    for experiment, text in zip(EXPERIMENTS, (LINEAR, PAIRS), strict=True):
        write_text(experiment_file(experiment), text)
    write_text(Path("params.yaml"), PARAMS.format("quick"))
    write_json(Path("metrics/error_rates.json"), RATES)
    write_text(explanations_file("t"), yaml.safe_dump(EXPLANATIONS))
    write_csv(EXPLAINED, make_explained())
    write_text(FINDINGS_FILE, f"{EVIL} [t-0: reproduced]\n\n# More\n\nAt length. [t-1: tied]\n")
    line = ("same", EVIL, "t-0 t-1", "differ", "0.5 in T, 0.6 in U: which is not the same.")
    write_csv(BETWEEN, pd.DataFrame([line], columns=BETWEEN_COLUMNS))
    claims = make_claims()
    write_csv(Path("reports/t/verdicts.csv"), claims)
    counts = audit.count_verdicts([verdicts.Verdict(name, "") for name in claims["verdict"]])
    write_json(Path("metrics/t/verdicts.json"), counts)
    values = {"paired_50": [0.1, 0.12], "paired_1000": [0.13, 0.15]}
    metrics = {
        row: {"test_accuracy": sum(found) / 2, "replicates": {"test_accuracy": found}}
        for row, found in values.items()
    }
    write_json(Path("metrics/t/linear.json"), metrics)
    write_csv(TABLES, build_tables("t", {"linear": metrics}, claims, {}))
    definition = look_up(report_file("t"), "figures.figure_2")
    write_figure(FIGURE, STYLE, "t", definition, [Path("metrics/t/linear.json")])


def write_pages() -> dict[str, Page]:
    """Write all pages of the report and read them."""
    verdicts = Path("reports/t/verdicts.csv")
    shown = (TABLES, [FIGURE], verdicts, EXPLAINED, [FINDINGS_FILE], Path(STUDY))
    study = build_study_page("t", TEMPLATES, EXPERIMENTS, *shown)
    # Of the experiment of pairs there are no metrics, as if no kind had anything to be found in.
    rates = Path("metrics/error_rates.json")
    run = read_run(EXPERIMENTS, [verdicts], [], [], rates, BETWEEN, [FINDINGS_FILE])
    texts = {
        STUDY: study,
        INDEX: build_index_page(TEMPLATES, run),
        FINDINGS: build_findings_page(TEMPLATES, run),
        AUDIT: build_audit_page(TEMPLATES, run),
    }
    for name, text in texts.items():
        write_text(Path(name), text)
    return {name: Page(text) for name, text in texts.items()}
