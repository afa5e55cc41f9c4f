"""Who is on the list makes nothing; putting a record on it bins it with its client, and all comes back."""

import pytest

from kalip.base.errors import AccessDenied, Conflict, RecordRejected
from kalip.workflow.intake import bin_record, except_value, exceptions_of, take_back
from tests.support.inbox import Inbox
from tests.support.letters import a_letter

ME = "ayse@client.example"


def listed(inbox: Inbox, value: str) -> None:
    inbox.site.act("ada", lambda work: except_value(work, value, "Spam"))


@pytest.mark.parametrize("value", [ME, ME.upper(), "@client.example"])
def test_an_address_or_domain_on_the_list_makes_nothing(inbox: Inbox, value: str) -> None:
    """L45 BX9"""
    listed(inbox, value)
    receipt = inbox.receive(a_letter())
    assert (receipt.state, receipt.record_id) == ("ignored", None)
    assert "exceptions" in receipt.reason
    assert inbox.rows("lead") == []
    assert inbox.receive(a_letter(sender="other@else.example")).state == "made"


def test_adding_from_the_card_bins_the_lead_and_its_client_and_all_comes_back(inbox: Inbox) -> None:
    """L45 BX9"""
    contact = inbox.site.save("ada", "contact", {"name": {"first": "Ayşe"}, "email": ME, "mobile": "+905321234567"}).id
    lead = str(inbox.receive(a_letter()).record_id)
    binned = inbox.site.act("ada", lambda work: bin_record(work, "lead", lead, "Sells lists"))
    assert binned.records == (("lead", lead), ("contact", contact))
    assert {each.value for each in binned.exceptions} == {ME, "+905321234567"}
    assert (inbox.rows("lead"), inbox.rows("contact")) == ([], [])
    assert inbox.receive(a_letter()).state == "ignored"
    restored = inbox.site.act("ada", lambda work: take_back(work, binned.exceptions[0].id))
    assert set(restored) == {("lead", lead), ("contact", contact)}
    assert inbox.site.act("ada", exceptions_of) == []
    assert inbox.receive(a_letter("Again")).record_id == lead


def test_only_who_may_archive_both_can_bin(inbox: Inbox) -> None:
    """L45"""
    lead = str(inbox.receive(a_letter()).record_id)
    own = inbox.site.save("bora", "lead", {"topic": "Mine", "email": "x@x.example"}).id
    with pytest.raises(Exception, match="lead"):
        inbox.site.act("bora", lambda work: bin_record(work, "lead", lead))
    assert inbox.site.act("bora", lambda work: bin_record(work, "lead", own)).records == (("lead", own),)
    with pytest.raises(AccessDenied):
        inbox.site.act("bora", exceptions_of)


def test_the_list_takes_numbers_addresses_and_domains_once(inbox: Inbox) -> None:
    """L45"""
    listed(inbox, "+90 532 123 45 67")
    with pytest.raises(Conflict):
        listed(inbox, "+905321234567")
    for wrong in ("", "nobody", "a@", "@"):
        with pytest.raises(RecordRejected):
            listed(inbox, wrong)
    assert [each.value for each in inbox.site.act("ada", exceptions_of)] == ["+905321234567"]
    assert inbox.site.act("ada", lambda work: exceptions_of(work, "999")) == []


def test_a_lead_without_address_or_number_cant_be_listed(inbox: Inbox) -> None:
    """L45"""
    lead = inbox.site.save("ada", "lead", {"topic": "Walked in"}).id
    with pytest.raises(RecordRejected):
        inbox.site.act("ada", lambda work: bin_record(work, "lead", lead))
    assert len(inbox.rows("lead")) == 1
