"""Lists, boards and search in light and dark, on desks and phones: accessible, and nothing scrolls sideways."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office

pytestmark = pytest.mark.browser
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
LOOKS = pytest.mark.parametrize(
    ("theme", "phone"), [("light", False), ("dark", True)], ids=["desk-light", "phone-dark"]
)
PAGES = (
    "/company",
    '/company?filter=name == "Nobody"',
    "/deal/board",
    "/search?q=firm",
    "/search?q=nowhere-to-be-found",
)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@LOOKS
def test_pages_are_accessible_and_fit(office: Office, page: Page, theme: str, phone: bool) -> None:
    """W31, W32, W33"""
    office.seat(page, office.bora, theme=theme, phone=phone)
    for path in PAGES:
        page.goto(path)
        expect(page.locator("#count", has_text="…")).to_have_count(0)
        assert (path, accessibility_faults(page), overflow(page)) == (path, [], 0)


@THEMES
def test_dialogs_are_accessible(office: Office, page: Page, theme: str) -> None:
    """W32, W33"""
    office.seat(page, office.bora, theme=theme)
    for name in ("Filter", "Columns"):
        page.goto("/company")
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        assert (name, accessibility_faults(page)) == (name, [])
    page.goto("/deal/board")
    page.get_by_role("button", name="Move Winter order").click()
    page.locator("[data-card-moves]:popover-open").get_by_role("button", name="Lost").click()
    expect(page.get_by_role("dialog", name="Lost")).to_be_visible()
    assert accessibility_faults(page) == []
    page.goto("/company")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    assert accessibility_faults(page) == []


def test_the_theme_follows_the_system_until_one_is_chosen(office: Office, page: Page) -> None:
    """W32"""
    background = "getComputedStyle(document.body).backgroundColor"
    office.seat(page, office.seller(), theme="light").goto("/company")
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(background)
    assert dark != light
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(background) == light


def test_rows_are_chosen_and_changed_on_a_phone(office: Office, page: Page) -> None:
    """W31"""
    seller = office.seller()
    (deal,) = office.deals(seller, "From the road")
    office.seat(page, seller, phone=True).goto("/deal")
    page.get_by_role("checkbox", name="Select From the road").check()
    page.locator("#selection").get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit")
    dialog.get_by_label("Field", exact=True).select_option(label="Next step")
    dialog.get_by_label("Next step").fill("Call")
    assert overflow(page) == 0
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="From the road", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("From the road")
    assert office.values("deal", deal)["next_step"] is None


def test_a_page_that_is_not_there_says_what_to_do(office: Office, page: Page) -> None:
    """W40: what one may not see is as if it weren't there."""
    answer = office.seat(page, office.bora).request.get("/ticket")
    assert answer.status == 404
    page.set_content(answer.text())
    expect(page.get_by_role("link", name="Go to the start page")).to_be_attached()


def test_an_empty_list_says_how_it_fills(office: Office, page: Page) -> None:
    """W40"""
    office.seat(page, office.seller()).goto("/lead")
    expect(page.get_by_role("heading", name="No Leads yet")).to_be_visible()
    page.locator(".empty").get_by_role("link", name="New Lead").click()
    expect(page).to_have_url(f"{office.address}/lead/new")
