"""Pipelines at a browser: steps, the question how it ended, other pipelines, keys on the board, and two at one card."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser


@pytest.fixture
def seller(office: Office) -> Caller:
    """Somebody with a board of their own."""
    return office.seller()


def lane(page: Page, stage: str) -> Locator:
    return page.locator(f'.lane[data-stage="{stage}"]')


def card(place: Page | Locator, title: str) -> Locator:
    return place.locator(".card").filter(has_text=title)


def drag(page: Page, title: str, stage: str) -> None:
    box, target = card(page, title).bounding_box(), lane(page, stage).locator(".lane-cards").bounding_box()
    assert box is not None
    assert target is not None
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] - 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + box["height"], steps=4)
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + 60, steps=8)
    page.mouse.up()


def analysed(office: Office, seller: Caller, name: str) -> str:
    """A deal whose needs are being looked at."""
    (deal,) = office.deals(seller, name)
    (contact,) = office.make("contact", {"name": {"first": "Ceren", "last": name}, "owner": seller.user_id})
    moved = office.ada.call("POST", f"/api/records/deal/{deal}/transitions/analyse", {"contact": contact})
    assert moved.status_code == 200, moved.text
    return deal


def test_steps_are_ticked_off_and_open_the_way(office: Office, page: Page, seller: Caller) -> None:
    """CR2"""
    deal = analysed(office, seller, "Checklist")
    office.seat(page, seller).goto(f"/deal/{deal}")
    steps = page.get_by_role("region", name="Steps")
    expect(steps).to_contain_text("0 of 3 done")
    proposal = page.get_by_role("button", name="Proposal")
    proposal.click(force=True)  # it is there to say why not
    expect(page.locator("#toasts")).to_contain_text("These steps must be done first")
    steps.get_by_role("button", name="Done: Write down what the customer needs").click()
    expect(steps).to_contain_text("1 of 3 done")
    steps.get_by_role("button", name="Done: Find out who decides").click()
    expect(steps).to_contain_text("2 of 3 done")
    steps.get_by_role("button", name="Skip").click()
    expect(steps).to_contain_text("3 of 3 done")
    assert accessibility_faults(page) == []
    proposal.click(force=True)  # it is there to say why not
    expect(page.locator("#toasts")).to_contain_text("Add at least one line")
    page.goto("/deal/board")
    expect(card(lane(page, "analysis"), "Checklist").locator(".card-steps")).to_have_text("3/3")


def test_closing_asks_how_it_ended_and_cancelling_changes_nothing(office: Office, page: Page, seller: Caller) -> None:
    """L02, L03"""
    deal = analysed(office, seller, "Ending")
    office.seat(page, seller).goto(f"/deal/{deal}")
    page.get_by_role("button", name="Lost").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("How did the deal end?")
    assert accessibility_faults(page) == []
    dialog.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert office.values("deal", deal)["stage"] == "analysis"
    page.get_by_role("button", name="Lost").click()
    dialog.get_by_role("button", name="Move to Lost").click()
    expect(dialog.locator(".field-error")).to_have_text("Reason is required.")
    dialog.get_by_label("Reason").select_option("price")
    dialog.get_by_role("button", name="Move to Lost").click()
    expect(page.locator(".stage[aria-current=step]")).to_have_text("Lost")
    found = office.values("deal", deal)
    assert (found["stage"], found["lost_reason"], found["probability"]) == ("lost", "price", "0")
    assert found["closed_on"] is not None


def test_the_board_asks_the_same(office: Office, page: Page, seller: Caller) -> None:
    """L05"""
    deal = analysed(office, seller, "Dropped")
    page.set_viewport_size({"width": 2100, "height": 900})  # all columns at once
    office.seat(page, seller).goto("/deal/board")
    drag(page, "Dropped", "lost")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("How did the deal end?")
    dialog.get_by_role("link", name="Cancel").click()
    expect(card(lane(page, "analysis"), "Dropped")).to_be_visible()
    assert office.values("deal", deal)["stage"] == "analysis"
    drag(page, "Dropped", "lost")
    dialog.get_by_label("Reason").select_option("price")
    dialog.get_by_role("button", name="Move to Lost").click()
    expect(card(lane(page, "lost"), "Dropped")).to_be_visible()
    assert office.values("deal", deal)["stage"] == "lost"


def test_a_record_goes_on_in_another_pipeline(office: Office, page: Page, seller: Caller) -> None:
    """CR3, BX2"""
    deal = analysed(office, seller, "Contract")
    office.seat(page, seller).goto(f"/deal/{deal}")
    page.get_by_role("button", name="Change the pipeline").click()
    page.get_by_role("link", name="Renewals").click()
    dialog = page.get_by_role("dialog", name="Change the pipeline to Renewals")
    expect(dialog).to_contain_text("It goes on in the stage Coming up.")
    dialog.get_by_role("button", name="Change the pipeline").click()
    expect(page.locator(".stage[aria-current=step]")).to_have_text("Coming up")
    page.get_by_role("link", name="in this stage").click()
    stays = page.get_by_role("dialog", name="Time in stages").get_by_role("row")
    expect(stays).to_have_count(4)  # with the head
    expect(stays.nth(1)).to_contain_text("Coming up")
    expect(stays.nth(2)).to_contain_text("Needs analysis")


def test_cards_walk_and_move_by_keys(office: Office, page: Page, seller: Caller) -> None:
    """W19: Alt and an arrow move a card to the next stage that is open to it, and back."""
    (lead,) = office.leads(seller, "By keys")
    office.leads(seller, "Beside it")
    office.seat(page, seller).goto("/lead/board")
    link = card(page, "By keys").get_by_role("link", name="By keys")
    link.focus()
    page.keyboard.press("Alt+ArrowRight")
    dialog = page.get_by_role("dialog", name="Contacted")
    dialog.get_by_role("button", name="Move to Contacted").click()
    expect(card(lane(page, "contacted"), "By keys")).to_be_visible()
    assert office.values("lead", lead)["stage"] == "contacted"
    card(page, "Beside it").get_by_role("link", name="Beside it").focus()
    page.keyboard.press("ArrowRight")
    expect(card(page, "By keys").get_by_role("link", name="By keys")).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("#announcer")).to_have_text("There is no stage on this side that the card may go to.")
    page.keyboard.press("ArrowLeft")
    expect(card(page, "Beside it").get_by_role("link", name="Beside it")).to_be_focused()


def test_two_drop_the_same_card_and_one_sees_why_not(
    office: Office, browser: Browser, page: Page, seller: Caller, base_address: str
) -> None:
    """Whoever comes second keeps nothing back and is told who was first and where the card is."""
    (lead,) = office.leads(seller, "Wanted by two")
    office.seat(page, seller).goto("/lead/board")
    context = browser.new_context(base_url=base_address, viewport={"width": 1440, "height": 900})
    try:
        other = office.seat(context.new_page(), office.ada)
        other.goto("/lead/board?filter=topic%20%3D%3D%20'Wanted%20by%20two'")
        expect(card(lane(other, "new"), "Wanted by two")).to_be_visible()
        drag(page, "Wanted by two", "contacted")
        page.get_by_role("dialog").get_by_role("button", name="Move to Contacted").click()
        expect(card(lane(page, "contacted"), "Wanted by two")).to_be_visible()
        drag(other, "Wanted by two", "junk")
        said = other.locator(".toast-error")
        expect(said).to_contain_text("Selin Öz has moved the record meanwhile: it is in 'Contacted' now.")
        expect(card(lane(other, "contacted"), "Wanted by two")).to_be_visible()
    finally:
        context.close()
    assert office.values("lead", lead)["stage"] == "contacted"


def test_selected_rows_change_their_pipeline(office: Office, page: Page, seller: Caller) -> None:
    """BX2"""
    office.deals(seller, "Row one", "Row two")
    office.seat(page, seller).goto("/deal")
    page.get_by_role("checkbox", name="Select Row one").check()
    page.get_by_role("checkbox", name="Select Row two").check()
    page.get_by_role("button", name="Change the pipeline").click()
    dialog = page.get_by_role("dialog", name="Change the pipeline")
    dialog.get_by_label("Pipeline").select_option("renewal")
    dialog.get_by_role("button", name="Change the pipeline").click()
    expect(dialog.get_by_role("status")).to_contain_text("2 records changed.")
