"""Mails are handed over to a real server, at least once and each time with the same message id."""

from dataclasses import replace
from email.message import EmailMessage
from io import BytesIO

from kalip.access import SYSTEM
from kalip.records import Job, run
from kalip.storage import FileInfo, Mail, add_file, change_mail, get_mail
from kalip.workflow.mails import OutgoingMail, send_again, send_mail
from tests.support.inbox import Inbox
from tests.support.mail import smtp_sink
from tests.support.site import NOW

HELLO = OutgoingMail(("b@client.example", "c@client.example"), "Çay?", "Hi <there>\n", key="k1")


def entered(inbox: Inbox, mail: OutgoingMail = HELLO) -> str:
    return run(inbox.site.services, SYSTEM, lambda work: send_mail(work, mail))


def kept(inbox: Inbox, mail_id: str) -> Mail:
    with inbox.site.services.database.read() as session:
        found = get_mail(session, mail_id)
    assert found is not None
    return found


def test_a_mail_arrives_as_text_and_html(inbox: Inbox) -> None:
    with smtp_sink() as sink:
        inbox.reach(sink)
        mail_id = entered(inbox)
        inbox.yard.run_all()
        (message,) = sink.messages
    mail = kept(inbox, mail_id)
    assert (mail.state, mail.attempts, mail.sent_at) == ("sent", 1, inbox.site.clock())
    assert message["Message-ID"] == mail.message_id
    assert (message["Subject"], message["From"]) == ("Çay?", "Kalıp Sales <sales@firm.example>")
    assert message["Reply-To"] == f"inbox+{mail_id.replace('-', '')}@firm.example"
    assert message["Auto-Submitted"] == "auto-generated"
    text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert isinstance(text, EmailMessage)
    assert isinstance(page, EmailMessage)
    assert text.get_content().splitlines() == ["Hi <there>"]
    assert "<p>Hi &lt;there&gt;</p>" in page.get_content()


def test_a_crash_after_the_server_took_it_repeats_the_same_message(inbox: Inbox) -> None:
    with smtp_sink() as sink:
        inbox.reach(sink)
        mail_id = entered(inbox)
        inbox.yard.run_all()
        # As if the process had died before it could write down that the mail is out.
        run(inbox.site.services, SYSTEM, lambda work: change_mail(work.session, mail_id, ["sent"], state="failed"))
        run(inbox.site.services, SYSTEM, lambda work: send_again(work, mail_id))
        inbox.yard.run_all()
        first, second = sink.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


def test_a_server_that_is_away_is_tried_again(inbox: Inbox) -> None:
    with smtp_sink(answer="451 later") as sink:
        inbox.reach(sink)
        mail_id = entered(inbox)
        assert inbox.yard.run_all() == 1
        assert (kept(inbox, mail_id).state, kept(inbox, mail_id).attempts) == ("queued", 1)
        assert "451" in kept(inbox, mail_id).error
        sink.answer = "250 OK"
        inbox.site.clock.move(hours=1)
        assert inbox.yard.run_all() == 1
        assert (kept(inbox, mail_id).state, kept(inbox, mail_id).error) == ("sent", "")


def test_a_server_that_never_takes_it_makes_it_fail_and_it_can_be_sent_again(inbox: Inbox) -> None:
    with smtp_sink(answer="554 spam") as sink:
        inbox.reach(sink)
        mail_id = entered(inbox)
        inbox.yard.run_all()
        assert kept(inbox, mail_id).state == "failed"
        sink.answer = "250 OK"
        inbox.site.act("ada", lambda work: send_again(work, mail_id))
        inbox.yard.run_all()
        assert kept(inbox, mail_id).state == "sent"


def test_recipients_who_were_refused_are_named_and_only_they_get_it_again(inbox: Inbox) -> None:
    with smtp_sink(refused={"c@client.example": "550 unknown"}) as sink:
        inbox.reach(sink)
        mail_id = entered(inbox)
        inbox.yard.run_all()
        mail = kept(inbox, mail_id)
        assert (mail.state, mail.refused) == ("partly", {"c@client.example": "550 unknown"})
        sink.refused.clear()
        inbox.site.act("ada", lambda work: send_again(work, mail_id))
        inbox.yard.run_all()
        assert sink.recipients == [["b@client.example"], ["c@client.example"]]


def test_without_a_server_mail_waits_and_goes_out_when_there_is_one(inbox: Inbox) -> None:
    mail_id = entered(inbox)
    inbox.yard.run_all()
    assert kept(inbox, mail_id).state == "waiting"
    inbox.yard.put(Job("mail.rouse", {}, "r1"))
    inbox.yard.run_all()
    assert kept(inbox, mail_id).state == "waiting"
    with smtp_sink() as sink:
        inbox.reach(sink)
        inbox.yard.put(Job("mail.rouse", {}, "r2"))
        inbox.yard.run_all()
        assert len(sink.messages) == 1
    assert kept(inbox, mail_id).state == "sent"


def test_an_answer_names_the_mails_before_it(inbox: Inbox) -> None:
    with smtp_sink() as sink:
        inbox.reach(sink)
        first = entered(inbox)
        second = entered(inbox, replace(HELLO, key="k2", answers=first))
        third = entered(inbox, replace(HELLO, key="k3", answers=second))
        inbox.yard.run_all()
        message = sink.messages[2]
    ids = [kept(inbox, each).message_id for each in (first, second)]
    assert message["In-Reply-To"] == ids[1]
    assert message["References"].split() == ids
    assert {kept(inbox, each).thread for each in (first, second, third)} == {first}


def test_attachments_go_along(inbox: Inbox) -> None:
    blobs = inbox.site.services.blobs
    assert blobs is not None
    blob = blobs.write(BytesIO(b"%PDF-1"))
    file = FileInfo("f1", "Teklif ş.pdf", "application/pdf", blob.size, blob.sha256, NOW, None)
    with inbox.site.services.database.write() as session:
        add_file(session, file)
    with smtp_sink() as sink:
        inbox.reach(sink)
        entered(inbox, replace(HELLO, files=("f1",)))
        inbox.yard.run_all()
        (part,) = sink.messages[0].iter_attachments()
    assert (part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) == (
        *("Teklif ş.pdf", "application/pdf"),
        b"%PDF-1",
    )
