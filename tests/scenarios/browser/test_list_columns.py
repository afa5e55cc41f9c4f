"""The columns of a list: chosen, ordered, frozen, widened. W10."""

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
FIRMS = '/company?filter=name.startsWith("Firm ")'


def heads(page: Page) -> Locator:
    return page.locator(".records thead th[data-path] .sort-link")


def open_chooser(page: Page) -> Locator:
    page.get_by_role("link", name="Columns", exact=True).click()
    dialog = page.get_by_role("dialog", name="Columns")
    expect(dialog).to_be_visible()
    return dialog


def test_columns_are_taken_away_and_added(bora: Page) -> None:
    """W10"""
    bora.goto(FIRMS)
    dialog = open_chooser(bora)
    for name in ("Industry", "Phone", "Website", "Main contact"):
        dialog.get_by_role("checkbox", name=name, exact=True).uncheck()
    dialog.get_by_role("checkbox", name="Employees", exact=True).check()
    dialog.get_by_role("button", name="Apply").click()
    expect(bora.locator("th[data-path=employees]")).to_be_visible()
    expect(heads(bora)).to_have_text(["Name", "Kind", "City", "Country", "Owner", "Employees"])
    expect(bora.locator("#rows tr[data-id]").first).to_contain_text("10")
    expect(bora.locator(".filter-chip")).to_contain_text("Firm")


def test_columns_are_put_in_order_by_buttons(bora: Page) -> None:
    """W10: the order has a way without dragging."""
    bora.goto(FIRMS + "&columns=name,kind,industry")
    dialog = open_chooser(bora)
    dialog.get_by_role("button", name="Move Industry up").click()
    dialog.get_by_role("button", name="Move Industry up").click()
    dialog.get_by_role("button", name="Apply").click()
    expect(bora.locator("th[data-path]").first).to_contain_text("Industry")
    expect(heads(bora)).to_have_text(["Industry", "Name", "Kind"])


def test_columns_are_put_in_order_by_dragging(bora: Page) -> None:
    """W10"""
    bora.goto(FIRMS + "&columns=name,kind,industry")
    dialog = open_chooser(bora)
    items = dialog.locator("[data-column-item]")
    items.nth(2).locator(".grip").drag_to(items.nth(0), target_position={"x": 40, "y": 4})
    dialog.get_by_role("button", name="Apply").click()
    expect(bora.locator("th[data-path]").first).to_contain_text("Industry")
    expect(heads(bora)).to_have_text(["Industry", "Name", "Kind"])


def test_a_frozen_column_stays_while_others_scroll(bora: Page) -> None:
    """W10"""
    bora.set_viewport_size({"width": 900, "height": 700})
    bora.goto(FIRMS)
    before = bora.locator("th[data-path=name]").bounding_box()
    bora.locator(".table-wrap").evaluate("wrap => wrap.scrollTo(400, 0)")
    expect(bora.locator("th[data-path=kind]")).not_to_be_in_viewport(ratio=1)
    assert bora.locator("th[data-path=name]").bounding_box() == before


def test_a_dragged_width_survives_sorting_and_reload(bora: Page) -> None:
    """W10"""
    bora.goto(FIRMS)
    handle = bora.locator("th[data-path=name] [data-resize]").bounding_box()
    assert handle is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    bora.mouse.move(x, y)
    bora.mouse.down()
    bora.mouse.move(x + 60, y, steps=3)
    bora.mouse.up()
    expect(bora.locator("col[data-path=name]")).to_have_attribute("width", "320")
    bora.reload()
    expect(bora.locator("col[data-path=name]")).to_have_attribute("width", "320")
    bora.locator("th[data-path=kind]").get_by_role("link").click()
    expect(bora.locator("th[data-path=kind]")).to_have_attribute("aria-sort", "ascending")
    expect(bora.locator("col[data-path=name]")).to_have_attribute("width", "320")
