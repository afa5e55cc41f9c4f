"""Some documents of a pack with what they need, and laid into another state of it."""

import pytest

from kalip.fields import builtin_types
from kalip.metadata import Kind, Pack
from kalip.metadata.picking import Missing, Mode, Picks, merge, pick
from tests.support.builders import PackBuilder, a_compilation, a_pack, an_entity

TYPES = builtin_types()


def shop() -> PackBuilder:
    good = an_entity("good").with_field("name", "text").with_field("colour", "choice", choices="colour")
    good.with_field("supplier", "reference", to="supplier").with_list("name", "colour").with_access(clerk="all")
    pack = a_pack("shop").with_entity(good, an_entity("supplier")).with_role("clerk", "boss")
    pack.with_choices("colour", "red").with_manifest(navigation={"good": {}, "supplier": {}})
    pack.with_document("lang/tr", {"entities/good/entity": {"label": "Mal"}, "roles/boss": {"label": "Patron"}})
    pack.with_document("seed/makers", {"entity": "supplier", "records": {"acme": {"name": "Acme"}}})
    tea = {"name": "Tea", "supplier": {"seed": "makers/acme"}}
    return pack.with_document("seed/goods", {"entity": "good", "records": {"tea": tea}}).with_file("README.md", b"#")


def picked(*only: str, **modes: Mode) -> tuple[Pack, tuple[Missing, ...]]:
    pack = shop()
    uses = a_compilation(pack).required().uses
    return pick(pack.build(), Picks({Kind(kind): mode for kind, mode in modes.items()}, only), uses, TYPES)


def paths(pack: Pack) -> set[str]:
    return set(pack.contents) - {"pack.json"}


def test_it_works() -> None:
    pack, missing = picked("entities/good/entity")
    assert paths(pack) == {"entities/good/entity.json", "entities/supplier/entity.json", "choices/colour.json"}
    assert missing == ()


def test_u13_a_kind_alone() -> None:
    assert paths(picked(role=Mode.ALL)[0]) == {"roles/clerk.json", "roles/boss.json"}
    assert paths(picked("roles/boss")[0]) == {"roles/boss.json"}


def test_u13_what_is_not_to_be_taken_is_named_where_it_is_needed() -> None:
    pack, missing = picked(seed=Mode.ALL, entity=Mode.NONE)
    assert paths(pack) == {"seed/goods.json", "seed/makers.json"}
    assert missing == (
        Missing("entities/good/entity", "seed/goods"),
        Missing("entities/supplier/entity", "seed/makers"),
    )


def test_u13_all_of_an_entity_comes_with_its_folder() -> None:
    pack, _ = picked("entities/good", choices=Mode.REFERENCED)
    assert {"entities/good/views/list.json", "entities/good/access.json", "roles/clerk.json"} <= paths(pack)
    assert "roles/boss.json" not in paths(pack)


def test_texts_and_menu_are_those_of_what_is_taken() -> None:
    pack, _ = picked("entities/supplier/entity", "lang/tr", "roles/boss")
    assert pack.documents["lang/tr.json"].data == {"roles/boss": {"label": "Patron"}}
    assert pack.manifest.data["navigation"] == {"supplier": {}}


def test_an_overlays_own_field_is_needed_and_its_base_is_not() -> None:
    overlay = {"extends": "shop/good", "fields": {"tin": {"type": "text"}}}
    listed = {"extends": "shop/good/default", "columns": {"tin": {}, "name": {}}}
    site = a_pack("site").requiring(shop=">=0").with_document("entities/good/entity", overlay)
    site.with_document("entities/good/views/list", listed).with_role("guest")
    uses = a_compilation(shop(), site).required().uses
    pack, _ = pick(site.build(), Picks({Kind.LIST: Mode.ALL}), uses, TYPES)
    assert paths(pack) == {"entities/good/entity.json", "entities/good/views/list.json"}


@pytest.mark.parametrize(("version", "kept"), [("0.9.0", "1.0.0"), ("1.1.0", "1.1.0")])
def test_merging_adds_and_replaces_and_takes_nothing_away(version: str, kept: str) -> None:
    new = a_pack("shop", version).requiring(base=">=1").with_role("guest").with_manifest(navigation={"visit": {}})
    new.with_document("lang/tr", {"roles/guest": {"label": "Misafir"}}).with_document("roles/boss", {"label": "Chief"})
    merged = merge(shop().build(), new.build(), TYPES)
    assert merged.version == kept
    assert merged.manifest.data["requires"] == {"base": ">=1"}
    assert list(merged.manifest.data["navigation"]) == ["good", "supplier", "visit"]
    assert set(merged.documents["lang/tr.json"].data) == {"entities/good/entity", "roles/boss", "roles/guest"}
    assert merged.documents["roles/boss.json"].data == {"label": "Chief"}
    assert set(shop().build().contents) | {"roles/guest.json"} == set(merged.contents)


def test_merging_what_is_there_changes_no_byte() -> None:
    pack = shop().build()
    assert merge(pack, picked(role=Mode.ALL)[0], TYPES).contents == pack.contents
