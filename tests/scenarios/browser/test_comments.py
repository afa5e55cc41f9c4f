"""Comments at work: sent by keys, shown in the history, taken back; the record beside them stays as it was typed."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser


@pytest.fixture
def seller(office: Office) -> Caller:
    """A sales representative with a deal."""
    return office.seller()


@pytest.fixture
def deal(office: Office, seller: Caller) -> str:
    """The address of that deal."""
    (made,) = office.deals(seller, "Looms")
    return f"/deal/{made}"


def history(page: Page) -> Locator:
    return page.get_by_role("complementary", name="History")


def test_it_works(office: Office, page: Page, seller: Caller, deal: str) -> None:
    """W21, W22"""
    office.seat(page, seller).goto(deal)
    page.locator("#f-name").fill("Better looms")
    text = history(page).get_by_label("Comment", exact=True)
    text.fill("Call <b>@ada</b>\nhttps://example.org")
    text.press("Control+Enter")
    entries = history(page).get_by_role("article")
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text("Selin Öz commented")
    expect(entries.first.locator(".comment-text")).to_have_text("Call <b>@ada</b>\nhttps://example.org")
    expect(entries.first.get_by_role("link")).to_have_count(0)
    expect(text).to_have_value("")
    expect(text).to_be_focused()
    expect(page.locator("#f-name")).to_have_value("Better looms")
    expect(page.locator("form.is-dirty")).to_have_count(1)

    text.fill("Not sent yet")
    page.locator("[data-save]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Better looms")
    expect(entries).to_have_count(3)
    expect(text).to_have_value("Not sent yet")

    history(page).get_by_role("link", name="Comments").click()
    expect(entries).to_have_count(1)
    expect(history(page).get_by_role("link", name="Comments")).to_have_attribute("aria-current", "true")
    expect(text).to_have_value("Not sent yet")
    history(page).get_by_role("button", name="Send").click()
    expect(entries).to_have_count(2)

    entries.last.get_by_role("button", name="More actions").click()
    entries.last.get_by_role("button", name="Take back").click()
    expect(entries.last).to_contain_text("Deleted by its author.")
    expect(history(page)).not_to_contain_text("@ada")
    expect(entries.first).to_contain_text("Not sent yet")
    history(page).get_by_role("link", name="Changes").click()
    expect(entries.first).to_contain_text("Selin Öz changed")
    expect(entries).to_have_count(2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone_and_everybody_can_use_it(
    office: Office, page: Page, seller: Caller, deal: str, theme: str
) -> None:
    said = seller.call("POST", f"/api/records{deal}/comments", {"text": f"{'long' * 60} word\n\nend"})
    assert said.status_code == 201
    seller.call("POST", f"/api/records{deal}/comments", {"text": "A slip"})
    office.seat(page, seller, theme=theme, phone=True).goto(f"{deal}?history=comments")
    expect(history(page).get_by_role("article")).to_have_count(2)
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    history(page).get_by_role("button", name="More actions").first.click()
    expect(history(page).get_by_role("button", name="Take back")).to_be_visible()
    assert accessibility_faults(page) == []
