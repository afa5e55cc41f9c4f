"""Inquiries that are deals at once: a conversion that an administrator switches on, and a task where it can't be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kalip.jobs import Background, Bell, Crew, Office
from kalip.jobs.reading import read_events
from kalip.records import Selection
from kalip.workflow.conversions import ConvertRecord, at_once, bulk_convert, preview_many
from kalip.workflow.tasks import record_tasks
from tests.support.background import QUICK
from tests.support.builders import PackBuilder, a_pack
from tests.support.converting import SalesSite, a_sales_site

MOVE = {"label": "Take in", "from": {"new": {}, "contacted": {}, "qualifying": {}}, "to": "qualified"}


def simple(**keys: Any) -> PackBuilder:
    """The simple mode: every inquiry is a deal with contact and company, in the pipeline for renewals."""
    targets = {
        "company": {
            "entity": "crm/company", "chosen_when": "company_name != null", "existing": "company", "duplicates": "use",
            "fields": {"name": "company_name", "lead": "id"}, "leave": {"email": {}, "phone": {}},
        },
        "contact": {
            "entity": "crm/contact", "chosen_when": "name != null", "existing": "contact", "duplicates": "use",
            "fields": {"company": {"target": "company", "first": ["company"]}, "lead": "id"},
        },
        "deal": {
            "entity": "crm/deal", "pipeline": "renewal", "duplicates": "make",
            "fields": {
                "name": "topic", "company": {"target": "company"}, "contact": {"target": "contact"}, "lead": "id",
                "amount": "budget",
            },
            "leave": {"lost_note": {}, "closed_on": {}},
        },
    }  # fmt: skip
    conversion = {"label": "Take in", "transition": "take_in", "targets": targets, "needs_owner": True, **keys}
    pipeline = {"extends": "crm/lead/inbound", "transitions": {"take_in": MOVE}}
    return (
        a_pack("simple")
        .requiring(crm=">=1,<2")
        .with_document("entities/lead/pipelines/inbound", pipeline)
        .with_document("entities/lead/conversions/take_in", conversion)
    )


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path, simple(on_create=True)) as site:
        yield site


def work_through(sales: SalesSite) -> None:
    """Let the event log be read and all that is due be done."""
    services = sales.site.services
    background = Background(at_once.JOB_HANDLERS, at_once.CONSUMERS)
    crew = Crew(Office(services, background, QUICK), Bell(), runners=0)
    while read_events(services, background.consumers) or crew.run_next("tester"):
        continue


def test_an_inquiry_is_a_deal_at_once(sales: SalesSite) -> None:
    """L10 L53"""
    work_through(sales)
    lead = sales.lead("new")
    work_through(sales)
    source = sales.get("lead", lead)
    assert source["stage"] == "qualified"
    assert [sales.count(name) for name in ("company", "contact", "deal")] == [1, 1, 1]
    page = sales.boss.get("/api/records/deal?fields=name,pipeline,contact.company,company,owner").json or {}
    (deal,) = page["items"]
    assert (deal["name"], deal["pipeline"], deal["owner"]) == (source["topic"], "renewal", sales.rep.user_id)
    assert deal["contact.company"] == deal["company"]


def test_what_is_missing_is_a_task(sales: SalesSite) -> None:
    """L53 L55"""
    work_through(sales)
    lead = sales.lead("new", topic="x" * 200, name={"first": "A"}, employees=None, owner=None)
    sales.boss.call("PATCH", f"/api/records/lead/{lead}", {"owner": None})
    work_through(sales)
    assert sales.get("lead", lead)["stage"] == "new"
    tasks = sales.act(None, lambda work: record_tasks(work, "lead", lead), write=False)
    assert [(each.task.source, each.task.source_name) for each in tasks] == [("conversion", "take_in")]
    assert "values/owner" in tasks[0].task.note


def test_switching_converts_what_is_open_after_a_look(database_url: str, tmp_path: Path) -> None:
    """L10 L54 L56"""
    with a_sales_site(database_url, tmp_path, simple()) as sales:
        leads = [
            sales.lead("new", topic=f"Lead {n}", email=f"l{n}@example.org", mobile=None, company_name=None)
            for n in range(12)
        ]
        sales.boss.call("PATCH", f"/api/records/lead/{leads[0]}", {"owner": None})
        work_through(sales)
        assert sales.count("deal") == 0
        command = ConvertRecord("lead", "", "take_in", duplicates="make")
        open_ones = Selection("lead", filter="stage in ['new', 'contacted', 'qualifying']")
        counts = preview_many(sales.site.services, sales.actor(sales.boss), open_ones, command)
        assert (counts.selected, counts.allowed, counts.refused) == (12, 11, 1)
        assert (counts.targets, counts.missing) == ({"contact": 11, "deal": 11}, {"/values/owner": 1})
        assert sales.count("deal") == 0
        seen: list[tuple[int, int]] = []
        rows = bulk_convert(
            sales.site.services,
            sales.actor(sales.boss),
            open_ones,
            command,
            lambda done, all_: seen.append((done, all_)),
        )
        assert [row.error is None for row in rows].count(True) == 11
        assert seen[-1] == (12, 12)
        assert sales.count("deal") == 11
