"""The privacy desk in a browser: usable at a desk and on a phone, nothing for axe to find."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office

NAME = "Yelda"


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_person_is_found_and_planned(office: Office, page: Page, phone: bool) -> None:
    office.make("contact", {"name": {"first": NAME, "last": f"Kaya{phone}"}, "email": f"yelda{phone}@example.org"})
    office.seat(page, office.ada, phone=phone).goto(f"{office.address}/admin/privacy/")
    page.get_by_label("E-mail address, number or name").fill(f"yelda{phone}@example.org")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text(f"{NAME} Kaya{phone}")).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Everything about the chosen").click()
    expect(page.get_by_role("heading", name=f"{NAME} Kaya{phone}")).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Plan to erase").click()
    page.get_by_label("On what ground").fill("Asked for it")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Erase as planned").click()
    expect(page.get_by_role("heading", name="Proof of erasure")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
