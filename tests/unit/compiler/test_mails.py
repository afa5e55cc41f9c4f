"""Templates of mail: places are compiled against the entity that they are about."""

from typing import Any

import pytest

from kalip.model import MailTemplate, Placeholder
from tests.support.builders import PackBuilder, a_compilation, a_pack, an_entity


def pack(**keys: Any) -> PackBuilder:
    lead = (
        an_entity("lead")
        .with_field("email", "email")
        .with_field("second", "email")
        .with_field("budget", "money", currency="TRY")
        .with_field("language", "text")
        .with_field("contact", "reference", to="contact")
    )
    mail = {"entity": "lead", "subject": "About {{ email }}", "body": "Hello", **keys}
    contact = an_entity("contact").with_field("email", "email").with_field("leads", "text")
    return a_pack().with_entity(lead, contact).with_document("mails/welcome", mail)


def made(**keys: Any) -> MailTemplate:
    return a_compilation(pack(**keys)).required().mails["welcome"]


def test_it_works() -> None:
    template = made(
        subject={"en": "For {{ contact.email }}", "tr": "{{budget}} için"},
        body="{{ budget > 10 ? 'much' : 'little' }}!",
        language="language",
        to={"contact.email": {}, "email": {}},
    )
    assert (template.entity, template.pack, list(template.to)) == ("lead", "shop", ["contact.email", "email"])
    first, place = template.subject["en"]
    assert first == "For "
    assert isinstance(place, Placeholder)
    assert place.field is not None
    assert (place.expression.source, place.field.type) == ("contact.email", "email")
    place, rest = template.subject["tr"]
    assert isinstance(place, Placeholder)
    assert place.field is not None
    assert (place.field.name, rest) == ("budget", " için")
    (place, rest) = template.body["en"]
    assert isinstance(place, Placeholder)
    assert (place.field, rest) == (None, "!")
    assert template.language is not None


def test_a_mail_goes_to_the_entitys_own_addresses_unless_said_otherwise() -> None:
    assert list(made().to) == ["email", "second"]


def test_what_a_mail_uses_is_known() -> None:
    model = a_compilation(pack(body="{{ budget }}")).required()
    used = {use.used for use in model.uses if "mails/welcome" in use.user}
    assert {"entity:lead", "field:lead.email", "field:lead.budget"} <= used


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        ({"entity": "laed"}, "C101", "laed"),
        ({"body": "{{ emial }}"}, "C120", "emial"),
        ({"body": {"en": "x", "tr": "{{ emial }}"}}, "C120", "emial"),
        ({"body": "{{ }}"}, "C170", "empty place"),
        ({"body": "{{ email"}, "C170", "not closed"),
        ({"subject": "email }}"}, "C170", "not closed"),
        ({"to": {"budget": {}}}, "C131", "no e-mail address"),
        ({"to": {"nothing": {}}}, "C102", "nothing"),
        ({"language": "budget > 1"}, "C120", "text"),
    ],
    ids=["entity", "field", "locale", "empty", "open", "closed", "no address", "unknown address", "no text"],
)
def test_faults_are_told_where_they_are(keys: dict[str, Any], code: str, words: str) -> None:
    diagnostics = a_compilation(pack(**keys)).errors
    assert [each.code for each in diagnostics] == [code]
    assert words in diagnostics[0].message
    assert diagnostics[0].where is not None
    assert diagnostics[0].where.file.endswith("mails/welcome.json")
