"""A real mailbox is read: each message once, whatever happens in between."""

from datetime import UTC, datetime, timedelta

import pytest

from kalip.network import NetworkError
from kalip.records import Job
from kalip.storage import get_file, mailbox_place, move_mailbox
from kalip.workflow.intake import read_mailbox
from tests.support.imap import Postbox
from tests.support.inbox import Inbox
from tests.support.letters import a_letter

pytestmark = pytest.mark.imap


def poll(inbox: Inbox, key: str) -> None:
    inbox.yard.put(Job("mail.poll", {}, key))
    inbox.yard.run_all()


def test_new_mail_becomes_leads_and_old_mail_stays(inbox: Inbox, postbox: Postbox) -> None:
    postbox.put(a_letter("Old", sender="old@client.example"))
    inbox.connect(mailboxes=(postbox.account(),))
    poll(inbox, "1")
    assert inbox.receipts() == []
    postbox.put(a_letter("New"))
    poll(inbox, "2")
    poll(inbox, "3")
    (receipt,) = inbox.receipts()
    assert (receipt.state, receipt.source, receipt.sender) == ("made", "sales", "ayse@client.example")
    (lead,) = inbox.rows("lead")
    assert lead["need"] == "New"
    with inbox.site.services.database.read() as session:
        file = get_file(session, receipt.raw_file or "")
        place = mailbox_place(session, "sales")
    assert file is not None
    assert (file.media_type, file.entity) == ("message/rfc822", None)
    assert place is not None
    assert (place.uid, place.read_at, place.error) == (2, inbox.site.clock(), "")


def test_everything_is_read_when_the_address_says_so(inbox: Inbox, postbox: Postbox) -> None:
    postbox.put(a_letter(), datetime(2020, 1, 1, tzinfo=UTC))
    inbox.connect(mailboxes=(postbox.account(**{"from": "start"}),))
    poll(inbox, "1")
    assert len(inbox.rows("lead")) == 1


def test_a_mailbox_that_is_numbered_anew_brings_nothing_twice(inbox: Inbox, postbox: Postbox) -> None:
    inbox.connect(mailboxes=(postbox.account(**{"from": "start"}),))
    postbox.put(a_letter("One", sender="a@client.example"))
    poll(inbox, "1")
    postbox.number_anew()
    postbox.put(a_letter("Two", sender="b@client.example"))
    poll(inbox, "2")
    poll(inbox, "3")
    assert [each["need"] for each in inbox.rows("lead")] == ["One", "Two"]


def test_a_copy_in_another_mailbox_is_the_same_mail(inbox: Inbox, postbox: Postbox, imap: Postbox) -> None:
    other = imap.another()
    accounts = (postbox.account(**{"from": "start"}), other.account(**{"from": "start", "name": "info"}))
    inbox.connect(mailboxes=accounts)
    letter = a_letter(message_id="<same@client.example>")
    postbox.put(letter)
    other.put(letter)
    poll(inbox, "1")
    assert len(inbox.receipts()) == len(inbox.rows("lead")) == 1


def test_a_crash_between_two_messages_loses_and_repeats_nothing(inbox: Inbox, postbox: Postbox) -> None:
    account = postbox.account(**{"from": "start"})
    inbox.connect(mailboxes=(account,))
    for number in range(3):
        postbox.put(a_letter(f"Mail {number}", sender=f"s{number}@client.example"))
    assert read_mailbox(inbox.site.services, account) == 3
    # As if the process had died before the place was written down, and again before any job ran.
    with inbox.site.services.database.write() as session:
        move_mailbox(session, "sales", uid=1)
    assert read_mailbox(inbox.site.services, account) == 0
    inbox.yard.run_all()
    assert len(inbox.rows("lead")) == 3


def test_a_mailbox_out_of_reach_is_noted_and_stops_no_other(inbox: Inbox, postbox: Postbox) -> None:
    account = postbox.account(**{"from": "start", "name": "good"})
    away = Postbox(1, postbox.home).account(name="away")
    inbox.connect(mailboxes=(away, account))
    with pytest.raises(NetworkError):
        read_mailbox(inbox.site.services, away)
    postbox.put(a_letter(), datetime.now(UTC) - timedelta(days=2))
    poll(inbox, "1")
    assert len(inbox.rows("lead")) == 1


def test_a_broken_message_stops_no_other(inbox: Inbox, postbox: Postbox) -> None:
    inbox.connect(mailboxes=(postbox.account(**{"from": "start"}),))
    postbox.put(b"From: nobody\n\nx")
    postbox.put(a_letter())
    poll(inbox, "1")
    assert sorted(each.state for each in inbox.receipts()) == ["failed", "made"]


def test_a_message_that_is_too_large_has_a_receipt_and_stops_no_other(inbox: Inbox, postbox: Postbox) -> None:
    inbox.connect(mailboxes=(postbox.account(**{"from": "start", "largest": "2000"}),))
    postbox.put(a_letter("x" * 3000))
    postbox.put(a_letter("Small"))
    poll(inbox, "1")
    assert sorted((each.state, each.reason) for each in inbox.receipts()) == [
        ("failed", "The message has more than 2000 bytes."),
        ("made", ""),
    ]
