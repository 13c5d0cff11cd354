"""No page has a serious fault of accessibility that axe-core can find, in light and dark."""

import pytest

SERIOUS = ("serious", "critical")
# Of all claims, those of one filter: the rest differ in words only, and the check is slow.
REST = {"audit.html": "?verdict=fails"}
DROP_REST = "document.querySelectorAll('#claims > tbody > tr[hidden]').forEach(row => row.remove())"


def find_faults(page, path) -> list[str]:
    """List the faults of a page in light, and those of contrast in dark."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme="light")
    page.goto(f"{path.as_uri()}{REST.get(path.name, '')}")
    page.evaluate(DROP_REST)
    for button in page.locator("#claims button").locator("visible=true").all()[:2]:
        button.click()
    violations = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    page.emulate_media(color_scheme="dark")
    contrast = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
    violations += axe.run(page, options=contrast).response["violations"]
    return [
        f"{path.name}: {found['id']}: {node['target']}: {node['failureSummary']}"
        for found in violations
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["index", "findings", "audit", "auditor", "costs", "jobs"])
def test_pages_about_the_run_have_no_serious_fault(site, page, name):
    path = site / f"{name}.html"
    if not path.exists():
        pytest.skip(f"{path} is written when a run ends")
    assert find_faults(page, path) == []


@pytest.mark.slow
def test_page_of_a_study_has_no_serious_fault(site, page):
    """The smallest, since all are made from one template."""
    path = min(site.glob("*/index.html"), key=lambda path: path.stat().st_size)
    assert find_faults(page, path) == []
