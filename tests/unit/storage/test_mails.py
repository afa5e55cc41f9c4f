"""Rows of mail: one for each key, found by record, conversation and message id; places in mailboxes."""

from dataclasses import replace
from datetime import UTC, datetime

from kalip.storage import (
    Database,
    Mail,
    MailboxPlace,
    add_mail,
    add_mailbox,
    change_mail,
    get_mail,
    get_mails,
    list_mails,
    mail_of_key,
    mailbox_place,
    mailbox_places,
    mails_of_messages,
    mails_of_record,
    mails_of_thread,
    move_mailbox,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MAIL = Mail(
    *("m1", "out", "queued", "<m1@x>", "m1", "a@x.example", ("b@x.example", "ç@x.example"), "Hello", "Text", NOW),
    key="k1",
    entity="lead",
    record_id="r1",
    files=("f1",),
)


def test_a_key_is_one_mail_and_mails_without_a_key_are_many(database: Database) -> None:
    with database.write() as session:
        assert add_mail(session, MAIL)
        assert not add_mail(session, replace(MAIL, id="m2", subject="Again"))
        assert mail_of_key(session, "k1") == get_mail(session, "m1") == MAIL
        assert add_mail(session, replace(MAIL, id="m3", key=None))
        assert add_mail(session, replace(MAIL, id="m4", key=None, direction="in", state="received"))
        assert [each.id for each in mails_of_record(session, "lead", "r1")] == ["m4", "m3", "m1"]
        assert [each.id for each in mails_of_thread(session, "m1")] == ["m1", "m3", "m4"]
        assert [each.id for each in mails_of_messages(session, ["<m1@x>", "<y>"])] == ["m4", "m3", "m1"]
        assert [each.id for each in list_mails(session, ["queued"], before="m3")] == ["m1"]
        assert set(get_mails(session, ["m1", "m9"])) == {"m1"}
        assert (mails_of_messages(session, []), get_mails(session, []), get_mail(session, "m9")) == ([], {}, None)


def test_who_changes_a_state_first_has_it(database: Database) -> None:
    with database.write() as session:
        add_mail(session, MAIL)
        assert change_mail(session, "m1", ["queued"], state="partly", refused={"b@x.example": "550 no"}, attempts=1)
        assert not change_mail(session, "m1", ["queued"], state="sent")
        found = get_mail(session, "m1")
        assert found == replace(MAIL, state="partly", refused={"b@x.example": "550 no"}, attempts=1)


def test_a_mailbox_keeps_its_place(database: Database) -> None:
    place = MailboxPlace("sales", 7, 40, NOW)
    with database.write() as session:
        assert mailbox_place(session, "sales") is None
        add_mailbox(session, place)
        add_mailbox(session, replace(place, uid=0))
        assert mailbox_place(session, "sales") == place
        move_mailbox(session, "sales", uid=41, read_at=NOW, error="no")
        assert mailbox_places(session) == [replace(place, uid=41, read_at=NOW, error="no")]
