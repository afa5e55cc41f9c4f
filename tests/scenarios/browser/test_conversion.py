"""The dialogue of conversions at a browser: from the record, the board and the list, by mouse and by keys."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import accessibility_faults
from tests.support.builders import a_pack
from tests.support.converting import SalesSite, a_sales_site
from tests.support.live import live_server
from tests.support.signed_in import sign_in
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
LOOKS = pytest.mark.parametrize(
    ("theme", "phone"), [("light", False), ("dark", True)], ids=["desk-light", "phone-dark"]
)
STRICT = {"extends": "crm/company", "fields": {"tax_number": {"required": True}}}


@dataclass
class Shop:
    """A sales site with its server; each test sells to clients of its own."""

    sales: SalesSite
    address: str
    sold: list[str] = field(default_factory=list)

    def lead(self, client: str, **values: Any) -> str:
        """A lead that may be qualified, with names that mean nobody else."""
        person = {"first": client.title(), "last": "Demir"}
        about = {"topic": f"Looms for {client}", "company_name": client, "email": f"{client.lower()}@example.org"}
        return self.sales.lead(**{"name": person, "mobile": None, **about, **values})

    def seat(self, page: Page, person: Caller | None = None, path: str = "") -> Page:
        """The page, signed in as the person."""
        sign_in(page.context, self.sales.site, person or self.sales.rep, self.address)
        page.goto(f"{self.address}{path}")
        return page

    def stage(self, lead: str) -> str:
        """Where a lead stands."""
        return str(self.sales.get("lead", lead)["stage"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with a_sales_site(f"sqlite:///{folder}/x.db", folder) as sales, live_server(sales.site.app) as at:
        yield Shop(sales, at)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A site where a company has a tax number, and where sellers make no deals of their own accord."""
    folder = tmp_path_factory.mktemp("strict")
    pack = a_pack("strict").requiring(crm=">=1,<2").with_document("entities/company/entity", STRICT)
    with a_sales_site(f"sqlite:///{folder}/x.db", folder, pack) as sales, live_server(sales.site.app) as at:
        yield Shop(sales, at)


