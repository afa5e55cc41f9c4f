"""Signing in and out at a browser, by mouse, by keyboard, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from kalip.access import hash_password
from kalip.access.lockout import FREE_FAILURES
from kalip.storage import set_password_hash
from tests.support.browser import accessibility_faults
from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
WRONG = "The e-mail address or the password is wrong."


@pytest.fixture(scope="module")
def hash_of_password() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def newcomer(office: Office, hash_of_password: str) -> Caller:
    """Somebody with a password."""
    person = office.site.person("sales_rep", name="Nil Ak")
    with office.site.services.database.write() as session:
        set_password_hash(session, person.user_id, hash_of_password)
    return person


def fill_in(page: Page, person: Caller, password: str) -> None:
    page.get_by_label("E-mail").fill(f"{person.user_id}@example.org")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_it_works(page: Page, newcomer: Caller) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile("/login"))
    fill_in(page, newcomer, PASSWORD)
    expect(page.get_by_role("button", name="Account of Nil Ak")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_contain_text("Companies")


def test_a_wrong_password_is_told_beside_the_form(page: Page, newcomer: Caller) -> None:
    page.goto("/login")
    fill_in(page, newcomer, "wrong")
    expect(page.get_by_role("alert")).to_have_text(WRONG)
    expect(page.get_by_label("E-mail")).to_have_value(f"{newcomer.user_id}@example.org")
    expect(page.get_by_label("Password")).to_have_value("")
    assert accessibility_faults(page) == []
    fill_in(page, newcomer, PASSWORD)
    expect(page.get_by_role("button", name="Account of Nil Ak")).to_be_visible()


def test_after_many_wrong_passwords_the_door_stays_shut_for_a_while(page: Page, newcomer: Caller) -> None:
    page.goto("/login")
    said: list[str] = []
    # The wait doubles with each failure, so that even a slow browser meets it.
    while len(said) < 3 * FREE_FAILURES and set(said) <= {WRONG}:
        fill_in(page, newcomer, "wrong")
        said.append(page.get_by_role("alert").inner_text())
    assert said[:FREE_FAILURES] == [WRONG] * FREE_FAILURES
    assert "Too many failed attempts: try again in" in said[-1]


def test_one_comes_back_to_the_page_one_wanted(page: Page, newcomer: Caller) -> None:
    page.goto("/company?filter=kind == 'partner'")
    expect(page).to_have_url(re.compile("/login"))
    fill_in(page, newcomer, "wrong")
    fill_in(page, newcomer, PASSWORD)
    expect(page).to_have_url(re.compile(r"/company\?filter=kind"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Companies")


def test_one_never_goes_on_to_another_site(page: Page, newcomer: Caller, base_address: str) -> None:
    page.goto("/login?next=//example.com/x")
    fill_in(page, newcomer, PASSWORD)
    expect(page).to_have_url(f"{base_address}/")


def test_signing_out_ends_the_session(office: Office, page: Page) -> None:
    office.seat(page, office.seller())
    page.goto("/company")
    page.get_by_role("button", name="Account of Selin Öz").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login"))
    page.go_back()
    page.goto("/company")
    expect(page).to_have_url(re.compile("/login"))


def test_keys_are_enough(page: Page, newcomer: Caller) -> None:
    """W33"""
    page.goto("/login")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(f"{newcomer.user_id}@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    account = page.get_by_role("button", name="Account of Nil Ak")
    expect(account).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    account.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Preferences")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Preferences")).to_be_hidden()
    expect(account).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_anybody_can_read_it(page: Page, theme: str, width: int) -> None:
    """W31, W32, W33"""
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/login")
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_script_is_needed(browser: Browser, office: Office, newcomer: Caller) -> None:
    context = browser.new_context(base_url=office.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/company")
    fill_in(page, newcomer, "wrong")
    expect(page.get_by_role("alert")).to_have_text(WRONG)
    fill_in(page, newcomer, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Companies")
    context.close()
