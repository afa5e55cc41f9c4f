"""Texts of language documents."""

from typing import Any

from kalip.metadata import stack
from tests.support.builders import a_pack, an_entity, told


def translated(texts: dict[str, Any], **keys: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    entity = (
        an_entity("lead")
        .with_keys(**keys)
        .with_field("mail", "email", was=["email"])
        .with_field("x", "text", label="X")
    )
    pack = a_pack().with_entity(entity).with_document("lang/tr", {"entities/lead/entity": texts})
    stacked = stack([pack.build()])
    return dict(stacked.documents["entities/lead/entity"].data), told(stacked.diagnostics)


def test_a_text_becomes_a_map() -> None:
    data, faults = translated({"label": "Aday", "fields": {"x": {"label": "İks"}}}, label="Lead")
    assert faults == []
    assert data["label"] == {"en": "Lead", "tr": "Aday"}
    assert data["fields"]["x"]["label"] == {"en": "X", "tr": "İks"}


def test_a_label_made_from_its_name_stays_in_english() -> None:
    data, _ = translated({"label": "Aday", "fields": {"mail": {"label": "E-posta", "help": "Yardım"}}})
    assert data["label"] == {"en": "Lead", "tr": "Aday"}
    assert data["fields"]["mail"]["label"] == {"en": "Mail", "tr": "E-posta"}
    assert data["fields"]["mail"]["help"] == {"tr": "Yardım"}


def test_an_earlier_name_is_told() -> None:
    data, faults = translated({"fields": {"email": {"label": "E-posta"}}})
    assert data["fields"]["mail"]["label"]["tr"] == "E-posta"
    assert faults == [("M139", "/entities~1lead~1entity/fields/email")]


def test_what_is_not_there_is_told() -> None:
    _, faults = translated({"fields": {"mial": {"label": "x"}}, "checks": {"c": {"message": "x"}}})
    assert faults == [
        ("M137", "/entities~1lead~1entity/fields/mial"),
        ("M137", "/entities~1lead~1entity/checks"),
    ]


def test_the_origin_of_a_text_is_its_language_document() -> None:
    pack = a_pack().with_entity(an_entity("lead")).with_document("lang/tr", {"entities/lead/entity": {"label": "Aday"}})
    merged = stack([pack.build()]).documents["entities/lead/entity"]
    assert merged.origin("/label/tr").file == "lang/tr.json"
    assert merged.origin("/fields/name").file == "entities/lead/entity.json"
