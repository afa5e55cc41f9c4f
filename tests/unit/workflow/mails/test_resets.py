"""A lost password: the link goes to the person by a real mail server, is good once, and is kept nowhere."""

import re

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import NotFound, RecordRejected
from kalip.records import run
from kalip.records.accounts import Caller, Locked, NewUser, create_user, sign_in
from kalip.records.accounts.resetting import MOST_FOR_ACCOUNT, person_of_reset, reset_password
from kalip.workflow.mails.resets import ask_reset, sends_resets
from tests.support.inbox import Inbox
from tests.support.mail import Sink, smtp_sink

NEW = "purple monkey dishwasher"
CALLER = Caller("192.0.2.1", "test")


def reach(inbox: Inbox, sink: Sink) -> None:
    inbox.connect(smtp=sink.smtp, public_url="https://kalip.example")


def ask(inbox: Inbox, sink: Sink, email: str) -> list[str]:
    """Ask for a link; the secrets of the links that arrived."""
    before = len(sink.messages)
    ask_reset(inbox.site.services, email, CALLER)
    inbox.yard.run_all()
    texts = [message.get_body(("plain",)) for message in sink.messages[before:]]
    return [
        re.findall(r"https://kalip\.example/login/reset/([\w-]+)", str(text.get_content()))[0] for text in texts if text
    ]


def test_it_works(inbox: Inbox) -> None:
    services = inbox.site.services
    run(services, SYSTEM, lambda work: create_user(work, NewUser("Ece", "ece@example.com", (), None, "tr")))
    assert not sends_resets(services)
    with smtp_sink() as sink:
        reach(inbox, sink)
        services = inbox.site.services
        assert sends_resets(services)
        assert ask(inbox, sink, "nobody@example.com") == []
        (first,) = ask(inbox, sink, " ECE@example.com")
        (second,) = ask(inbox, sink, "ece@example.com")
        assert sink.recipients == [["ece@example.com"]] * 2
        assert sink.messages[0]["Auto-Submitted"] == "auto-generated"
        with services.database.read() as session:
            for table in ("kalip_mail", "kalip_job", "kalip_ticket", "kalip_event"):
                kept = str(session.connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall())  # noqa: S608
                assert second not in kept
    assert person_of_reset(services, first) is None  # a later one makes it worthless
    with pytest.raises(RecordRejected):
        reset_password(services, second, "password123!")
    reset_password(services, second, NEW)
    with pytest.raises(NotFound):
        reset_password(services, second, NEW)
    assert sign_in(services, "ece@example.com", NEW).actor.name == "Ece"


def test_links_are_not_sent_too_often_nor_good_too_long(inbox: Inbox) -> None:
    with smtp_sink() as sink:
        reach(inbox, sink)
        services = inbox.site.services
        secret = [ask(inbox, sink, "bora@example.com")[0] for _ in range(MOST_FOR_ACCOUNT)][-1]
        with pytest.raises(Locked):
            ask_reset(services, "bora@example.com", Caller("192.0.2.2"))
        inbox.site.clock.move(hours=1, seconds=1)
        assert person_of_reset(services, secret) is None
        assert len(ask(inbox, sink, "bora@example.com")) == 1
