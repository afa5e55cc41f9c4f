"""What people type stays text in a real browser, also where scripts of ours put it into the page."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.support.office import Office

pytestmark = pytest.mark.browser

TOPIC = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}"
NOTE = "Loom' onmouseover='alert(3)' x='"


def test_it_works(office: Office, page: Page) -> None:
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    seller = office.seller("Inert Selin")
    first, _ = office.leads(seller, TOPIC, NOTE)
    seller.call("POST", f"/api/records/lead/{first}/comments", {"text": f"said {TOPIC}"})
    office.seat(page, seller)
    page.goto("/lead")
    row = page.get_by_role("row").filter(has_text=TOPIC)
    expect(row).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=NOTE)).to_be_visible()
    page.goto("/lead/board")
    expect(page.get_by_text(TOPIC, exact=False).first).to_be_visible()
    page.goto(f"/lead/{first}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(TOPIC)
    expect(page.locator("#history")).to_contain_text(f"said {TOPIC}")
    page.goto("/search?q=alert")
    expect(page.get_by_text(TOPIC, exact=False).first).to_be_visible()
    assert asked == []
    assert page.locator("img[src=x]").count() == 0
