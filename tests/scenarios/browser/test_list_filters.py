"""Filters of a list: a column's quick one, the builder, and the expression beside it. W12."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.office import Office

pytestmark = pytest.mark.browser


def open_builder(page: Page) -> Locator:
    page.get_by_role("link", name="Filter", exact=True).click()
    dialog = page.get_by_role("dialog", name="Filter")
    expect(dialog).to_be_visible()
    return dialog


def choose(dialog: Locator, name: str, label: str) -> None:
    """Choose in the builder, and wait for the inputs that the server sends for it."""
    dialog.locator(f'[name="{name}"]').select_option(label=label)
    expect(dialog.locator(f'[name="{name}"] option[selected]')).to_have_text(label)


def condition(dialog: Locator, place: str, field: str, comparison: str, value: str) -> None:
    """Fill in a condition."""
    choose(dialog, f"c.{place}.path", field)
    choose(dialog, f"c.{place}.operator", comparison)
    operand = dialog.locator(f'[name="c.{place}.value"]')
    if operand.evaluate("element => element.tagName") == "SELECT":
        choose(dialog, f"c.{place}.value", value)
    else:
        operand.fill(value)


def test_a_quick_filter_is_a_chip_that_can_be_taken_off(bora: Page) -> None:
    """W12"""
    bora.goto("/company")
    bora.locator("th[data-path=kind]").hover()
    bora.get_by_role("button", name="Filter Kind").click()
    quick = bora.locator(".quick:visible")
    quick.locator("select[name=value]").select_option(label="Partner")
    quick.get_by_role("button", name="Apply").click()
    expect(bora.locator(".filter-chip")).to_have_text("Kind is Partner")
    expect(bora.get_by_role("link", name="Firm 002")).to_be_visible()
    expect(bora.get_by_role("link", name="Firm 001")).to_have_count(0)
    bora.get_by_role("link", name="Remove filter Kind is Partner").click()
    expect(bora.get_by_role("link", name="Firm 001")).to_be_visible()


def test_a_quick_filter_of_a_reference_searches_on_the_server(bora: Page) -> None:
    """W12, W25"""
    bora.goto("/contact")
    bora.locator("th[data-path=company]").hover()
    bora.get_by_role("button", name="Filter Company").click()
    quick = bora.locator(".quick:visible")
    quick.get_by_role("combobox").last.fill("firm 00")
    quick.get_by_role("option", name="Firm 002").click()
    quick.get_by_role("button", name="Apply").click()
    expect(bora.locator(".filter-chip")).to_have_text("Company is Firm 002")
    expect(bora.locator("#rows tr[data-id]")).to_have_count(1)
    expect(bora.locator("#rows")).to_contain_text("Irmak Ilgaz")


def test_the_builder_joins_groups_by_and_and_conditions_by_or(bora: Page) -> None:
    """W12"""
    bora.goto("/company")
    dialog = open_builder(bora)
    condition(dialog, "0.0", "Kind", "is", "Customer")
    dialog.get_by_role("button", name="or …").click()
    condition(dialog, "0.1", "Kind", "is", "Partner")
    dialog.get_by_role("button", name="Add a group").click()
    condition(dialog, "1.0", "Name", "starts with", "Firm 01")
    dialog.get_by_label("Expression").focus()
    expect(dialog.get_by_label("Expression")).to_have_value(
        '(kind == "customer" || kind == "partner") && name.lower().startsWith("Firm 01".lower())'
    )
    dialog.get_by_role("button", name="Apply").click()
    expect(bora.locator("#rows tr[data-id]")).to_have_count(7)
    expect(bora.locator(".filter-chip")).to_have_count(2)


def test_the_builder_joins_groups_by_or_and_conditions_by_and(bora: Page) -> None:
    """W12"""
    bora.goto("/company")
    dialog = open_builder(bora)
    dialog.get_by_label("Show records where").select_option(label="any group is true")
    condition(dialog, "0.0", "Name", "is", "Firm 003")
    dialog.get_by_role("button", name="and …").click()
    condition(dialog, "0.1", "Kind", "is", "Prospect")
    dialog.get_by_role("button", name="Add a group").click()
    condition(dialog, "1.0", "Name", "is", "Firm 004")
    dialog.get_by_role("button", name="Apply").click()
    expect(bora.locator("#rows tr[data-id]")).to_have_count(2)
    expect(bora.locator("#rows .cell-title")).to_have_text(["Firm 003", "Firm 004"])


def test_the_builder_takes_a_filter_apart_again(bora: Page) -> None:
    """W12"""
    bora.goto('/company?filter=kind == "customer" %26%26 employees > 500')
    dialog = open_builder(bora)
    expect(dialog.locator("fieldset")).to_have_count(2)
    dialog.get_by_role("button", name="Remove condition").first.click()
    expect(dialog.locator("fieldset")).to_have_count(1)
    dialog.get_by_role("button", name="Apply").click()
    expect(bora.locator(".filter-chip")).to_have_text(["Employees is more than 500"])


def test_enter_in_a_value_applies_the_filter(bora: Page) -> None:
    """W12, W15"""
    bora.goto("/company")
    dialog = open_builder(bora)
    choose(dialog, "c.0.0.operator", "starts with")
    dialog.locator('[name="c.0.0.value"]').fill("Firm 12")
    bora.keyboard.press("Enter")
    expect(bora.locator("#rows tr[data-id]")).to_have_count(10)


def test_dates_are_relative_to_today(office: Office, page: Page) -> None:
    """W12"""
    seller = office.seller()
    office.deals(seller, "Long ago", expected_close="2020-01-15")
    office.deals(seller, "Far away")
    office.seat(page, seller).goto("/deal")
    dialog = open_builder(page)
    choose(dialog, "c.0.0.path", "Expected to close on")
    choose(dialog, "c.0.0.operator", "in the last … days")
    days = dialog.locator('[name="c.0.0.value"]')
    expect(days).to_have_attribute("type", "number")
    days.fill("9999")
    dialog.get_by_role("button", name="Apply").click()
    expect(page.locator("#rows tr[data-id]")).to_have_count(1)
    expect(page.locator("#rows")).to_contain_text("Long ago")
    expect(page.locator(".filter-chip")).to_contain_text("9999")


def test_an_expression_is_written_by_hand(bora: Page) -> None:
    """W12"""
    bora.goto("/company")
    dialog = open_builder(bora)
    dialog.get_by_label("Expression").fill("employees == 30 || employees * 2 == 140")
    dialog.get_by_role("button", name="Apply").click()
    expect(bora.locator("#rows .cell-title")).to_have_text(["Firm 003", "Firm 007"])


def test_a_faulty_expression_says_why_and_stays(bora: Page) -> None:
    """W12, W40"""
    bora.goto("/company")
    dialog = open_builder(bora)
    dialog.get_by_label("Expression").fill("employes == 30")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog.get_by_role("alert")).to_contain_text("employees")
    expect(dialog.get_by_label("Expression")).to_have_value("employes == 30")


def test_a_filter_that_finds_nothing_says_what_to_do(bora: Page) -> None:
    """W40"""
    bora.goto('/company?filter=name == "Nobody"')
    expect(bora.get_by_role("heading", name="Nothing matches")).to_be_visible()
    bora.get_by_role("link", name="Clear the filter").click()
    expect(bora.get_by_role("link", name="Firm 001")).to_be_visible()


def test_a_faulty_filter_in_the_address_is_explained(bora: Page) -> None:
    """W40"""
    bora.goto("/company?filter=nonsense(")
    expect(bora.get_by_role("alert")).to_be_visible()
    bora.get_by_role("link", name="Clear the filter").click()
    expect(bora.get_by_role("link", name="Firm 001")).to_be_visible()
