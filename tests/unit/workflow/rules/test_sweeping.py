"""Occasions that time brings: stuck records, dates, schedules; once for each record. SB6, BX7."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from kalip.records import Grounds, SaveRecord, Work, save_record
from kalip.storage import tables_for
from kalip.storage.indexes import index_specs
from tests.support.ruling import Ruling, a_ruling

SET = {"mark": {"set": {"note": "'seen'"}}}


def rule(when: dict[str, Any], then: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return {"when": when, "then": then or SET, **{key.rstrip("_"): value for key, value in keys.items()}}


def at(ruling: Ruling, text: str) -> None:
    """Let it be a moment, and do what is due then."""
    ruling.site.clock.moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    ruling.work()


def test_a_stuck_record_is_found_once(database_url: str) -> None:
    """BX7"""
    said = rule({"stuck": {"stages": {"talk": {}}, "for": "P3D"}}, if_="amount == null")
    with a_ruling(database_url, {"rules": {"stuck": said}}) as ruling:
        stuck, moves, rich = ruling.make(), ruling.make(), ruling.make(amount={"amount": "5", "currency": "TRY"})
        for each in (stuck, moves, rich):
            ruling.move(each, "talk")
        ruling.work(hours=71)
        ruling.move(moves, "won")
        assert ruling.runs() == []
        for _ in range(3):
            ruling.work(hours=2)
        found = {run.record_id: run for run in ruling.runs("stuck")}
        assert Counter(run.record_id for run in ruling.runs("stuck")) == {stuck: 1, rich: 1}
        assert (found[stuck].state, found[rich].state) == ("done", "skipped")
        assert ruling.deal(stuck)["note"] == "seen"


def test_it_comes_again_when_the_record_is_stuck_again(database_url: str) -> None:
    with a_ruling(
        database_url, {"rules": {"stuck": rule({"stuck": {"stages": {"talk": {}}, "for": "P1D"}})}}
    ) as ruling:
        deal = ruling.make()
        ruling.move(deal, "talk")
        ruling.work(hours=25)
        ruling.move(deal, "won")
        ruling.site.act("ada", lambda work: _back(work, deal))
        ruling.work(hours=25)
        assert ruling.states("stuck") == ["done", "done"]


def _back(work: Work, deal: str) -> None:

    save_record(work, SaveRecord("deal", id=deal), Grounds(forced={"stage": "talk", "stage_since": work.now}))


def test_working_time_of_a_calendar_counts(database_url: str) -> None:
    """BX7, SB6: 24 November 2026 is a Tuesday; the office works from nine to six in Istanbul."""
    said = rule({"stuck": {"stages": {"talk": {}}, "for": "P3D", "calendar": "office"}})
    with a_ruling(database_url, {"rules": {"stuck": said}}) as ruling:
        at(ruling, "2026-11-26T12:00")
        deal = ruling.make()
        ruling.move(deal, "talk")
        at(ruling, "2026-11-30T12:00")
        assert ruling.runs() == [], "a weekend lies between"
        at(ruling, "2026-12-01T11:59")
        assert ruling.runs() == []
        at(ruling, "2026-12-01T12:01")
        assert ruling.states("stuck") == ["done"]


def test_a_date_is_reached_before_and_after(database_url: str) -> None:
    """SB6"""
    document = {
        "rules": {
            "soon": rule({"reached": {"field": "due", "before": "P3D", "at": "09:00", "timezone": "Europe/Istanbul"}}),
            "late": rule({"reached": {"field": "due", "after": "P1D"}}, {"m": {"set": {"note": "'late'"}}}),
            "meets": rule({"reached": {"field": "meeting", "before": "PT1H"}}, {"m": {"set": {"note": "'meet'"}}}),
        }
    }
    with a_ruling(database_url, document) as ruling:
        past, coming = ruling.make(due="2026-11-20"), ruling.make(due="2026-12-10", meeting="2026-12-10T15:00:00Z")
        moved = ruling.make(due="2026-12-10")
        at(ruling, "2026-12-07T05:59")
        ruling.change(moved, due="2026-12-20")
        assert ruling.runs() == []
        at(ruling, "2026-12-07T06:00")
        assert [(run.rule, run.record_id) for run in ruling.runs()] == [("deal.soon", coming)]
        at(ruling, "2026-12-10T14:00")
        assert ruling.deal(coming)["note"] == "meet"
        at(ruling, "2026-12-11T00:00")
        assert ruling.deal(coming)["note"] == "late"
        at(ruling, "2026-12-25T00:00")
        assert Counter((run.rule, run.record_id) for run in ruling.runs()) == {
            ("deal.soon", coming): 1,
            ("deal.late", coming): 1,
            ("deal.meets", coming): 1,
            ("deal.soon", moved): 1,
            ("deal.late", moved): 1,
        }, "what was past already is left alone"
        assert ruling.deal(past)["note"] is None


def test_time_without_runners_is_made_up_for(database_url: str) -> None:
    with a_ruling(database_url, {"rules": {"soon": rule({"reached": {"field": "due"}})}}) as ruling:
        deals = [ruling.make(due=f"2026-12-{day:02}") for day in range(1, 29)]
        at(ruling, "2027-01-05T00:00")
        assert Counter(run.record_id for run in ruling.runs("soon")) == dict.fromkeys(deals, 1)


def test_a_schedule_runs_for_each_record_that_fits(database_url: str) -> None:
    daily = {"cron": "0 9 * * *", "timezone": "Europe/Istanbul"}
    document = {
        "rules": {
            "once": rule({"schedule": daily}, if_="amount > 10 && stage == 'new'"),
            "each": rule({"schedule": {**daily, "missed": "each"}}, if_="amount > 10"),
            "skip": rule({"schedule": {**daily, "missed": "skip"}}, if_="amount > 10"),
        }
    }
    with a_ruling(database_url, document) as ruling:
        big, small = (ruling.make(amount={"amount": each, "currency": "TRY"}) for each in ("20", "5"))
        at(ruling, "2026-11-25T06:00:10")
        assert Counter((run.rule, run.record_id) for run in ruling.runs()) == {
            ("deal.once", big): 1,
            ("deal.each", big): 1,
            ("deal.skip", big): 1,
        }
        assert small not in {run.record_id for run in ruling.runs()}
        at(ruling, "2026-11-29T11:00")
        counted = Counter(run.rule for run in ruling.runs())
        assert counted == {"deal.once": 2, "deal.each": 5, "deal.skip": 1}


def test_a_reminder_repeats_and_escalates_while_nothing_happens(database_url: str) -> None:
    """SB6"""
    said = rule(
        {"stuck": {"stages": {"talk": {}}, "for": "P1D"}},
        {"m": {"set": {"note": "'first'"}}},
        repeat={"every": "P1D", "times": 2, "then": {"m": {"set": {"note": "note + '!'"}}}},
    )
    with a_ruling(database_url, {"rules": {"stuck": said}}) as ruling:
        waits, wakes = ruling.make(), ruling.make()
        for each in (waits, wakes):
            ruling.move(each, "talk")
        ruling.work(hours=24.5)
        assert ruling.deal(waits)["note"] == "first"
        ruling.move(wakes, "won")
        for _ in range(5):
            ruling.work(hours=24.5)
        assert ruling.deal(waits)["note"] == "first!!"
        assert ruling.deal(wakes)["note"] == "first"
        assert Counter((run.record_id, run.state) for run in ruling.runs("stuck")) == {
            (waits, "done"): 3,
            (wakes, "done"): 1,
            (wakes, "stopped"): 1,
        }


def test_a_rule_that_comes_into_service_leaves_the_past_alone(database_url: str) -> None:
    with a_ruling(database_url, {"rules": {"late": rule({"reached": {"field": "due"}})}}) as ruling:
        for day in range(1, 20):
            ruling.make(due=f"2026-11-{day:02}")
        ruling.work(hours=1)
        assert ruling.runs() == []
        assert ruling.site.clock.moment - datetime(2026, 11, 24, tzinfo=UTC) < timedelta(days=1)


def test_a_sweep_reads_along_an_index(database_url: str) -> None:
    """Among many records those of a span of time are found without looking at all of them."""
    stuck = rule({"stuck": {"stages": {"talk": {}}, "for": "P3D"}})
    document = {"rules": {"stuck": stuck, "soon": rule({"reached": {"field": "due"}})}}
    with a_ruling(database_url, document) as ruling:
        database = ruling.site.services.database
        with database.count_statements() as seen:
            ruling.work(hours=1)
        pages = [text for text in dict.fromkeys(seen) if "FROM deal AS t0" in text and "DESC, t0.id DESC" in text]
        assert len(pages) == 2
        for text in pages:
            column = "stage_since" if "stage_since" in text else "due"
            assert f"t0.{column} <= " in text
            assert f"t0.{column} >= " in text
        with database.read() as session:
            specs = index_specs(ruling.site.served.project(tables_for), session.sql.identifier_preparer, "sqlite", "en")
        keys = {spec.keys for spec in specs.values() if spec.table == "deal"}
        assert {("stage_since", "id"), ("due", "id")} <= keys
