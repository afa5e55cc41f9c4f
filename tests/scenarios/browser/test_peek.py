"""A record looked at beside its list, whose place is kept. W28."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office

pytestmark = pytest.mark.browser
FIRMS = '/company?filter=name.startsWith("Firm ")'


def peek(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Record")


def title(page: Page, name: str) -> Locator:
    return peek(page).get_by_role("heading", name=name)


def open_peek(page: Page, name: str) -> None:
    page.get_by_role("row", name=name).hover()
    page.get_by_role("button", name=f"Look at {name}").click()
    expect(title(page, name)).to_be_focused()


def test_it_works(bora: Page) -> None:
    bora.goto(FIRMS)
    open_peek(bora, "Firm 003")
    expect(bora).to_have_url(re.compile(r"filter=.*&peek="))
    assert accessibility_faults(bora) == []
    bora.keyboard.press("Escape")
    expect(peek(bora)).to_have_count(0)
    expect(bora.get_by_role("button", name="Look at Firm 003")).to_be_focused()
    expect(bora).not_to_have_url(re.compile("peek="))


def test_the_address_holds_list_and_record(bora: Page) -> None:
    """W29"""
    bora.goto(FIRMS)
    open_peek(bora, "Firm 004")
    open_peek(bora, "Firm 005")
    bora.reload()
    expect(title(bora, "Firm 005")).to_be_visible()
    expect(bora.locator(".filter-chip")).to_have_count(1)
    bora.go_back()
    expect(peek(bora)).to_have_count(0)
    bora.go_forward()
    expect(title(bora, "Firm 005")).to_be_visible()
    peek(bora).get_by_role("link", name="Open", exact=True).click()
    expect(bora.get_by_role("heading", level=1)).to_have_text("Firm 005")


def test_keys_alone_open_and_close_it(bora: Page) -> None:
    """W15, W33"""
    bora.goto(FIRMS)
    bora.locator(".table-wrap").focus()
    bora.keyboard.press("ArrowDown")
    cell = bora.locator("#rows td:focus")
    expect(cell).to_have_text("Firm 001")
    bora.keyboard.press("Shift+Enter")
    expect(title(bora, "Firm 001")).to_be_focused()
    bora.keyboard.press("Escape")
    expect(cell).to_have_text("Firm 001")
    bora.keyboard.press("ArrowDown")
    expect(cell).to_have_text("Firm 002")


def test_nothing_can_be_changed_there(office: Office, page: Page) -> None:
    seller = office.seller()
    office.deals(seller, "Looms", amount={"amount": "1000", "currency": "TRY"})
    office.seat(page, seller).goto("/deal")
    open_peek(page, "Looms")
    expect(peek(page)).to_contain_text("TRY 1,000.00")
    expect(peek(page)).to_contain_text("Qualification")
    expect(peek(page).get_by_role("textbox")).to_have_count(0)
