"""A pack whose deals have rules, for tests of compiling them."""

from collections.abc import Sequence
from typing import Any

from kalip.base.errors import Diagnostic
from kalip.compiler import Compilation
from kalip.model import Entity, Rule
from tests.support.builders import PackBuilder, a_compilation, a_pack, an_entity

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-18:00")
VISIT = {"targets": {"visit": {"entity": "visit", "fields": {"topic": "note", "deal": "id"}}}}
SET = {"mark": {"set": {"note": "'seen'"}}}


class Act:
    """An action of a plugin."""

    parameters = {"days": {"type": "integer"}}  # noqa: RUF012 - a protocol's attribute
    required = ("days",)


def a_ruled_pack(document: dict[str, Any]) -> PackBuilder:
    """Deals of companies, with lines, a pipeline, a calendar and this rules.json."""
    company = an_entity("company").with_field("name", "text", required=True).with_field("last_deal", "date")
    visit = an_entity("visit").with_field("topic", "text", required=True).with_field("deal", "reference", to="deal")
    visit = visit.with_field("done", "boolean")
    deal = (
        an_entity("deal")
        .with_field("name", "text", required=True)
        .with_field("note", "text")
        .with_field("amount", "money", currency="TRY")
        .with_field("reason", "choice", choices="reason")
        .with_field("due", "date")
        .with_field("meeting", "datetime")
        .with_field("company", "reference", to="company")
        .with_field("seller", "user")
        .with_field("twice", "computed", expression="amount * 2")
        .with_pipeline("flow", "new", "talk", "won")
        .with_document("conversions/visit", VISIT)
        .with_document("rules", document)
    )
    pack = a_pack().with_entity(company, visit, deal).with_role("rep").with_choices("reason", "price", "time")
    return pack.with_document("calendars/office", {"timezone": "Europe/Istanbul", "week": WEEK})


def compiled(document: dict[str, Any]) -> Compilation:
    """Compile the pack."""
    return a_compilation(a_ruled_pack(document), actions={"remind": Act()})


def a_rule(**keys: Any) -> Rule:
    """One rule of deals as the model has it; it marks the record when it is made, unless said otherwise."""
    data = {"when": {"created": {}}, "then": SET, **{key.rstrip("_"): value for key, value in keys.items()}}
    return deals(compiled({"rules": {"one": data}})).rules["one"]


def faults(**keys: Any) -> Sequence[Diagnostic]:
    """What is wrong with one rule of deals."""
    data = {"when": {"created": {}}, "then": SET, **{key.rstrip("_"): value for key, value in keys.items()}}
    hooks = {"shop": {"secret": "shop", "find": {"name": "string(message.name)"}}, "bare": {"secret": "shop"}}
    return compiled({"rules": {"one": data}, "hooks": hooks}).diagnostics


def deals(compilation: Compilation) -> Entity:
    """The entity of deals."""
    return compilation.required().entities["deal"]
