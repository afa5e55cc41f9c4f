"""A calendar at work: records by month and hour, dragged and moved by keys, made by a click, looked at on a phone."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser


@pytest.fixture
def seller(office: Office) -> Caller:
    """A sales representative."""
    return office.seller()


def plan(office: Office, seller: Caller, subject: str, **values: object) -> str:
    (made,) = office.make("activity", {"subject": subject, "kind": "to_do", "owner": seller.user_id, **values})
    return made


def test_it_works(office: Office, page: Page, seller: Caller) -> None:
    """BX10: an entry is dragged to another day, and its record is saved so."""
    errand = plan(office, seller, "Buy stamps", due_on="2031-03-12")
    office.seat(page, seller).goto("/activity/calendar?day=2031-03-01")
    expect(page.get_by_role("heading", name="March 2031")).to_be_visible()
    cell = page.locator('td[data-day="2031-03-12"]')
    entry = cell.get_by_role("link", name="Buy stamps")
    entry.drag_to(page.locator('td[data-day="2031-03-14"]'))
    expect(page.locator('td[data-day="2031-03-14"]').get_by_role("link", name="Buy stamps")).to_be_visible()
    assert office.values("activity", errand)["due_on"] == "2031-03-14"
    page.get_by_role("link", name="After").click()
    expect(page.get_by_role("heading", name="April 2031")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="March 2031")).to_be_visible()


def test_a_meeting_is_moved_by_keys_and_by_a_form(office: Office, page: Page, seller: Caller) -> None:
    """W19, W33: there is another way than dragging."""
    meeting = plan(
        office,
        seller,
        "Show looms",
        kind="meeting",
        due_on="2031-05-07",
        starts_at="2031-05-07T09:30:00Z",
        duration="PT1H",
    )
    office.seat(page, seller).goto("/activity/calendar?span=week&day=2031-05-07")
    entry = page.get_by_role("link", name="Show looms")
    entry.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator('td[data-time="10:00"]').get_by_role("link", name="Show looms")).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(
        page.locator('td[data-day="2031-05-08"][data-time="10:00"]').get_by_role("link", name="Show looms")
    ).to_be_visible()
    values = office.values("activity", meeting)
    assert (values["starts_at"], values["due_on"]) == ("2031-05-08T10:30:00Z", "2031-05-08")
    entry.click()
    dialog = page.get_by_role("dialog", name="Show looms")
    dialog.get_by_label("Move to").fill("2031-05-09")
    dialog.get_by_label("Time").fill("15:00")
    assert accessibility_faults(page) == []
    dialog.get_by_role("button", name="Move").click()
    expect(
        page.locator('td[data-day="2031-05-09"][data-time="15:00"]').get_by_role("link", name="Show looms")
    ).to_be_visible()
    assert office.values("activity", meeting)["starts_at"] == "2031-05-09T15:00:00Z"


def test_what_may_not_be_moved_stays_and_says_why(office: Office, page: Page, seller: Caller) -> None:
    """W16"""
    other = office.seller("Somebody Else")
    errand = plan(office, other, "Not yours", due_on="2031-06-12")
    office.seat(page, seller).goto("/activity/calendar?day=2031-06-01")
    page.get_by_role("link", name="Not yours").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_role("status").filter(has_text="You may not")).to_be_visible()
    expect(page.locator('td[data-day="2031-06-12"]').get_by_role("link", name="Not yours")).to_be_visible()
    assert office.values("activity", errand)["due_on"] == "2031-06-12"


def test_a_record_is_made_for_an_hour(office: Office, page: Page, seller: Caller) -> None:
    office.seat(page, seller).goto("/activity/calendar?span=day&day=2031-07-02")
    page.locator('td[data-time="11:00"]').dblclick()
    expect(page.locator("#f-due_on")).to_have_value("2031-07-02")
    page.locator("#f-subject").fill("Ring the bell")
    page.locator("#f-kind").select_option("call")
    page.locator("[data-save]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ring the bell")
    page.goto("/activity/calendar?span=day&day=2031-07-02")
    expect(page.locator('td[data-time="11:00"]').get_by_role("link", name="Ring the bell")).to_be_visible()


def test_something_is_planned_at_a_record_in_two_clicks(office: Office, page: Page, seller: Caller) -> None:
    """W21"""
    (deal,) = office.deals(seller, "Warps")
    office.seat(page, seller).goto(f"/deal/{deal}")
    page.get_by_role("button", name="Plan").click()
    page.get_by_role("link", name="Call", exact=True).click()
    expect(page.locator("#f-kind")).to_have_value("call")
    page.locator("#f-subject").fill("Ask about warps")
    page.locator("[data-save]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask about warps")
    page.goto(f"/deal/{deal}")
    history = page.get_by_role("complementary", name="History")
    expect(history.get_by_role("article").first).to_contain_text("planned")
    expect(history.get_by_role("article").first.get_by_role("link", name="Ask about warps")).to_be_visible()
    expect(page.locator("#tasks-panel").get_by_role("link", name="Ask about warps")).to_be_visible()


@pytest.mark.parametrize(("theme", "phone"), [("light", False), ("dark", True)], ids=["desk-light", "phone-dark"])
def test_it_fits_and_everybody_can_use_it(office: Office, page: Page, seller: Caller, theme: str, phone: bool) -> None:
    """W31, W32, W33"""
    today = datetime.now(UTC).date().isoformat()
    for number in range(7):
        plan(office, seller, f"Number {number} of a day that is full", due_on=today)
    office.seat(page, seller, theme=theme, phone=phone)
    for span in ("month", "week", "day", "agenda"):
        page.goto(f"/activity/calendar?span={span}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (span, accessibility_faults(page), wide) == (span, [], 0)
