"""Publishing under the lock, and what other processes see of it."""

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import PublishConflict
from kalip.designer import Publication, Site, install_packs, propose, publish, settle
from kalip.records import SaveRecord, get_record, run, save_record
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.unit.designer.conftest import Opened

BY_SYSTEM = Publication(SYSTEM, "")


def shop(*fields: str) -> PackBuilder:
    """Goods with these fields beside their name."""
    good = an_entity("good").with_field("name", "text").with_keys(title="name")
    for field in fields:
        good.with_field(field, "text")
    return a_pack("shop").with_entity(good)


def test_it_works(site: Site) -> None:
    done = publish(site, propose(site, [shop().build()]), Publication(SYSTEM, "First"))
    assert done.revision.base is None
    assert done.revision.message == "First"
    assert propose(site, []).is_empty


def test_what_was_drawn_from_an_older_state_is_refused(site: Site) -> None:
    early = propose(site, [shop("a").build()])
    publish(site, propose(site, [shop().build()]), BY_SYSTEM)
    with pytest.raises(PublishConflict, match="published meanwhile"):
        publish(site, early, BY_SYSTEM)
    assert "a" not in site.services.runtime.refresh().model.entities["good"].fields


def test_what_goes_out_of_sight_must_be_accepted_and_comes_back_with_its_data(site: Site) -> None:
    install_packs(site, [shop("note").build()], BY_SYSTEM)
    kept = run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("good", {"note": "remember"})))
    with pytest.raises(PublishConflict, match="out of sight"):
        install_packs(site, [shop().build()], BY_SYSTEM)
    assert "note" in site.services.runtime.pin().model.entities["good"].fields
    install_packs(site, [shop().build()], Publication(SYSTEM, "", accept_loss=True))
    assert "note" not in site.services.runtime.pin().model.entities["good"].fields
    install_packs(site, [shop("note").build()], BY_SYSTEM)
    record = run(site.services, SYSTEM, lambda work: get_record(work, "good", kept.id), write=False)
    assert record["note"] == "remember"


def test_another_process_follows_and_never_writes_under_an_old_model(site: Site, open_site: Opened) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    other = open_site()
    assert "a" not in other.services.runtime.pin().model.entities["good"].fields
    install_packs(site, [shop("a").build()], BY_SYSTEM)
    saved = run(other.services, SYSTEM, lambda work: save_record(work, SaveRecord("good", {"a": "new"})))
    assert saved.version == 1
    assert other.services.runtime.pin().model.revision == site.services.runtime.pin().model.revision


def test_settling_what_is_settled_needs_no_step(site: Site) -> None:
    install_packs(site, [shop().build()], BY_SYSTEM)
    assert settle(site).is_empty
