"""A record list at work: order, counts, rows without end, keys, the way back, export."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import scroll_until
from tests.support.office import COMPANIES, Office

pytestmark = pytest.mark.browser
FIRMS = '/company?filter=name.startsWith("Firm ")'
ROWS = "#rows tr[data-id]"


def rows(page: Page) -> Locator:
    return page.locator(ROWS)


def focused(page: Page) -> Locator:
    return page.locator("#rows td:focus")


def test_it_works(bora: Page) -> None:
    bora.goto(FIRMS)
    expect(bora.get_by_role("heading", level=1)).to_contain_text("Companies")
    expect(rows(bora)).to_have_count(50)
    expect(rows(bora).first.get_by_role("link", name="Firm 001")).to_be_visible()


def test_the_count_arrives_after_the_rows(bora: Page) -> None:
    """W13"""
    bora.goto(FIRMS)
    expect(bora.locator("#count")).to_have_text(str(COMPANIES))


def test_rows_load_as_one_scrolls_until_the_last(bora: Page) -> None:
    """W14"""
    bora.goto(FIRMS)
    for loaded in (100, COMPANIES):
        scroll_until(bora, ".table-wrap", ROWS, loaded)
    expect(bora.locator(".more-row")).to_have_count(0)
    names = [text.strip() for text in bora.locator("#rows .cell-title").all_inner_texts()]
    assert names == [f"Firm {number:03}" for number in range(1, COMPANIES + 1)]
    expect(bora.locator("[data-loaded]")).to_have_text(f"{COMPANIES} rows loaded")


def test_a_click_sorts_and_shift_adds_a_second_column(bora: Page) -> None:
    """W10"""
    bora.goto(FIRMS)
    kind, name = (bora.locator(f"th[data-path={path}]") for path in ("kind", "name"))
    kind.get_by_role("link").click()
    expect(kind).to_have_attribute("aria-sort", "ascending")
    expect(name).not_to_have_attribute("aria-sort", re.compile(".+"))
    name.get_by_role("link").click(modifiers=["Shift"])
    expect(name).to_have_attribute("aria-sort", "ascending")
    bora.locator("th[data-path=name]").get_by_role("link").click(modifiers=["Shift"])
    expect(name).to_have_attribute("aria-sort", "descending")
    expect(kind).to_have_attribute("aria-sort", "ascending")
    assert "sort=kind%2C-name" in bora.url


def test_arrows_move_between_cells_and_enter_opens(bora: Page) -> None:
    """W15"""
    bora.goto(FIRMS)
    rows(bora).nth(1).locator("td").nth(2).click()
    bora.keyboard.press("ArrowDown")
    expect(rows(bora).nth(2).locator("td").nth(2)).to_be_focused()
    bora.keyboard.press("ArrowLeft")
    bora.keyboard.press("ArrowUp")
    expect(focused(bora)).to_have_text("Firm 002")
    bora.keyboard.press("Enter")
    expect(bora.get_by_role("heading", level=1)).to_have_text("Firm 002")


def test_the_keyboard_alone_reaches_the_cells(bora: Page) -> None:
    """W15, W33"""
    bora.goto(FIRMS)
    bora.locator(".table-wrap").focus()
    bora.keyboard.press("ArrowDown")
    expect(focused(bora)).to_have_text("Firm 001")
    bora.keyboard.press("Space")
    expect(rows(bora).first.locator(".row-check")).to_be_checked()


def test_back_brings_filter_rows_and_place(bora: Page) -> None:
    """W29"""
    bora.goto(FIRMS)
    scroll_until(bora, ".table-wrap", ROWS, 100)
    bora.get_by_role("link", name="Firm 077").click()
    expect(bora.get_by_role("heading", level=1)).to_have_text("Firm 077")
    bora.go_back()
    expect(bora.get_by_role("link", name="Firm 077")).to_be_in_viewport()
    expect(bora.locator(".filter-chip")).to_contain_text("Firm")
    bora.go_forward()
    expect(bora.get_by_role("heading", level=1)).to_have_text("Firm 077")


def test_back_takes_a_filter_off_and_forward_sets_it_again(bora: Page) -> None:
    """W29"""
    bora.goto("/company")
    bora.get_by_role("searchbox", name="Find by name").fill("Firm 12")
    bora.keyboard.press("Enter")
    expect(rows(bora)).to_have_count(10)
    bora.go_back()
    expect(rows(bora)).to_have_count(50)
    bora.go_forward()
    expect(rows(bora)).to_have_count(10)


def exported(page: Page, tmp_path: Path) -> list[dict[str, str]]:
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    target = tmp_path / "export.csv"
    download.value.save_as(target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_export_has_the_rows_columns_and_order_that_are_shown(ada: Page, tmp_path: Path) -> None:
    """W37"""
    ada.goto(FIRMS + ' %26%26 kind == "partner"&columns=employees,name&sort=-employees')
    found = exported(ada, tmp_path)
    assert list(found[0]) == ["Employees", "Name"]
    assert [each["Name"] for each in found] == [f"Firm {number:03}" for number in range(128, 0, -3)]


def test_export_holds_only_what_one_may_export(bora: Page, tmp_path: Path) -> None:
    """W37"""
    bora.goto(FIRMS)
    found = exported(bora, tmp_path)
    assert [each["Name"] for each in found] == [f"Firm {number:03}" for number in range(1, COMPANIES + 1, 2)]


def test_who_may_not_export_is_not_offered_it(office: Office, page: Page) -> None:
    """W37, W40"""
    office.seat(page, office.site.person("support_agent"))
    page.goto("/service")
    expect(page.get_by_role("link", name="Electronic mail")).to_be_visible()
    expect(page.get_by_role("button", name="Export")).to_have_count(0)
    assert page.request.get("/service/export.csv").status == 403
