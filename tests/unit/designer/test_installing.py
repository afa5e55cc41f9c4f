"""Installing packs: all or nothing, on both databases."""

from pathlib import Path

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import CompileError, KalipError, PublishConflict
from kalip.designer import Publication, Site, install_packs, install_proposed, propose, stored_packs
from kalip.records import ListRecords, list_records, run
from kalip.storage import current_revision, list_packs, list_revisions
from tests.support.builders import PackBuilder, a_pack, an_entity

BY_SYSTEM = Publication(SYSTEM, "")


def shop(version: str = "1.0.0") -> PackBuilder:
    """Goods, one of which comes with the pack."""
    good = an_entity("good").with_field("name", "text", required=True).with_keys(title="name")
    seed = {"entity": "good", "records": {"first": {"name": "Tea"}}}
    return a_pack("shop", version).with_role("clerk").with_entity(good).with_document("seed/goods", seed)


def names(site: Site) -> list[object]:
    """The goods there are."""
    page = run(site.services, SYSTEM, lambda work: list_records(work, ListRecords("good", ("name",))), write=False)
    return [item["name"] for item in page.items]


def test_it_works(site: Site) -> None:
    proposal, published = install_packs(site, [shop().build()], BY_SYSTEM)
    assert published is not None
    assert [(each.name, each.before, each.after) for each in proposal.changes] == [("shop", None, "1.0.0")]
    assert site.services.runtime.pin().model.revision == published.revision.hash
    assert published.revision.message == "Install shop 1.0.0"
    assert names(site) == ["Tea"]


def test_a_second_time_there_is_nothing_to_do(site: Site) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    proposal, published = install_packs(site, [shop().build()], BY_SYSTEM)
    assert proposal.is_empty
    assert published is None
    assert names(site) == ["Tea"]
    with site.services.database.read() as session:
        assert len(list_revisions(session)) == 1


def test_a_newer_version_takes_the_place_of_the_older(site: Site) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    newer = shop("1.1.0")
    newer.with_entity(an_entity("shelf").with_field("name", "text"))
    proposal, _ = install_packs(site, [newer.build()], BY_SYSTEM)
    assert [(each.before, each.after) for each in proposal.changes] == [("1.0.0", "1.1.0")]
    with site.services.database.read() as session:
        assert [(pack.name, pack.version) for pack in list_packs(session)] == [("shop", "1.1.0")]


def test_other_files_of_a_pack_are_kept(site: Site) -> None:
    pack = shop().with_file("README.md", b"# Shop\n").build()
    install_packs(site, [pack], BY_SYSTEM)
    with site.services.database.read() as session:
        assert stored_packs(session, site.blobs)[0].contents == pack.contents


def test_a_seed_that_is_refused_leaves_nothing_behind(site: Site) -> None:
    bad = shop().with_document("seed/more", {"entity": "good", "records": {"nameless": {}}})
    with pytest.raises(KalipError, match="more/nameless"):
        install_packs(site, [bad.build()], BY_SYSTEM)
    with site.services.database.read() as session:
        assert current_revision(session) is None
        assert list_packs(session) == []
        assert session.fetch("SELECT count(*) FROM kalip_table", {})[0][0] == 0
    install_packs(site, [shop().build()], BY_SYSTEM)
    assert names(site) == ["Tea"]


def test_a_faulty_pack_leaves_the_old_model_serving(site: Site) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    before = site.services.runtime.pin().model.revision
    faulty = a_pack("extra").with_entity(an_entity("thing").with_field("a", "tekst"))
    with pytest.raises(CompileError) as caught:
        install_packs(site, [faulty.build()], BY_SYSTEM)
    assert any("did you mean 'text'" in str(each) for each in caught.value.diagnostics)
    assert site.services.runtime.refresh().model.revision == before
    assert names(site) == ["Tea"]


def test_two_packs_of_one_name_are_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(KalipError, match="named 'shop'"):
        install_packs(site, [shop().build(), shop("2.0.0").build()], BY_SYSTEM)


def test_what_was_looked_at_is_what_is_installed(site: Site) -> None:
    proposal = propose(site, [shop().build()])
    published = install_proposed(site, proposal, BY_SYSTEM)
    assert published is not None
    assert published.revision.hash == proposal.served.model.revision
    assert names(site) == ["Tea"]
    assert install_proposed(site, propose(site, [shop().build()]), BY_SYSTEM) is None


def test_a_proposal_is_not_installed_over_something_newer(site: Site) -> None:
    stale = propose(site, [shop().build()])
    install_packs(site, [a_pack("till").with_entity(an_entity("till")).build()], BY_SYSTEM)
    with pytest.raises(PublishConflict, match="published meanwhile"):
        install_proposed(site, stale, BY_SYSTEM)
    assert "good" not in site.services.runtime.refresh().model.entities
