"""The designer at a browser: everything by mouse or keyboard alone, as somebody who has read nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kalip.compiler import ADMINISTRATOR
from tests.support.browser import accessibility_faults
from tests.support.builders import PackBuilder
from tests.support.designed import ENTITY, LAYOUT, a_base, a_thing
from tests.support.live import live_server
from tests.support.office import Office
from tests.support.web_site import a_site

pytestmark = pytest.mark.browser


def pack() -> PackBuilder:
    sections = {
        "who": {"label": "Who", "fields": {"name": {}, "note": {}}},
        "what": {"label": "What", "fields": {"size": {}}},
    }
    return a_base(a_thing().with_document("views/form", {"tabs": {"main": {"sections": sections}}}))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Office]:
    """A site of its own, as publishing changes it for everybody; Ada and Bora administer, Cem is a rep."""
    with a_site(f"sqlite:///{tmp_path / 'shop.sqlite3'}", tmp_path, pack()) as site, live_server(site.app) as address:
        ada, bora = (site.person(ADMINISTRATOR, name=name) for name in ("Ada", "Bora"))
        yield Office(site, address, ada, bora, site.person("rep", name="Cem"))


@pytest.fixture
def base_address(shop: Office) -> str:
    return shop.address


@pytest.fixture
def desk(shop: Office, page: Page) -> Page:
    """The administrator's page."""
    return shop.seat(page, shop.ada)


def keep(page: Page) -> None:
    page.get_by_role("button", name="Keep in the draft").click()


def changes(page: Page) -> Locator:
    return page.locator("#draft-bar strong")


def publish(page: Page, message: str) -> None:
    page.goto("/designer/review")
    page.get_by_label("Message").fill(message)
    for each in page.get_by_role("checkbox").all():
        each.check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("is published.").first).to_be_visible()


def entries(page: Page, place: str) -> Locator:
    return page.locator(f'[data-map="{place}"] .design-entry-name .mono')


def fields(page: Page, section: str) -> Locator:
    return page.get_by_role("list", name=section, exact=True).locator("[data-field] a")


def drag(page: Page, item: Locator, to: Locator) -> None:
    """Carry an item by its grip to just below the top of another, or into a list."""
    item.locator(".grip").hover()
    page.mouse.down()
    end = to.bounding_box()
    assert end is not None
    page.mouse.move(end["x"] + 40, end["y"] + 20, steps=10)
    # While neighbours make way they take nothing in: a hand is slower than that.
    page.mouse.move(end["x"] + 12, end["y"] + 6, steps=60)
    page.mouse.up()


def test_a_newcomer_makes_an_entity_with_a_board(shop: Office, desk: Page) -> None:
    """CR1: nothing but what the pages say: five fields, three stages, a role, a message; then a rep works with it."""
    desk.goto("/designer")
    desk.get_by_role("link", name="New entity").click()
    desk.get_by_label("Name", exact=False).first.fill("Complaint")
    desk.get_by_label("Plural").fill("Complaints")
    rows = (
        ("Subject", "text"),
        ("Details", "long_text"),
        ("Number", "integer"),
        ("Import", "boolean"),
        ("Day", "date"),
    )
    for number, (label, kind) in enumerate(rows, 1):
        desk.get_by_label(f"Field {number}", exact=True).fill(label)
        desk.get_by_label(f"Type of field {number}").select_option(kind)
    desk.get_by_role("checkbox", name="Required").first.check()
    for number, label in enumerate(("New", "Looked at", "Done"), 1):
        desk.get_by_label(f"Stage {number}").fill(label)
    desk.get_by_role("checkbox", name="Rep").check()
    desk.get_by_role("button", name="Add to the draft").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Complaint")
    desk.get_by_role("link", name="Review").click()
    desk.get_by_label("Message").fill("Complaints of customers")
    desk.get_by_role("button", name="Publish", exact=True).click()
    expect(desk.get_by_text("Everything is published.")).to_be_visible()
    shop.seat(desk, shop.cem).goto("/complaint/new")
    desk.get_by_label("Subject").fill("Torn sail")
    desk.get_by_label("Number").fill("7")
    desk.get_by_role("button", name="Create").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Torn sail")
    desk.goto("/complaint/board")
    desk.get_by_role("button", name="Move Torn sail").click()
    desk.locator("[data-card-moves]:popover-open").get_by_role("button", name="Looked at").click()
    expect(desk.locator('.lane[data-stage="looked_at"] .card')).to_contain_text("Torn sail")


