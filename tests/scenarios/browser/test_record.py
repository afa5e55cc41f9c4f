"""A record's page at work: tabs, live rules, saving, stages, history, related records."""

import re

import pytest
from playwright.sync_api import Dialog, Locator, Page, Request, expect

from tests.support.browser import accessibility_faults, scroll_until
from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser


@pytest.fixture
def seller(office: Office) -> Caller:
    """A sales representative with deals of their own."""
    return office.seller()


@pytest.fixture
def deal(office: Office, seller: Caller) -> str:
    """A deal of the seller."""
    (made,) = office.deals(seller, "Looms", amount={"amount": "1000", "currency": "TRY"})
    return made


@pytest.fixture
def desk(office: Office, page: Page, seller: Caller, deal: str) -> Page:
    """The page of that deal, open before the seller."""
    office.seat(page, seller).goto(f"/deal/{deal}")
    return page


def previews(page: Page) -> list[Request]:
    """The round trips that a form makes from now on."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if request.url.endswith("/preview") else None)
    return found


def field(part: Page | Locator, name: str) -> Locator:
    """The input of a field."""
    return part.locator(f"#f-{name}")


def save(page: Page) -> None:
    page.locator("[data-save]").click()


def test_it_works(office: Office, desk: Page, deal: str) -> None:
    expect(desk.get_by_role("heading", level=1)).to_have_text("Looms")
    field(desk, "name").fill("Better looms")
    save(desk)
    expect(desk.locator("#toasts")).to_contain_text("Saved.")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Better looms")
    assert office.values("deal", deal)["name"] == "Better looms"


def test_other_tabs_load_when_they_are_opened(desk: Page) -> None:
    """W01"""
    asked = previews(desk)
    expect(desk.locator("#panel-details [data-field]")).to_have_count(0)
    desk.get_by_role("tab", name="Details").click()
    expect(field(desk, "notes")).to_be_visible()
    expect(field(desk, "name")).to_be_hidden()
    assert len(asked) == 1
    desk.get_by_role("tab", name="Details").press("ArrowLeft")
    expect(desk.get_by_role("button", name="Add Deal line")).to_be_visible()
    desk.get_by_role("tab", name="Offer").press("ArrowLeft")
    expect(field(desk, "name")).to_be_visible()
    expect(desk.locator("#section-deal-money .fields-2")).to_have_count(1)
    assert len(asked) == 2


def test_rules_follow_what_is_typed(desk: Page) -> None:
    """W02"""
    asked = previews(desk)
    on = desk.locator("[data-field=next_step_on]")
    expect(on.get_by_text("required")).to_have_count(0)
    field(desk, "next_step").fill("Call them")
    field(desk, "next_step").blur()
    expect(on.get_by_text("required")).to_be_attached()
    field(desk, "probability").fill("25")
    field(desk, "probability").blur()
    expect(desk.locator("[data-field=expected_revenue] .field-value")).to_have_text("250.00")
    assert len(asked) == 2
    expect(field(desk, "next_step")).to_have_value("Call them")


def test_fields_come_and_go_with_a_choice(office: Office, page: Page) -> None:
    """W02"""
    office.seat(page, office.seller()).goto("/company/new")
    field(page, "name").fill("Anadolu")
    other = page.locator("[data-field=delivery_address]")
    expect(other).to_be_hidden()
    page.get_by_label("Delivers to another address").check()
    expect(other).to_be_visible()
    expect(field(page, "name")).to_have_value("Anadolu")
    page.get_by_label("Delivers to another address").uncheck()
    expect(other).to_be_hidden()


def test_a_field_that_is_closed_is_shown_as_text(office: Office, page: Page) -> None:
    """W02"""
    manager = office.site.person("sales_manager")
    contact = office.ada.ids("/api/records/contact")[0]
    amount = {"amount": "1000", "currency": "TRY"}
    lines = [{"description": "Loom", "price": "5"}]
    (won,) = office.deals(manager, "Won looms", amount=amount, contact=contact, lines=lines)
    for move in ("propose", "win"):
        assert office.ada.call("POST", f"/api/records/deal/{won}/transitions/{move}", {}).status_code == 200
    office.seat(page, manager).goto(f"/deal/{won}")
    expect(page.locator("[data-field=amount] .field-value")).to_contain_text("1,000.00")
    expect(page.locator("[data-field=amount] input")).to_have_count(0)


def test_a_fault_is_told_at_its_field_as_one_leaves_it(desk: Page) -> None:
    """W03"""
    name = field(desk, "probability")
    name.fill("140")
    name.blur()
    expect(desk.locator("#error-f-probability")).to_be_visible()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_attribute("aria-describedby", re.compile("error-f-probability"))
    expect(desk.locator("#faults")).to_have_count(0)
    name.fill("40")
    name.blur()
    expect(desk.locator("#error-f-probability")).to_have_count(0)


def test_a_refused_save_sums_up_what_is_wrong(office: Office, desk: Page, deal: str) -> None:
    """W03"""
    field(desk, "name").fill("")
    desk.get_by_role("tab", name="Details").click()
    field(desk, "notes").fill("kept")
    save(desk)
    summary = desk.locator("#faults")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("1 thing to correct")
    expect(desk.locator("#error-f-name")).to_be_attached()
    assert accessibility_faults(desk) == []
    summary.get_by_role("link").click()
    expect(field(desk, "name")).to_be_focused()
    desk.keyboard.type("Named again")
    desk.keyboard.press("Control+s")
    expect(desk.locator("#toasts")).to_contain_text("Saved.")
    values = office.values("deal", deal)
    assert (values["name"], values["notes"]) == ("Named again", "kept")


def test_a_form_says_what_it_needs_in_words(office: Office, page: Page) -> None:
    """W04"""
    office.seat(page, office.seller()).goto("/deal/new")
    label = page.locator("label[for=f-name]")
    expect(label).to_have_text(re.compile(r"Name\s+\*\s+required"))
    expect(field(page, "name")).to_have_attribute("required", "")
    amount = page.locator("#f-amount")
    expect(amount).to_have_attribute("aria-describedby", "help-f-amount")
    expect(page.locator("#help-f-amount")).to_contain_text("Without VAT")
    expect(page.locator("[data-field=probability] .affix-unit")).to_have_text("%")


def test_a_double_click_makes_one_record(office: Office, page: Page, seller: Caller) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    office.seat(page, seller).goto("/activity/new")
    field(page, "subject").fill("Show the looms")
    page.get_by_role("button", name="Create Activity").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Show the looms")
    assert len([url for url in sent if url.endswith("/new")]) == 1


def test_leaving_asks_when_something_is_not_saved(desk: Page, deal: str) -> None:
    """W05"""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    field(desk, "name").fill("Not saved")
    expect(desk.get_by_text("Not saved yet")).to_be_visible()
    desk.get_by_role("navigation", name="Main").get_by_role("link", name="Companies").click()
    expect(desk).to_have_url(re.compile(deal))
    expect(field(desk, "name")).to_have_value("Not saved")
    assert asked == ["beforeunload"]
    desk.get_by_role("link", name="Discard").click()
    expect(field(desk, "name")).to_have_value("Looms")
    desk.get_by_role("navigation", name="Main").get_by_role("link", name="Companies").click()
    expect(desk).to_have_url(re.compile("/company"))
    assert asked == ["beforeunload"]


def test_a_stage_asks_for_what_it_needs(office: Office, desk: Page, deal: str) -> None:
    """W20"""
    bar = desk.get_by_role("list", name="New business")
    expect(bar.locator("[aria-current=step]")).to_have_text("Qualification")
    bar.get_by_role("button", name="Lost").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Lost")
    dialog.get_by_role("button", name="Move to Lost").click()
    expect(dialog.locator("#error-move-lost_reason")).to_be_visible()
    dialog.locator("#move-lost_reason").select_option("price")
    assert accessibility_faults(desk) == []
    dialog.get_by_role("button", name="Move to Lost").click()
    expect(bar.locator("[aria-current=step]")).to_have_text("Lost")
    values = office.values("deal", deal)
    assert (values["stage"], values["lost_reason"]) == ("lost", "price")


def test_a_stage_that_is_closed_says_why(office: Office, desk: Page, deal: str) -> None:
    """W20"""
    bar = desk.get_by_role("list", name="New business")
    bar.get_by_role("button", name="Proposal").click(force=True)
    expect(desk.locator("#toasts")).to_contain_text("Add at least one line before sending a proposal.")
    bar.get_by_role("button", name="Won").click(force=True)
    expect(desk.locator("#toasts")).to_contain_text("There is no move from the present stage to this one.")
    assert office.values("deal", deal)["stage"] == "qualification"


def test_the_timeline_tells_who_changed_what(desk: Page) -> None:
    """W21"""
    field(desk, "name").fill("Better looms")
    save(desk)
    history = desk.get_by_role("complementary", name="History")
    event = history.get_by_role("article").first
    expect(event).to_contain_text("Selin Öz")
    expect(event.locator("del")).to_have_text("Looms")
    expect(event.locator("ins")).to_have_text("Better looms")
    expect(history.get_by_role("article")).to_have_count(2)


def test_related_records_load_below_and_more_are_added_there(office: Office, page: Page) -> None:
    """W23"""
    seller = office.seller()
    (one,) = office.deals(seller, "Only deal")
    company = office.values("deal", one)["company"]
    office.make("deal", *(
        {"name": f"Deal {number}", "company": company, "owner": seller.user_id, "expected_close": "2031-05-01"}
        for number in range(6)
    ))  # fmt: skip
    office.seat(page, seller).goto(f"/company/{company}")
    scroll_until(page, "#content", ".related[id]", 6)
    deals = page.get_by_role("region", name="Deals")
    expect(deals.locator(".badge")).to_have_text("7")
    expect(deals.get_by_role("row")).to_have_count(5)
    deals.get_by_role("link", name="Show all").click()
    expect(page.locator("#rows tr[data-id]")).to_have_count(7)
    page.go_back()
    scroll_until(page, "#content", ".related[id]", 6)
    deals.get_by_role("link", name="Add").click()
    expect(page).to_have_url(re.compile("/deal/new"))
    expect(field(page, "company")).to_have_value("Customer of Only deal")
