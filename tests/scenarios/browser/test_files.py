"""Fields for files at a browser: dropped, looked at before and after they are saved, and their versions. W24."""

from base64 import b64encode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office
from tests.support.pictures import PDF, PNG
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser

_DROP = """(zone, files) => {
  const carried = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  for (const kind of ["dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
  }
}"""
PICTURE = ("photo.png", "image/png", PNG)
PAPER = ("paper.pdf", "application/pdf", PDF)
NOTE = ("note.txt", "text/plain", b"<b>Not bold</b>")


@pytest.fixture
def agent(office: Office) -> Caller:
    """Somebody of the helpdesk."""
    return office.site.person("support_agent", name="Derya Ak")


@pytest.fixture
def ticket(office: Office, agent: Caller) -> str:
    """The address of the agent's ticket."""
    (asker,) = office.make(
        "requester", {"name": {"first": "Ege", "last": "Er"}, "email": f"{agent.user_id}@example.org"}
    )
    values = {"subject": "Loom stops", "requester": asker, "received_at": "2031-01-01T10:00:00Z"}
    (made,) = office.make("ticket", {**values, "owner": agent.user_id})
    return f"/ticket/{made}"


@pytest.fixture
def desk(office: Office, page: Page, agent: Caller, ticket: str) -> Page:
    """That ticket's files, open before the agent."""
    office.seat(page, agent).goto(ticket)
    page.get_by_role("tab", name="More").click()
    return page


def zone(page: Page) -> Locator:
    return page.locator("[data-field=attachments] [data-drop]")


def held(page: Page) -> Locator:
    return page.locator("[data-field=attachments] .files > .file-row")


def drop(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Drop files onto the field, as they come from the desktop."""
    zone(page).evaluate(_DROP, [[name, kind, b64encode(content).decode()] for name, kind, content in files])


def save(page: Page) -> None:
    page.locator("[data-save]").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")


def look_at(page: Page, name: str) -> Locator:
    page.get_by_role("link", name=f"Look at {name}").click()
    return page.get_by_role("dialog", name=name)


def test_it_works(desk: Page) -> None:
    drop(desk, PICTURE, NOTE)
    drop(desk, PAPER)
    chosen = zone(desk).locator("[data-chosen] li")
    expect(chosen).to_have_text(["photo.png×", "note.txt×", "paper.pdf×"])
    expect(chosen.first.locator("img")).to_have_js_property("naturalWidth", 10)
    desk.get_by_role("button", name="Leave out note.txt").click()
    expect(chosen).to_have_count(2)
    save(desk)
    expect(held(desk)).to_have_count(2)
    expect(chosen).to_have_count(0)


def test_what_was_chosen_outlasts_a_preview_of_the_form(desk: Page) -> None:
    """W02"""
    drop(desk, PICTURE)
    with desk.expect_response("**/preview"):
        desk.get_by_role("textbox", name="Tags").fill("loom")
        desk.get_by_role("textbox", name="Tags").blur()
    expect(zone(desk).locator("[data-chosen] li")).to_have_text(["photo.png×"])
    save(desk)
    expect(held(desk)).to_contain_text(["photo.png"])


def test_a_single_file_takes_the_place_of_the_one_dropped_before(office: Office, page: Page) -> None:
    seller = office.seller()
    (company,) = office.make("company", {"name": "Two logos", "kind": "prospect", "owner": seller.user_id})
    office.seat(page, seller).goto(f"/company/{company}")
    page.get_by_role("tab", name="Details").click()
    logo = page.locator("[data-field=logo] [data-drop]")
    for name in ("old.png", "new.png"):
        logo.evaluate(_DROP, [[name, "image/png", b64encode(PNG).decode()]])
        expect(logo.locator("[data-chosen] li")).to_have_text([f"{name}×"])
        save(page)
        expect(page.locator("[data-field=logo] img.file-thumb")).to_have_js_property("naturalWidth", 10)
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        page.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Versions of Logo").click()
    dialog = page.get_by_role("dialog", name="Versions of Logo")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    latest = dialog.get_by_role("listitem").first
    expect(latest).to_contain_text("Selin Öz")
    expect(latest.locator(".file-row")).to_contain_text(["new.png", "old.png"])
    assert accessibility_faults(page) == []
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download old.png").last.click()
    assert download.value.path().read_bytes() == PNG
    dialog.get_by_role("link", name="old.png", exact=True).last.click()
    expect(page.get_by_role("dialog", name="old.png").get_by_role("img", name="old.png")).to_be_visible()


def test_pictures_papers_and_texts_are_looked_at_in_place(desk: Page) -> None:
    drop(desk, PICTURE, PAPER, NOTE, ("data.bin", "application/octet-stream", b"\0\1\2\3"))
    save(desk)
    picture = look_at(desk, "photo.png")
    expect(picture.get_by_role("img", name="photo.png")).to_have_js_property("naturalWidth", 10)
    assert accessibility_faults(desk) == []
    picture.get_by_role("button", name="Close").click()
    text = look_at(desk, "note.txt")
    expect(text.locator("pre")).to_have_text("<b>Not bold</b>")
    desk.keyboard.press("Escape")
    other = look_at(desk, "data.bin")
    expect(other).to_contain_text("Files of this kind can't be shown here.")
    desk.keyboard.press("Escape")
    with desk.expect_response("**/content") as answer:
        paper = look_at(desk, "paper.pdf")
    assert answer.value.ok
    expect(paper.locator("iframe")).to_be_visible()


def test_a_file_that_misses_its_field_leaves_the_page_alone(desk: Page, ticket: str) -> None:
    desk.locator("h1").evaluate(_DROP, [["lost.txt", "text/plain", b64encode(b"x").decode()]])
    expect(desk.get_by_role("heading", level=1)).to_have_text("Loom stops")
    expect(zone(desk).locator("[data-chosen] li")).to_have_count(0)
    assert desk.url.endswith(ticket)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone(office: Office, page: Page, agent: Caller, ticket: str, theme: str) -> None:
    """W31, W32, W33"""
    office.seat(page, agent, theme=theme, phone=True).goto(ticket)
    page.get_by_role("tab", name="More").click()
    drop(page, (f"{'long' * 30}.png", "image/png", PNG))
    save(page)
    expect(held(page)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert accessibility_faults(page) == []
