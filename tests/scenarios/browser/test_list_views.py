"""Views of a list that people save: for themselves, for everybody. W11."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.office import Office

pytestmark = pytest.mark.browser


def save_as(page: Page, name: str, *, shared: bool = False) -> None:
    page.get_by_role("link", name="Save view").click()
    dialog = page.get_by_role("dialog", name="Save view")
    dialog.get_by_label("Name").fill(name)
    if shared:
        dialog.get_by_role("checkbox", name="Everybody who sees this list may use it").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("navigation", name="Views").get_by_role("link", name=name)).to_have_attribute(
        "aria-current", "true"
    )


def test_a_saved_view_keeps_columns_order_and_filter(office: Office, page: Page) -> None:
    """W11"""
    seller = office.seller()
    office.seat(page, seller).goto('/company?columns=name:300!,employees&sort=-employees&filter=kind == "partner"')
    save_as(page, "Big partners")
    page.goto("/company")
    expect(page.locator("th[data-path=kind]")).to_be_visible()
    page.get_by_role("link", name="Big partners").click()
    expect(page.locator("th[data-path]")).to_have_count(2)
    expect(page.locator("col[data-path=name]")).to_have_attribute("width", "300")
    expect(page.locator("th[data-path=employees]")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("#rows .cell-title").first).to_have_text("Firm 128")
    expect(page.locator(".filter-chip")).to_have_text("Kind is Partner")


def test_a_view_saved_on_a_pack_s_view_keeps_its_filter(office: Office, page: Page) -> None:
    """W11"""
    seller = office.seller()
    office.seat(page, seller).goto("/company?view=customers&sort=-name")
    save_as(page, "Customers backwards")
    expect(page.locator("#rows .cell-title").first).to_have_text("Firm 130")
    expect(page.locator("#rows .cell-title").nth(1)).to_have_text("Firm 127")
    expect(page.locator("th[data-path=customer_since]")).to_be_visible()


def test_a_private_view_is_its_maker_s_alone_and_a_shared_one_everybody_s(office: Office, page: Page) -> None:
    """W11"""
    maker = office.seller()
    office.seat(page, maker).goto("/company?sort=-name")
    save_as(page, "Mine alone")
    page.goto("/company?sort=-employees")
    save_as(page, "For the team", shared=True)
    office.seat(page, office.bora).goto("/company")
    views = page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="For the team")).to_be_visible()
    expect(views.get_by_role("link", name="Mine alone")).to_have_count(0)
    views.get_by_role("link", name="For the team").click()
    expect(page.locator("th[data-path=employees], th[data-path=kind]").first).to_be_visible()
    expect(page.get_by_role("button", name="Delete view")).to_have_count(0)


def test_a_view_is_changed_and_deleted_by_its_maker(office: Office, page: Page) -> None:
    """W11"""
    office.seat(page, office.seller()).goto("/company?sort=-name")
    save_as(page, "To change")
    page.locator("th[data-path=kind]").get_by_role("link").click()
    save_as(page, "Changed")
    views = page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="To change")).to_have_count(0)
    expect(page.locator("th[data-path=kind]")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="Delete view").click()
    expect(page.locator("#toasts")).to_contain_text("The view is deleted.")
    expect(views.get_by_role("link", name="Changed")).to_have_count(0)
