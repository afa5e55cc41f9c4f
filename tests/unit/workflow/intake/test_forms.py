"""What public forms send: leads by a narrow role, consents with their text, a receipt for everything."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import NotFound, RecordRejected
from kalip.records import record_events
from kalip.storage.receipts import consents_of
from kalip.workflow.intake import Submission, except_value, settle, submit_form
from tests.support.inbox import FORM, Inbox, an_inbox, inbox_pack

ME = "ayse@client.example"
GOOD = Submission(
    key="ask:1",
    values={
        "name": {"first": ["Ayşe"], "last": ["Yıldız"]},
        "email": {"": [ME]},
        "phone": {"": ["0532 123 45 67"]},
        "budget": {"": ["12.500,50"], "currency": ["TRY"]},
        "need": {"": ["Two doors"]},
    },
    consents=("privacy", "news"),
    parameters={"utm_campaign": "autumn", "other": "x"},
    locale="tr",
    circumstances={"address": "203.0.113.9", "page": "https://www.firm.example/contact"},
)


def sent(inbox: Inbox, submission: Submission = GOOD) -> Any:
    submit_form(inbox.site.services, "ask", submission)
    return inbox.receipt("form", submission.key)


def test_it_works(inbox: Inbox) -> None:
    receipt = sent(inbox)
    assert (receipt.state, receipt.source, receipt.subject) == ("made", "ask", "Bize sorun")
    assert receipt.sender == f"{ME}, +905321234567"
    lead = inbox.site.get("ada", "lead", str(receipt.record_id))
    assert (lead["topic"], lead["email"], lead["phone"], lead["need"]) == (ME, ME, "+905321234567", "Two doors")
    assert lead["budget"] == {"amount": "12500.50", "currency": "TRY"}
    assert (lead["source"], lead["campaign"], lead["news"], lead["created_by"]) == ("website", "autumn", True, None)
    events = inbox.site.act("ada", lambda work: record_events(work, "lead", str(receipt.record_id)), write=False)
    assert [each.kind for each in events.items] == ["record.form_received", "record.created"]


def test_consents_are_kept_with_the_text_that_was_shown(inbox: Inbox) -> None:
    """BX8"""
    receipt = sent(inbox, replace(GOOD, consents=("privacy",)))
    with inbox.site.services.database.read() as session:
        kept = {each.name: each for each in consents_of(session, "lead", str(receipt.record_id))}
    assert {name: each.given for name, each in kept.items()} == {"privacy": True, "news": False}
    assert (kept["privacy"].text, kept["privacy"].version) == ("Verilerimin kullanımını okudum.", "2026-11")
    assert kept["privacy"].proof == {**GOOD.circumstances, "form": "ask"}
    assert inbox.site.get("ada", "lead", str(receipt.record_id))["news"] is False


def test_a_double_click_is_one_lead(inbox: Inbox) -> None:
    assert sent(inbox) == sent(inbox, replace(GOOD, values={"email": {"": ["other@client.example"]}}))
    assert len(inbox.rows("lead")) == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"consents": ()}, "/consents/privacy"),
        ({"values": {**GOOD.values, "email": {"": [" "]}}}, "/email"),
        ({"values": {**GOOD.values, "email": {"": ["nobody"]}}}, "/email"),
        ({"values": {**GOOD.values, "phone": {"": ["12"]}}}, "/phone"),
        ({"values": {**GOOD.values, "budget": {"": ["much"], "currency": ["TRY"]}}}, "/budget"),
    ],
    ids=["consent", "empty", "no address", "no number", "no amount"],
)
def test_what_is_missing_or_wrong_is_told_and_nothing_is_kept(
    inbox: Inbox, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(RecordRejected) as caught:
        submit_form(inbox.site.services, "ask", replace(GOOD, **changes))
    assert {each.pointer for each in caught.value.violations} == {pointer}
    assert inbox.receipts() == []
    assert sent(inbox).state == "made"


def test_fields_that_the_form_doesnt_ask_for_are_not_taken(inbox: Inbox) -> None:
    receipt = sent(inbox, replace(GOOD, values={**GOOD.values, "topic": {"": ["Mine"]}, "owner": {"": ["x"]}}))
    lead = inbox.site.get("ada", "lead", str(receipt.record_id))
    assert (lead["topic"], lead["owner"]) == (ME, None)


def test_machines_are_kept_and_make_nothing(inbox: Inbox) -> None:
    receipt = sent(inbox, replace(GOOD, suspicion="a trap"))
    assert (receipt.state, receipt.reason, receipt.record_id) == ("ignored", "a trap", None)
    assert inbox.rows("lead") == []


@pytest.mark.parametrize("value", [ME, "+905321234567"])
def test_a_sender_on_the_list_makes_nothing_and_learns_nothing(inbox: Inbox, value: str) -> None:
    """L45"""
    inbox.site.act("ada", lambda work: except_value(work, value))
    assert sent(inbox).state == "ignored"
    assert inbox.rows("lead") == []


def test_a_known_client_gets_a_repeat_lead_and_an_open_one_takes_the_form(inbox: Inbox) -> None:
    """L42, L43"""
    contact = inbox.site.save("ada", "contact", {"name": {"first": "Ayşe"}, "mobile": "+905321234567"}).id
    first = sent(inbox)
    lead = inbox.site.get("ada", "lead", str(first.record_id))
    assert (lead["contact"], lead["repeat"]) == (contact, True)
    again = sent(inbox, replace(GOOD, key="ask:2"))
    assert (again.state, again.record_id) == ("appended", first.record_id)


def test_what_the_visitor_cant_mend_is_kept_as_failed_and_tried_again(database_url: str, tmp_path: Path) -> None:
    pack = inbox_pack(form={**FORM, "hidden": {}})
    lead = pack.documents["entities/lead/entity.json"]
    lead["checks"] = {"never": {"expression": "campaign == 'ok'", "message": "Not now.", "field": "campaign"}}
    with an_inbox(database_url, tmp_path / "files", pack) as inbox:
        receipt = sent(inbox)
        assert (receipt.state, receipt.attempts) == ("failed", 1)
        assert "Not now." in receipt.reason
        assert settle(inbox.site.services, receipt.id) == "failed"
        assert inbox.receipts()[0].attempts == 2
        assert inbox.rows("lead") == []


@pytest.mark.parametrize(
    "rule",
    [
        {"unique": {"said": {"fields": {"language": {}}}}},
        {"duplicates": {"said": {"fields": {"language": "exact"}, "strict": True}}},
    ],
)
def test_a_stranger_doesnt_learn_what_records_there_are(rule: dict[str, Any], tmp_path: Path) -> None:
    pack = inbox_pack(form={**FORM, "fields": {**FORM["fields"], "language": {}}})
    pack.documents["entities/lead/entity.json"].update(rule)
    said = replace(GOOD, values={**GOOD.values, "language": {"": ["tr"]}})
    other = {**said.values, "email": {"": ["b@client.example"]}, "phone": {"": [""]}}
    with an_inbox(f"sqlite:///{tmp_path / 'inbox.db'}", tmp_path / "files", pack) as inbox:
        assert sent(inbox, said).state == "made"
        again = sent(inbox, replace(said, key="ask:2", values=other))
        assert (again.state, again.record_id) == ("failed", None)
        assert again.reason.startswith("/language: ")
        assert len(inbox.rows("lead")) == 1


def test_a_form_that_isnt_there_is_not_found(inbox: Inbox) -> None:
    with pytest.raises(NotFound):
        submit_form(inbox.site.services, "aks", GOOD)
