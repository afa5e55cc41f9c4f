"""Whose records are seen: a person's own, a team's, those of one's people in units below, and single ones."""

from dataclasses import replace

import pytest

from kalip.access import Actor
from kalip.base.errors import NotFound
from kalip.base.ids import new_id
from kalip.records import ListRecords, list_records, run
from kalip.records.sharing import ShareRecord, share_record
from kalip.storage.organisation import Position, Unit, add_position, add_unit
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import Site, a_site


def pack() -> PackBuilder:
    ticket = (
        an_entity("ticket")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("team", "choice", choices="team")
        .with_access(
            rep={"read": "own", "create": "all", "share": "own"},
            agent={"read": {"scope": "all", "where": "team in actor.groups"}},
            head={"read": "unit_below"},
            looker={"read": "none"},
        )
    )
    made = a_pack("desk").with_choices("team", "north", "south").with_role("boss", administrator=True)
    return made.with_role("rep", "agent", "head", "looker").with_entity(ticket)


def seen(site: Site, who: Actor) -> set[str]:
    page = run(site.services, who, lambda work: list_records(work, ListRecords("ticket")), write=False)
    return {str(row["name"]) for row in page.items}


def test_it_works(database_url: str) -> None:
    """DY6, DY8: depths by role, what roles permit adds up; a user's, a team's, the manager's, one that is shared."""
    with a_site(database_url, pack()) as site:
        bora, cem = str(site.actors["bora"].id), str(site.actors["cem"].id)
        tickets: dict[str, dict[str, object]] = {
            "lamp": {"owner": bora},
            "door": {"owner": cem, "team": "north"},
            "roof": {"owner": None, "team": "south"},
        }
        ids = {name: site.save("ada", "ticket", {"name": name, **said}).id for name, said in tickets.items()}
        house, shop = Unit(new_id(), "house", "House"), Unit(new_id(), "shop", "Shop")
        with site.services.database.write() as session:
            add_unit(session, house)
            add_unit(session, replace(shop, parent=house.id))
            add_position(session, Position(new_id(), bora, shop.id))
            add_position(session, Position(new_id(), cem, house.id))
        viewer = replace(site.actors["cem"], roles=("agent",))
        assert seen(site, site.actors["bora"]) == {"lamp"}
        assert seen(site, viewer) == set()
        assert seen(site, replace(viewer, groups=("north",))) == {"door"}
        assert seen(site, replace(viewer, groups=("north", "south"))) == {"door", "roof"}
        assert seen(site, replace(viewer, roles=("head",))) == {"lamp", "door"}
        assert seen(site, replace(viewer, roles=("head", "agent"), groups=("south",))) == {"lamp", "door", "roof"}
        # Whoever has no right on the entity, for whom it isn't there, sees the one that was shared, and no other.
        stranger = replace(site.actors["deniz"], roles=("looker",))
        with pytest.raises(NotFound):
            seen(site, stranger)
        command = ShareRecord("ticket", ids["lamp"], "user", str(stranger.id), "knows lamps")
        site.act("bora", lambda work: share_record(work, command))
        assert seen(site, stranger) == {"lamp"}
