"""Receipts are one for each thing that came in; consents keep their text; exceptions are one for each value."""

from dataclasses import replace
from datetime import UTC, datetime

from kalip.storage import Database
from kalip.storage.receipts import (
    Consent,
    IntakeException,
    Receipt,
    add_consents,
    add_exception,
    add_receipt,
    change_receipt,
    consents_of,
    count_receipts,
    delete_exception,
    find_exceptions,
    get_exception,
    get_receipt,
    list_exceptions,
    list_receipts,
    receipt_of,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RECEIPT = Receipt("r1", "mail", "sales", "<a@x> 123", NOW, "lead", payload={"to": ["ş"]})
CONSENT = Consent("c1", "r1", "lead", "l1", "news", "3", "I agree.", True, NOW, {"ip": "203.0.113.9"})
PHONE = IntakeException("e1", "phone", "+902121234567", NOW, "Spam", binned=(("lead", "l1"), ("contact", "c1")))


def test_the_same_thing_is_entered_once_for_each_channel(database: Database) -> None:
    with database.write() as session:
        assert add_receipt(session, RECEIPT)
        assert not add_receipt(session, replace(RECEIPT, id="r2", source="other"))
        assert add_receipt(session, replace(RECEIPT, id="r3", channel="form"))
        assert receipt_of(session, "mail", RECEIPT.identity) == get_receipt(session, "r1") == RECEIPT
        assert change_receipt(session, "r1", ["new", "failed"], state="made", record_id="l1")
        assert not change_receipt(session, "r1", ["new", "failed"], state="failed")
        assert [each.id for each in list_receipts(session)] == ["r3", "r1"]
        assert [each.id for each in list_receipts(session, ["made"])] == ["r1"]
        assert [each.id for each in list_receipts(session, before="r3")] == ["r1"]
        assert count_receipts(session) == {"made": 1, "new": 1}


def test_consents_are_kept_with_the_text_that_was_shown(database: Database) -> None:
    with database.write() as session:
        add_receipt(session, RECEIPT)
        add_consents(session, [CONSENT, replace(CONSENT, id="c2", name="terms", given=False)])
        add_consents(session, [])
        assert consents_of(session, "lead", "l1") == [replace(CONSENT, id="c2", name="terms", given=False), CONSENT]


def test_exceptions_are_found_by_value_and_by_what_they_hold(database: Database) -> None:
    with database.write() as session:
        assert add_exception(session, PHONE)
        assert not add_exception(session, replace(PHONE, id="e2"))
        assert add_exception(session, IntakeException("e3", "mail", "a_b@x.example", NOW))
        assert find_exceptions(session, [("phone", PHONE.value), ("mail", PHONE.value)]) == [PHONE]
        assert find_exceptions(session, []) == []
        assert [each.id for each in list_exceptions(session)] == ["e3", "e1"]
        assert [each.id for each in list_exceptions(session, "A_B")] == ["e3"]
        assert [each.id for each in list_exceptions(session, "spam")] == ["e1"]
        assert get_exception(session, "e1") == PHONE
        assert delete_exception(session, "e1")
        assert not delete_exception(session, "e1")
