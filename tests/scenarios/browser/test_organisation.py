"""A person is away, and somebody else acts in the place: arranged on a phone, begun and ended on a desk."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office


def test_a_substitute_acts_in_the_place_of_one_who_is_away(page: Page, office: Office) -> None:
    """EL7, SB8"""
    absent, substitute = office.seller("Aylin Ak"), office.seller("Burak Susam")
    today = datetime.now(UTC).date()
    office.seat(page, absent, phone=True)
    page.goto(f"{office.address}/account/away")
    page.get_by_label("First day").fill(today.isoformat())
    page.get_by_label("Last day").fill((today + timedelta(days=3)).isoformat())
    page.get_by_role("combobox", name="Who stands in").fill("Susam")
    page.get_by_role("option", name="Burak Susam").click()
    page.get_by_role("radio", name="Acts with all rights").check()
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("region", name="Who stands in").get_by_role("listitem")
    expect(row).to_contain_text("Burak Susam")
    expect(row).to_contain_text("Now")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert accessibility_faults(page) == []
    page.context.clear_cookies()
    page.set_viewport_size({"width": 1440, "height": 900})
    office.seat(page, substitute)
    page.goto(f"{office.address}/tasks")
    page.get_by_role("button", name="Account of Burak Susam").click()
    page.get_by_role("button", name="Act for Aylin Ak").click()
    bar = page.get_by_role("form", name="Acting for another")
    expect(bar).to_contain_text("You act for Aylin Ak")
    assert accessibility_faults(page) == []
    bar.get_by_role("button", name="Stop").click()
    expect(bar).to_have_count(0)
