"""Pages show every claim with its verdict, stand alone, and are whole HTML."""

import json
import re
import shutil
from collections import Counter
from contextlib import chdir
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from page_reader import Page
from study_files import forget_files

from redigit import audit, verdicts
from redigit.assumptions import list_dependents
from redigit.departures import list_reductions
from redigit.errors import InputError
from redigit.explanations import explanations_file
from redigit.figures import write_figure
from redigit.files import write_csv, write_json, write_text
from redigit.findings import BETWEEN_COLUMNS
from redigit.front_page import build_audit_page, build_findings_page, build_index_page, read_run
from redigit.judged import CLAIM_COLUMNS
from redigit.marks import VERDICTS, count_groups
from redigit.pages import build_study_page, describe_tables
from redigit.render import format_data, name_hash
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


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """A folder with a study's results, from which tests copy."""
    folder = tmp_path_factory.mktemp("results")
    forget_files()
    with chdir(folder):
        write_results()
    forget_files()
    return folder


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


@pytest.fixture
def report(results, tmp_path, monkeypatch) -> Path:
    """A folder with a study's results, which is the working directory."""
    shutil.copytree(results, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    forget_files()
    yield tmp_path
    forget_files()


def write_pages() -> dict[str, Page]:
    """Write all pages of the report and read them."""
    verdicts = Path("reports/t/verdicts.csv")
    shown = (TABLES, [FIGURE], verdicts, EXPLAINED, [FINDINGS_FILE], Path(STUDY))
    study = build_study_page("t", TEMPLATES, EXPERIMENTS, *shown)
    # Of the experiment of pairs there are no metrics, as if no kind had anything to be found in.
    rates = Path("metrics/error_rates.json")
    run = read_run(EXPERIMENTS, [verdicts], [], rates, BETWEEN, [FINDINGS_FILE])
    texts = {
        STUDY: study,
        INDEX: build_index_page(TEMPLATES, run),
        FINDINGS: build_findings_page(TEMPLATES, run),
        AUDIT: build_audit_page(TEMPLATES, run),
    }
    for name, text in texts.items():
        write_text(Path(name), text)
    return {name: Page(text) for name, text in texts.items()}


def test_every_claim_is_there_once_with_its_verdict(report):
    page = write_pages()[AUDIT]
    claims = make_claims()
    text = Path(AUDIT).read_text()
    rows = re.findall(r'<tr role="row" id="(.*?)" (.*?)</tr>', text, re.DOTALL)
    assert [name for name, _ in rows] == list(claims["id"])
    for (_, row), claim in zip(rows, claims.to_dict("records"), strict=True):
        assert f'data-verdict="{claim["verdict"]}"' in row
        assert f"> {claim['verdict'].replace('_', ' ')}</span>" in row
        assert claim["sentence"] in row and claim["printed"] in row
    (form,) = page.find("form")
    assert form["id"] == "filters"


def test_front_page_says_in_short_what_the_study_page_says_at_length(report):
    write_pages()
    link = '<a href="{}#t-0"><span class="verdict'
    front, study = Path(INDEX).read_text(), Path(STUDY).read_text()
    assert link.format("audit.html") in front
    assert link.format("../audit.html") in study
    assert "At length." in study and "At length." not in front


def test_each_claim_has_its_trace(report):
    write_pages()
    (text,) = re.findall(
        r'<script type="application/json" id="traces">(.*?)</script>', Path(AUDIT).read_text()
    )
    traces = json.loads(text)
    claims = make_claims()
    assert list(traces["claims"]) == list(claims["id"])
    for claim in claims.to_dict("records"):
        trace = traces["claims"][claim["id"]]
        assert all(trace[name] == claim[name] for name in trace) and trace["rule"] == "equal"
    row = traces["rows"]["t/linear/paired_50"]
    assert row["settings"]["max_iterations"] == "5" and row["full"] == {"max_iterations": "100"}
    assert (
        "linear.settings.penalty_c: logistic regression; its penalty is not stated"
        in row["assumed"]
    )
    assert traces["rules"]["equal"]["tried"] == 10 and traces["seeds"] == [0]


def test_sections_hold_what_the_study_has_there(report):
    write_pages()
    first, second = Path(STUDY).read_text().split('<h2 id="section-')[1:]
    assert first.startswith('1">Part 2: sizes') and second.startswith('2">Part 3')
    assert first.index('id="figure_2"') < first.index('id="table_1"')
    assert "Printed in Part 2, text" in first and "Printed in Part 3, text" in second
    assert "place=Part%202%2C%20text&amp;verdict=" in first
    assert '<a href="#assumed-linear">1 setting of linear</a>' in first


def test_without_sections_there_is_one(report):
    path = report_file("t")
    text = path.read_text()
    start, end = text.index("sections:"), text.index("tables:")
    path.write_text(text[:start] + text[end:])
    forget_files()
    page = write_pages()[STUDY]
    headings = [text for tags, text in page.texts if tags[-1:] == ("h2",)]
    shown = [
        "Verdicts",
        "What we make of it",
        "Tables and figures",
        "Not rebuilt",
        "Why it may fail",
        "Assumptions",
    ]
    assert headings == shown


def test_explanations_stand_with_their_distance_and_answer(report):
    page = write_pages()[STUDY]
    assert "Why so low?" in page.text and "2.50 half-widths" in page.text
    assert "No candidate comes near. The nearest is 2.50 half-widths away" in page.text
    assert "1 of the 2 are undecided." in page.text
    assert "max_iterations 5 instead of 100" in page.text
    assert {"href": "#explanations"} in page.find("a")


def test_what_is_not_rebuilt_is_listed_by_reason(report):
    text = write_pages()[STUDY].text
    assert "a secret" in text
    assert "Figure 3, Table 9: no data" in text


def test_every_printed_number_of_a_table_leads_to_its_claim(report):
    page = write_pages()[STUDY]
    table = Path(STUDY).read_text().split('id="table_1"')[1].split("</table>")[0]
    assert re.findall(r"audit\.html#([\w-]+)", table) == ["t-0", "t-2", "t-1"]
    assert "0.1071" in table and "0.1100 ± 0.0141" in table and "2m 47s" in table
    assert "50 pairs" in page.text and "1,000 pairs" in page.text


def test_every_figure_has_size_words_and_caption(report):
    page = write_pages()[STUDY]
    (image,) = page.find("img")
    assert "0.1100 at 50" in image["alt"]
    assert int(image["width"]) > int(image["height"]) > 100
    captions = [text for tags, text in page.texts if tags[-1:] == ("figcaption",)]
    assert captions == ["See the gap."]


def test_every_link_and_source_resolves(report):
    pages = write_pages()
    # The others have tests of their own.
    for name in ("costs.html", "jobs.html", "auditor.html", "audit.csv"):
        Path("reports", name).touch()
    for path, page in pages.items():
        for tag, attributes in page.tags:
            for name in ("href", "src", "action", "data", "srcset"):
                if name not in attributes:
                    continue
                link = urlsplit(attributes[name])
                assert (link.scheme, link.netloc) == ("", ""), f"{path}: {tag} {attributes[name]}"
                target = (Path(path).parent / unquote(link.path)) if link.path else Path(path)
                assert target.exists(), f"{path}: {attributes[name]}"
                if link.fragment:
                    there = pages[str(target.resolve().relative_to(report.resolve()))]
                    assert link.fragment in there.ids, f"{path}: {attributes[name]}"


def test_ids_are_unique_and_references_to_them_hold(report):
    for page in write_pages().values():
        assert max(Counter(page.ids).values()) == 1
        for _, attributes in page.tags:
            for name in ("aria-labelledby", "aria-describedby"):
                assert set(attributes.get(name, "").split()) <= set(page.ids)


def test_page_requests_nothing_from_elsewhere(report):
    write_pages()
    for path in Path("reports").rglob("*.html"):
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        text = re.sub(r"(?m)^ *// .*$", "", text)
        assert not re.search(r"https?:|//\w|@import|url\(|<link|<iframe| style=| on\w+=", text)
        assert not re.search(r"\b(eval|fetch|XMLHttpRequest|import)\(|innerHTML", text)


def test_policy_allows_the_style_and_script_of_the_page_only(report):
    for name, page in write_pages().items():
        text = Path(name).read_text()
        (policy,) = (meta["content"] for meta in page.find("meta") if "http-equiv" in meta)
        assert policy.startswith("default-src 'none'; ")
        codes = re.findall(r"<(style|script)>(.*?)</", text, re.DOTALL)
        for tag, code in codes:
            assert f"{tag}-src {name_hash(code)};" in policy
        assert ("script-src 'none'" in policy) == ("script" not in dict(codes))
        assert (name == AUDIT) == ("script" in dict(codes))


@given(st.text())
def test_data_cannot_end_their_element(text):
    found = format_data({"text": text})
    assert "<" not in found and json.loads(found) == {"text": text}


def test_headings_are_in_order(report):
    for page in write_pages().values():
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_what_a_study_says_is_shown_as_text(report):
    pages = write_pages()
    assert pages[STUDY].find("script") == []
    assert "Study T & co" in pages[STUDY].text
    # What is printed around a number stands in the data of its trace.
    assert "\\u003cscript>alert" in Path(AUDIT).read_text()
    assert "<script>alert" not in Path(AUDIT).read_text()


def test_both_pages_say_at_what_scale_the_run_was(report):
    for page in write_pages().values():
        assert "This run: quick." in page.text
    assert "max_iterations 100 5" in write_pages()[STUDY].text


@pytest.mark.parametrize(("scale", "is_reduced"), [("quick", True), ("smoke", False)])
def test_pages_say_that_the_run_was_smaller_only_if_it_was(report, scale, is_reduced):
    """The study has an overlay for quick and none for smoke."""
    Path("params.yaml").write_text(PARAMS.format(scale))
    forget_files()
    for page in write_pages().values():
        assert f"This run: {scale}." in page.text
        assert ("ran smaller than the studies did" in page.text) == is_reduced
        assert ("Every experiment ran at the size" in page.text) == (not is_reduced)


def test_front_page_explains_every_verdict_and_counts_them(report):
    page = write_pages()[INDEX]
    assert {f"verdict-{name}" for name in VERDICTS} <= set(page.ids)
    assert all(verdict.meaning in page.text for verdict in VERDICTS.values())
    *_, bar = page.find("svg")
    assert "not reproduced 1" in bar["aria-label"]
    assert "make report" in page.text and f"Of {len(VERDICTS)} printed numbers" in page.text


def test_front_page_has_every_claim_in_one_field_of_the_picture(report):
    write_pages()
    (picture,) = re.findall(r"<tbody>(.*?)</tbody>", Path(INDEX).read_text(), re.DOTALL)
    found = re.findall(r"study=t&amp;topic=(\w+)", picture)
    assert found == ["pairs", "linear"]
    counts = re.findall(r"</span>(\d+)</span>", picture)
    assert sum(map(int, counts)) == len(VERDICTS)


@given(st.dictionaries(st.sampled_from(list(VERDICTS)), st.integers(0, 3000)))
def test_groups_have_every_claim_once(counts):
    assert sum(count_groups(counts).values()) == sum(counts.values())


def test_pages_are_the_same_each_time(report):
    files = [Path(name) for name in (STUDY, INDEX, FINDINGS, AUDIT)]
    write_pages()
    first = [file.read_bytes() for file in files]
    write_pages()
    assert [file.read_bytes() for file in files] == first


def test_verdicts_are_those_of_the_audit():
    assert set(VERDICTS) == set(verdicts.VERDICTS)
    assert set(CLAIM_COLUMNS) <= set(audit.COLUMNS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verdict": "proven"}, "claim t-0: found verdict 'proven'; allowed: reproduced"),
        ({"verdict": ""}, "claim t-0: found verdict ''"),
        ({"id": "t-1"}, "claim t-1 stands twice"),
    ],
)
def test_claim_without_its_one_verdict_is_refused(report, changes, words):
    claims = make_claims()
    claims.loc[0, list(changes)] = list(changes.values())
    write_csv(Path("reports/t/verdicts.csv"), claims)
    with pytest.raises(InputError, match=words):
        write_pages()


