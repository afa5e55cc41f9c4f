"""Who set a property, since when, and who uses a thing."""

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import NotFound
from kalip.designer import Publication, Site, explain, install_packs, uses_of
from tests.support.builders import PackBuilder, a_pack, an_entity

BY_SYSTEM = Publication(SYSTEM, "")


def shop(label: str = "Note") -> PackBuilder:
    good = (
        an_entity("good")
        .with_field("name", "text")
        .with_field("note", "text", label=label, help="Say more.")
        .with_field("kind", "choice", choices="kind")
        .with_field("shout", "computed", expression="note.upperAscii()")
        .with_keys(title="name")
        .with_document("pipelines/sale", {"stages": {"new": {}, "won": {"outcome": "won"}}})
        .with_list("name", "note")
    )
    return a_pack("shop").with_entity(good).with_choices("kind", "new", "used")


def of_the_site(**note: object) -> PackBuilder:
    overlay = {"extends": "shop/good", "fields": {"note": note}}
    return a_pack("site").requiring(shop=">=0").with_document("entities/good/entity", overlay)


def test_it_works(site: Site) -> None:
    """U2"""
    install_packs(site, [shop().build()], BY_SYSTEM)
    install_packs(site, [of_the_site(label="Remark").build()], Publication(SYSTEM, "As we say"))
    found = explain(site, "shop/good", "fields.note.label")
    assert (found.value, found.pointer) == ("Remark", "/fields/note/label")
    assert [(each.layer, each.value) for each in found.settings] == [("shop", "Note"), ("site", "Remark")]
    assert [each.revision and each.revision.message for each in found.settings] == ["Install shop 1.0.0", "As we say"]
    assert found.settings[1].where.file == "site/entities/good/entity.json"


def test_since_is_when_the_value_came_not_when_its_document_changed(site: Site) -> None:
    """U2"""
    install_packs(site, [shop().build(), of_the_site(label="Remark").build()], Publication(SYSTEM, "one"))
    install_packs(site, [of_the_site(label="Remark", help="Few.").build()], Publication(SYSTEM, "two"))
    install_packs(site, [of_the_site(label="Words", help="Few.").build()], Publication(SYSTEM, "three"))
    install_packs(site, [of_the_site(label="Remark", help="Few.").build()], Publication(SYSTEM, "four"))
    since = {
        path: explain(site, "shop/good", f"fields.note.{path}").settings[-1].revision for path in ("label", "help")
    }
    assert {path: revision and revision.message for path, revision in since.items()} == {
        "label": "four",
        "help": "two",
    }


def test_what_a_layer_removes_is_told(site: Site) -> None:
    install_packs(site, [shop().build(), of_the_site(help=None).build()], BY_SYSTEM)
    found = explain(site, "shop/good", "fields.note.help")
    assert found.value is None
    assert [(each.layer, each.value) for each in found.settings] == [("shop", "Say more."), ("site", None)]


@pytest.mark.parametrize(
    "thing", ["good", "shop/good", "site/good", "entities/good/entity", "entities/good/entity.json"]
)
def test_a_thing_has_short_and_long_names(site: Site, thing: str) -> None:
    install_packs(site, [shop().build(), of_the_site(label="Remark").build()], BY_SYSTEM)
    assert [each.layer for each in explain(site, thing).settings] == ["shop", "site"]


@pytest.mark.parametrize("path", ["columns.name", "/columns/name"])
def test_parts_of_views_and_packs_are_explained(site: Site, path: str) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    assert explain(site, "shop/good/views/list", path).value == {}
    assert explain(site, "shop", "version").value == "1.0.0"


def test_keys_with_dots_are_found(site: Site) -> None:
    pack = shop().with_entity(
        an_entity("sale").with_field("good", "reference", to="good").with_list("good.name").with_keys(title="good")
    )
    install_packs(site, [pack.build()], BY_SYSTEM)
    assert explain(site, "sale/views/list", "columns.good.name").pointer == "/columns/good.name"


@pytest.mark.parametrize(
    ("thing", "path", "hint"),
    [
        ("shop/godo", "", "did you mean 'shop/good'?"),
        ("shop/good", "fields.noet", "did you mean 'note'?"),
        ("shop/good", "fields.note.nonsense.deep", ""),
    ],
)
def test_what_is_not_there_is_said_with_the_way_out(site: Site, thing: str, path: str, hint: str) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    with pytest.raises(NotFound) as refused:
        explain(site, thing, path)
    assert refused.value.hint == hint


@pytest.mark.parametrize(
    ("thing", "path", "users"),
    [
        ("shop/good", "fields.note", {"shop/good/entity", "shop/good/views/list"}),
        ("field:good.note", "", {"shop/good/entity", "shop/good/views/list"}),
        ("shop/choices/kind", "", {"shop/good/entity"}),
        ("shop/choices/kind", "choices.new", set()),
        ("shop/good/pipelines/sale", "stages.won", set()),
    ],
)
def test_who_uses_a_thing(site: Site, thing: str, path: str, users: set[str]) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    assert {each.user for each in uses_of(site, thing, path)} == users


@pytest.mark.parametrize(("thing", "path"), [("fiel:good.note", ""), ("shop/good", "fields.note.label"), ("shop", "")])
def test_what_nothing_can_use_is_refused(site: Site, thing: str, path: str) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    with pytest.raises(NotFound):
        uses_of(site, thing, path)
