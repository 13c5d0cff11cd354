"""What a newcomer wants to know is found with the site alone, in three clicks or fewer."""

import json

import pytest

MOST_CLICKS = 3


class Reader:
    """Opens the front page and counts clicks."""

    def __init__(self, page, site) -> None:
        self.page, self.clicks = page, 0
        page.goto((site / "index.html").as_uri())

    def click(self, target) -> None:
        target.click()
        self.page.wait_for_load_state()
        self.clicks += 1
        assert self.clicks <= MOST_CLICKS

    def is_in_sight(self, target) -> bool:
        """Whether one sees it without scrolling further than a window."""
        box = target.bounding_box()
        return -1 <= box["y"] < 2 * self.page.viewport_size["height"]


def find_study(claims, study: str) -> None:
    if study not in set(claims["study"]):
        pytest.skip(f"study {study} is not in this run")


def test_does_the_adaboost_table_of_d_hold_and_why(site, page, claims):
    find_study(claims, "d")
    reader = Reader(page, site)
    reader.click(page.get_by_role("table").get_by_role("link", name="Study D"))
    reader.click(page.get_by_role("link", name="AdaBoost").first)
    reader.click(page.get_by_role("link", name="Table 10").first)
    table = page.locator("table[aria-describedby='table_10-caption']")
    why = page.locator(".against", has_text="same figures as Table 8").last
    assert reader.is_in_sight(why)
    assert table.locator(".verdict").count() == sum(
        (claims["study"] == "d") & (claims["location"] == "Table 10")
    )


def test_which_pairs_are_linearly_separable(site, page, claims):
    find_study(claims, "c")
    path = site.parent / "metrics/c/separability.json"
    found = {row: m["separable"] for row, m in json.loads(path.read_text()).items()}
    reader = Reader(page, site)
    reader.click(page.get_by_role("link", name="Separability").first)
    section = page.locator("section[aria-labelledby=separability]")
    lines = section.locator("tbody tr").all_inner_texts()
    assert reader.is_in_sight(section)
    assert {line.split("\t")[0]: "✓" in line for line in lines} == {
        f"({row.replace('_', ', ')})": bool(separable) for row, separable in found.items()
    }


def test_how_many_numbers_of_b_are_not_reproduced(site, page, claims):
    find_study(claims, "b")
    number = sum((claims["study"] == "b") & (claims["verdict"] == "not_reproduced"))
    reader = Reader(page, site)
    study = page.locator("article[aria-labelledby=study-b] .tally")
    if not number:
        assert study.get_by_role("link", name="not reproduced").count() == 0
        return
    reader.click(study.get_by_role("link", name="not reproduced"))
    assert page.locator("#count").inner_text().startswith(f"{number} of ")