def test_a_packs_field_is_changed_here_and_given_back(desk: Page) -> None:
    desk.goto(f"{ENTITY}?at=/fields/note")
    expect(desk.get_by_role("button", name="As the pack has it")).to_have_count(0)
    desk.locator('[name="/fields/note/label/en"]').fill("Remark")
    desk.get_by_role("checkbox", name="Required").check()
    keep(desk)
    expect(desk.get_by_role("heading", level=1)).to_have_text("Remark")
    expect(desk.locator(".design-properties .chip", has_text="here")).to_have_count(2)
    desk.get_by_role("button", name="As the pack has it").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Note")
    expect(desk.get_by_text("Everything is published.")).to_be_visible()


def test_fields_are_dragged_and_moved_by_buttons(desk: Page) -> None:
    desk.goto(ENTITY)
    expect(entries(desk, "/fields")).to_have_text(["name", "note", "size"])
    drag(desk, desk.locator('[data-entry="size"]'), desk.locator('[data-entry="name"]'))
    expect(entries(desk, "/fields")).to_have_text(["size", "name", "note"])
    expect(changes(desk)).to_be_visible()
    desk.reload()
    expect(entries(desk, "/fields")).to_have_text(["size", "name", "note"])
    desk.get_by_role("button", name="Move Size down").press("Enter")
    expect(entries(desk, "/fields")).to_have_text(["name", "size", "note"])
    desk.get_by_role("button", name="Move Note up").click()
    expect(entries(desk, "/fields")).to_have_text(["name", "note", "size"])
    expect(desk.get_by_role("button", name="Move Size down")).to_be_disabled()


def test_the_form_is_arranged_by_mouse(desk: Page) -> None:
    desk.goto(LAYOUT)
    drag(desk, desk.locator('li[data-field="note"]'), desk.locator('li[data-field="size"]'))
    expect(fields(desk, "What")).to_have_text(["Note", "Size"])
    expect(fields(desk, "Who")).to_have_text(["Name"])
    expect(changes(desk)).to_be_visible()
    desk.reload()
    expect(fields(desk, "What")).to_have_text(["Note", "Size"])


def test_the_form_is_arranged_by_keyboard(desk: Page) -> None:
    desk.goto(LAYOUT)
    place = desk.locator(".design-place")
    place.get_by_label("Field").select_option("note")
    place.get_by_label("Section").select_option(label="Main · What")
    place.get_by_label("Behind").select_option("size")
    place.get_by_role("button", name="Place").press("Enter")
    expect(fields(desk, "What")).to_have_text(["Size", "Note"])
    desk.get_by_role("button", name="Take Note off the form").press("Enter")
    expect(fields(desk, "What")).to_have_text(["Size"])
    expect(desk.locator("[data-unplaced] [data-field]")).to_have_count(1)


def test_the_form_is_seen_as_a_role(desk: Page) -> None:
    desk.goto(LAYOUT)
    seen = desk.locator(".design-preview")
    expect(seen.locator(".design-seen .field")).not_to_have_count(0)
    seen.get_by_label("As", exact=True).select_option("rep")
    expect(seen).to_contain_text("may not make such a record")


