"""The report does in a browser what it says: filters, links, traces; nothing from elsewhere."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

PAGES = ("index", "findings", "audit", "auditor", "jobs", "costs")
WIDTHS = (380, 800, 1400)
MEBIBYTE = 2**20


def list_pages(site: Path) -> list[Path]:
    """List all pages; those that a run writes when it ends may not be there."""
    written = [site / f"{name}.html" for name in PAGES]
    return [path for path in [*written, *sorted(site.glob("*/index.html"))] if path.exists()]


def open_page(page, path: Path, rest: str = "") -> None:
    page.goto(f"{path.as_uri()}{rest}")


def read_count(page) -> int:
    """Read how many claims the page says are shown, and hold it against those that are."""
    shown = page.locator("#claims > tbody > tr:not(.trace)").locator("visible=true").count()
    said = int(page.locator("#count").inner_text().split()[0].replace(",", ""))
    assert said == shown
    return said


def test_site_is_small(site):
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    assert size < 25 * MEBIBYTE
    assert (site / "index.html").stat().st_size < MEBIBYTE


def test_pages_load_without_fault_or_request_outside(site, page):
    for path in list_pages(site):
        open_page(page, path)
        # Those further down load when they come into sight.
        page.evaluate("document.querySelectorAll('img').forEach(i => { i.loading = 'eager' })")
        # A picture that cannot be shown is named below.
        page.evaluate("Promise.all([...document.images].map(i => i.decode().catch(() => null)))")
        pictures = "[...document.images].filter(i => !(i.naturalWidth && i.alt)).map(i => i.src)"
        assert page.evaluate(pictures) == []
        assert page.locator("h1").count() == 1
        assert page.faults == [], path
    outside = [url for url in page.requested if not url.startswith(site.as_uri())]
    assert outside == []


@pytest.mark.slow
def test_no_page_is_wider_than_the_window_or_moves(site, page):
    moved = """() => new Promise(done => {
        let sum = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => { sum += e.value }))
            .observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 100);
    })"""
    for path in list_pages(site):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            open_page(page, path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(moved) < 0.05, path


def test_code_that_is_not_the_pages_own_is_not_run(site, page):
    open_page(page, site / "audit.html")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.intruded = true";
        document.body.append(script);
        const picture = new Image();
        picture.src = "https://example.org/picture.png";
        document.body.append(picture);
    }""")
    page.wait_for_timeout(100)
    assert page.evaluate("window.intruded") is None
    refused = [text for text in page.faults if "Content Security Policy" in text]
    assert len(refused) == 2, page.faults


def test_every_claim_is_in_the_table(site, page, claims):
    open_page(page, site / "audit.html")
    ids = page.evaluate("[...document.querySelectorAll('#claims > tbody > tr')].map(r => r.id)")
    assert ids == list(claims["id"])
    assert read_count(page) == len(claims)


@pytest.mark.parametrize("name", ["study", "topic", "verdict", "rule"])
def test_filter_shows_the_claims_that_fit(site, page, claims, name):
    open_page(page, site / "audit.html")
    for value, number in claims[name].value_counts().head(3).items():
        page.locator(f"select[name={name}]").select_option(value)
        assert read_count(page) == number
    # The address holds the filter.
    page.reload()
    assert read_count(page) == number
    page.get_by_role("button", name="Show all").first.click()
    assert read_count(page) == len(claims)


def test_filters_and_search_go_together(site, page, claims):
    study, verdict = claims["study"].iloc[0], claims["verdict"].iloc[0]
    open_page(page, site / "audit.html", f"?study={study}&verdict={verdict}")
    fit = claims[(claims["study"] == study) & (claims["verdict"] == verdict)]
    assert read_count(page) == len(fit)
    word = fit["id"].iloc[-1]
    page.get_by_role("searchbox").fill(word.upper())
    assert read_count(page) >= 1
    assert page.locator(f"[id='{word}']").is_visible()
    page.get_by_role("searchbox").fill("no claim has these words")
    assert read_count(page) == 0
    page.locator("#clear").click()
    assert read_count(page) == len(claims)


