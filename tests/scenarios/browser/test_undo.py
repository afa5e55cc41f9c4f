"""What one moved is moved back from the message about it: the same move as ever, for ten seconds. W39."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser
TOPIC = "Looms for Bursa"


@pytest.fixture
def seller(office: Office) -> Caller:
    """Somebody with a lead of their own."""
    return office.seller()


@pytest.fixture
def lead(office: Office, seller: Caller) -> str:
    """The id of that lead, who was contacted already."""
    (made,) = office.leads(seller, TOPIC, need="Two looms")
    step(office, made, "make_contact")
    return made


def step(office: Office, lead: str, transition: str, **values: str) -> None:
    """Move a lead through the API."""
    moved = office.ada.call("POST", f"/api/records/lead/{lead}/transitions/{transition}", values)
    assert moved.status_code == 200, moved.text


def stage(office: Office, lead: str) -> str:
    return str(office.values("lead", lead)["stage"])


def lane(page: Page, name: str) -> Locator:
    return page.locator(f'.lane[data-stage="{name}"]')


def undo(page: Page) -> Locator:
    return page.locator("#toasts").get_by_role("button", name="Undo")


def start_qualifying(page: Page) -> None:
    """Move the lead on by its card's menu."""
    page.get_by_role("button", name=f"Move {TOPIC}").click()
    page.locator("[data-card-moves]:popover-open").get_by_role("button", name="Qualifying").click()
    page.get_by_role("dialog").get_by_role("button", name="Move to Qualifying").click()
    # The card that came anew from the server.
    expect(lane(page, "qualifying").locator('.card[data-stage="qualifying"]')).to_have_count(1)


def test_a_moved_card_goes_back(office: Office, page: Page, seller: Caller, lead: str) -> None:
    """W16, W39"""
    office.seat(page, seller).goto("/lead/board")
    start_qualifying(page)
    assert stage(office, lead) == "qualifying"
    undo(page).click()
    expect(lane(page, "contacted").locator(".card")).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("Moved to Contacted.")
    expect(lane(page, "contacted").locator("[data-count]")).to_have_text("1")
    assert stage(office, lead) == "contacted"


def test_a_moved_card_offers_the_moves_of_its_new_stage(page: Page, office: Office, seller: Caller, lead: str) -> None:
    """W19"""
    office.seat(page, seller).goto("/lead/board")
    start_qualifying(page)
    page.get_by_role("button", name=f"Move {TOPIC}").click()
    menu = page.locator("[data-card-moves]:popover-open")
    expect(menu.get_by_role("button")).to_have_text(["Contacted", "Qualified", "Junk"])
    assert lead in str(menu.get_attribute("id"))


def test_a_menu_that_is_open_stays_open_when_its_card_comes_anew(page: Page, office: Office, seller: Caller) -> None:
    """W19"""
    office.leads(seller, TOPIC)
    office.seat(page, seller).goto("/lead/board")
    anew = re.compile(r"/lead/board/\w+/card\?")
    held: list[Route] = []
    page.route(anew, lambda route: held.insert(0, route))
    page.get_by_role("button", name=f"Move {TOPIC}").click()
    menu = page.locator("[data-card-moves]:popover-open")
    menu.get_by_role("button", name="Contacted").click()
    with page.expect_request(anew):
        page.get_by_role("dialog").get_by_role("button", name="Move to Contacted").click()
    page.get_by_role("button", name=f"Move {TOPIC}").click()
    expect(menu).to_be_visible()
    held.pop().continue_()
    expect(page.locator('.card[data-stage="contacted"]')).to_have_count(1)
    expect(menu.get_by_role("button").filter(has_text="Qualifying")).to_be_visible()


def test_a_record_s_page_takes_its_move_back(office: Office, page: Page, seller: Caller, lead: str) -> None:
    """W20, W39"""
    office.seat(page, seller).goto(f"/lead/{lead}")
    bar = page.get_by_role("list", name="Lead qualification")
    bar.get_by_role("button", name="Qualifying").click()
    page.get_by_role("dialog").get_by_role("button", name="Move to Qualifying").click()
    expect(bar.locator("[aria-current=step]")).to_have_text("Qualifying")
    undo(page).click()
    expect(bar.locator("[aria-current=step]")).to_have_text("Contacted")
    assert stage(office, lead) == "contacted"


def test_what_was_changed_meanwhile_stays_and_the_reason_is_said(
    office: Office, page: Page, seller: Caller, lead: str
) -> None:
    """W39: by somebody else, on the board and on the record's page."""
    office.seat(page, seller).goto("/lead/board")
    start_qualifying(page)
    step(office, lead, "junk", lost_reason="spam")
    undo(page).click()
    expect(page.locator(".toast-error")).to_contain_text("changed meanwhile")
    expect(lane(page, "qualifying").locator(".card")).to_have_count(0)
    assert stage(office, lead) == "junk"


def test_a_move_without_a_way_back_offers_none(office: Office, page: Page, seller: Caller) -> None:
    """W39: nothing leads back to new."""
    office.leads(seller, TOPIC)
    office.seat(page, seller).goto("/lead/board")
    page.get_by_role("button", name=f"Move {TOPIC}").click()
    page.locator("[data-card-moves]:popover-open").get_by_role("button", name="Contacted").click()
    page.get_by_role("dialog").get_by_role("button", name="Move to Contacted").click()
    expect(page.locator("#toasts")).to_contain_text("Moved to Contacted.")
    expect(undo(page)).to_have_count(0)


def test_rows_go_back_to_where_each_was(office: Office, page: Page, seller: Caller, lead: str) -> None:
    """W09, W39"""
    (other,) = office.leads(seller, "Another", need="One loom")
    office.seat(page, seller).goto("/lead")
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    page.locator("#selection").get_by_role("button", name="Move to stage").click()
    dialog = page.get_by_role("dialog", name="Move to stage")
    dialog.get_by_label("Stage").select_option(label="Qualifying")
    expect(dialog.get_by_label("Need")).to_be_visible()
    dialog.get_by_label("Need").fill("Three looms")
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_role("dialog")).to_contain_text("2 records changed.")
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    # Nothing leads back to new, where the other one was.
    expect(page.get_by_role("dialog", name="Undo")).to_contain_text("1 record changed.")
    assert (stage(office, lead), stage(office, other)) == ("contacted", "qualifying")


def test_a_message_stays_ten_seconds_and_as_long_as_one_points_at_it(
    office: Office, page: Page, seller: Caller, lead: str
) -> None:
    """W39"""
    page.clock.install()
    office.seat(page, seller).goto(f"/lead/{lead}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Archive").click()
    page.wait_for_url("**/lead")
    page.clock.run_for(9_000)
    undo(page).hover()
    page.clock.run_for(9_000)
    expect(undo(page)).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(11_000)
    expect(undo(page)).to_have_count(0)
