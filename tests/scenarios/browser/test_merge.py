"""Duplicates at a browser: warned of while one types, saved all the same, merged, undone from the message about it."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office

pytestmark = pytest.mark.browser


def contacts(office: Office, mail: str) -> tuple[str, str]:
    first, second = office.make(
        "contact",
        {"name": {"first": "Deniz", "last": "Aydın"}, "email": mail, "job_title": "Buyer"},
        {"name": {"first": "Denis", "last": "Aydin"}, "email": mail, "department": "Purchase"},
    )
    return first, second


def test_it_works(office: Office, ada: Page) -> None:
    """L52: the old address leads to the one that stayed, and the message about it undoes the merge."""
    first, second = contacts(office, "deniz@merge.example")
    ada.goto(f"{office.address}/contact/{second}/duplicates")
    ada.get_by_role("link", name="Merge…").click()
    expect(ada.get_by_role("heading", name="Merge 2 records into one")).to_be_visible()
    assert accessibility_faults(ada) == []
    row = ada.get_by_role("row", name="Name")
    expect(row.get_by_role("radio").nth(0)).to_be_checked()
    row.get_by_role("radio").nth(1).check()
    ada.get_by_role("button", name="Merge", exact=True).click()
    survivor = ada.url.rsplit("/", 1)[-1]
    assert survivor in (first, second)
    gone = second if survivor == first else first
    expect(ada.get_by_text("1 record was merged into this one.")).to_be_visible()
    kept = office.values("contact", survivor)
    assert (kept["job_title"], kept["department"]) == ("Buyer", "Purchase")
    undo = ada.locator("#toasts").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    other = ada.context.new_page()
    other.goto(f"{office.address}/contact/{gone}")
    assert other.url.endswith(survivor)
    other.close()
    undo.click()
    expect(ada.get_by_text("The merge is undone.")).to_be_visible()
    assert office.values("contact", gone)["archived_at"] is None


def test_a_form_tells_whom_it_may_be_while_one_types(office: Office, ada: Page) -> None:
    """L47, CR11: with a link to look at, and a way to save it all the same."""
    contacts(office, "typed@merge.example")
    ada.goto(f"{office.address}/contact/new")
    ada.get_by_label("First name").fill("Derya")
    ada.get_by_label("Last name").fill("Ak")
    ada.get_by_label("Email", exact=True).fill("Typed@merge.example")
    ada.keyboard.press("Tab")
    panel = ada.locator("#twins")
    expect(panel.get_by_role("link", name="Deniz Aydın")).to_be_visible()
    assert accessibility_faults(ada) == []
    ada.get_by_role("button", name="Create Contact").click()
    expect(panel).to_be_focused()
    panel.get_by_role("button", name="Save anyway").click()
    expect(ada.get_by_role("heading", name="Derya Ak")).to_be_visible()


@pytest.mark.parametrize(("theme", "phone"), [("light", False), ("dark", True)], ids=["desk-light", "phone-dark"])
def test_nothing_is_wider_than_the_screen(office: Office, page: Page, theme: str, *, phone: bool) -> None:
    first, second = contacts(office, f"wide{theme}{phone}@merge.example")
    office.seat(page, office.ada, theme=theme, phone=phone)
    for place in (f"/contact/merge?ids={first},{second}", f"/contact/{first}/duplicates", "/contact/duplicates"):
        page.goto(f"{office.address}{place}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), place
        assert accessibility_faults(page) == [], place
