"""A new deal says what its client had before; nobody can write it."""

import pytest

from kalip.base.errors import RecordRejected
from kalip.workflow import ApplyTransition, apply_transition
from tests.support.inbox import Inbox


def deal(inbox: Inbox, **values: str) -> str:
    return inbox.site.save("ada", "deal", {"name": "Doors", **values}).id


def kind(inbox: Inbox, deal_id: str) -> object:
    return inbox.site.get("ada", "deal", deal_id)["client_kind"]


def move(inbox: Inbox, deal_id: str, transition: str) -> None:
    inbox.site.act("ada", lambda work: apply_transition(work, ApplyTransition("deal", deal_id, transition)))


def test_earlier_deals_make_a_repeat_inquiry_and_a_won_one_a_repeat_deal(inbox: Inbox) -> None:
    """L44"""
    contact = inbox.site.save("ada", "contact", {"name": {"first": "Ayşe"}}).id
    first = deal(inbox, contact=contact)
    second = deal(inbox, contact=contact)
    assert (kind(inbox, first), kind(inbox, second)) == ("first", "repeat_inquiry")
    move(inbox, second, "lose")
    assert kind(inbox, deal(inbox, contact=contact)) == "repeat_inquiry"
    move(inbox, first, "win")
    assert kind(inbox, deal(inbox, contact=contact)) == "repeat"
    assert kind(inbox, second) == "repeat_inquiry"


def test_the_company_is_a_client_too_and_strangers_are_none(inbox: Inbox) -> None:
    """L44"""
    company = inbox.site.save("ada", "company", {"name": "Z"}).id
    move(inbox, deal(inbox, company=company), "win")
    contact = inbox.site.save("ada", "contact", {"name": {"first": "Can"}}).id
    assert kind(inbox, deal(inbox, contact=contact, company=company)) == "repeat"
    assert kind(inbox, deal(inbox)) == "first"


def test_nobody_writes_it(inbox: Inbox) -> None:
    """L44"""
    with pytest.raises(RecordRejected) as caught:
        inbox.site.save("ada", "deal", {"name": "Doors", "client_kind": "repeat"})
    assert [each.code for each in caught.value.violations] == ["readonly"]
