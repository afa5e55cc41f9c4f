"""Sharing a record at work: the dialog, a person found by typing, and taking it back."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office

pytestmark = pytest.mark.browser


def test_it_works(office: Office, page: Page) -> None:
    """RC6: with a reason, and gone at once; the dialog fits a phone."""
    (deal,) = office.deals(office.seller(), "Looms")
    office.seat(page, office.ada).goto(f"/deal/{deal}")
    page.get_by_role("link", name="Share").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Share Looms")).to_be_visible()
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_text("Say why you share the record.")).to_be_visible()
    dialog.get_by_role("combobox", name="Person").fill("Cem")
    dialog.get_by_role("option", name="Cem").first.click()
    dialog.get_by_label("Change").check()
    dialog.get_by_label("Why").fill("Knows looms")
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_text("Knows looms")).to_be_visible()
    assert accessibility_faults(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert int(page.evaluate("document.documentElement.scrollWidth - innerWidth")) <= 0
    dialog.get_by_role("button", name="Take back: Cem").click()
    expect(dialog.get_by_text("This record isn't shared with anybody.")).to_be_visible()
