"""Steps inside stages: required ones keep a record back, in their order, and some are added by hand."""

from collections.abc import Iterator
from functools import partial

import pytest

from kalip.base.errors import AccessDenied, BadRequest, NotFound, RecordRejected, TransitionRefused
from kalip.records import record_events
from kalip.workflow import (
    AddStep,
    ApplyTransition,
    ChangeStep,
    Checklist,
    ShownStep,
    add_step,
    apply_transition,
    change_step,
    checklist_for,
    moves_of,
    take_step_back,
)
from tests.support.cases import case_pack
from tests.support.site import Site, a_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_site(database_url, case_pack()) as site:
        yield site


@pytest.fixture
def case(site: Site) -> str:
    return examined(site)


def examined(site: Site, amount: str = "5") -> str:
    case = site.save("bora", "case", {"name": "x", "amount": amount, "note": "x"}).id
    site.act("bora", lambda work: apply_transition(work, ApplyTransition("case", case, "examine")))
    return case


def tick(site: Site, who: str, case: str, name: str, state: str = "done", note: str = "") -> ShownStep:
    command = ChangeStep("case", case, name, state, note)  # type: ignore[arg-type]
    return site.act(who, lambda work: change_step(work, command))


def checklist(site: Site, case: str, who: str = "bora") -> Checklist:
    return site.act(who, lambda work: checklist_for(work, "case", case), write=False)


def settle(site: Site, case: str) -> None:
    command = ApplyTransition("case", case, "settle", values={"refund": "1"})
    site.act("bora", lambda work: apply_transition(work, command))


def test_required_steps_block_the_advance_with_the_reason(site: Site, case: str) -> None:
    """CR2"""
    with pytest.raises(TransitionRefused) as caught:
        settle(site, case)
    assert caught.value.message == "These steps must be done first: Call the customer, Write the report."
    tick(site, "bora", case, "call")
    tick(site, "bora", case, "report")
    settle(site, case)
    assert site.get("bora", "case", case)["stage"] == "settled"


def test_the_lost_end_and_the_way_back_stay_open(site: Site, case: str) -> None:
    """CR2"""
    moves = site.act("bora", lambda work: moves_of(work, "case", case), write=False)
    assert {each.transition.name: each.allowed for each in moves} == {"settle": False, "back": True, "drop": True}


def test_steps_follow_each_other(site: Site, case: str) -> None:
    """CR2"""
    with pytest.raises(TransitionRefused, match="must be done first: Call the customer"):
        tick(site, "bora", case, "report")
    tick(site, "bora", case, "call")
    tick(site, "bora", case, "report")
    with pytest.raises(TransitionRefused, match="Later steps are done already: Write the report"):
        tick(site, "bora", case, "call", "open")
    tick(site, "bora", case, "report", "open")
    tick(site, "bora", case, "call", "open")
    assert [step.state for step in checklist(site, case).steps] == ["open", "open", "open"]


def test_optional_steps_may_be_skipped_and_required_ones_not(site: Site, case: str) -> None:
    tick(site, "bora", case, "photo", "skipped", "None needed.")
    step = next(each for each in checklist(site, case).steps if each.name == "photo")
    assert (step.state, step.note, step.settled, step.by) == ("skipped", "None needed.", True, site.actors["bora"].id)
    with pytest.raises(TransitionRefused, match="required and can't be skipped"):
        tick(site, "bora", case, "call", "skipped")


def test_a_step_counts_only_where_its_condition_holds_and_asks_for_its_role(site: Site) -> None:
    small, big = examined(site), examined(site, "5000")
    assert [each.name for each in checklist(site, small).steps] == ["call", "report", "photo"]
    assert [each.name for each in checklist(site, big).steps] == ["call", "report", "photo", "approve"]
    with pytest.raises(TransitionRefused, match="Only Boss may do this"):
        tick(site, "bora", big, "approve")
    tick(site, "ada", big, "approve")
    assert checklist(site, big).done == 1


def test_people_add_steps_by_hand(site: Site, case: str) -> None:
    """CR2"""
    added = site.act("bora", lambda work: add_step(work, AddStep("case", case, "  Ask  the   baker ", required=True)))
    assert str(added.label) == "Ask the baker"
    shown = checklist(site, case)
    assert [str(each.label) for each in shown.blocking] == ["Call the customer", "Write the report", "Ask the baker"]
    tick(site, "bora", case, added.name)
    assert checklist(site, case).done == 1
    site.act("bora", lambda work: take_step_back(work, "case", case, added.name))
    assert len(checklist(site, case).steps) == 3
    with pytest.raises(NotFound):
        site.act("bora", lambda work: take_step_back(work, "case", case, "call"))
    with pytest.raises(BadRequest):
        site.act("bora", lambda work: add_step(work, AddStep("case", case, "   ")))
    with pytest.raises(RecordRejected):
        site.act("bora", lambda work: add_step(work, AddStep("case", case, "a\x00b")))
    with pytest.raises(RecordRejected):
        tick(site, "bora", case, "call", note="a\x00b")


def test_a_stage_may_take_none_by_hand(site: Site) -> None:
    fresh = site.save("bora", "case", {"name": "x"}).id
    with pytest.raises(TransitionRefused, match="no steps are added by hand"):
        site.act("bora", lambda work: add_step(work, AddStep("case", fresh, "x")))
    with pytest.raises(NotFound, match="no step 'call' in this stage"):
        tick(site, "bora", fresh, "call")


def test_who_only_looks_ticks_nothing_off(site: Site, case: str) -> None:
    with pytest.raises(AccessDenied):
        tick(site, "cem", case, "call")
    with pytest.raises(NotFound):
        tick(site, "deniz", case, "call")
    with pytest.raises(BadRequest):
        tick(site, "bora", case, "call", "perhaps")


def test_steps_are_told_in_the_history(site: Site, case: str) -> None:
    tick(site, "bora", case, "call", note="They agree.")
    tick(site, "bora", case, "call", note="They agree.")  # the same again is nothing new
    look = partial(record_events, entity_name="case", record_id=case)
    events = site.act("bora", look, write=False).items
    assert [each.kind for each in events] == ["record.step_changed", "record.transitioned", "record.created"]
    assert events[0].facts == {
        "step": "Call the customer",
        "name": "call",
        "state": "done",
        "note": "They agree.",
    }


def test_steps_are_remembered_when_a_record_comes_back(site: Site, case: str) -> None:
    tick(site, "bora", case, "call")
    site.act("bora", lambda work: apply_transition(work, ApplyTransition("case", case, "back")))
    assert checklist(site, case).steps == ()
    site.act("bora", lambda work: apply_transition(work, ApplyTransition("case", case, "examine")))
    assert checklist(site, case).done == 1
