"""Boards: cards move by the same rules as everywhere, dragged or not; columns are paged one by one. W16 to W19."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import scroll_until
from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser
TOPIC = "Looms for Bursa"


@pytest.fixture
def seller(office: Office) -> Caller:
    """Somebody with a board of their own."""
    return office.seller()


@pytest.fixture
def lead(office: Office, page: Page, seller: Caller) -> str:
    """A new lead on the seller's board, which is open; its id."""
    (lead,) = office.leads(seller, TOPIC, budget={"amount": "5000", "currency": "TRY"})
    office.seat(page, seller).goto("/lead/board")
    expect(card(page, TOPIC)).to_be_visible()
    return lead


def lane(page: Page, stage: str) -> Locator:
    return page.locator(f'.lane[data-stage="{stage}"]')


def card(place: Page | Locator, title: str) -> Locator:
    return place.locator(".card").filter(has_text=title)


def take(page: Page, title: str) -> None:
    """Pick a card up by the mouse and hold it."""
    box = card(page, title).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] - 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + box["height"], steps=4)


def drop(page: Page, stage: str) -> None:
    """Carry the held card to a column and let it go."""
    box = lane(page, stage).locator(".lane-cards").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60, steps=8)
    page.mouse.up()


def drag(page: Page, title: str, stage: str) -> None:
    take(page, title)
    drop(page, stage)


def move_by_menu(page: Page, title: str, stage: str) -> None:
    page.get_by_role("button", name=f"Move {title}").click()
    page.locator("[data-card-moves]:popover-open").get_by_role("button", name=stage, exact=True).click()


def counts(page: Page) -> Locator:
    return page.locator(".lane [data-count]")


def test_it_works(page: Page, lead: str) -> None:
    """W16"""
    expect(page.get_by_role("heading", level=1)).to_have_text("Lead board")
    expect(page.locator(".lane h2")).to_have_text(["New", "Contacted", "Qualifying", "Qualified", "Junk"])
    expect(card(lane(page, "new"), TOPIC)).to_contain_text("TRY 5,000.00")


def test_a_dragged_card_asks_for_what_the_move_asks(office: Office, page: Page, lead: str) -> None:
    """W16"""
    drag(page, TOPIC, "contacted")
    dialog = page.get_by_role("dialog", name="Contacted")
    dialog.get_by_label("Next step", exact=True).fill("Send samples")
    dialog.get_by_role("button", name="Move to Contacted").click()
    expect(dialog.locator(".field-error")).to_be_visible()
    assert office.values("lead", lead)["stage"] == "new"
    dialog.get_by_label("Next step on").fill("2031-02-03")
    dialog.get_by_role("button", name="Move to Contacted").click()
    expect(card(lane(page, "contacted"), TOPIC)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Moved to Contacted.")
    found = office.values("lead", lead)
    assert (found["stage"], found["next_step"], found["next_step_on"]) == ("contacted", "Send samples", "2031-02-03")


def test_a_cancelled_move_leaves_the_card_where_it_was(office: Office, page: Page, lead: str) -> None:
    """W16"""
    drag(page, TOPIC, "qualifying")
    page.get_by_role("dialog", name="Start qualifying").get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card(lane(page, "new"), TOPIC)).to_be_visible()
    assert office.values("lead", lead)["stage"] == "new"


def test_a_refused_card_goes_back_and_the_reason_is_said(office: Office, page: Page, seller: Caller) -> None:
    """W16: a deal without lines is no proposal."""
    (deal,) = office.deals(seller, "Without lines")
    office.seat(page, seller).goto("/deal/board")
    drag(page, "Without lines", "proposal")
    expect(page.locator(".toast-error")).to_contain_text("Add at least one line before sending a proposal.")
    expect(card(lane(page, "qualification"), "Without lines")).to_be_visible()
    assert office.values("deal", deal)["stage"] == "qualification"


