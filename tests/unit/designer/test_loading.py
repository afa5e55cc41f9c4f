"""From a published revision to the model, in any process."""

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import StorageError
from kalip.designer import Publication, Site, install_packs, load_served, propose
from tests.support.builders import a_pack, an_entity
from tests.unit.designer.conftest import Opened


def test_it_works(site: Site, open_site: Opened) -> None:
    pack = a_pack("shop").with_entity(an_entity("good").with_field("name", "text")).build()
    _, published = install_packs(site, [pack], Publication(SYSTEM, ""))
    assert published is not None
    other = open_site()
    served = load_served(other.services.database, other.extensions, published.revision.hash)
    assert served.model.revision == published.revision.hash
    assert list(served.model.entities["good"].fields) == ["name"]


def test_before_the_first_publish_there_is_an_empty_system(site: Site) -> None:
    assert load_served(site.services.database, site.extensions, None).model.entities == {}


def test_an_unknown_revision(site: Site) -> None:
    with pytest.raises(StorageError, match="no revision"):
        load_served(site.services.database, site.extensions, "f" * 64)


def test_a_layer_above_takes_away_what_records_of_an_installed_pack_name(site: Site) -> None:
    """U11"""
    goods = {"entity": "good", "records": {"nail": {"name": "Nail", "weight": "0.01"}}}
    good = an_entity("good").with_field("name", "text").with_field("weight", "decimal", scale=2)
    shop = a_pack("shop").with_entity(good).with_document("seed/goods", goods).build()
    install_packs(site, [shop], Publication(SYSTEM, ""))
    lighter = an_entity("good").with_keys(extends="shop/good")
    lighter.fields["weight"] = None
    overlay = a_pack("site").with_entity(lighter).requiring(shop=">=1").build()
    assert "weight" not in propose(site, [overlay]).served.model.entities["good"].fields
    assert "weight" not in propose(site, [shop, overlay]).served.model.entities["good"].fields
