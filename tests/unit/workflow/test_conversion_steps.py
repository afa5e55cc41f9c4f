"""A dialogue that asks in steps: what is saved is never made again, the rest waits, and all of it can be taken back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalip.base.errors import AccessDenied, Conflict, NotFound
from kalip.records import SaveRecord, archive_record, comment, record_events, save_record
from kalip.workflow import ApplyTransition, apply_transition
from kalip.workflow.conversions import (
    ConversionRefused,
    Converted,
    TargetChoice,
    UndoPlan,
    UndoRefused,
    offers_of,
    undo_conversion,
    undo_plan,
)
from tests.support.clock import StandingClock
from tests.support.converting import EVERYTHING, SalesSite, a_sales_site

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
def sales(database_url: str, tmp_path: Path, clock: StandingClock) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path, clock=clock) as site:
        yield site


def undo(sales: SalesSite, done: Converted) -> Converted:
    return sales.act(sales.rep, lambda work: undo_conversion(work, done.id))


def look(sales: SalesSite, done: Converted) -> UndoPlan:
    return sales.act(sales.rep, lambda work: undo_plan(work, done.id), write=False)


def test_the_deal_waits_until_the_customer_is_saved(sales: SalesSite) -> None:
    """L17 L28 L59"""
    lead = sales.lead()
    begun = sales.convert(lead, steps="next", targets=EVERYTHING, values={"budget": {"amount": "7", "currency": "TRY"}})
    assert (begun.state, {each.target for each in begun.results}, begun.pending) == (
        "open",
        {"company", "contact"},
        ("deal",),
    )
    source = sales.get("lead", lead)
    assert (source["stage"], source["budget"]["amount"]) == ("qualifying", "7.00")
    plan = sales.plan(lead, steps="next")
    assert plan.open is not None
    assert {each.target.name: each.standing for each in plan.targets} == {
        "company": "made",
        "contact": "made",
        "deal": "offered",
    }
    assert plan.target("deal").values["amount"] == {"amount": "7.00", "currency": "TRY"}
    ended = sales.convert(lead, steps="next", targets={"deal": TargetChoice(values={"name": "Sale"})})
    assert (ended.id, ended.state, ended.pending) == (begun.id, "done", ())
    results = {each.target: each.id for each in ended.results}
    deal = sales.get("deal", results["deal"])
    assert (deal["company"], deal["contact"], deal["name"]) == (results["company"], results["contact"], "Sale")
    assert sales.get("lead", lead)["stage"] == "qualified"
    events = sales.act(None, lambda work: record_events(work, "deal", deal["id"])).items
    assert events[-1].correlation == begun.correlation == ended.correlation


def test_the_first_step_is_all_or_nothing(sales: SalesSite) -> None:
    """L28 L59"""
    lead = sales.lead(name=None)
    wrong = {**EVERYTHING, "company": TargetChoice(values={"tax_number": "TR1"})}
    with pytest.raises(ConversionRefused) as caught:
        sales.convert(lead, steps="next", targets=wrong)
    pointers = {each.pointer for each in caught.value.violations}
    assert {"/targets/company/values/tax_number", "/targets/contact/values/name"} <= pointers
    assert (sales.count("company"), sales.count("contact")) == (0, 0)
    assert sales.plan(lead).open is None


def test_it_is_taken_up_again_without_a_second_customer(sales: SalesSite) -> None:
    """L29"""
    lead = sales.lead()
    begun = sales.convert(lead, steps="next")
    again = sales.convert(lead, steps="next", targets=EVERYTHING)
    assert (again.id, again.state) == (begun.id, "done")
    assert [sales.count(name) for name in ("company", "contact", "deal")] == [1, 1, 1]
    other = sales.lead(topic="Other", email="o@example.org", mobile=None, name={"first": "O"}, company_name="O Ltd")
    sales.convert(other, steps="next")
    finished = sales.convert(other, sales.manager)
    assert (finished.state, finished.pending) == ("done", ())
    assert sales.count("company") == 2


def test_an_open_one_can_be_given_up(sales: SalesSite) -> None:
    """L29 L60"""
    lead = sales.lead()
    begun = sales.convert(lead, steps="next")
    assert undo(sales, begun).state == "undone"
    assert (sales.count("company"), sales.count("contact")) == (0, 0)
    assert sales.convert(lead).state == "done"


def test_undone_the_lead_is_as_before(sales: SalesSite, clock: StandingClock) -> None:
    """L60"""
    known = sales.make("company", name="Known", owner=sales.rep.user_id)
    lead = sales.lead(website="https://demir.example")
    activity = sales.make("activity", subject="Call", about={"entity": "lead", "id": lead})
    before = sales.get("lead", lead)
    done = sales.convert(lead, targets={**EVERYTHING, "company": TargetChoice(existing=known)})
    assert sales.get("company", known)["website"] == "https://demir.example"
    clock.move(hours=24 * 13)
    plan = look(sales, done)
    assert (plan.possible, plan.until) == (True, datetime(2026, 12, 8, 12, 0, tzinfo=UTC))
    assert undo(sales, done).state == "undone"
    after = sales.get("lead", lead)
    changing = {"version", "updated_at", "updated_by"}
    assert {name: value for name, value in after.items() if name not in changing} == {
        name: value for name, value in before.items() if name not in changing
    }
    assert (sales.count("company"), sales.count("contact"), sales.count("deal")) == (1, 0, 0)
    assert sales.get("company", known)["website"] is None
    assert sales.get("activity", activity)["about"] == {"entity": "lead", "id": lead}
    kinds = [each.kind for each in sales.act(sales.rep, lambda work: record_events(work, "lead", lead)).items]
    assert kinds[0] == "record.conversion_undone"
    with pytest.raises(Conflict):
        undo(sales, done)


def test_what_was_worked_on_stays(sales: SalesSite, clock: StandingClock) -> None:
    """L60"""
    lead = sales.lead()
    done = sales.convert(lead)
    results = {each.target: each.id for each in done.results}
    sales.act(sales.rep, lambda work: save_record(work, SaveRecord("deal", {"notes": "Working"}, results["deal"])))
    sales.act(sales.rep, lambda work: comment(work, "contact", results["contact"], "Nice"))
    sales.make("deal", name="Other", company=results["company"])
    told = {(each.entity, each.template) for each in look(sales, done).blockers}
    worked = "Somebody has worked on what was made: {target}."
    assert {("deal", worked), ("contact", worked)} <= told
    assert ("deal", "A {entity} refers to what was made: {target}.") in told
    with pytest.raises(UndoRefused) as caught:
        undo(sales, done)
    assert len(caught.value.violations) == len(told)
    assert sales.get("lead", lead)["stage"] == "qualified"
    clock.move(hours=24 * 15)
    assert "It could be undone until {day}." in {each.template for each in look(sales, done).blockers}


def test_who_may_not_convert_may_not_undo(sales: SalesSite) -> None:
    """L60"""
    done = sales.convert(sales.lead())
    with pytest.raises(NotFound):
        sales.act(sales.site.person("sales_rep"), lambda work: undo_conversion(work, done.id))
    with pytest.raises(AccessDenied):
        sales.act(sales.site.person("marketing"), lambda work: undo_conversion(work, done.id))
    with pytest.raises(NotFound):
        sales.act(sales.rep, lambda work: undo_conversion(work, "01890a5d-ac96-774b-bcce-b302099a8057"))


def test_the_latest_is_undone_first(sales: SalesSite, clock: StandingClock) -> None:
    """L13 L60"""
    lead = sales.lead()
    first = sales.convert(lead)
    clock.move(hours=1)
    second = sales.convert(lead, targets={"deal": TargetChoice()})
    assert any("undo that first" in each.template for each in look(sales, first).blockers)
    assert undo(sales, second).state == "undone"
    assert sales.get("lead", lead)["stage"] == "qualified"
    assert undo(sales, first).state == "undone"
    assert sales.get("lead", lead)["stage"] == "qualifying"


def test_a_reopened_lead_is_not_undone(sales: SalesSite) -> None:
    """L60"""
    lead = sales.lead()
    done = sales.convert(lead)
    sales.act(sales.manager, lambda work: apply_transition(work, ApplyTransition("lead", lead, "reopen")))
    assert [each.template for each in look(sales, done).blockers] == ["The record was changed since."]


def test_a_reopened_lead_is_closed_by_the_next_conversion(sales: SalesSite) -> None:
    """L13"""
    lead = sales.lead()
    first = sales.convert(lead)
    sales.act(sales.manager, lambda work: apply_transition(work, ApplyTransition("lead", lead, "reopen")))
    plan = sales.plan(lead)
    assert {each.target.name for each in plan.targets if each.selected} == {"deal"}
    again = sales.convert(lead)
    assert [each.target for each in again.results] == ["deal"]
    assert again.id != first.id
    assert sales.get("lead", lead)["stage"] == "qualified"
    assert [sales.count(name) for name in ("company", "contact", "deal")] == [1, 1, 2]


def test_a_key_is_one_conversion(sales: SalesSite) -> None:
    """L57"""
    lead, other = sales.lead(), sales.lead(topic="Other", email="o@example.org")
    first = sales.convert(lead, key="rule:7")
    assert sales.convert(lead, key="rule:7") == first
    with pytest.raises(Conflict) as caught:
        sales.convert(other, key="rule:7")
    assert caught.value.code == "W112"


def test_offers_follow_stage_and_rights(sales: SalesSite) -> None:
    """L01 L13"""
    lead = sales.lead("new")

    def names(lead: str) -> list[str]:
        return [each.name for each in sales.act(sales.rep, lambda work: offers_of(work, "lead", lead), write=False)]

    assert names(lead) == []
    ready = sales.lead(topic="Ready", email="r@example.org")
    assert names(ready) == ["qualify"]
    sales.convert(ready)
    assert names(ready) == ["qualify"]
    sales.act(None, lambda work: archive_record(work, "lead", ready))
    assert names(ready) == []
    assert sales.act(sales.site.person("marketing"), lambda work: offers_of(work, "lead", ready), write=False) == ()
