"""Conversions by REST: planned, done once under a key, refused with every fault, undone, and by the hundred."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.converting import SalesSite, a_sales_site


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path) as site:
        yield site


def path(lead: str, more: str = "") -> str:
    return f"/api/records/lead/{lead}/conversions/qualify{more}"


def test_planned_then_done_once(sales: SalesSite) -> None:
    """L57"""
    lead = sales.lead()
    planned = sales.rep.call("POST", path(lead, "?dry_run=true"), {})
    assert planned.status_code == 200, planned.text
    plan = planned.json or {}
    assert plan["allowed"], planned.text
    assert {name for name, each in plan["targets"].items() if each["selected"]} == {"company", "contact", "deal"}
    assert sales.count("deal") == 0
    first = sales.rep.call("POST", path(lead), {}, Idempotency_Key="one")
    again = sales.rep.call("POST", path(lead), {}, Idempotency_Key="one")
    assert first.status_code == again.status_code == 200, first.text
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [sales.count(name) for name in ("company", "contact", "deal")] == [1, 1, 1]
    known = sales.rep.get(f"/api/records/lead/{lead}/conversions").json or {}
    assert [each["id"] for each in known["items"]] == [(first.json or {})["id"]]
