"""Cells of a list that are edited where they stand. W08, W15."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.office import Office

pytestmark = pytest.mark.browser


@pytest.fixture
def deal(office: Office, page: Page) -> str:
    """A deal of a seller who looks at the list of deals; its id."""
    seller = office.seller()
    (deal,) = office.deals(seller, "Cold store", amount={"amount": "900", "currency": "TRY"})
    office.seat(page, seller).goto("/deal?columns=name!,amount,priority,expected_close")
    return deal


def cell(page: Page, column: int) -> Locator:
    return page.locator("#rows tr[data-id]").first.locator("td").nth(column)


def test_a_double_click_edits_and_enter_saves(office: Office, page: Page, deal: str) -> None:
    """W08"""
    cell(page, 2).dblclick()
    amount = cell(page, 2).get_by_role("textbox").first
    expect(amount).to_be_focused()
    amount.fill("1500")
    amount.press("Enter")
    expect(cell(page, 2)).to_have_text("TRY 1,500.00")
    expect(cell(page, 2)).to_be_focused()
    assert office.values("deal", deal)["amount"] == {"amount": "1500.00", "currency": "TRY"}


def test_keys_edit_save_and_leave(office: Office, page: Page, deal: str) -> None:
    """W08, W15"""
    cell(page, 1).click(position={"x": 4, "y": 4})
    page.keyboard.press("F2")
    name = cell(page, 1).get_by_role("textbox")
    expect(name).to_be_focused()
    name.fill("Never kept")
    page.keyboard.press("Escape")
    expect(cell(page, 1)).to_have_text("Cold store")
    expect(cell(page, 1)).to_be_focused()
    page.keyboard.press("F2")
    cell(page, 1).get_by_role("textbox").fill("Cold store II")
    page.keyboard.press("Enter")
    expect(cell(page, 1)).to_have_text("Cold store II")
    expect(cell(page, 1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(cell(page, 3)).to_be_focused()
    page.keyboard.press("Enter")
    cell(page, 3).get_by_role("combobox").select_option(label="High")
    expect(cell(page, 3).get_by_text("High")).to_be_visible()
    found = office.values("deal", deal)
    assert (found["name"], found["priority"]) == ("Cold store II", "high")


def test_a_refused_value_stays_with_the_reason(office: Office, page: Page, deal: str) -> None:
    """W08, W03"""
    cell(page, 2).dblclick()
    cell(page, 2).get_by_role("textbox").first.fill("-5")
    page.keyboard.press("Enter")
    expect(cell(page, 2).locator(".field-error")).to_be_visible()
    expect(cell(page, 2).get_by_role("textbox").first).to_have_value("-5")
    page.keyboard.press("Escape")
    expect(cell(page, 2)).to_have_text("TRY 900.00")
    assert office.values("deal", deal)["amount"]["amount"] == "900.00"


def test_a_change_by_somebody_else_is_not_overwritten(office: Office, page: Page, deal: str) -> None:
    """W07, W08"""
    cell(page, 1).dblclick(position={"x": 200, "y": 10})
    cell(page, 1).get_by_role("textbox").fill("From the list")
    office.ada.call("PATCH", f"/api/records/deal/{deal}", {"name": "From elsewhere"}, If_Match="*")
    page.keyboard.press("Enter")
    expect(cell(page, 1).locator(".field-error")).to_contain_text("Somebody else changed this record")
    assert office.values("deal", deal)["name"] == "From elsewhere"


def test_what_one_may_not_change_says_so(bora: Page) -> None:
    """W08, W40: Firm 002 is nobody's, and a representative changes only his own."""
    bora.goto('/company?filter=name == "Firm 002"&columns=name,kind,employees')
    cell(bora, 3).dblclick()
    cell(bora, 3).get_by_role("textbox").fill("25")
    bora.keyboard.press("Enter")
    expect(cell(bora, 3).locator(".field-error")).to_have_text("You may not update this company.")
    bora.keyboard.press("Escape")
    expect(cell(bora, 3)).to_have_text("20")


def test_a_reader_s_cells_do_not_open(cem: Page) -> None:
    """W08, W40"""
    cem.goto("/company")
    expect(cem.locator("#rows tr[data-id]").first).to_be_visible()
    expect(cem.locator("td[data-editable]")).to_have_count(0)