def test_rights_are_given_in_the_matrix(shop: Office, desk: Page) -> None:
    desk.goto("/designer/access/thing")
    desk.locator('[name="rep/create"]').select_option("all")
    keep(desk)
    expect(changes(desk)).to_be_visible()
    assert shop.cem.call("POST", "/api/records/thing", {"name": "A"}).status_code == 403
    publish(desk, "Reps make things")
    assert shop.cem.call("POST", "/api/records/thing", {"name": "A"}).status_code == 201


def test_a_faulty_text_is_kept_and_mended_by_completion(desk: Page) -> None:
    desk.goto("/designer/json/entities/thing/entity")
    text = desk.get_by_label("What this site says")
    text.fill('{"extends": "base/thing", "fields": {"size": {"lab')
    keep(desk)
    expect(desk.get_by_role("alert")).to_contain_text("This can't be published yet")
    expect(text).to_have_value('{"extends": "base/thing", "fields": {"size": {"lab\n')
    text.press("Control+End")
    text.press("Backspace")
    text.press("Control+Space")
    expect(desk.get_by_role("option").first).to_contain_text("label")
    text.press("Enter")
    expect(text).to_have_value('{"extends": "base/thing", "fields": {"size": {"label": ')
    text.press_sequentially('"Tons"}}}')
    keep(desk)
    expect(desk.get_by_role("alert")).to_have_count(0)
    expect(desk.locator("pre")).to_contain_text("Tons")


def test_a_removed_field_is_accepted_and_taken_back_with_its_data(shop: Office, desk: Page) -> None:
    thing = shop.ada.make("thing", name="A", size=7)["id"]
    desk.goto(ENTITY)
    desk.get_by_role("button", name="Remove Size").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Remove Size?")
    desk.get_by_role("button", name="Remove, and take along what only names it").click()
    expect(entries(desk, "/fields")).to_have_text(["name", "note"])
    desk.get_by_role("link", name="Review").click()
    expect(desk.get_by_text("goes out of sight")).to_be_visible()
    desk.get_by_label("Message").fill("No sizes")
    desk.get_by_role("button", name="Publish", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Review")
    publish(desk, "No sizes")
    assert "size" not in shop.values("thing", thing)
    desk.goto("/designer/history/2")
    desk.get_by_role("link", name="Take only this back").click()
    desk.get_by_role("button", name="Publish", exact=True).click()
    expect(desk.get_by_text("is published.").first).to_be_visible()
    assert shop.values("thing", thing)["size"] == 7


def test_two_administrators_choose_between_their_changes(shop: Office, desk: Page, browser: Browser) -> None:
    desk.goto(f"{ENTITY}?at=/fields/note")
    desk.locator('[name="/fields/note/label/en"]').fill("Mine")
    keep(desk)
    context = browser.new_context(base_url=shop.address)
    other = shop.seat(context.new_page(), shop.bora)
    other.goto(f"{ENTITY}?at=/fields/note")
    other.locator('[name="/fields/note/label/en"]').fill("Theirs")
    keep(other)
    publish(other, "Theirs")
    context.close()
    desk.goto("/designer/review")
    conflict = desk.locator(".design-conflict")
    expect(conflict).to_contain_text("Theirs")
    expect(conflict).to_contain_text("Mine")
    expect(desk.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    conflict.get_by_role("button", name="Keep mine").click()
    expect(conflict).to_have_count(0)
    publish(desk, "Mine")
    desk.goto("/thing/new")
    expect(desk.get_by_label("Mine")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_and_fit_a_phone(shop: Office, page: Page, theme: str) -> None:
    shop.seat(page, shop.ada, theme=theme, phone=theme == "dark")
    page.goto("/designer/new/role")
    page.get_by_label("Name").fill("Dispatcher")
    page.get_by_role("button", name="Add to the draft").click()
    expect(changes(page)).to_be_visible()
    paths = ("", "/new/entity", "/layout/thing", "/access/thing", "/review", "/json/entities/thing/entity")
    for path in (*(f"/designer{each}" for each in paths), ENTITY, f"{ENTITY}?at=/fields/note"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (path, accessibility_faults(page), wide) == (path, [], 0)
