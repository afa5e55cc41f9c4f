"""Editing a record beside others and with its neighbours: two editors, references, files, lines."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.office import Office
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00" + b"\0" * 40


@pytest.fixture
def seller(office: Office) -> Caller:
    """A sales representative."""
    return office.seller()


@pytest.fixture
def deal(office: Office, seller: Caller) -> str:
    """A deal of the seller."""
    (made,) = office.deals(seller, "Looms", next_step="Call", next_step_on="2031-01-01")
    return made


@pytest.fixture
def desk(office: Office, page: Page, seller: Caller, deal: str) -> Page:
    """The page of that deal, open before the seller."""
    office.seat(page, seller).goto(f"/deal/{deal}")
    return page


def field(page: Page, name: str) -> Locator:
    """The input of a field."""
    return page.locator(f"#f-{name}")


def save(page: Page) -> None:
    page.locator("[data-save]").click()


def test_it_works(desk: Page) -> None:
    expect(desk.get_by_role("heading", level=1)).to_have_text("Looms")


def test_the_second_of_two_editors_chooses_by_field(office: Office, desk: Page, seller: Caller, deal: str) -> None:
    """W07"""
    field(desk, "name").fill("Mine")
    field(desk, "next_step").fill("Visit")
    theirs = {"name": "Theirs", "amount": {"amount": "77", "currency": "TRY"}}
    assert office.ada.call("PATCH", f"/api/records/deal/{deal}", theirs).status_code == 200
    save(desk)
    expect(desk.get_by_role("alert")).to_contain_text("Ada Yılmaz changed this record while you were editing it")
    row = desk.get_by_role("row", name=re.compile("^Name"))
    expect(row).to_contain_text("Theirs")
    expect(row).to_contain_text("Mine")
    expect(row.get_by_role("radio").nth(1)).to_be_checked()
    # What only the other one changed stays theirs unless one says otherwise.
    expect(desk.get_by_role("row", name=re.compile("^Amount")).get_by_role("radio").nth(0)).to_be_checked()
    row.get_by_role("radio").nth(0).check()
    desk.get_by_role("button", name="Save").click()
    expect(field(desk, "name")).to_have_value("Theirs")
    expect(field(desk, "next_step")).to_have_value("Visit")
    values = office.values("deal", deal)
    assert (values["name"], values["next_step"], values["amount"]["amount"]) == ("Theirs", "Visit", "77.00")


def test_a_reference_is_found_as_one_types_and_chosen_by_keys(office: Office, desk: Page, deal: str) -> None:
    """W25"""
    company = field(desk, "company")
    company.fill("Firm 12")
    options = desk.locator("#f-company-list").get_by_role("option")
    expect(options.first).to_contain_text("Firm 12")
    expect(company).to_have_attribute("aria-expanded", "true")
    expect(company).to_have_attribute("aria-activedescendant", re.compile("f-company-list"))
    company.press("ArrowDown")
    chosen = options.nth(1).inner_text().split("\n")[0]
    company.press("Enter")
    expect(company).to_have_value(chosen)
    expect(company).to_have_attribute("aria-expanded", "false")
    save(desk)
    expect(desk.locator("#toasts")).to_contain_text("Saved.")
    assert office.values("company", office.values("deal", deal)["company"])["name"] == chosen


def test_escape_closes_the_suggestions_and_keeps_the_page(desk: Page) -> None:
    """W25"""
    company = field(desk, "company")
    company.fill("Firm")
    expect(desk.locator("#f-company-list").get_by_role("option").first).to_be_visible()
    expect(desk.locator("#f-company-list").get_by_role("option", name="Create")).to_be_visible()
    company.press("Escape")
    expect(desk.locator("#f-company-list")).to_be_hidden()
    expect(company).to_be_focused()


def test_escape_cancels_a_search_that_runs(desk: Page) -> None:
    """W25: its answer does not open the list again."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    company = field(desk, "company")
    desk.route(re.compile(r"/pick/company\?q=Firm"), hold)
    with desk.expect_request(re.compile(r"/pick/company\?q=Firm")):
        company.fill("Firm 12")
    company.press("Escape")
    with desk.expect_response(re.compile(r"/pick/company\?q=Firm")) as answer:
        held[0].continue_()
    answer.value.finished()
    # Whatever that answer set off has happened once another one has arrived.
    desk.evaluate("fetch('/search/suggest?q=').then((answer) => answer.text())")
    expect(desk.locator("#f-company-list")).to_be_hidden()
    expect(company).to_have_attribute("aria-expanded", "false")
    expect(company).to_have_value("Firm 12")
    expect(company).to_be_focused()


