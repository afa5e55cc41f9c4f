"""Mails become records, entries of histories, or a word why not; known clients and open records are found."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import RecordRejected
from kalip.records import archive_record, record_events, run
from kalip.storage import change_mail
from kalip.storage.notifications import list_notifications
from kalip.storage.receipts import change_receipt
from kalip.workflow import ApplyTransition, apply_transition
from kalip.workflow.intake import settle
from kalip.workflow.mails import OutgoingMail, send_mail
from tests.support.inbox import RECEIVE, Inbox, an_inbox, inbox_pack
from tests.support.letters import a_letter

ME = "ayse@client.example"


def contact(inbox: Inbox, **values: Any) -> str:
    return inbox.site.save("ada", "contact", {"name": {"first": "Ayşe", "last": "Yıldız"}, "email": ME, **values}).id


def move(inbox: Inbox, lead: str, transition: str) -> None:
    inbox.site.act("ada", lambda work: apply_transition(work, ApplyTransition("lead", lead, transition)))


def kinds(inbox: Inbox, entity: str, record_id: str) -> list[str]:
    events = inbox.site.act("ada", lambda work: record_events(work, entity, record_id), write=False)
    return [each.kind for each in events.items]


def test_a_strangers_mail_makes_a_lead_by_the_intakes_role(inbox: Inbox) -> None:
    receipt = inbox.receive(a_letter(files=[("plan.pdf", b"%PDF-1.4")]))
    assert (receipt.state, receipt.entity, receipt.attempts) == ("made", "lead", 1)
    (lead,) = inbox.rows("lead")
    assert lead["id"] == receipt.record_id
    assert (lead["topic"], lead["need"], lead["email"], lead["source"]) == ("Doors", "We need doors.", ME, "email")
    assert lead["name"] == {"first": "Ayşe", "middle": None, "last": "Yıldız"}
    assert (lead["repeat"], lead["created_by"], lead["owner"]) == (False, None, None)
    assert kinds(inbox, "lead", str(lead["id"])) == ["record.mail_received", "record.created"]
    (mail,) = inbox.mails("lead", str(lead["id"]))
    assert (mail.direction, mail.state, mail.subject, len(mail.files)) == ("in", "received", "Doors", 1)


def test_the_same_mail_makes_one_lead_however_often_it_is_settled(inbox: Inbox) -> None:
    letter = a_letter()
    first = inbox.receive(letter)
    assert inbox.receive(letter).id == first.id
    assert settle(inbox.site.services, first.id) == "made"
    assert len(inbox.rows("lead")) == 1


def test_a_linked_contact_flags_the_lead_as_repeat_and_nobody_can_write_the_flag(inbox: Inbox) -> None:
    """L42"""
    known = contact(inbox)
    receipt = inbox.receive(a_letter())
    lead = inbox.site.get("ada", "lead", str(receipt.record_id))
    assert (lead["repeat"], lead["contact"]) == (True, known)
    with pytest.raises(RecordRejected) as caught:
        inbox.site.save("ada", "lead", {"repeat": False}, str(receipt.record_id))
    assert [each.code for each in caught.value.violations] == ["readonly"]


def test_the_clients_own_company_is_linked_too(inbox: Inbox) -> None:
    """L12: the client of a repeat lead comes from its links"""
    company = inbox.site.save("ada", "company", {"name": "Yıldız A.Ş."}).id
    contact(inbox, company=company)
    lead = inbox.site.get("ada", "lead", str(inbox.receive(a_letter()).record_id))
    assert lead["company"] == company


def test_a_company_is_known_by_its_address(inbox: Inbox) -> None:
    """L42"""
    company = inbox.site.save("ada", "company", {"name": "Yıldız A.Ş.", "email": "INFO@client.example"}).id
    lead = inbox.site.get("ada", "lead", str(inbox.receive(a_letter(sender="info@client.example")).record_id))
    assert (lead["company"], lead["contact"], lead["repeat"]) == (company, None, True)


@pytest.mark.parametrize("outcome", ["win", "lose"])
def test_an_open_lead_takes_the_next_mail_and_a_closed_one_makes_a_repeat_lead(inbox: Inbox, outcome: str) -> None:
    """L43"""
    known = contact(inbox)
    first = str(inbox.receive(a_letter("One")).record_id)
    again = inbox.receive(a_letter("Two"))
    assert (again.state, again.record_id) == ("appended", first)
    assert kinds(inbox, "lead", first)[0] == "record.mail_received"
    move(inbox, first, outcome)
    third = inbox.receive(a_letter("Three"))
    assert third.state == "made"
    assert third.record_id != first
    lead = inbox.site.get("ada", "lead", str(third.record_id))
    assert (lead["repeat"], lead["contact"]) == (True, known)


def test_a_strangers_open_lead_takes_the_next_mail(inbox: Inbox) -> None:
    """L43"""
    first = inbox.receive(a_letter("One"))
    assert inbox.receive(a_letter("Two", sender=ME.upper())).record_id == first.record_id
    assert len(inbox.rows("lead")) == 1


def test_an_open_lead_of_the_client_is_found_though_another_address_wrote(inbox: Inbox) -> None:
    """L43"""
    known = contact(inbox)
    lead = inbox.site.save("ada", "lead", {"topic": "By phone", "contact": known}).id
    assert inbox.receive(a_letter()).record_id == lead


def test_an_archived_lead_takes_nothing(inbox: Inbox) -> None:
    """L43"""
    first = str(inbox.receive(a_letter("One")).record_id)
    inbox.site.act("ada", lambda work: archive_record(work, "lead", first))
    assert inbox.receive(a_letter("Two")).state == "made"


def test_without_repeat_leads_the_mail_stands_with_the_client(database_url: str, tmp_path: Any) -> None:
    """L46"""
    pack = inbox_pack({**RECEIVE, "known": "client"})
    with an_inbox(database_url, tmp_path / "files", pack) as inbox:
        known = contact(inbox)
        receipt = inbox.receive(a_letter())
        assert (receipt.state, receipt.entity, receipt.record_id) == ("appended", "contact", known)
        assert kinds(inbox, "contact", known)[0] == "record.mail_received"
        assert [each.subject for each in inbox.mails("contact", known)] == ["Doors"]
        assert inbox.rows("lead") == []
        company = inbox.site.save("ada", "company", {"name": "Z", "email": "z@z.example"}).id
        assert inbox.receive(a_letter(sender="z@z.example")).record_id == company
        assert inbox.receive(a_letter(sender="new@other.example")).state == "made"


def sent(inbox: Inbox, entity: str, record_id: str) -> Any:
    mail = OutgoingMail((ME,), "Our offer", "Text", entity=entity, record_id=record_id)
    run(inbox.site.services, SYSTEM, lambda work: send_mail(work, mail))
    return inbox.mails(entity, record_id)[0]


def test_an_answer_comes_to_the_record_that_was_written_about(inbox: Inbox) -> None:
    deal = inbox.site.save("ada", "deal", {"name": "Doors"}).id
    mail = sent(inbox, "deal", deal)
    receipt = inbox.receive(a_letter("Yes", sender="boss@client.example", answers=mail.message_id))
    assert (receipt.state, receipt.entity, receipt.record_id) == ("appended", "deal", deal)
    answer = inbox.mails("deal", deal)[0]
    assert (answer.thread, answer.answers) == (mail.thread, mail.message_id)
    # Who answers the answer is in the same conversation.
    assert inbox.receive(a_letter("And?", answers=answer.message_id)).record_id == deal


def test_an_answer_without_headers_is_known_by_the_address_it_was_sent_to(inbox: Inbox) -> None:
    deal = inbox.site.save("ada", "deal", {"name": "Doors"}).id
    mail = sent(inbox, "deal", deal)
    to = f"inbox+{mail.thread.replace('-', '')}@firm.example"
    assert inbox.receive(a_letter(to=to)).record_id == deal
    assert inbox.receive(a_letter(to="inbox+00000000000000000000000000000000@firm.example")).state == "made"


def test_an_answer_about_a_closed_lead_makes_a_repeat_lead(inbox: Inbox) -> None:
    """L43"""
    known = contact(inbox)
    lead = str(inbox.receive(a_letter()).record_id)
    mail = sent(inbox, "lead", lead)
    assert inbox.receive(a_letter("Open", answers=mail.message_id)).record_id == lead
    move(inbox, lead, "lose")
    receipt = inbox.receive(a_letter("Closed", answers=mail.message_id))
    assert receipt.state == "made"
    assert inbox.site.get("ada", "lead", str(receipt.record_id))["contact"] == known


def test_machines_and_the_site_itself_make_nothing(inbox: Inbox) -> None:
    assert inbox.receive(a_letter(Auto_Submitted="auto-replied")).state == "ignored"
    assert inbox.receive(a_letter(sender="sales@firm.example")).state == "ignored"
    assert inbox.rows("lead") == []


def test_an_undelivered_mail_is_told_with_the_mail(inbox: Inbox) -> None:
    deal = inbox.site.save("ada", "deal", {"name": "Doors"}).id
    mail = sent(inbox, "deal", deal)
    with inbox.site.services.database.write() as session:
        change_mail(session, mail.id, ["queued"], state="sent")
    bounce = a_letter(sender="MAILER-DAEMON@client.example", answers=mail.message_id)
    bounce.replace_header("Content-Type", 'multipart/report; report-type=delivery-status; boundary="b"')
    bounce.set_payload("--b\nContent-Type: text/plain\n\nSorry\n--b--\n")
    receipt = inbox.receive(bounce)
    assert (receipt.state, receipt.record_id) == ("appended", deal)
    assert inbox.mails("deal", deal)[0].state == "failed"


def test_what_fails_is_kept_with_its_reason_and_can_be_tried_again(inbox: Inbox) -> None:
    receipt = inbox.receive(a_letter(sender="nobody"))
    assert receipt.state == "failed"
    assert "e-mail" in receipt.reason
    assert inbox.rows("lead") == []
    failed = inbox.receive(a_letter(), intake="leed")
    assert (failed.state, failed.attempts) == ("failed", 1)
    assert "leed" in failed.reason
    with inbox.site.services.database.write() as session:
        change_receipt(session, failed.id, ["failed"], entity="lead")
    assert settle(inbox.site.services, failed.id) == "made"
    assert inbox.receipts("made")[0].attempts == 2


def test_long_texts_are_cut_to_what_fields_hold(inbox: Inbox) -> None:
    receipt = inbox.receive(a_letter("x" * 9000, subject="s" * 400))
    lead = inbox.site.get("ada", "lead", str(receipt.record_id))
    assert (len(str(lead["topic"])), len(str(lead["need"]))) == (200, 5000)
    assert len(inbox.mails("lead", str(receipt.record_id))[0].body) == 9000


def test_a_sender_without_a_name_is_called_by_the_address(inbox: Inbox) -> None:
    receipt = inbox.receive(a_letter(sender="ayse.yildiz@client.example"))
    name = inbox.site.get("ada", "lead", str(receipt.record_id))["name"]
    assert name == {"first": "Ayse", "middle": None, "last": "Yildiz"}


def test_two_workers_make_one_lead_of_a_receipt(inbox: Inbox) -> None:
    receipt = inbox.receive(a_letter(), intake="leed")
    with inbox.site.services.database.write() as session:
        change_receipt(session, receipt.id, ["failed"], entity="lead", state="new")
    with ThreadPoolExecutor(4) as workers:
        states = list(workers.map(lambda _: settle(inbox.site.services, receipt.id), range(4)))
    assert states == ["made"] * 4
    assert len(inbox.rows("lead")) == 1
    assert len(inbox.mails("lead", str(inbox.rows("lead")[0]["id"]))) == 1


def test_the_owner_is_told_of_an_answer_once(inbox: Inbox) -> None:
    deal = inbox.site.save("bora", "deal", {"name": "Doors"}).id
    mail = sent(inbox, "deal", deal)
    receipt = inbox.receive(a_letter("Yes", answers=mail.message_id))
    assert receipt.record_id == deal
    settle(inbox.site.services, receipt.id)
    with inbox.site.services.database.read() as session:
        told = list_notifications(session, str(inbox.site.actors["bora"].id))
    assert [(each.kind, each.record_id, each.params["sender"]) for each in told.items] == [("mail", deal, ME)]
