"""What rules give to others: tasks, notices, e-mails, conversions. SB6, BX7, L55."""

from typing import Any

from kalip.records import ListRecords, list_records
from kalip.storage import mails_of_record
from kalip.workflow.notifications import my_notifications
from kalip.workflow.tasks import inbox
from kalip.workflow.tasks.inbox import query_of
from tests.support.ruling import a_ruling

PEOPLE: dict[str, Any] = {"roles": {"rep": {}}, "fields": {"owner": {}}}


def document(then: dict[str, Any]) -> dict[str, Any]:
    return {"rules": {"made": {"when": {"created": {}}, "then": then}}}


def test_tasks_are_made_for_people_and_roles(database_url: str) -> None:
    """SB6"""
    then = {"call": {"task": {"title": "Call about {name}", "text": "{amount}", "for": PEOPLE, "due": "P1D"}}}
    with a_ruling(database_url, document(then)) as ruling:
        deal = ruling.make(amount={"amount": "5", "currency": "TRY"})
        ruling.work()
        ruling.work()
        mine = ruling.site.act("ada", lambda work: inbox(work, query_of(work)), write=False)
        assert [(each.task.title, each.task.record_id) for each in mine.items] == [("Call about Bolts", deal)]
        assert mine.items[0].task.note == "5"
        (run,) = ruling.runs("made")
        assert run.steps[0]["params"] == {"count": 2, "title": "Call about Bolts"}


def test_people_are_told_and_get_mail_once(database_url: str) -> None:
    """SB6, BX7"""
    then = {
        "tell": {"notify": {"to": {"roles": {"boss": {}}}, "text": {"en": "{name} is new", "tr": "{name} yeni"}}},
        "mail": {"mail": {"to": {"roles": {"boss": {}}}, "subject": "New: {name}", "body": "See {name}."}},
    }
    with a_ruling(database_url, document(then)) as ruling:
        deal = ruling.make("ada", note="x")
        ruling.work()
        ruling.work()
        notices = ruling.site.act("ada", my_notifications, write=False)
        assert [each.params["text"]["tr"] for each in notices.items if each.kind == "rule"] == ["Bolts yeni"]
        with ruling.site.services.database.read() as session:
            mails = mails_of_record(session, "deal", deal)
        assert [(each.subject, each.recipients, each.record_id) for each in mails] == [
            ("New: Bolts", ("ada@example.com",), deal)
        ]


def test_a_conversion_runs_by_rule_and_what_is_missing_becomes_a_task(database_url: str) -> None:
    """L55"""
    convert = {"convert": {"name": "visit", "otherwise": {"roles": {"rep": {}}}}}
    said = {"won": {"when": {"entered": {"stages": {"talk": {}}}}, "then": {"go": convert}}}
    with a_ruling(database_url, {"rules": said}) as ruling:
        whole, lacking = ruling.make(note="See them"), ruling.make()
        for each in (whole, lacking):
            ruling.move(each, "talk")
        ruling.work()
        ruling.work()
        runs = {run.record_id: run for run in ruling.runs("won")}
        assert {run.state for run in runs.values()} == {"done"}
        assert runs[whole].steps[0]["params"]["made"] == ["visit"]
        assert "a task says why" in runs[lacking].steps[0]["text"]
        asked = ListRecords("visit", fields=("topic", "deal"))
        visits = ruling.site.act("ada", lambda work: list_records(work, asked), write=False).items
        assert [(each["topic"], each["deal"]) for each in visits] == [("See them", whole)]
        waiting = ruling.site.act("bora", lambda work: inbox(work, query_of(work, "groups")), write=False)
        (task,) = waiting.items
        assert task.task.record_id == lacking
        assert "topic" in task.task.note.lower()
