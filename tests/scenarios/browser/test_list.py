"""A record list at work: sorting, paging, keys."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_it_works(bora: Page) -> None:
    bora.goto("/company")
    expect(bora.get_by_role("heading", level=1)).to_contain_text("Companies")
    expect(bora.locator("tbody tr[data-id]").first).to_contain_text("Customer of Winter order")
    expect(bora.locator("#count")).not_to_have_text("…")
