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
from hypothesis import given
from hypothesis import strategies as st
from study_files import forget_files

from made_report import (
    AUDIT,
    EXPERIMENTS,
    FIGURE,
    FINDINGS,
    INDEX,
    PARAMS,
    STUDY,
    TABLES,
    make_claims,
    write_pages,
    write_results,
)
from redigit import audit, verdicts
from redigit.assumptions import list_dependents
from redigit.departures import list_reductions
from redigit.errors import InputError
from redigit.files import write_csv
from redigit.judged import CLAIM_COLUMNS
from redigit.marks import VERDICTS, count_groups
from redigit.pages import describe_tables
from redigit.render import format_data, name_hash
from redigit.settings import report_file


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """A folder with a study's results, from which tests copy."""
    folder = tmp_path_factory.mktemp("results")
    forget_files()
    with chdir(folder):
        write_results()
    forget_files()
    return folder


@pytest.fixture
def report(results, tmp_path, monkeypatch) -> Path:
    """A folder with a study's results, which is the working directory."""
    shutil.copytree(results, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    forget_files()
    yield tmp_path
    forget_files()


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