def test_columns_that_a_card_may_not_go_to_are_greyed_while_dragging(office: Office, page: Page, lead: str) -> None:
    """W16"""
    take(page, TOPIC)
    expect(page.locator(".lane.is-closed-to")).to_have_count(1)
    expect(lane(page, "qualified")).to_contain_class("is-closed-to")
    expect(page.locator(".lane.is-open-to")).to_have_count(3)
    drop(page, "qualified")
    expect(page.locator(".is-closed-to, .is-open-to")).to_have_count(0)
    expect(card(lane(page, "new"), TOPIC)).to_be_visible()
    assert office.values("lead", lead)["stage"] == "new"


def test_a_card_moves_by_its_menu_and_keys_alone(office: Office, page: Page, lead: str) -> None:
    """W19"""
    page.get_by_role("button", name=f"Move {TOPIC}").focus()
    page.keyboard.press("Enter")
    menu = page.locator("[data-card-moves]:popover-open")
    expect(menu.get_by_role("button")).to_have_text(["Contacted", "Qualifying", "Junk"])
    expect(menu.get_by_role("button", name="Contacted")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Junk")
    dialog.get_by_label("Reason").select_option(index=1)
    dialog.get_by_role("button", name="Move to Junk").click()
    expect(card(lane(page, "junk"), TOPIC)).to_be_visible()
    assert office.values("lead", lead)["stage"] == "junk"


def test_counts_and_sums_follow_a_move(office: Office, page: Page, seller: Caller) -> None:
    """W17"""
    office.leads(seller, "First", "Second", budget={"amount": "1000", "currency": "TRY"})
    office.seat(page, seller).goto("/lead/board")
    expect(counts(page)).to_have_text(["2", "0", "0", "0", "0"])
    expect(lane(page, "new").locator("[data-total]")).to_contain_text("2,000")
    move_by_menu(page, "First", "Contacted")
    page.get_by_role("dialog").get_by_role("button", name="Move to Contacted").click()
    expect(lane(page, "contacted").locator("[data-total]")).to_contain_text("1,000")
    expect(lane(page, "new").locator("[data-total]")).to_contain_text("1,000")
    expect(counts(page)).to_have_text(["1", "1", "0", "0", "0"])


def test_a_long_column_loads_on_by_itself_and_its_totals_stay_true(office: Office, page: Page, seller: Caller) -> None:
    """W17"""
    office.leads(seller, *(f"Lead {number:02}" for number in range(45)), budget={"amount": "10", "currency": "TRY"})
    office.seat(page, seller).goto("/lead/board")
    new = lane(page, "new")
    expect(new.locator(".card")).to_have_count(20)
    expect(new.locator("[data-count]")).to_have_text("45")
    expect(new.locator("[data-total]")).to_contain_text("450")
    for loaded in (40, 45):
        scroll_until(page, "[data-lane=new]", "[data-lane=new] .card", loaded)
    titles = new.locator(".card-head a").all_inner_texts()
    assert sorted(titles) == [f"Lead {number:02}" for number in range(45)]
    expect(new.locator("[data-count]")).to_have_text("45")
    expect(lane(page, "contacted").locator(".card")).to_have_count(0)


def test_who_may_not_move_has_no_way_to(office: Office, page: Page) -> None:
    """W16, W40"""
    (campaign,) = office.make(
        "campaign", {"code": "B-1", "name": "Seen by all", "kind": "email", "starts_on": "2031-01-01"}
    )
    office.seat(page, office.bora).goto("/campaign/board")
    expect(card(page, "Seen by all")).to_be_visible()
    expect(page.get_by_role("button", name="Move Seen by all")).to_have_count(0)
    expect(page.locator("#board[data-movable]")).to_have_count(0)
    assert office.values("campaign", campaign)["name"] == "Seen by all"


def test_an_empty_board_says_so(office: Office, page: Page, seller: Caller) -> None:
    """W40"""
    office.seat(page, seller).goto("/deal/board")
    expect(page.get_by_text("Nothing here").first).to_be_visible()
    expect(page.get_by_role("link", name="New Deal")).to_be_visible()