def test_escape_cancels_a_search_that_has_not_begun(office: Office, page: Page, seller: Caller, deal: str) -> None:
    """W25"""
    page.clock.install()
    office.seat(page, seller).goto(f"/deal/{deal}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    company = field(page, "company")
    company.fill("Firm 12")
    company.press("Escape")
    page.clock.run_for(1_000)
    page.evaluate("fetch('/search/suggest?q=').then((answer) => answer.text())")
    expect(page.locator("#f-company-list")).to_be_hidden()
    assert not [url for url in asked if "q=Firm" in url]


def test_what_is_not_there_is_made_on_the_spot(office: Office, desk: Page, deal: str) -> None:
    """W25"""
    field(desk, "name").fill("Kept while another is made")
    company = field(desk, "company")
    company.fill("Yepyeni Tekstil")
    expect(desk.locator("#f-company-list").get_by_role("option")).to_have_count(1)
    desk.get_by_role("option", name="Create “Yepyeni Tekstil”").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("New Company")
    expect(dialog.locator("#new-name")).to_have_value("Yepyeni Tekstil")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_be_hidden()
    expect(company).to_have_value("Yepyeni Tekstil")
    save(desk)
    expect(desk.locator("#toasts")).to_contain_text("Saved.")
    values = office.values("deal", deal)
    assert values["name"] == "Kept while another is made"
    assert office.values("company", values["company"])["name"] == "Yepyeni Tekstil"


def test_a_name_that_is_not_chosen_is_told(office: Office, desk: Page, deal: str) -> None:
    """W25"""
    before = office.values("deal", deal)["company"]
    field(desk, "company").fill("Firm 1")
    field(desk, "company").press("Escape")
    save(desk)
    expect(desk.locator("#error-f-company")).to_contain_text("is not clear")
    expect(field(desk, "company")).to_have_value("Firm 1")
    assert office.values("deal", deal)["company"] == before


def test_files_come_with_the_form(office: Office, page: Page, seller: Caller, tmp_path: Path) -> None:
    """W24"""
    (company,) = office.make("company", {"name": "With logo", "kind": "prospect", "owner": seller.user_id})
    (tmp_path / "logo.png").write_bytes(PNG)
    (tmp_path / "notes.png").write_bytes(b"no picture at all")
    office.seat(page, seller).goto(f"/company/{company}")
    page.get_by_role("tab", name="Details").click()
    field(page, "logo").set_input_files(tmp_path / "notes.png")
    field(page, "notes").fill("written beside the picture")
    save(page)
    expect(page.locator("#error-f-logo")).to_contain_text("notes.png")
    expect(field(page, "notes")).to_have_value("written beside the picture")
    field(page, "logo").set_input_files(tmp_path / "logo.png")
    save(page)
    expect(page.get_by_role("link", name="logo.png", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="logo.png", exact=True).click()
    assert Path(download.value.path()).read_bytes() == PNG
    assert office.values("company", company)["notes"] == "written beside the picture"


def test_lines_are_edited_in_place_with_their_totals(office: Office, desk: Page, deal: str) -> None:
    """W02"""
    desk.get_by_role("tab", name="Offer").click()
    for number, price in enumerate(("100", "50.5")):
        desk.get_by_role("button", name="Add Deal line").click()
        expect(field(desk, f"lines-{number}-description")).to_be_visible()
        field(desk, f"lines-{number}-description").fill(f"Loom {number}")
        field(desk, f"lines-{number}-price").fill(price)
        field(desk, f"lines-{number}-price").blur()
    expect(desk.locator("[data-field=net_total] .field-value")).to_have_text("150.50")
    desk.get_by_role("button", name="Remove line 1").click()
    expect(desk.locator("[data-field=net_total] .field-value")).to_have_text("50.50")
    save(desk)
    expect(desk.locator("#toasts")).to_contain_text("Saved.")
    assert office.values("deal", deal)["net_total"] == "50.50"


def test_a_form_works_without_script(browser: Browser, office: Office, seller: Caller) -> None:
    context = browser.new_context(base_url=office.address, java_script_enabled=False)
    page = office.seat(context.new_page(), seller)
    page.goto("/company")
    page.get_by_role("link", name="New Company").first.click()
    field(page, "name").fill("Without script")
    page.get_by_role("button", name="Create Company").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without script")
    company = page.url.rsplit("/", 1)[1]
    field(page, "name").fill("")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#faults")).to_be_visible()
    field(page, "name").fill("Still without script")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert office.values("company", company)["name"] == "Still without script"
    page.get_by_role("tab", name="Details").click()
    expect(field(page, "notes")).to_be_visible()
    (deal,) = office.deals(seller, "Plain deal")
    page.goto(f"/deal/{deal}")
    page.get_by_role("button", name="Lost").click()
    page.locator("#move-lost_reason").select_option("price")
    page.get_by_role("button", name="Move to Lost").click()
    expect(page.locator("[aria-current=step]")).to_have_text("Lost")
    context.close()


def test_a_name_in_a_line_that_is_not_chosen_is_told(office: Office, desk: Page, deal: str) -> None:
    """W25"""
    desk.get_by_role("tab", name="Offer").click()
    desk.get_by_role("button", name="Add Deal line").click()
    field(desk, "lines-0-description").fill("Loom")
    field(desk, "lines-0-price").fill("5")
    field(desk, "lines-0-product").fill("No such product")
    field(desk, "lines-0-product").press("Escape")
    save(desk)
    expect(desk.locator("#error-f-lines-0-product")).to_contain_text("is not clear")
    expect(field(desk, "lines-0-product")).to_have_value("No such product")
    assert office.values("deal", deal)["line_count"] == 0