def dialogue(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Qualify")


def press(page: Page, name: str) -> None:
    dialogue(page).get_by_role("button", name=name, exact=True).click()


def settle(page: Page) -> None:
    """Wait for parts that load by themselves: leaving the page would cut them off, which the console tells."""
    page.wait_for_load_state("networkidle")


def open_by_stage(page: Page, stage: str = "Qualified") -> Locator:
    page.locator("#stages").get_by_role("button", name=stage).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    return dialogue(page)


def test_the_stage_bar_moves_a_lead_and_its_end_asks_for_the_outcome(shop: Shop, page: Page) -> None:
    """L01 L02 L03"""
    lead = shop.lead("Ardahan")
    shop.seat(page, path=f"/lead/{lead}")
    expect(page.locator("#stages li")).to_have_text(["New", "Contacted", "Qualifying", "Qualified", "Junk"])
    asked = open_by_stage(page)
    expect(asked.get_by_role("link", name="Qualified")).to_have_attribute("aria-current", "true")
    asked.get_by_role("link", name="Junk").click()
    junk = page.get_by_role("dialog", name="Junk")
    expect(junk.get_by_label("Reason")).to_be_visible()
    junk.get_by_role("link", name="Qualified").click()
    expect(asked.get_by_role("checkbox", name="Company")).to_be_checked()
    asked.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert shop.stage(lead) == "qualifying"
    open_by_stage(page, "Junk").page.get_by_role("dialog").get_by_role("button", name="Move to Junk").click()
    expect(page.get_by_role("dialog").locator(".field-error").first).to_be_visible()
    assert shop.stage(lead) == "qualifying"
    page.get_by_role("dialog").get_by_label("Reason").select_option(index=1)
    page.get_by_role("dialog").get_by_role("button", name="Move to Junk").click()
    expect(page.locator("#stages [aria-current]")).to_have_text("Junk")
    assert shop.sales.get("lead", lead)["result_company"] is None


def test_a_lead_becomes_company_contact_and_deal(shop: Shop, page: Page) -> None:
    """L08 L14 L16 L38 L39 L40"""
    lead = shop.lead("Bartın")
    shop.seat(page, path=f"/lead/{lead}")
    page.get_by_role("link", name="Qualify", exact=True).click()
    asked = dialogue(page)
    expect(asked.get_by_role("group", name="In which pipeline?")).to_be_visible()
    asked.get_by_label("Renewals").check()
    expect(asked.locator("#convert-lost")).to_contain_text("Purchase timeframe")
    press(page, "Qualify")
    expect(asked).to_contain_text("Bora Kaya converted this")
    expect(asked.locator(".convert-results a")).to_have_text(["Bartın", "Bartın Demir", "Looms for Bartın"])
    asked.get_by_role("link", name="Done").click()
    expect(page.locator("#stages [aria-current]")).to_have_text("Qualified")
    expect(page.locator(".convert-strip")).to_contain_text("read-only")
    expect(page.locator("[data-save]")).to_have_count(0)
    expect(page.locator(".event").first).to_contain_text("converted this")
    deal = shop.sales.get("deal", shop.sales.get("lead", lead)["result_deal"])
    assert (deal["pipeline"], deal["name"]) == ("renewal", "Looms for Bartın")
    settle(page)
    page.locator(".convert-strip").get_by_role("link", name="Looms for Bartın").click()
    expect(page.locator(".convert-strip")).to_contain_text("Made from Lead")


def test_nothing_to_make_is_refused(shop: Shop, page: Page) -> None:
    """L09"""
    lead = shop.lead("Çankırı")
    shop.seat(page, path=f"/lead/{lead}")
    asked = open_by_stage(page)
    for name in ("Company", "Contact", "Deal"):
        asked.get_by_role("checkbox", name=name).uncheck()
        expect(asked.get_by_role("checkbox", name=name)).not_to_be_checked()
    press(page, "Continue")
    expect(asked.get_by_role("alert")).to_contain_text("Choose at least one of")
    assert shop.stage(lead) == "qualifying"


def test_step_by_step_with_a_missing_field(strict: Shop, page: Page) -> None:
    """L17 L19 L27 L28 L30"""
    lead = strict.lead("Denizli")
    strict.seat(page, path=f"/lead/{lead}")
    asked = open_by_stage(page)
    expect(asked).to_contain_text("Will be asked: Tax number")
    press(page, "Continue")
    tax = asked.locator("#f-company-tax_number")
    expect(tax).to_be_visible()
    expect(asked.locator("#f-company-name")).to_have_value("Denizli")
    expect(asked.locator(".is-shut")).to_contain_text("Deal")
    press(page, "Save and continue")
    expect(asked.get_by_role("alert")).to_be_focused()
    expect(tax).to_have_attribute("aria-invalid", "true")
    asked.get_by_role("alert").get_by_role("link").click()
    expect(tax).to_be_focused()
    tax.fill("TR5790010158")
    press(page, "Save and continue")
    expect(asked.locator("#error-f-company-tax_number")).to_contain_text("is not a valid tax number")
    tax.fill("TR5790010157")
    press(page, "Save and continue")
    expect(asked.get_by_role("list", name="Saved already")).to_contain_text("Denizli")
    assert strict.stage(lead) == "qualifying"
    asked.locator("#f-deal-name").fill("Denizli, twelve looms")
    press(page, "Qualify")
    expect(asked).to_contain_text("converted this")
    made = strict.sales.get("lead", lead)
    deal = strict.sales.get("deal", made["result_deal"])
    assert (deal["name"], deal["company"]) == ("Denizli, twelve looms", made["result_company"])


def test_what_was_left_midway_goes_on_later(shop: Shop, page: Page) -> None:
    """L29"""
    lead = shop.lead("Edirne")
    shop.seat(page, path=f"/lead/{lead}")
    open_by_stage(page)
    press(page, "Check the details first")
    expect(dialogue(page).locator("#f-contact-email")).to_have_value("edirne@example.org")
    press(page, "Save and continue")
    dialogue(page).get_by_role("link", name="Later").click()
    strip = page.locator(".convert-strip")
    expect(strip).to_contain_text("Still to be made: Deal")
    before = [shop.sales.count(name) for name in ("company", "contact")]
    strip.get_by_role("link", name="Continue").click()
    expect(dialogue(page).locator("#f-deal-name")).to_have_value("Looms for Edirne")
    press(page, "Qualify")
    expect(dialogue(page)).to_contain_text("converted this")
    assert [shop.sales.count(name) for name in ("company", "contact")] == before
    assert shop.stage(lead) == "qualified"


def test_what_is_there_already_is_taken(shop: Shop, page: Page) -> None:
    """L47 L48"""
    company = shop.sales.make("company", name="Fethiye", owner=shop.sales.rep.user_id, source="event")
    lead = shop.lead("Fethiye")
    shop.seat(page, path=f"/lead/{lead}")
    asked = open_by_stage(page)
    press(page, "Continue")
    expect(asked.get_by_role("alert")).to_contain_text("seems to mean the same")
    asked.get_by_label("Use Fethiye").check()
    differs = asked.get_by_role("group", name="Stays as it is, unless you tick it:")
    expect(differs).to_contain_text("Source")
    expect(asked).to_contain_text("Is filled in, as it is empty there:")
    press(page, "Qualify")
    expect(asked).to_contain_text("was there already")
    assert shop.sales.get("lead", lead)["result_company"] == company
    assert shop.sales.get("company", company)["source"] == "event"


def test_any_other_record_is_taken(shop: Shop, page: Page) -> None:
    """L47: one that no rule finds."""
    company = shop.sales.make("company", name="Parent of all", owner=shop.sales.rep.user_id)
    lead = shop.lead("Gebze")
    shop.seat(page, path=f"/lead/{lead}")
    asked = open_by_stage(page)
    asked.get_by_text("Use another one that is there").first.click()
    asked.locator("#f-company-other").fill("Parent")
    asked.get_by_role("option", name="Parent of all").click()
    expect(asked.get_by_label("Use Parent of all")).to_be_checked()
    press(page, "Qualify")
    expect(asked).to_contain_text("was there already")
    assert shop.sales.get("lead", lead)["result_company"] == company


def test_a_card_dropped_on_success_asks_the_same(shop: Shop, page: Page) -> None:
    """L05"""
    lead = shop.lead("Giresun")
    shop.seat(page, path='/lead/board?filter=topic == "Looms for Giresun"')
    card = page.locator(".card").filter(has_text="Looms for Giresun")
    lane = page.locator('.lane[data-stage="qualified"]')
    card.locator(".card-head a").scroll_into_view_if_needed()
    held, goal = card.bounding_box(), lane.locator(".lane-cards").bounding_box()
    assert held is not None
    assert goal is not None
    page.mouse.move(held["x"] + 30, held["y"] + held["height"] - 8)
    page.mouse.down()
    page.mouse.move(held["x"] + 50, held["y"] + held["height"], steps=4)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + 60, steps=8)
    page.mouse.up()
    expect(dialogue(page).get_by_role("checkbox", name="Deal")).to_be_checked()
    dialogue(page).get_by_role("link", name="Cancel").click()
    expect(page.locator('.lane[data-stage="qualifying"] .card')).to_have_count(1)
    assert shop.stage(lead) == "qualifying"
    page.get_by_role("button", name="Move Looms for Giresun").press("Enter")
    page.locator("[data-card-moves]:popover-open").get_by_role("button", name="Qualified", exact=True).press("Enter")
    press(page, "Qualify")
    expect(dialogue(page)).to_contain_text("converted this")
    expect(lane.locator(".card")).to_have_count(1)
    dialogue(page).get_by_role("link", name="Done").click()
    expect(lane.locator("[data-count]")).to_have_text("1")
    assert shop.stage(lead) == "qualified"


