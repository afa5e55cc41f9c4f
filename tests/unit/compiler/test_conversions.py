"""Conversions: targets in the order in which they need each other, and every fault at its place."""

from typing import Any

import pytest

from kalip.compiler import where_used
from kalip.model import Conversion
from tests.support.builders import PackBuilder, a_compilation, a_model, a_pack, an_entity, diagnostics_of, told


def shop(conversion: dict[str, Any]) -> PackBuilder:
    """Leads that become companies, people and deals."""
    company = an_entity("company").with_field("name", "text", required=True).with_field("city", "text")
    person = (
        an_entity("person")
        .with_field("name", "text", required=True)
        .with_field("company", "reference", to="company")
        .with_field("deal", "reference", to="deal")
    )
    deal = (
        an_entity("deal")
        .with_field("title", "text", required=True)
        .with_field("company", "reference", to="company")
        .with_field("person", "reference", to="person")
        .with_pipeline("sales", "new", "won")
        .with_pipeline("renewal", "due", "renewed")
    )
    part = an_entity("part").with_keys(owned_by="deal").with_field("deal", "reference", to="deal")
    lead = (
        an_entity("lead")
        .with_field("topic", "text")
        .with_field("name", "text")
        .with_field("known", "reference", to="company")
        .with_field("result", "reference", to="deal")
        .with_field("amount", "integer")
        .with_pipeline("inbound", "new", "done")
        .with_document("conversions/qualify", conversion)
    )
    task = (
        an_entity("task").with_field("about", "any_reference", to={"lead": {}, "deal": {}}).with_field("note", "text")
    )
    return a_pack().with_role("boss").with_entity(company, person, deal, part, lead, task)


def targets(**more: Any) -> dict[str, Any]:
    """A conversion into company, person and deal, with other keys for some."""
    base: dict[str, Any] = {
        "deal": {
            "entity": "deal",
            "fields": {"title": "topic", "company": {"target": "company"}, "person": {"target": "person"}},
        },
        "person": {
            "entity": "person",
            "fields": {"name": "name", "company": {"target": "company", "first": ["known"]}},
        },
        "company": {"entity": "company", "fields": {"name": ["topic", "name"]}},
    }
    return {"targets": {name: {**each, **more.get(name, {})} for name, each in base.items()}}


def compiled(conversion: dict[str, Any]) -> Conversion:
    return a_model(shop(conversion)).entities["lead"].conversions["qualify"]


def test_targets_stand_after_those_that_they_need() -> None:
    assert list(compiled(targets()).targets) == ["company", "person", "deal"]


def test_everything_is_understood() -> None:
    said = {
        **targets(deal={"pipeline": "sales", "pipelines": {"sales": {}}, "step": 2, "result": "result", "again": True}),
        "transition": "to_done",
        "when": "topic != null",
        "when_message": "No topic.",
        "related": {"task.about": {"when": "note != null", "to": {"deal": {}}}},
        "locks": True,
        "unlocked_for": {"boss": {}},
        "undo_days": 3,
        "comments": True,
    }
    conversion = compiled(said)
    assert (conversion.transition, conversion.undo_days, conversion.unlocked_for) == ("to_done", 3, ("boss",))
    assert (conversion.steps, conversion.targets["deal"].pipelines) == ((1, 2), ("sales",))
    assert (conversion.related[0].entity, conversion.related[0].to) == ("task", ("deal",))
    assert conversion.needs_owner is False


def test_a_move_belongs_to_one_conversion() -> None:
    said = {**targets(), "transition": "to_done"}
    pack = shop(said)
    pack.documents["entities/lead/conversions/again.json"] = said
    assert ("C132", "/transition") in told(diagnostics_of(pack))


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ({**targets(), "transition": "to_dne"}, "C164", "/transition"),
        ({**targets(), "when": "amount"}, "C120", "/when"),
        ({**targets(), "unlocked_for": {"boss": {}}}, "C133", "/unlocked_for"),
        (targets(deal={"entity": "dael"}), "C101", "/targets/deal/entity"),
        (targets(deal={"entity": "part"}), "C131", "/targets/deal/entity"),
        (targets(deal={"pipeline": "slaes"}), "C105", "/targets/deal/pipeline"),
        (targets(deal={"pipeline": "sales", "pipelines": {"renewal": {}}}), "C132", "/targets/deal/pipeline"),
        (targets(company={"existing": "topic"}), "C131", "/targets/company/existing"),
        (targets(company={"existing": "nothing"}), "C102", "/targets/company/existing"),
        (targets(deal={"result": "known"}), "C131", "/targets/deal/result"),
        (targets(company={"chosen_when": "nam != null"}), "C120", "/targets/company/chosen_when"),
        (targets(company={"step": 3}), "C132", "/targets/person/step"),
        ({**targets(), "related": {"task.note": {"to": {"deal": {}}}}}, "C131", "/related/task.note"),
        ({**targets(), "related": {"task.about": {"to": {"person": {}}}}}, "C131", "/related/task.about/to/person"),
        ({**targets(), "related": {"task.about": {"to": {"dael": {}}}}}, "C160", "/related/task.about/to/dael"),
        ({**targets(), "related": {"task.about": {"copies": True}}}, "C132", "/related/task.about"),
        (
            {**targets(), "related": {"task.about": {"to": {"deal": {}}, "also": {"about": "dael"}}}},
            "C160",
            "/related/task.about/also/about",
        ),
        (
            {**targets(), "related": {"task.about": {"to": {"deal": {}}, "also": {"note": "deal"}}}},
            "C131",
            "/related/task.about/also/note",
        ),
        ({**targets(), "related": {"task.about": {"transition": "close"}}}, "C164", "/related/task.about/transition"),
        (targets(deal={"ask": {"nothing": {}}}), "C102", "/targets/deal/ask/nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_faults_stand_at_their_place(said: dict[str, Any], code: str, pointer: str) -> None:
    assert (code, pointer) in told(diagnostics_of(shop(said)))


def test_a_circle_of_targets_is_told() -> None:
    said = targets(
        company={"fields": {"name": "name"}}, person={"fields": {"name": "name", "deal": {"target": "deal"}}}
    )
    assert ("C130", "/targets/deal") in told(diagnostics_of(shop(said)))


def test_its_uses_are_known() -> None:
    model = a_compilation(shop({**targets(deal={"pipeline": "sales"}), "unlocked_for": {"boss": {}}, "locks": True}))
    made = model.required()
    for used in ("field:lead.topic", "field:deal.title", "pipeline:deal.sales", "role:boss", "entity:person"):
        users = {use.user for use in where_used(made, used)}
        assert any("conversions/qualify" in user for user in users), used
