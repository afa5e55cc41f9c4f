"""The event log and “Rights” of a record, by mouse and on a telephone."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office

pytestmark = pytest.mark.browser
TOPIC = "Needles for İzmir"
PHONE = {"width": 390, "height": 844}


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_why_and_what_happened(office: Office, ada: Page) -> None:
    seller = office.seller()
    (lead,) = office.leads(seller, TOPIC)
    ada.goto(f"/lead/{lead}")
    ada.get_by_role("button", name="More actions").click()
    ada.get_by_role("link", name="Rights").click()
    dialog = ada.locator("#dialog")
    expect(dialog.get_by_role("status")).to_contain_text("“Read” is permitted.")
    dialog.get_by_label("Person").select_option(label="Cem Demir")
    expect(dialog.get_by_role("status")).to_contain_text("Cem Demir: “Read” is permitted.")
    dialog.get_by_label("Right", exact=True).select_option(label="Archive")
    expect(dialog.get_by_role("status")).to_contain_text("“Archive” is not permitted.")
    expect(dialog.locator(".because")).not_to_have_count(0)
    assert accessibility_faults(ada) == []
    ada.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size
    assert overflow(ada) <= 0
    ada.goto(f"/admin/audit?record={lead}&entity=lead")
    expect(ada.locator(".audit-event")).not_to_have_count(0)
    ada.get_by_text("Details").first.click()
    assert overflow(ada) <= 0
    assert accessibility_faults(ada) == []
