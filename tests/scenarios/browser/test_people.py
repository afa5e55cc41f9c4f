"""Pages of administrators, languages, and what every page owes to phones and to those who can't see it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office

pytestmark = pytest.mark.browser


def test_it_works(ada: Page) -> None:
    ada.goto("/admin/packs")
    expect(ada.get_by_role("row", name=re.compile("^CRM"))).to_contain_text("1.0.0")
    expect(ada.get_by_role("row", name=re.compile("^Helpdesk"))).to_contain_text("en, tr, ru")
    navigation = ada.get_by_role("navigation", name="Main")
    navigation.get_by_role("link", name="Revisions").click()
    expect(ada.get_by_role("row").nth(1)).to_contain_text("in service")
    navigation.get_by_role("link", name="Users").click()
    expect(ada.get_by_role("row", name=re.compile("Bora Kaya"))).to_be_visible()
    expect(navigation.get_by_role("link", name="Users")).to_be_in_viewport()
    ada.keyboard.press("Tab")
    expect(ada.get_by_role("link", name="Skip to content")).to_be_focused()


def test_an_administrator_lets_people_in_and_keeps_them_out(ada: Page) -> None:
    ada.goto("/admin/users")
    form = ada.locator("form", has=ada.get_by_role("heading", name="New user"))
    form.get_by_label("Name").fill("Elif Su")
    form.get_by_label("E-mail").fill("elif@example.org")
    form.get_by_label("Marketing").check()
    form.get_by_role("button", name="Add user").click()
    expect(ada.locator("#toasts")).to_contain_text("Elif Su can sign in with the password")
    row = ada.get_by_role("row", name=re.compile("Elif Su"))
    expect(row.get_by_label("Marketing")).to_be_checked()
    row.get_by_role("button", name="Keep out").click()
    expect(row).to_contain_text("kept out")
    form.get_by_label("Name").fill("Elif again")
    form.get_by_label("E-mail").fill("elif@example.org")
    form.get_by_role("button", name="Add user").click()
    expect(ada.get_by_role("alert")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("Elif again")


@pytest.mark.parametrize("path", ["packs", "revisions", "users"])
def test_nobody_else_comes_in(bora: Page, path: str) -> None:
    """W40"""
    response = bora.goto(f"/admin/{path}")
    assert response is not None
    assert response.status == 403
    expect(bora.get_by_role("heading", level=1)).to_have_text("Forbidden")
    expect(bora.get_by_text("Only administrators may do this.")).to_be_visible()
    bora.get_by_role("link", name="Go to the start page").click()
    expect(bora.get_by_role("navigation", name="Main").get_by_role("link", name="Users")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "lang", "plural", "expected", "amount"),
    [
        ("Türkçe", "tr", "Fırsatlar", "12.500,05", "125.000,50"),
        ("Русский", "ru", "Сделки", "12\xa0500,05", "125\xa0000,50"),
    ],
)
def test_pages_speak_the_language_of_their_reader(
    office: Office, page: Page, language: str, lang: str, plural: str, expected: str, amount: str
) -> None:
    """W41"""
    seller = office.seller()
    (deal,) = office.deals(seller, "Looms", amount={"amount": "125000.50", "currency": "TRY"})
    office.seat(page, seller).goto(f"/deal/{deal}")
    page.get_by_role("button", name="Language").click()
    page.locator("#language-menu").get_by_role("button", name=language).click()
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page).to_have_url(re.compile(deal))
    expect(page.locator(".crumbs")).to_contain_text(plural)
    expect(page.locator("[data-field=expected_revenue] .field-value")).to_have_text(expected)
    page.locator("#f-amount").fill(amount)
    page.locator("[data-save]").click()
    expect(page.locator("#toasts .toast")).to_be_visible()
    assert office.values("deal", deal)["amount"]["amount"] == "125000.50"
    page.goto("/deal?filter=name == 'Looms'&columns=name,amount,expected_close")
    row = page.locator(f"#rows tr[data-id='{deal}']")
    expect(row).to_contain_text(amount)
    expect(row).to_contain_text("2031")
    assert accessibility_faults(page) == []


@pytest.mark.parametrize(("theme", "phone"), [("light", False), ("dark", True)], ids=["desk-light", "phone-dark"])
def test_everybody_can_use_the_pages(office: Office, page: Page, theme: str, phone: bool) -> None:
    """W31, W32, W33"""
    (deal,) = office.deals(office.ada, "Looms", lines=[{"description": "Loom", "price": "5"}])
    office.seat(page, office.ada, theme=theme, phone=phone)
    faults = []
    admin = ("/admin/users", "/admin/packs", "/admin/revisions", "/account/preferences")
    paths = (f"/deal/{deal}", f"/deal/{deal}?tab=offer", "/company/new", *admin)
    for path in paths:
        page.goto(path)
        faults += [f"{path}: {fault}" for fault in accessibility_faults(page)]
        root = "document.documentElement"
        beyond = page.evaluate(f"[{root}.scrollWidth - innerWidth, {root}.scrollHeight - innerHeight]")
        # Pages scroll inside of their frame, so that bars stay.
        faults += [f"{path}: {beyond} pixels beyond the window"] if max(beyond) > 0 else []
    assert faults == []
