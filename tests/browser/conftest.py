"""The report in a real browser: the pages that `make report` has written in this checkout."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "reports"
TEMPLATES = ROOT / "workflow/templates"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# What keeps a browser from calling its maker, and what it needs to run as root.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def refuse(reason: str) -> None:
    """Skip; fail where everything has to be there."""
    pytest.fail(reason) if os.environ.get("REDIGIT_BROWSER") else pytest.skip(reason)


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the report, if it was written with the templates and verdicts of now."""
    page = REPORTS / "audit.html"
    if not page.exists():
        refuse("there is no report: run `make report`")
    text = page.read_text()
    for tag, name in (("style", "page.css"), ("script", "audit.js")):
        (found,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        if found != (TEMPLATES / name).read_text():
            refuse(f"the report was written with another {name}: run `make report`")
    return REPORTS


@pytest.fixture(scope="session")
def claims(site) -> pd.DataFrame:
    """All claims with their verdicts, as texts."""
    return pd.read_csv(site / "audit.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Chromium, of the system."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        refuse(f"there is no browser: none of {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def page(browser) -> Iterator:
    """An empty page of a browser without network, with all that it complains of as `faults`."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, offline=True)
    opened = context.new_page()
    opened.faults, opened.requested = [], []
    opened.on("console", lambda line: opened.faults.append(f"{line.type}: {line.text}"))
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on("requestfailed", lambda request: opened.faults.append(f"failed: {request.url}"))
    opened.on("request", lambda request: opened.requested.append(request.url))
    yield opened
    context.close()
