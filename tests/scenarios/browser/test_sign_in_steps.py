"""A second factor at a real browser: a passkey set up and asked for, an app, by mouse and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kalip.access.second_factor import app_code, step_of
from kalip.base.clock import system_clock
from tests.support.browser import PageFaults, accessibility_faults
from tests.support.identity import PASSWORD, with_password
from tests.support.office import Office

pytestmark = pytest.mark.browser


@pytest.fixture
def door(browser: Browser, office: Office) -> Iterator[Page]:
    """A page that reaches the office by a name, as passkeys want it, with a security key in its port."""
    address = office.address.replace("127.0.0.1", "localhost")
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844}, base_url=address)
    context.set_default_timeout(10_000)
    faults = PageFaults()
    context.on("page", faults.watch)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()
    assert faults == []


def usable(page: Page) -> list[str]:
    """What is wrong with a page for anybody, and whether it is wider than the window."""
    page.wait_for_load_state()  # a page that is just arriving has no elements yet
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*accessibility_faults(page), *([f"{beyond} pixels beyond the window"] if beyond > 0 else [])]


def test_a_passkey_and_an_app(door: Page, office: Office) -> None:
    person = office.site.person("sales_rep", name="Nil Ak")
    email = with_password(office.site, person)
    faults = []

    def sign_in() -> None:
        door.goto("/login?next=/account/security")
        door.get_by_label("E-mail").fill(email)
        door.get_by_label("Password").fill(PASSWORD)
        door.get_by_role("button", name="Sign in", exact=True).click()

    sign_in()
    door.get_by_role("link", name="Add a passkey").click()
    faults += usable(door)
    door.get_by_label("Name").fill("Blue key")
    door.get_by_role("button", name="Add a passkey").click()
    expect(door.locator(".recovery-codes li")).to_have_count(10)
    faults += usable(door)
    door.get_by_role("link", name="continue").click()
    expect(door.locator("#factors")).to_contain_text("Blue key")
    door.get_by_role("link", name="Set up an app").click()
    expect(door.locator(".qr-frame svg")).to_be_visible()
    faults += usable(door)
    secret = door.locator(".secret").text_content() or ""
    door.get_by_label("Code", exact=True).fill(app_code(secret, step_of(system_clock()) - 1))
    door.get_by_role("button", name="Set up").click()
    expect(door.locator("#factors .security-list li")).to_have_count(3)
    faults += usable(door)
    door.context.clear_cookies()
    sign_in()
    expect(door.get_by_role("button", name="Use a passkey")).to_be_visible()
    faults += usable(door)
    door.get_by_role("button", name="Use a passkey").click()
    expect(door).to_have_url(re.compile("/account/security"))
    expect(door.locator("#sessions")).to_contain_text("passkey")
    door.context.clear_cookies()
    sign_in()
    door.get_by_label("Code", exact=True).fill("000000")
    door.get_by_role("button", name="Continue").click()
    expect(door.get_by_role("alert")).to_contain_text("not the right code")
    faults += usable(door)
    door.get_by_label("Code", exact=True).fill(app_code(secret, step_of(system_clock())))
    door.get_by_role("button", name="Continue").click()
    expect(door).to_have_url(re.compile("/account/security"))
    door.goto("/login/forgotten")
    faults += usable(door)
    assert faults == []
