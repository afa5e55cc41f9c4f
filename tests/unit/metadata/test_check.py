"""Checking packs by schema."""

from kalip.fields import builtin_types
from kalip.metadata import check
from tests.support.builders import PackBuilder, a_pack, an_entity, told

TYPES = builtin_types()


def faults(pack: PackBuilder) -> list[tuple[str, str]]:
    return told(check(pack.build(), TYPES))


def test_it_works() -> None:
    assert faults(a_pack().with_entity(an_entity().with_field("a", "money"))) == []


def test_faults_are_told_by_file_and_line() -> None:
    pack = a_pack().with_entity(
        an_entity("b").with_field("x", "tekst"), an_entity("a").with_field("y", "text", helpp="x")
    )
    found = check(pack.build(), TYPES)
    assert [str(each) for each in found] == [
        "shop/entities/a/entity.json:5 /fields/y/helpp: error M120: unknown key 'helpp': did you mean 'help'?",
        "shop/entities/b/entity.json:4 /fields/x/type: error M124: unknown field type 'tekst': did you mean 'text'?",
    ]


def test_overlays_may_hold_nulls_and_places() -> None:
    overlay = an_entity("lead").with_keys(extends="crm/lead").with_field("vip", "boolean", after="name")
    overlay.fields["email"] = None
    assert faults(a_pack().with_entity(overlay)) == []


def test_a_place_outside_of_an_overlay_is_an_unknown_key() -> None:
    assert faults(a_pack().with_entity(an_entity().with_field("a", "text", after="b"))) == [("M120", "/fields/a/after")]


def test_what_belongs_to_one_pack_extends_nothing() -> None:
    seed = {"entity": "thing", "records": {}, "extends": "crm/things"}
    assert faults(a_pack().with_document("seed/things", seed)) == [("M120", "/extends")]


def test_translations_are_checked_against_the_kind_that_they_translate() -> None:
    texts = {
        "entities/thing/entity": {"lable": "x", "fields": {"name": {"label": "Ad", "type": "text"}}},
        "seed/things": {},
        "nowhere": {},
    }
    assert faults(a_pack().with_document("lang/tr", texts)) == [
        ("M120", "/entities~1thing~1entity/lable"),
        ("M120", "/entities~1thing~1entity/fields/name/type"),
        ("M137", "/seed~1things"),
        ("M137", "/nowhere"),
    ]
