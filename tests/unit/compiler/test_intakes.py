"""Intakes and public forms: names, values and rights are checked before anybody writes."""

from typing import Any

import pytest

from tests.support.builders import PackBuilder, a_compilation, a_pack, an_entity

RECEIVE: dict[str, Any] = {
    "role": "intake",
    "fields": {"subject": "topic", "email": "email"},
    "values": {"source": "web"},
}
HISTORY = {"field": "client_kind", "none": "fresh", "earlier": "known", "won": "loyal"}
FORM: dict[str, Any] = {"fields": {"topic": {}, "email": {"required": True, "label": "Your address"}}}


def pack(
    intake: dict[str, Any] | None, form: dict[str, Any] | None = None, rights: dict[str, Any] | None = None
) -> PackBuilder:
    lead = (
        an_entity("lead")
        .with_field("topic", "text", required=True)
        .with_field("email", "email")
        .with_field("source", "choice", choices="source", required=True, default="web")
        .with_field("client_kind", "choice", choices="kind", readonly=True)
        .with_field("agreed", "boolean")
        .with_field("budget", "money", currency="TRY")
        .with_field("contact", "reference", to="contact")
        .with_pipeline("flow", "new", "done")
        .with_access(intake=rights or {"create": "all"})
    )
    if intake is not None:
        lead = lead.with_document("intake", intake)
    if form is not None:
        lead = lead.with_document("webforms/ask", form)
    packed = a_pack().with_entity(lead, an_entity("contact").with_field("email", "email")).with_role("intake")
    packed = packed.with_role("boss", administrator=True)
    return packed.with_choices("source", "web", "mail").with_choices("kind", "fresh", "known", "loyal")


def test_it_works() -> None:
    model = a_compilation(
        pack(
            {"clients": {"contact": {}}, "receive": {**RECEIVE, "known": "client"}, "history": HISTORY},
            {
                **FORM,
                "hidden": {"source": {"value": "web"}, "topic": {"parameter": "utm_source"}},
                "consents": {"terms": {"text": "I agree.", "version": "1", "required": True, "field": "agreed"}},
                "origins": {"https://www.example.com": {}},
                "pipeline": "flow",
            },
        )
    ).required()
    lead = model.entities["lead"]
    assert lead.intake is not None
    assert lead.intake.receive is not None
    assert lead.intake.history is not None
    assert (lead.intake.clients, lead.intake.receive.role, lead.intake.receive.known) == (
        ("contact",),
        "intake",
        "client",
    )
    assert lead.intake.receive.fields == {"subject": "topic", "email": "email"}
    form = model.webform("ask")
    assert form is lead.webforms["ask"]
    assert form is not None
    assert [(each.name, each.required, str(each.label)) for each in form.fields.values()] == [
        ("topic", True, "Topic"),
        ("email", True, "Your address"),
    ]
    assert (form.hidden["source"].value, form.hidden["topic"].parameter) == ("web", "utm_source")
    assert (form.consents["terms"].field, form.origins) == ("agreed", ("https://www.example.com",))
    assert model.webform("other") is None


def test_an_entity_without_an_intake_has_none() -> None:
    assert a_compilation(pack(None)).required().entities["lead"].intake is None


@pytest.mark.parametrize(
    ("intake", "form", "code", "words"),
    [
        ({"clients": {"email": {}}}, None, "C131", "no client"),
        ({"receive": {"role": "nobody"}}, None, "C107", "nobody"),
        ({"receive": {"role": "boss"}}, None, "C171", "may do everything"),
        ({"receive": {**RECEIVE, "fields": {"email": "topic"}}}, None, "C131", "can't hold the email"),
        ({"receive": {**RECEIVE, "fields": {"subject": "stage"}}}, None, "C131", "can't be set"),
        ({"receive": {**RECEIVE, "values": {"source": "fax"}}}, None, "C134", "fax"),
        ({"receive": {**RECEIVE, "pipeline": "flwo"}}, None, "C105", "flwo"),
        ({"history": {**HISTORY, "field": "source"}}, None, "C131", "only the system sets"),
        ({"history": {**HISTORY, "won": "lost"}}, None, "C134", "lost"),
        ({}, FORM, "C171", "nobody may make"),
        ({"receive": RECEIVE}, {"fields": {"email": {}}}, "C171", "'topic' is required"),
        ({"receive": RECEIVE}, {"fields": {"topic": {}, "contact": {}}}, "C131", "can't ask"),
        ({"receive": RECEIVE}, {**FORM, "hidden": {"budget": {"parameter": "b"}}}, "C131", "whatever stands"),
        ({"receive": RECEIVE}, {**FORM, "hidden": {"source": {"value": 3}}}, "C134", ""),
        (
            {"receive": RECEIVE},
            {**FORM, "consents": {"terms": {"text": "Yes", "version": "1", "field": "topic"}}},
            "C131",
            "no yes or no",
        ),
    ],
    ids=[
        *("client", "role", "administrator", "part", "system field", "value", "pipeline", "history", "word"),
        *("no intake", "required", "reference", "parameter", "hidden value", "consent"),
    ],
)
def test_faults_are_told_where_they_are(
    intake: dict[str, Any], form: dict[str, Any] | None, code: str, words: str
) -> None:
    errors = a_compilation(pack(intake, form)).errors
    assert [each.code for each in errors] == [code]
    assert words in errors[0].message


def test_a_role_that_may_not_create_is_named() -> None:
    errors = a_compilation(pack({"receive": RECEIVE}, None, {"read": "all"})).errors
    assert [each.code for each in errors] == ["C171"]


def test_two_entities_cant_have_forms_of_one_name() -> None:
    other = (
        an_entity("ticket")
        .with_field("topic", "text")
        .with_access(intake={"create": "all"})
        .with_document("intake", {"receive": {"role": "intake"}})
        .with_document("webforms/ask", {"fields": {"topic": {}}})
    )
    errors = a_compilation(pack({"receive": RECEIVE}, FORM).with_entity(other)).errors
    assert [each.code for each in errors] == ["C112"]