@pytest.mark.parametrize("content", ["", "<svg/>", '<svg width="3pt" height="4pt"/>'])
def test_figure_that_is_not_one_is_refused(report, content):
    FIGURE.write_text(content)
    with pytest.raises(InputError, match=r"figure_2\.svg"):
        write_pages()


def test_number_of_a_smaller_run_says_so(report):
    (table,) = describe_tables("t", TABLES, make_claims(), "quick")
    smaller, full = table["lines"]
    assert smaller["changes"] == ["max iterations 5 of 100"] and full["changes"] == []
    assert [cell["reduced"] for line in (smaller, full) for cell in line["cells"]] == [
        bool(cell["measured"]) and line is smaller
        for line in (smaller, full)
        for cell in line["cells"]
    ]
    text = write_pages()[STUDY].text
    assert "quick: max iterations 5 of 100" in text and "2 runs, quick" in text
    (table,) = describe_tables("t", TABLES, make_claims(), "full")
    assert not any(line["changes"] for line in table["lines"])


def test_measured_number_has_the_unit_of_the_printed_one(report):
    claims = make_claims()
    claims.loc[0, "unit"] = "percent"
    (table,) = describe_tables("t", TABLES, claims, "quick")
    first, second = (line["cells"][0] for line in table["lines"])
    assert (first["measured"], second["measured"]) == ("11.0", "0.14")
    assert float(first["sd"]) == pytest.approx(1.414, abs=0.001)


