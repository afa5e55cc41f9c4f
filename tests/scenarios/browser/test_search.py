"""Search over everything, and the command palette. W26, W27."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.office import Office

pytestmark = pytest.mark.browser


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Commands")).to_be_visible()


def test_it_works(bora: Page) -> None:
    """W26"""
    bora.goto("/search")
    bora.locator("#results").get_by_role("searchbox").fill("irmak")
    bora.keyboard.press("Enter")
    expect(bora.get_by_role("status").filter(has_text="found")).to_have_text("1 record found")
    bora.locator("#results").get_by_role("link", name="Irmak Ilgaz").click()
    expect(bora.get_by_role("heading", level=1)).to_have_text("Irmak Ilgaz")


def test_what_is_found_is_grouped_by_entity(bora: Page) -> None:
    """W26"""
    bora.goto("/search?q=winter")
    groups = bora.locator(".search-group")
    expect(groups).to_have_count(2)
    expect(groups.filter(has_text="Deals").get_by_role("link")).to_have_text("Winter order")
    expect(groups.filter(has_text="Companies").get_by_role("link")).to_have_text("Customer of Winter order")


def test_the_turkish_dotted_and_dotless_i_are_one_letter_each(bora: Page) -> None:
    """W26, W41"""
    bora.goto("/search?q=İZMİR")
    expect(bora.locator("#results").get_by_role("link", name="Looms for İzmir")).to_be_visible()
    bora.goto("/search?q=izm")
    expect(bora.locator("#results").get_by_role("link", name="Looms for İzmir")).to_be_visible()


def test_only_what_one_may_see_is_found(office: Office, page: Page) -> None:
    """W26: a deal of Bora's is nothing to another seller, and a helpdesk sees no CRM at all."""
    office.seat(page, office.seller()).goto("/search?q=winter order")
    expect(page.locator("#results li")).to_have_text(["Customer of Winter order"])
    office.seat(page, office.site.person("support_agent")).goto("/search?q=winter order")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_more_hits_than_fit_are_not_called_all(bora: Page) -> None:
    """W26"""
    bora.goto("/search?q=firm")
    expect(bora.get_by_role("status").filter(has_text="found")).to_have_text("60+ records found")
    expect(bora.locator("#results li")).to_have_count(60)


def test_the_palette_finds_records_by_keys(bora: Page) -> None:
    """W27"""
    bora.goto("/company")
    open_palette(bora)
    bora.keyboard.type("firm 042")
    option = bora.get_by_role("option", name="Firm 042")
    expect(option).to_have_attribute("aria-selected", "true")
    bora.keyboard.press("Enter")
    expect(bora.get_by_role("heading", level=1)).to_have_text("Firm 042")


def test_the_palette_makes_and_goes(bora: Page) -> None:
    """W27"""
    bora.goto("/")
    open_palette(bora)
    bora.keyboard.type("new deal")
    expect(bora.locator("#palette").get_by_role("option").first).to_contain_text("New Deal")
    bora.keyboard.press("Enter")
    bora.wait_for_url("**/deal/new")
    open_palette(bora)
    bora.keyboard.type("lead board")
    expect(bora.locator("#palette").get_by_role("option").first).to_contain_text("Lead board")
    bora.keyboard.press("Enter")
    expect(bora.get_by_role("heading", level=1)).to_have_text("Lead board")


def test_the_palette_is_walked_by_arrows_and_left_by_escape(bora: Page) -> None:
    """W27, W33"""
    bora.goto("/company")
    open_palette(bora)
    options = bora.get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    bora.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(bora.get_by_role("combobox", name="Search records and commands")).to_have_attribute(
        "aria-activedescendant", "palette-1"
    )
    bora.keyboard.press("Escape")
    expect(bora.get_by_role("dialog")).to_have_count(0)


def test_the_palette_offers_only_what_one_may_do(office: Office, page: Page) -> None:
    """W27, W40"""
    office.seat(page, office.site.person("support_agent")).goto("/")
    open_palette(page)
    expect(page.get_by_role("option", name="New Ticket")).to_be_visible()
    expect(page.get_by_role("option", name="New Service")).to_have_count(0)
    expect(page.get_by_role("option", name="New Deal")).to_have_count(0)
    expect(page.get_by_role("option", name="Users")).to_have_count(0)


def test_the_search_field_above_opens_the_palette(bora: Page) -> None:
    """W27"""
    bora.goto("/company")
    bora.get_by_role("banner").get_by_role("searchbox", name="Search everything").click()
    expect(bora.get_by_role("dialog", name="Commands")).to_be_visible()