def test_all_of_it_by_the_keyboard(shop: Shop, page: Page) -> None:
    """L02: focus goes into the dialogue, Escape leaves everything as it was, Enter goes on."""
    lead = shop.lead("Hopa")
    shop.seat(page, path=f"/lead/{lead}")
    page.locator("#stages").get_by_role("button", name="Qualified").press("Enter")
    expect(dialogue(page).get_by_role("checkbox", name="Company")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert shop.stage(lead) == "qualifying"
    page.locator("#stages").get_by_role("button", name="Qualified").press("Enter")
    expect(dialogue(page).get_by_role("checkbox", name="Company")).to_be_focused()
    page.keyboard.press("Space")
    expect(dialogue(page).get_by_role("checkbox", name="Company")).not_to_be_checked()
    expect(page.locator("html")).not_to_have_class("is-loading")
    expect(dialogue(page).get_by_role("checkbox", name="Company")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialogue(page)).to_contain_text("converted this")
    assert shop.sales.get("lead", lead)["result_company"] is None
    assert shop.stage(lead) == "qualified"


def test_two_convert_the_same_lead_at_once(shop: Shop, page: Page, browser: Browser) -> None:
    """L29: one wins, the other sees by whom and what."""
    lead = shop.lead("Iğdır")
    other = browser.new_page()
    shop.seat(page, path=f"/lead/{lead}")
    shop.seat(other, shop.sales.manager, f"/lead/{lead}")
    for each in (page, other):
        open_by_stage(each)
    press(page, "Qualify")
    expect(dialogue(page)).to_contain_text("Bora Kaya converted this")
    press(other, "Qualify")
    expect(dialogue(other).get_by_role("alert")).to_contain_text("Somebody was faster")
    expect(dialogue(other)).to_contain_text("Bora Kaya converted this")
    expect(dialogue(other).locator(".convert-results a")).to_have_count(3)
    other.close()


def test_it_is_taken_back_or_says_why_not(shop: Shop, page: Page) -> None:
    """L60"""
    lead = shop.lead("Karaman")
    shop.sales.convert(lead)
    shop.seat(page, path=f"/lead/{lead}")
    page.locator(".convert-strip").get_by_role("link", name="Details").click()
    settle(page)
    press(page, "Undo")
    expect(page.locator("#toasts")).to_contain_text("The conversion is undone.")
    expect(page.locator("#stages [aria-current]")).to_have_text("Qualifying")
    shop.sales.convert(lead)
    deal = shop.sales.get("lead", lead)["result_deal"]
    assert shop.sales.boss.call("PATCH", f"/api/records/deal/{deal}", {"name": "Touched"}).status_code == 200
    settle(page)
    page.goto(f"{shop.address}/lead/{lead}")
    page.locator(".convert-strip").get_by_role("link", name="Details").click()
    dialogue(page).get_by_text("Why can't it be undone?").click()
    expect(dialogue(page).get_by_role("link", name="Somebody has worked on what was made: deal.")).to_be_visible()
    expect(dialogue(page).get_by_role("button", name="Undo")).to_have_count(0)


def test_selected_leads_are_converted_from_the_list(shop: Shop, page: Page) -> None:
    """L56"""
    owner = shop.sales.site.person("sales_rep", name="Selin Ak")
    ids = [shop.lead(name, owner=owner.user_id) for name in ("Kilis", "Muş", "Ordu")]
    twin = shop.sales.make("company", name="Muş", owner=owner.user_id)
    shop.seat(page, owner, "/lead?sort=topic")
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    page.locator("#selection").get_by_role("button", name="Qualify").click()
    expect(dialogue(page)).to_contain_text("3 records are selected.")
    press(page, "Qualify")
    expect(dialogue(page)).to_contain_text("2 records changed.")
    expect(dialogue(page).get_by_role("listitem")).to_have_text(
        ["Looms for Muş — Company: a record that seems to mean the same exists already."]
    )
    assert [shop.stage(each) for each in ids] == ["qualified", "qualifying", "qualified"]
    assert shop.sales.get("company", twin)["name"] == "Muş"


@LOOKS
def test_the_dialogue_is_accessible_and_fits(strict: Shop, page: Page, theme: str, phone: bool) -> None:
    lead = strict.lead(f"Rize{theme}{'phone' if phone else ''}")
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    if phone:
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    strict.seat(page, path=f"/lead/{lead}")
    page.get_by_role("link", name="Qualify", exact=True).click()
    expect(dialogue(page)).to_be_visible()
    fits(page)
    press(page, "Continue")
    press(page, "Save and continue")
    expect(dialogue(page).get_by_role("alert")).to_be_visible()
    fits(page)
    settle(page)
    page.goto(f"{strict.address}/lead/{lead}/convert/qualify")
    fits(page)


def fits(page: Page) -> None:
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate("(document.querySelector('#convert .dialog-body')?.scrollWidth ?? 0)") <= page.evaluate(
        "(document.querySelector('#convert .dialog-body')?.clientWidth ?? 0)"
    )


@pytest.mark.parametrize(
    ("locale", "asked", "made"),
    [("tr", "Hangi süreç hattında?", "Ne oluşturulacak"), ("ru", "В какой воронке?", "Что создать")],
    ids=["tr", "ru"],
)
def test_it_speaks_the_readers_language(shop: Shop, page: Page, locale: str, asked: str, made: str) -> None:
    person = shop.sales.site.person("sales_rep", name="Reader", locale=locale)
    lead = shop.lead(f"Sinop{locale}", owner=person.user_id)
    shop.seat(page, person, f"/lead/{lead}/convert/qualify")
    expect(page.locator("#convert")).to_contain_text(asked)
    expect(page.locator("#convert")).to_contain_text(made)
    expect(page.locator("#convert")).not_to_contain_text("Goes along")
