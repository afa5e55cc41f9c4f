"""Moves along a pipeline: allowed, refused with the reason, planned without being made."""

from functools import partial

import pytest

from kalip.base.errors import AccessDenied, BadRequest, NotFound, StaleVersion, TransitionRefused
from kalip.records import SavedRecord, Selection, record_events
from kalip.workflow import ApplyTransition, apply_transition, bulk_transition, moves_of, stage_history, transition_plan
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site


@pytest.fixture
def deal(site: Site) -> str:
    return site.save("bora", "deal", {"name": "x"}).id


def move(site: Site, who: str, record_id: str, **asked: object) -> SavedRecord:
    command = ApplyTransition("deal", record_id, **asked)  # type: ignore[arg-type]
    return site.act(who, lambda work: apply_transition(work, command))


def test_it_works(site: Site, deal: str) -> None:
    site.clock.move(hours=2)
    saved = move(site, "bora", deal, transition="make_offer", values={"amount": {"amount": "50"}})
    assert saved.version == 2
    site.clock.move(hours=1)
    company = site.save("ada", "company", {"name": "Acme"}).id
    move(site, "bora", deal, target="won", values={"company": company, "rush": True})
    record = site.get("bora", "deal", deal)
    assert (record["stage"], record["won_at"], record["rush"]) == ("won", "2026-11-24T15:00:00Z", False)
    assert record["stage_since"] == "2026-11-24T15:00:00Z"
    events = site.act("bora", lambda work: record_events(work, "deal", deal), write=False).items
    assert [event.kind for event in events] == ["record.transitioned", "record.transitioned", "record.created"]
    stays = site.act("bora", lambda work: stage_history(work, "deal", deal), write=False)
    assert [(stay.stage, stay.duration.total_seconds() / 3600) for stay in stays] == [
        ("new", 2),
        ("offer", 1),
        ("won", 0),
    ]


def test_a_missing_field_is_named(site: Site, deal: str) -> None:
    with pytest.raises(TransitionRefused) as caught:
        move(site, "bora", deal, transition="make_offer")
    assert [(fault.pointer, fault.code) for fault in caught.value.violations] == [("/amount", "required")]
    assert site.get("bora", "deal", deal)["stage"] == "new"


def test_a_guard_refuses_with_its_reason(site: Site, deal: str) -> None:
    move(site, "bora", deal, transition="make_offer", values={"amount": {"amount": "5"}})
    with pytest.raises(TransitionRefused) as caught:
        move(site, "bora", deal, transition="win")
    assert caught.value.message == "Too small to win."
    assert caught.value.violations == ()


def test_an_illegal_move_says_what_is_possible(site: Site, deal: str) -> None:
    with pytest.raises(TransitionRefused) as caught:
        move(site, "bora", deal, target="won")
    assert caught.value.message == "There is no move from 'New' to 'Won'."
    assert caught.value.hint == "possible: Offer, Lost"


def test_roles_limit_a_move(site: Site, deal: str) -> None:
    move(site, "bora", deal, transition="lose", values={"lost_reason": "price"})
    with pytest.raises(TransitionRefused) as caught:
        move(site, "bora", deal, transition="reopen")
    assert "Boss" in caught.value.message
    assert move(site, "ada", deal, transition="reopen").version == 3


def test_what_is_not_there(site: Site, deal: str) -> None:
    with pytest.raises(NotFound) as caught:
        move(site, "bora", deal, transition="wni")
    assert "did you mean 'win'?" in caught.value.hint
    with pytest.raises(NotFound):
        move(site, "bora", deal, target="nowhere")
    with pytest.raises(BadRequest):
        move(site, "bora", deal)
    other = site.save("ada", "deal", {"name": "y"}).id
    with pytest.raises(NotFound):
        move(site, "bora", other, transition="make_offer")
    with pytest.raises((NotFound, AccessDenied)):
        move(site, "cem", deal, transition="make_offer")


def test_a_stale_version_is_refused(site: Site, deal: str) -> None:
    site.save("bora", "deal", {"name": "y"}, deal)
    with pytest.raises(StaleVersion):
        move(site, "bora", deal, transition="lose", values={"lost_reason": "x"}, version=1)


def test_a_plan_makes_nothing(site: Site, deal: str) -> None:
    command = ApplyTransition("deal", deal, target="lost")
    plan = site.act("bora", lambda work: transition_plan(work, command), write=False)
    assert (plan.allowed, plan.source, plan.target.name) == (False, "new", "lost")
    assert [field.name for field in plan.asked] == ["lost_reason"]
    assert plan.missing == ("lost_reason",)
    filled = ApplyTransition("deal", deal, target="lost", values={"lost_reason": "price"})
    assert site.act("bora", lambda work: transition_plan(work, filled), write=False).allowed
    assert site.get("bora", "deal", deal)["version"] == 1


