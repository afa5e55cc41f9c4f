"""Templates filled with a record: languages, formats, rights."""

import pytest

from kalip.base.errors import NotFound
from kalip.workflow.mails import RenderedMail, render_mail
from tests.support.inbox import Inbox

LEAD = {
    "topic": "Çelik kapı",
    "name": {"first": "Ayşe", "last": "Yıldız"},
    "email": "ayse@client.example",
    "budget": {"amount": "12500.50", "currency": "TRY"},
    "due": "2026-12-24",
}


def rendered(inbox: Inbox, who: str = "bora", locale: str = "", **values: object) -> RenderedMail:
    lead = inbox.site.save("bora", "lead", {**LEAD, **values}).id
    return inbox.site.act(who, lambda work: render_mail(work, "offer", lead, locale), write=False)


def test_values_are_written_as_the_readers_language_does(inbox: Inbox) -> None:
    english = rendered(inbox)
    assert (english.locale, english.subject, english.to) == ("en", "About Çelik kapı", ("ayse@client.example",))
    assert "Dear Ayşe Yıldız" in english.body
    assert "12,500.50" in english.body
    assert "Dec 24, 2026" in english.body
    turkish = rendered(inbox, language="tr")
    assert (turkish.locale, turkish.subject) == ("tr", "Çelik kapı hakkında")
    assert "12.500,50" in turkish.body
    assert rendered(inbox, locale="tr-CY").subject == turkish.subject


def test_expressions_choices_and_references_are_words(inbox: Inbox) -> None:
    contact = inbox.site.save("bora", "contact", {"name": {"first": "Can", "last": "Er"}}).id
    body = rendered(inbox, contact=contact).body
    assert "Known: Yes, 10,000, Can Er." in body
    assert "source Website" in body


def test_a_language_without_words_falls_back(inbox: Inbox) -> None:
    assert rendered(inbox, language="de").locale == "en"
    assert rendered(inbox, language="no such").locale == "en"


def test_empty_fields_are_empty(inbox: Inbox) -> None:
    assert "your budget is , due ;" in rendered(inbox, budget=None, due=None).body


def test_what_may_not_be_seen_is_not_written(inbox: Inbox) -> None:
    with pytest.raises(NotFound):
        rendered(inbox, who="cem")
    with pytest.raises(NotFound, match="offre"):
        inbox.site.act("ada", lambda work: render_mail(work, "offre", "x"))
