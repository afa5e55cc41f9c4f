"""SB7: clocks start, pause, warn, break and escalate in working time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kalip.records import archive_record
from kalip.records.job_desk import retry_dead
from kalip.storage.clocks import StoredClock, record_clocks
from kalip.workflow.rules.clocks import SOUND
from tests.support.ruling import Ruling, a_ruling

CLOCK: dict[str, Any] = {
    "start": "stage == 'new'",
    "stop": "stage == 'won'",
    "pause": "stage == 'talk'",
    "targets": {"big": {"if": "amount > 1000", "within": "PT2H"}, "all": {"within": "PT8H"}},
    "alarms": {
        "warn": {"share": 75, "then": {"m": {"set": {"note": "'warned'"}}}},
        "breach": {"share": 100, "then": {"m": {"set": {"note": "'broken'"}}}},
        "nag": {"after": "PT1H", "every": "PT1H", "times": 2, "then": {"m": {"set": {"note": "note + '!'"}}}},
    },
}


def clocks(ruling: Ruling, deal: str) -> list[StoredClock]:
    with ruling.site.services.database.read() as session:
        return record_clocks(session, "deal", deal)


def test_a_clock_warns_breaks_and_escalates(database_url: str) -> None:
    """SB7"""
    with a_ruling(database_url, {"clocks": {"answer": CLOCK}}) as ruling:
        deal = ruling.make()
        ruling.work()
        (clock,) = clocks(ruling, deal)
        assert clock.state == "running"
        assert clock.due_at == ruling.site.clock.moment + timedelta(hours=8)
        notes = []
        for _ in range(13):
            ruling.work(hours=1)
            notes.append(ruling.deal(deal)["note"])
        assert notes == [None] * 5 + ["warned"] * 2 + ["broken", "broken!", "broken!!"] + ["broken!!!"] * 3
        (clock,) = clocks(ruling, deal)
        assert clock.breached_at == clock.started_at + timedelta(hours=8)
        ruling.move(deal, "talk")
        ruling.move(deal, "won")
        ruling.work()
        assert clocks(ruling, deal)[0].state == "missed"
        assert [run.rule for run in ruling.runs()] == [
            "deal.answer.warn",
            "deal.answer.breach",
            "deal.answer.nag",
            "deal.answer.nag",
            "deal.answer.nag",
        ]


def test_a_pause_stops_the_time_and_a_stop_in_time_is_met(database_url: str) -> None:
    """SB7"""
    with a_ruling(database_url, {"clocks": {"answer": CLOCK}}) as ruling:
        deal = ruling.make()
        ruling.work(hours=0)
        ruling.work(hours=3)
        ruling.move(deal, "talk")
        ruling.work(hours=0)
        (paused,) = clocks(ruling, deal)
        assert (paused.state, paused.used, paused.due_at) == ("paused", 3 * 3_600_000_000, None)
        ruling.work(hours=100)
        assert ruling.deal(deal)["note"] is None
        ruling.move(deal, "won")
        ruling.work()
        (met,) = clocks(ruling, deal)
        assert (met.state, met.used, met.next_at) == ("met", 3 * 3_600_000_000, None)


def test_the_target_follows_the_record(database_url: str) -> None:
    """SB7: what becomes urgent has less time."""
    with a_ruling(database_url, {"clocks": {"answer": CLOCK}}) as ruling:
        deal = ruling.make()
        ruling.work()
        ruling.work(hours=1)
        ruling.change(deal, amount={"amount": "5000", "currency": "TRY"})
        ruling.work()
        (clock,) = clocks(ruling, deal)
        assert clock.target == "big"
        assert clock.due_at == clock.started_at + timedelta(hours=2)
        ruling.work(hours=1)
        assert ruling.deal(deal)["note"] == "broken"


def test_working_time_counts(database_url: str) -> None:
    """SB7: from Friday afternoon to Monday morning."""
    with a_ruling(database_url, {"clocks": {"answer": {**CLOCK, "calendar": "office"}}}) as ruling:
        ruling.site.clock.moment = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)  # 17:00 in Istanbul
        deal = ruling.make(amount={"amount": "5000", "currency": "TRY"})
        ruling.work()
        (clock,) = clocks(ruling, deal)
        assert clock.due_at == datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
        ruling.work(hours=48)
        assert ruling.deal(deal)["note"] is None


def test_an_archived_record_rings_no_more(database_url: str) -> None:
    with a_ruling(database_url, {"clocks": {"answer": CLOCK}}) as ruling:
        deal = ruling.make()
        ruling.work()
        ruling.site.act("ada", lambda work: archive_record(work, "deal", deal))
        ruling.work(hours=50)
        assert clocks(ruling, deal)[0].state == "met"
        assert ruling.runs() == []


def test_a_failing_alarm_is_told_and_the_clock_goes_on(database_url: str) -> None:
    alarms = {**CLOCK["alarms"], "warn": {"share": 75, "then": {"m": {"set": {"name": "null"}}}}}
    with a_ruling(database_url, {"clocks": {"answer": {**CLOCK, "alarms": alarms}}}) as ruling:
        deal = ruling.make()
        ruling.work()
        ruling.work(hours=9)
        assert [(run.rule, run.state) for run in ruling.runs()][:2] == [
            ("deal.answer.warn", "failed"),
            ("deal.answer.breach", "done"),
        ]
        assert "name" in ruling.runs()[0].params["reason"]
        assert ruling.deal(deal)["name"] == "Bolts"


def test_a_failed_alarm_is_tried_again(database_url: str) -> None:
    """SB6, SB7: it lies with the dead jobs until somebody mends what stood in its way; nothing is done twice."""
    clock = {**CLOCK, "alarms": {"warn": {"share": 75, "then": {"m": {"set": {"name": "note"}}}}}}
    with a_ruling(database_url, {"clocks": {"answer": clock}}) as ruling:
        mended, solved = ruling.make(), ruling.make()
        ruling.work()
        ruling.work(hours=9)
        assert ruling.states() == ["failed", "failed"]
        ruling.change(mended, note="Nuts")
        ruling.move(solved, "talk")
        ruling.move(solved, "won")
        ruling.work()
        assert ruling.states() == ["failed", "failed"]
        assert ruling.site.act("ada", lambda work: retry_dead(work, SOUND)) == 2
        ruling.work()
        told = {run.record_id: (run.state, run.attempts) for run in ruling.runs()}
        assert told == {mended: ("done", 3), solved: ("skipped", 3)}
        assert ruling.deal(mended)["name"] == "Nuts"
        assert ruling.site.act("ada", lambda work: retry_dead(work, SOUND)) == 0