def test_moves_in_one_statement(site: Site, deal: str) -> None:
    with site.services.database.count_statements() as statements:
        moves = site.act("bora", lambda work: moves_of(work, "deal", deal), write=False)
    assert len(statements) == 2  # what others gave Bora on deals, and the deal
    assert [(each.transition.name, each.allowed, each.missing) for each in moves] == [
        ("make_offer", True, ("amount",)),
        ("lose", True, ("lost_reason",)),
    ]
    assert all(each.needs_form for each in moves)
    move(site, "bora", deal, transition="make_offer", values={"amount": {"amount": "5"}})
    (win, _) = site.act("bora", lambda work: moves_of(work, "deal", deal), write=False)
    assert (win.allowed, win.reason) == (False, "Too small to win.")


def test_a_guard_that_reads_what_is_asked_refuses_only_the_answer(database_url: str) -> None:
    end = {"to": "done", "guard": "ends_on > begins_on", "guard_message": "Too early.", "ask": {"ends_on": {}}}
    bossy = {**end, "roles": {"boss": {}}}
    stages: dict[str, object] = {"open": {}, "done": {}, "filed": {}}
    job = (
        an_entity("job")
        .with_field("begins_on", "date")
        .with_field("ends_on", "date")
        .with_document(
            "pipelines/work",
            {"stages": stages, "transitions": {"end": end, "file": {**bossy, "to": "filed"}}},
        )
        .with_access(boss="all", rep="all")
    )
    roles = a_pack("jobs").with_role("boss", administrator=True).with_role("rep", "viewer")
    with a_site(database_url, roles.with_entity(job)) as site:
        made = site.save("bora", "job", {"begins_on": "2026-11-24"}).id
        end_, file_ = site.act("bora", lambda work: moves_of(work, "job", made), write=False)
        assert (end_.allowed, end_.reason) == (True, "")
        assert (file_.allowed, file_.reason) == (False, "Only Boss may do this.")
        for values, allowed in (({}, False), ({"ends_on": "2026-11-23"}, False), ({"ends_on": "2026-11-25"}, True)):
            command = ApplyTransition("job", made, "end", values=values)
            plan = site.act("bora", partial(transition_plan, command=command), write=False)
            assert (plan.allowed, plan.answerable) == (allowed, not allowed)
        early = ApplyTransition("job", made, "end", values={"ends_on": "2026-11-23"})
        with pytest.raises(TransitionRefused, match="Too early"):
            site.act("bora", lambda work: apply_transition(work, early))


def test_moves_of_what_may_only_be_seen(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    deal = site.save("bora", "deal", {"name": "x", "company": company}).id
    moves = site.act("cem", lambda work: moves_of(work, "deal", deal), write=False)
    assert [each.allowed for each in moves] == [False, False]
    assert "may not" in moves[0].reason


def test_many_at_once(site: Site) -> None:
    ids = [
        site.save("bora", "deal", {"name": name, "amount": amount}).id
        for name, amount in (("a", {"amount": "5"}), ("b", None))
    ]
    command = ApplyTransition("deal", "", transition="make_offer")
    result = bulk_transition(site.services, site.actors["bora"], Selection("deal", tuple(ids)), command)
    assert [item.error is None for item in result.items] == [True, False]
    assert isinstance(result.items[1].error, TransitionRefused)


def test_a_required_field_is_not_emptied_in_its_stage(site: Site, deal: str) -> None:
    move(site, "bora", deal, transition="make_offer", values={"amount": {"amount": "5"}})
    with pytest.raises(Exception, match="errors"):
        site.save("bora", "deal", {"amount": None}, deal)
    site.save("bora", "deal", {"name": "other"}, deal)


def test_rules_that_read_the_stage_hold_for_the_stage_moved_to(database_url: str) -> None:
    call = (
        an_entity("call")
        .with_field("name", "text", required=True)
        .with_field("kind", "text")
        .with_field("result", "text", required_when="kind == 'sales' && stage == 'done'")
        .with_document(
            "pipelines/work",
            {"stages": {"open": {}, "done": {"outcome": "won"}}, "transitions": {"finish": {"to": "done"}}},
        )
        .with_access(boss="all")
    )
    roles = a_pack("calls").with_role("boss", administrator=True).with_role("rep", "viewer")
    with a_site(database_url, roles.with_entity(call)) as site:
        sales, other = (site.save("ada", "call", {"name": "x", "kind": kind}).id for kind in ("sales", "other"))
        with pytest.raises(TransitionRefused) as caught:
            site.act("ada", lambda work: apply_transition(work, ApplyTransition("call", sales, "finish")))
        assert [(fault.pointer, fault.code) for fault in caught.value.violations] == [("/result", "required")]
        site.act("ada", lambda work: apply_transition(work, ApplyTransition("call", other, "finish")))
        assert site.get("ada", "call", other)["stage"] == "done"
