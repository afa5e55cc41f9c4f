"""Rules at work: once for each event, in order, each with its reason. SB6, BX3, L55, DY4."""

from typing import Any

import pytest

from kalip.records import archive_record
from kalip.storage import list_jobs
from tests.support.ruling import a_ruling

SET = {"mark": {"set": {"note": "'seen'"}}}


def rules(**said: Any) -> dict[str, Any]:
    return {"rules": said}


def rule(when: dict[str, Any], then: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return {"when": when, "then": then or SET, **{key.rstrip("_"): value for key, value in keys.items()}}


def test_a_rule_fires_once_when_its_event_happened(database_url: str) -> None:
    """SB6"""
    document = rules(
        made=rule({"created": {}}, {"mark": {"set": {"note": "'made ' + name"}}}, if_="amount > 100"),
    )
    with a_ruling(database_url, document) as ruling:
        big, small = ruling.make(amount={"amount": "200", "currency": "TRY"}), ruling.make()
        assert ruling.deal(big)["note"] is None, "nothing happens before the commit, nor in the save itself"
        ruling.work()
        ruling.work()
        assert ruling.deal(big)["note"] == "made Bolts"
        assert ruling.deal(small)["note"] is None
        done, skipped = ruling.runs("made")
        assert (done.state, done.record_id, done.steps[0]["params"]["fields"]) == ("done", big, ["note"])
        assert (skipped.state, skipped.record_id) == ("skipped", small)
        assert "amount = None" in skipped.params["values"]


def test_changes_know_what_was_before(database_url: str) -> None:
    """SB6: from and to, old values; a change of something else is no occasion."""
    document = rules(
        raised=rule({"changed": {"amount": {}}}, {"m": {"set": {"note": "'raised'"}}}, if_="amount > old.amount"),
        priced=rule({"changed": {"reason": {"from": "time", "to": ["price", None]}}}, {"m": {"set": {"note": "'p'"}}}),
    )
    with a_ruling(database_url, document) as ruling:
        deal = ruling.make(amount={"amount": "10", "currency": "TRY"}, reason="time")
        ruling.change(deal, amount={"amount": "20", "currency": "TRY"})
        ruling.change(deal, amount={"amount": "5", "currency": "TRY"})
        ruling.change(deal, name="Nuts")
        ruling.work()
        # The first change is judged by what it changed, though the amount is lower by now.
        assert ruling.states("raised") == ["done", "skipped"]
        ruling.change(deal, reason="price")
        ruling.work()
        assert ruling.deal(deal)["note"] == "p"
        assert ruling.states("priced") == ["done"]


def test_a_stage_is_entered_by_making_and_by_moving(database_url: str) -> None:
    document = rules(
        fresh=rule({"entered": {"stages": {"new": {}}}}),
        won=rule({"entered": {"stages": {"won": {}}}}, {"m": {"set": {"note": "old.stage + ' to ' + stage"}}}),
    )
    with a_ruling(database_url, document) as ruling:
        deal = ruling.make()
        ruling.work()
        assert ruling.deal(deal)["note"] == "seen"
        ruling.move(deal, "talk")
        ruling.move(deal, "won")
        ruling.work()
        assert ruling.states("fresh") == ["done"]
        assert ruling.deal(deal)["note"] == "talk to won"


def test_rules_run_in_the_order_written_and_a_failing_one_harms_no_other(database_url: str) -> None:
    document = rules(
        first=rule({"created": {}}, {"m": {"set": {"note": "'1'"}}}),
        broken=rule({"created": {}}, {"ok": {"set": {"note": "note + 'x'"}}, "bad": {"set": {"name": "null"}}}),
        last=rule({"created": {}}, {"m": {"set": {"note": "note + '3'"}}}),
    )
    with a_ruling(database_url, document) as ruling:
        deal = ruling.make()
        ruling.work()
        assert ruling.deal(deal)["note"] == "13", "all that the broken rule did is undone"
        (failed,) = ruling.runs("broken")
        assert failed.state == "failed"
        assert failed.params["action"] == "bad"
        assert "name" in failed.params["reason"]
        with ruling.site.services.database.read() as session:
            (dead,) = list_jobs(session, states=["dead"])
        assert "deal.broken" in str(dead.error)


def test_a_rule_that_triggers_itself_is_stopped_with_an_explanation(database_url: str) -> None:
    document = rules(grow=rule({"changed": {"amount": {}}}, {"m": {"set": {"amount": "amount * 2"}}}))
    with a_ruling(database_url, document) as ruling:
        deal = ruling.make(amount={"amount": "1", "currency": "TRY"})
        ruling.change(deal, amount={"amount": "2", "currency": "TRY"})
        ruling.work()
        assert ruling.states("grow") == ["done", "done", "done", "stopped"]
        stopped = ruling.runs("grow")[-1]
        assert "started by its own change" in stopped.reason
        assert stopped.params["chain"] == "deal.grow → deal.grow → deal.grow → deal.grow"
        assert ruling.deal(deal)["amount"]["amount"] == "16.00"
        # Another change of a person begins anew.
        ruling.change(deal, amount={"amount": "3", "currency": "TRY"})
        ruling.work()
        assert len(ruling.runs("grow")) == 8


def test_rules_that_start_each_other_without_end_are_stopped(database_url: str) -> None:
    create = {"m": {"create": {"entity": "deal", "values": {"name": "name + '+'"}}}}
    with a_ruling(database_url, rules(more=rule({"created": {}}, create))) as ruling:
        ruling.make()
        ruling.work()
        states = ruling.states("more")
        assert states == ["done"] * 12 + ["stopped"]
        assert "started each other" in ruling.runs("more")[-1].reason


def test_a_wait_ends_when_the_stage_changes(database_url: str) -> None:
    """BX3"""
    said = rule({"entered": {"stages": {"talk": {}}}}, wait="PT2H", stop_when_stage_changes=True)
    with a_ruling(database_url, rules(later=said)) as ruling:
        stays, leaves = ruling.make(), ruling.make()
        for each in (stays, leaves):
            ruling.move(each, "talk")
        ruling.work()
        assert ruling.states("later") == ["waiting"] * 2
        ruling.work(hours=1)
        ruling.move(leaves, "won")
        ruling.work(hours=1)
        found = {run.record_id: run for run in ruling.runs("later")}
        assert (found[stays].state, found[leaves].state) == ("done", "stopped")
        assert "stage has changed" in found[leaves].reason
        assert ruling.deal(stays)["note"] == "seen"
        assert ruling.deal(leaves)["note"] is None


def test_a_wait_asks_the_condition_again(database_url: str) -> None:
    """BX3"""
    document = rules(later=rule({"created": {}}, if_="amount > 100", wait="PT1H"))
    with a_ruling(database_url, document) as ruling:
        deal = ruling.make(amount={"amount": "200", "currency": "TRY"})
        ruling.work()
        ruling.change(deal, amount={"amount": "50", "currency": "TRY"})
        ruling.work(hours=1)
        (run,) = ruling.runs("later")
        assert (run.state, ruling.deal(deal)["note"]) == ("skipped", None)


def test_whose_rights_count(database_url: str) -> None:
    """A rule acts as the system, as who caused it, or as the owner; without the right it fails, and the save stands."""
    document = rules(
        by_system=rule({"changed": {"name": {}}}, {"m": {"set": {"note": "'system'"}}}),
        by_actor=rule(
            {"changed": {"name": {}}},
            {"m": {"create": {"entity": "company", "values": {"name": "name"}}}},
            run_as="actor",
        ),
        by_owner=rule({"changed": {"name": {}}}, {"m": {"set": {"due": "today()"}}}, run_as="owner"),
    )
    with a_ruling(database_url, document) as ruling:
        deal = ruling.make(owner=ruling.site.actors["deniz"].id)
        ruling.change(deal, name="Nuts")
        ruling.work()
        assert ruling.states("by_system") == ["done"]
        assert ruling.states("by_actor") == ["done"], "Ada administers"
        assert ruling.states("by_owner") == ["skipped"], "Deniz may see nothing"
        assert ruling.deal(deal)["name"] == "Nuts"


def test_archived_and_missing_records_are_left_alone(database_url: str) -> None:
    with a_ruling(database_url, rules(made=rule({"created": {}}))) as ruling:
        deal = ruling.make()
        ruling.site.act("ada", lambda work: archive_record(work, "deal", deal))
        ruling.work()
        (run,) = ruling.runs("made")
        assert (run.state, "archived" in run.reason) == ("skipped", True)


def test_an_event_that_starts_nothing_costs_no_job(database_url: str) -> None:
    document = rules(won=rule({"entered": {"stages": {"won": {}}}}), off=rule({"created": {}}, active=False))
    with a_ruling(database_url, document) as ruling:
        ruling.make()
        ruling.work()
        assert ruling.runs() == []
        with ruling.site.services.database.read() as session:
            assert list_jobs(session, kind="rules.event") == []


@pytest.mark.parametrize("by", ["load", "turn"])
def test_people_are_assigned(database_url: str, by: str) -> None:
    then = {"give": {"assign": {"role": "rep", "by": by, "field": "seller"}}}
    with a_ruling(database_url, rules(made=rule({"created": {}}, then))) as ruling:
        first, second = ruling.make(), ruling.make()
        ruling.work()
        bora = ruling.site.actors["bora"].id
        assert [ruling.deal(each)["seller"] for each in (first, second)] == [bora, bora]
        assert ruling.runs("made")[0].steps[0]["params"]["user"] == "Bora"


def test_plugin_actions_and_related_records(database_url: str) -> None:
    then = {
        "run": {"run": {"action": "remind", "arguments": {"days": 3}}},
        "visit": {"create": {"entity": "visit", "values": {"topic": "note", "deal": "id"}}},
        "firm": {"update": {"reference": "company", "set": {"last_deal": "due"}}},
        "rest": {"update": {"entity": "visit", "by": "deal", "where": "done != true", "set": {"done": "true"}}},
        "none": {"if": "amount > 5", "set": {"note": "'never'"}},
    }
    with a_ruling(database_url, rules(made=rule({"created": {}}, then))) as ruling:
        firm = ruling.site.save("ada", "company", {"name": "Steel"}).id
        deal = ruling.make(company=firm, due="2026-12-24")
        ruling.work()
        (run,) = ruling.runs("made")
        assert run.state == "done", run
        assert ruling.deal(deal)["note"] == "reminded after 3 days"
        assert ruling.site.get("ada", "company", firm)["last_deal"] == "2026-12-24"
        made = run.steps[1]["record_id"]
        visit = ruling.site.get("ada", "visit", made)
        assert (visit["topic"], visit["deal"], visit["done"]) == ("reminded after 3 days", deal, True)
        assert [step["text"][:8] for step in run.steps][-1] == "Left out"