def test_table_of_one_long_line_is_turned(report):
    path = report_file("t")
    columns = "columns: {test_accuracy: Accuracy, train_time: Time, a: A, b: B}"
    text = path.read_text().replace("columns: {test_accuracy: Accuracy, train_time: Time}", columns)
    path.write_text(text)
    forget_files()
    cells = pd.read_csv(TABLES, dtype=str, keep_default_na=False)
    first = cells[cells["row"] == "paired_50"]
    more = [first.assign(column=name, column_heading=name.upper()).iloc[:1] for name in "ab"]
    write_csv(TABLES, pd.concat([first, *more]))
    write_pages()
    table = Path(STUDY).read_text().split('id="table_1"')[1].split("</table>")[0]
    assert re.findall(r'<th scope="row">(\w+)</th>', table) == ["Accuracy", "Time", "A", "B"]


def test_only_what_the_scale_changes_is_listed(report):
    (change,) = list_reductions(EXPERIMENTS, "quick")
    assert (change["setting"], change["full"], change["now"]) == ("max_iterations", 100, 5)
    assert (change["rows"], change["all_rows"]) == (["paired_50"], False)
    assert list_reductions(EXPERIMENTS, "full") == []


@pytest.mark.parametrize(
    ("experiment", "key", "rows"),
    [
        (
            "t/pairs",
            "settings",
            ["pairs/network", "pairs/linear", "linear/paired_50", "linear/paired_1000"],
        ),
        (
            "t/pairs",
            "rows.linear.train",
            ["pairs/linear", "linear/paired_50", "linear/paired_1000"],
        ),
        ("t/linear", "settings.max_iterations", ["linear/paired_50"]),
        ("t/linear", "kind", ["linear/paired_50", "linear/paired_1000"]),
    ],
)
def test_rows_that_depend_on_a_setting(report, experiment, key, rows):
    assert list_dependents(EXPERIMENTS, experiment, key) == [f"t/{row}" for row in rows]


def test_verdicts_on_results_hang_on_an_assumption_those_on_settings_do_not(report):
    write_pages()
    text = Path("reports/t/index.html").read_text().split('<h2 id="assumptions">')[1]
    first = text.split("<tr")[2]
    assert "linear.settings.penalty_c" in first and "its penalty is not stated" in first
    hang = {"reproduced", "confirmed", "consistent"}
    assert set(re.findall(r"</span> (\w+)</span>", first)) == hang
    assert list(VERDICTS)[3] not in hang  # the verdict on t-3, which is on a setting
