"""A record given to another owner by the one who may do that, and may no longer change it then."""

from collections.abc import Iterator

import pytest

from kalip.base.errors import AccessDenied
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site

# Python answers the first of these, only the database the second.
CONDITIONS = ("name != 'Taxes'", "tags.exists(t, t.name == 'open')")


@pytest.fixture(params=CONDITIONS)
def office(request: pytest.FixtureRequest, database_url: str) -> Iterator[Site]:
    tag = (
        an_entity("tag")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_document("access", {"permissions": {"rep": {"read": "all"}}})
    )
    doc = (
        an_entity("doc")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("tags", "references", to="tag")
        .with_document(
            "access",
            {
                "permissions": {
                    "rep": {
                        "read": "all",
                        "create": "all",
                        "assign": "own",
                        "update": {"scope": "own", "where": request.param},
                    },
                    "viewer": {"read": "all"},
                }
            },
        )
    )
    pack = a_pack("office").with_role("boss", administrator=True).with_role("rep").with_role("viewer")
    with a_site(database_url, pack.with_entity(tag).with_entity(doc)) as site:
        yield site


def test_it_works(office: Site) -> None:
    tag = office.save("ada", "tag", {"name": "open"}).id
    doc = office.save("bora", "doc", {"name": "Menu", "tags": [tag]}).id
    ada = office.actors["ada"].id
    with pytest.raises(AccessDenied):
        office.save("cem", "doc", {"owner": ada}, doc)
    office.save("bora", "doc", {"owner": ada}, doc)
    assert office.get("bora", "doc", doc)["owner"] == ada
    with pytest.raises(AccessDenied):
        office.save("bora", "doc", {"name": "Mine"}, doc)


def test_what_may_not_be_changed_is_not_given_away(office: Site) -> None:
    doc = office.save("ada", "doc", {"name": "Taxes", "owner": office.actors["bora"].id}).id
    with pytest.raises(AccessDenied):
        office.save("bora", "doc", {"owner": office.actors["ada"].id}, doc)


def test_nor_made_such_while_it_is_given_away(office: Site) -> None:
    tag = office.save("ada", "tag", {"name": "open"}).id
    doc = office.save("bora", "doc", {"name": "Menu", "tags": [tag]}).id
    with pytest.raises(AccessDenied):
        office.save("bora", "doc", {"owner": office.actors["ada"].id, "name": "Taxes", "tags": []}, doc)
