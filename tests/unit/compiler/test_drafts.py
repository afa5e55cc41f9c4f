"""Which names entities and fields can't have."""

import pytest

from tests.support.builders import a_model, a_pack, an_entity, diagnostics_of, told


@pytest.mark.parametrize("name", ["kalip_event", "sqlite_x", "user", "system", "api", "login"])
def test_names_of_kalips_own(name: str) -> None:
    assert told(diagnostics_of(an_entity(name))) == [("C111", "")]


@pytest.mark.parametrize("name", ["id", "owner", "stage", "version", "actor", "old", "true", "in", "entity", "hidden"])
def test_names_that_fields_cannot_have(name: str) -> None:
    assert told(diagnostics_of(an_entity().with_field(name, "text"))) == [("C111", f"/fields/{name}")]


def test_documents_of_an_entity_that_is_not_there() -> None:
    found = diagnostics_of(a_pack().with_entity(an_entity("lead")).with_document("entities/leed/access", {}))
    assert told(found) == [("C101", "")]
    assert found[0].hint == "did you mean 'lead'?"


def test_earlier_names_belong_to_one() -> None:
    assert told(diagnostics_of(an_entity("a").with_keys(was=["b"]), an_entity("b"))) == [("C112", "/was")]
    assert told(diagnostics_of(an_entity("a").with_keys(was=["x"]), an_entity("b").with_keys(was=["x"]))) == [
        ("C112", "/was")
    ]


def test_an_entity_is_found_by_its_earlier_name() -> None:
    pack = a_pack().with_entity(
        an_entity("lead").with_keys(was=["prospect"]), an_entity("b").with_field("x", "reference", to="shop/prospect")
    )
    assert [(each.severity, each.code) for each in diagnostics_of(pack)] == [("warning", "C113")]
    model = a_model(pack)
    assert model.entities["b"].fields["x"].target == "lead"
    assert model.entity("crm/prospect") is model.entities["lead"]