def test_link_to_a_claim_opens_its_trace(site, page, claims):
    measured = claims[claims["low"] != ""]
    claim = (claims if measured.empty else measured).iloc[-1]
    others = claims[claims["study"] != claim["study"]]
    hidden = f"?study={others['study'].iloc[0]}" if len(others) else "?q=nothing"
    open_page(page, site / "audit.html", f"{hidden}#{claim['id']}")
    row, trace = page.locator(f"[id='{claim['id']}']"), page.locator(".trace")
    assert row.is_visible() and trace.count() == 1
    assert row.get_by_role("button").get_attribute("aria-expanded") == "true"
    text = trace.inner_text()
    assert f"python -m redigit.verify {claim['id']}" in text
    assert claim["rule"].replace("_", " ") in text
    if claim["evidence"]:
        assert claim["evidence"] in text and re.search(r"\b[0-9a-f]{64}\b", text)
    if claim["low"]:
        words = trace.locator("svg").get_attribute("aria-label")
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", words)]
        for name in ("value", "measured", "low", "high"):
            assert any(abs(n - float(claim[name])) <= 1e-5 * abs(n) for n in numbers), name


def test_trace_has_what_the_run_has(site, page, claims):
    """Settings, evidence and interval of all traces are those of the claim."""
    open_page(page, site / "audit.html")
    traces = json.loads(page.locator("#traces").text_content())
    assert list(traces["claims"]) == list(claims["id"])
    for claim in claims.to_dict("records"):
        trace = traces["claims"][claim["id"]]
        for name in ("rule", "evidence", "low", "high", "k", "n"):
            assert trace.get(name, "") == claim[name]
    buttons = page.locator("#claims button")
    for number in range(0, buttons.count(), 499):
        buttons.nth(number).click()
        assert page.locator(".trace").count() == 1
        buttons.nth(number).click()
    assert page.faults == []


def test_trace_is_reached_by_keyboard(site, page):
    open_page(page, site / "audit.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    button = page.locator("#claims button").first
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(".trace").count() == 1
    page.keyboard.press("Enter")
    assert page.locator(".trace").count() == 0
    assert button.get_attribute("aria-expanded") == "false"


def test_links_to_claims_and_jobs_lead_to_them(site, page, claims):
    ids, jobs = set(claims["id"]), site / "jobs.html"
    for path in list_pages(site):
        open_page(page, path)
        links = page.evaluate("[...document.links].map(a => a.href).filter(h => h.includes('#'))")
        wanted = {url.split("#")[1] for url in links if "/audit.html#" in url}
        assert wanted - {"main"} <= ids, path
    if jobs.exists():
        open_page(page, jobs)
        there = set(page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)"))
        assert set(claims["evidence"][claims["recorded"] == ""]) - {""} <= there


def test_tables_of_studies_have_their_lines(site, page):
    for path in sorted(site.glob("*/index.html")):
        cells = pd.read_csv(path.parent / "tables.csv", dtype=str, keep_default_na=False)
        open_page(page, path)
        for name, table in cells.groupby("table", sort=False):
            found = page.locator(f"table[aria-describedby='{name}-caption']")
            lines, columns = table["row"].nunique(), table["column"].nunique()
            # One long line is turned.
            is_upright = lines == 1 and columns > 3
            assert found.locator("tbody tr").count() == (columns if is_upright else lines)
            heads = found.locator("thead tr").first.locator("th").count()
            assert heads == (2 if is_upright else columns)
            verdicts = found.locator("tbody .verdict").all_inner_texts()
            expected = [verdict.replace("_", " ") for verdict in table["verdict"] if verdict]
            assert [verdict[2:] for verdict in verdicts] == expected
