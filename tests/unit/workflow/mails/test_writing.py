"""Mails are entered with what wants them, once for each key."""

from typing import Any

import pytest

from kalip.base.errors import RecordRejected
from kalip.records import Work, record_events
from kalip.storage import get_mail
from kalip.workflow.mails import OutgoingMail, addresses_of, as_html, send_mail
from tests.support.inbox import Inbox


def sent(inbox: Inbox, mail: OutgoingMail, who: str = "ada") -> str:
    return inbox.site.act(who, lambda work: send_mail(work, mail))


HELLO = OutgoingMail(("b@client.example",), "Hello", "Text", key="k1")


def test_a_key_is_one_mail_with_one_message_id(inbox: Inbox) -> None:
    first = sent(inbox, HELLO)
    assert sent(inbox, HELLO) == first
    other = sent(inbox, OutgoingMail(("b@client.example",), "Hello", "Text"))
    with inbox.site.services.database.read() as session:
        mail, second = get_mail(session, first), get_mail(session, other)
    assert mail is not None
    assert second is not None
    assert mail.message_id.endswith("@firm.example>")
    assert mail.message_id != second.message_id
    assert (mail.state, mail.thread, mail.created_by) == ("queued", first, inbox.site.actors["ada"].id)


def test_what_is_undone_sends_nothing(inbox: Inbox) -> None:
    def fail(work: Work) -> None:
        send_mail(work, HELLO)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        inbox.site.act("ada", fail)
    assert inbox.yard.run_all() == 0
    assert sent(inbox, HELLO)
    assert inbox.yard.run_all() == 1


def test_a_mail_about_a_record_stands_in_its_history(inbox: Inbox) -> None:
    lead = inbox.site.save("bora", "lead", {"email": "c@client.example", "topic": "Doors"}).id
    mail = sent(inbox, OutgoingMail(template="offer", entity="lead", record_id=lead), "bora")
    events = inbox.site.act("bora", lambda work: record_events(work, "lead", lead), write=False)
    assert events.items[0].kind == "record.mail_sent"
    assert events.items[0].facts == {"mail": mail, "subject": "About Doors"}
    (kept,) = inbox.mails("lead", lead)
    assert (kept.recipients, kept.subject, kept.template) == (("c@client.example",), "About Doors", "offer")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"to": ()}, "/to", "required"),
        ({"to": ("nobody",)}, "/to", "not_an_email"),
        ({"to": ("a@x.example\r\nBcc: b@x.example",)}, "/to", ""),
        ({"to": tuple(f"a{n}@x.example" for n in range(51))}, "/to", "too_many"),
        ({"subject": " "}, "/subject", "required"),
        ({"subject": "x" * 301}, "/subject", "too_long"),
        ({"body": ""}, "/body", "required"),
        ({"body": "a\0b"}, "/body", "bad_character"),
        ({"files": ("no",)}, "/files", "not_found"),
    ],
    ids=["nobody", "no address", "header", "crowd", "no subject", "long", "no body", "sign", "file"],
)
def test_what_cant_be_sent_is_told(inbox: Inbox, changes: dict[str, Any], pointer: str, code: str) -> None:
    mail = OutgoingMail(**{"to": ("a@x.example",), "subject": "S", "body": "B", **changes})
    with pytest.raises(RecordRejected) as caught:
        sent(inbox, mail)
    (violation,) = caught.value.violations
    assert violation.pointer == pointer
    assert not code or violation.code == code


def test_a_subject_is_one_line(inbox: Inbox) -> None:
    mail_id = sent(inbox, OutgoingMail(("a@x.example",), "One\r\nBcc: two@x.example", "B"))
    with inbox.site.services.database.read() as session:
        mail = get_mail(session, mail_id)
    assert mail is not None
    assert mail.subject == "One Bcc: two@x.example"


def test_text_becomes_simple_html_and_nothing_in_it_is_markup() -> None:
    assert as_html("Hi <b>\nyou\n\nsee https://x.example/?a=1&b=2.") == (
        "<p>Hi &lt;b&gt;<br>you</p>\n"
        '<p>see <a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>.</p>'
    )
    assert as_html("https://x.example/\"onclick='alert(1)'").startswith('<p><a href="https://x.example/">')


def test_addresses_are_read_as_people_write_them() -> None:
    assert addresses_of('"Er, Can" <can@x.example>; b@x.example\nc@x.example,') == (
        *("can@x.example", "b@x.example", "c@x.example"),
    )
