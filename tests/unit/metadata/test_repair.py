"""What is left of faulty packs."""

from kalip.fields import builtin_types
from kalip.metadata import SITE, checked, shaped, sound, stack
from kalip.metadata.repair import without
from tests.support.builders import a_pack, an_entity, told

TYPES = builtin_types()


def test_a_healthy_pack_stays_as_it_is() -> None:
    pack = a_pack().with_entity(an_entity()).build()
    result = checked(pack, TYPES)
    assert result.diagnostics == ()
    assert result.pack.documents == pack.documents


def test_only_the_faulty_parts_go() -> None:
    entity = an_entity("a").with_field("x", "tekst").with_field("y", "text", requird=True).with_field("z", "date")
    result = checked(a_pack().with_entity(entity).build(), TYPES)
    assert sorted(told(result.diagnostics)) == [("M120", "/fields/y/requird"), ("M124", "/fields/x/type")]
    assert result.pack.documents["entities/a/entity.json"].data == {
        "fields": {"y": {"type": "text"}, "z": {"type": "date"}}
    }
    assert result.pack.broken == {"entities/a/entity#/fields/x", "entities/a/entity#/fields/y/requird"}


def test_what_lacks_a_key_goes_whole() -> None:
    pack = a_pack().with_document("entities/a/entity", {"label": "A"}).with_document("choices/c", {"choices": {}})
    result = checked(pack.build(), TYPES)
    assert "entities/a/entity.json" not in result.pack.documents
    assert result.pack.broken == {"entities/a/entity#"}


def test_repairs_may_follow_from_repairs() -> None:
    moves = {"stages": {"a": {}}, "transitions": {"m": {"to": 5}}}
    result = checked(a_pack().with_entity(an_entity("e").with_document("pipelines/p", moves)).build(), TYPES)
    assert told(result.diagnostics) == [("M122", "/transitions/m/to")]
    assert result.pack.documents["entities/e/pipelines/p.json"].data["transitions"] == {}


def test_merged_documents_are_repaired_too() -> None:
    base = a_pack("crm").with_entity(an_entity("lead"))
    overlay = a_pack("site").with_entity(an_entity("lead").with_keys(extends="crm/lead"))
    overlay.documents["entities/lead/entity.json"]["fields"] = {"nme": {"required": False}}
    stacked = sound(stack([base.build(), overlay.build()]), TYPES)
    assert told(stacked.diagnostics) == [("M121", "/fields/nme")]
    assert "did you mean 'name'?" in stacked.diagnostics[0].hint
    assert list(stacked.documents["entities/lead/entity"].data["fields"]) == ["name"]
    assert stacked.is_broken("entities/lead/entity", "/fields/nme/type")
    assert not stacked.is_broken("entities/lead/entity", "/fields/name")


def test_without() -> None:
    assert without({"a": {"b": 1, "c": 2}}, "/a/b") == {"a": {"c": 2}}
    assert without({"a": [1, 2]}, "/a/1") == {}
    assert without({"a": 1}, "/b/c") == {"a": 1}
    assert without({"x/y": 1}, "/x~1y") == {}


def test_what_is_misshapen_in_a_layer_is_left_out_and_all_else_stays() -> None:
    odd = {"fields": {"x": {"type": "tekst"}, "y": None, "z": {"label": "Z"}, "a-b": {"type": "text"}}, "label": []}
    base = a_pack("base").with_document("entities/a/entity", odd)
    site = a_pack(SITE).with_document("entities/b/entity", odd)
    left = shaped(stack([base.build(), site.build()]), TYPES, SITE).documents
    assert left["entities/a/entity"].data == odd
    assert left["entities/b/entity"].data == {
        "fields": {"x": {"type": "tekst"}, "z": {"label": "Z"}, "a-b": {"type": "text"}}
    }
