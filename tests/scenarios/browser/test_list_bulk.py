"""Changes of many rows at once, each row with its own result. W09, W39."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser
NAMES = ("Bulk one", "Bulk two", "Bulk three")


@pytest.fixture
def seller(office: Office) -> Caller:
    """Somebody whose only deals are three."""
    return office.seller()


@pytest.fixture
def deals(office: Office, page: Page, seller: Caller) -> list[str]:
    """The deals, all selected in the list."""
    ids = office.deals(seller, *NAMES)
    office.seat(page, seller).goto("/deal?columns=name,priority,stage,owner&sort=name")
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    expect(page.locator("[data-selected-count]")).to_have_text("3 selected")
    return ids


def test_a_field_is_set_on_all_selected_rows(office: Office, page: Page, deals: list[str]) -> None:
    """W09"""
    page.locator("#selection").get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit")
    dialog.get_by_label("Field", exact=True).select_option(label="Priority")
    dialog.get_by_label("Priority").select_option(label="High")
    dialog.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 records changed.")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#rows").get_by_text("High")).to_have_count(3)
    assert {office.values("deal", each)["priority"] for each in deals} == {"high"}


def test_a_refused_row_does_not_hold_the_others_up(office: Office, page: Page, deals: list[str]) -> None:
    """W09: closed deals are a representative's no more."""
    moved = office.ada.call("POST", f"/api/records/deal/{deals[0]}/transitions/lose", {"lost_reason": "price"})
    assert moved.status_code == 200, moved.text
    page.locator("#selection").get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 records changed.")
    expect(dialog).to_contain_text("1 record was refused:")
    expect(dialog.get_by_role("link", name="Bulk one")).to_be_visible()
    assert [office.values("deal", each)["archived_at"] is None for each in deals] == [True, False, False]


def test_an_archiving_is_undone_at_once(office: Office, page: Page, deals: list[str]) -> None:
    """W09, W39"""
    page.locator("#selection").get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 records changed.")
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("dialog", name="Restore")).to_contain_text("3 records changed.")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#rows tr[data-id]")).to_have_count(3)
    assert {office.values("deal", each)["archived_at"] for each in deals} == {None}


def test_an_archived_record_comes_back_by_the_toast(office: Office, page: Page, seller: Caller) -> None:
    """W39"""
    (deal,) = office.deals(seller, "Archived by mistake")
    office.seat(page, seller).goto(f"/deal/{deal}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Archive").click()
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("Archived.")
    assert office.values("deal", deal)["archived_at"] is not None
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Archived by mistake")
    assert office.values("deal", deal)["archived_at"] is None


def test_rows_move_to_a_stage_with_what_it_asks(office: Office, page: Page, deals: list[str]) -> None:
    """W09, W16"""
    page.locator("#selection").get_by_role("button", name="Move to stage").click()
    dialog = page.get_by_role("dialog", name="Move to stage")
    dialog.get_by_label("Stage").select_option(label="Lost")
    dialog.get_by_label("Reason").select_option(label="Price too high")
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 records changed.")
    assert {office.values("deal", each)["stage"] for each in deals} == {"lost"}


def test_rows_are_given_to_somebody_else(office: Office, page: Page) -> None:
    """W09"""
    deals = office.deals(office.seller(), *NAMES)
    office.seat(page, office.ada).goto(f'/deal?filter=id in ["{deals[0]}", "{deals[1]}"]')
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    page.locator("#selection").get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog", name="Assign")
    dialog.get_by_role("combobox").select_option(label="Bora Kaya")
    dialog.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("dialog")).to_contain_text("2 records changed.")
    owners = [office.values("deal", each)["owner"] for each in deals]
    assert [owner == office.bora.user_id for owner in owners] == [True, True, False]


@pytest.mark.usefixtures("deals")
def test_selected_rows_are_exported(page: Page, tmp_path: Path) -> None:
    """W09, W37"""
    page.get_by_role("checkbox", name="Bulk two").uncheck()
    for kind in ("csv", "xlsx"):
        with page.expect_download() as download:
            page.locator("#selection").get_by_role("button", name=f"Export ({kind.upper()})").click()
        download.value.save_as(tmp_path / f"deals.{kind}")
    lines = (tmp_path / "deals.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Name", "Bulk one", "Bulk three"]
    sheet = load_workbook(tmp_path / "deals.xlsx").worksheets[0]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["Name", "Bulk one", "Bulk three"]


def test_shift_selects_a_range(bora: Page) -> None:
    """W09, W15"""
    bora.goto("/company")
    boxes = bora.locator(".row-check")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(bora.locator("[data-selected-count]")).to_have_text("4 selected")
    bora.get_by_role("button", name="Clear selection").click()
    expect(bora.locator("#selection")).to_be_hidden()
