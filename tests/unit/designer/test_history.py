"""The way back: an earlier revision again, or one change in the middle taken back."""

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import NotFound, PublishConflict
from kalip.designer import (
    Publication,
    Site,
    Undoing,
    changes_between,
    install_packs,
    propose,
    publish,
    roll_back,
    stored_packs,
    take_back,
)
from kalip.records import SaveRecord, get_record, run, save_record
from tests.support.builders import PackBuilder, a_pack, an_entity

LOSING = Publication(SYSTEM, "", accept_loss=True)


def shop(*fields: str, label: str = "Good") -> PackBuilder:
    good = an_entity("good").with_field("name", "text").with_keys(title="name", label=label)
    for field in fields:
        good.with_field(field, "text")
    return a_pack("shop").with_entity(good)


def install(site: Site, *packs: PackBuilder) -> None:
    install_packs(site, [pack.build() for pack in packs], LOSING)


def go_on(site: Site, undoing: Undoing) -> None:
    publish(site, undoing.proposal, LOSING)


def contents(site: Site) -> dict[str, dict[str, bytes]]:
    with site.services.database.read() as session:
        return {pack.name: pack.contents for pack in stored_packs(session, site.blobs)}


def fields(site: Site) -> list[str]:
    return list(site.services.runtime.pin().model.entities["good"].fields)


def test_it_works(site: Site) -> None:
    install(site, shop("note"))
    first = contents(site)
    kept = run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("good", {"note": "remember"})))
    install(site, shop("colour"))
    go_on(site, roll_back(site, "1"))
    assert contents(site) == first
    assert propose(site, []).is_empty
    record = run(site.services, SYSTEM, lambda work: get_record(work, "good", kept.id), write=False)
    assert record["note"] == "remember"


def test_files_of_packs_stay_with_them(site: Site) -> None:
    install(site, shop().with_file("README.md", b"# Shop"))
    install(site, shop("note").with_file("README.md", b"# Shop"))
    go_on(site, roll_back(site, "1"))
    assert contents(site)["shop"]["README.md"] == b"# Shop"


def test_a_pack_that_came_later_goes_and_comes_back(site: Site) -> None:
    install(site, shop())
    install(site, a_pack("till").with_entity(an_entity("till").with_field("name", "text").with_keys(title="name")))
    go_on(site, roll_back(site, "1"))
    assert set(contents(site)) == {"shop"}
    go_on(site, roll_back(site, "2"))
    assert set(contents(site)) == {"shop", "till"}


def test_going_back_takes_nothing_out_of_sight_unasked(site: Site) -> None:
    install(site, shop())
    install(site, shop("note"))
    run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("good", {"note": "remember"})))
    with pytest.raises(PublishConflict, match="out of sight"):
        publish(site, roll_back(site, "1").proposal, Publication(SYSTEM, ""))
    assert "note" in fields(site)


def test_one_change_in_the_middle_is_taken_back_and_later_ones_stay(site: Site) -> None:
    install(site, shop("note"))
    install(site, shop("note", label="Article"))
    install(site, shop("note", "colour", label="Article"))
    go_on(site, take_back(site, "2"))
    assert fields(site)[-2:] == ["note", "colour"]
    assert site.services.runtime.pin().model.entities["good"].label.get("en") == "Good"


def test_what_was_changed_again_since_is_named_and_nothing_happens(site: Site) -> None:
    install(site, shop())
    install(site, shop(label="Article"))
    install(site, shop(label="Ware"))
    before = contents(site)
    with pytest.raises(PublishConflict, match="shop/entities/good/entity.json /label"):
        take_back(site, "2")
    assert contents(site) == before


def test_the_first_revision_can_be_taken_back(site: Site) -> None:
    install(site, shop())
    go_on(site, take_back(site, "1"))
    assert contents(site) == {}


def test_what_others_build_upon_is_not_taken_back(site: Site) -> None:
    install(site, shop())
    install(site, shop("note"))
    overlay = {"extends": "shop/good", "fields": {"note": {"label": "Remark"}}}
    install(site, a_pack("site").requiring(shop=">=0").with_document("entities/good/entity", overlay))
    with pytest.raises(Exception, match="note"):
        go_on(site, take_back(site, "2"))
    assert "note" in fields(site)


def test_changes_between_revisions(site: Site) -> None:
    install(site, shop())
    install(site, shop("note"))
    assert [(each.kind, each.pointer) for each in changes_between(site, "1", "2")] == [("added", "/fields/note")]
    assert [(each.kind, each.pointer) for each in changes_between(site, "2", "1")] == [("removed", "/fields/note")]


def test_an_unknown_revision_is_said(site: Site) -> None:
    with pytest.raises(NotFound, match="no revision '7'"):
        roll_back(site, "7")
