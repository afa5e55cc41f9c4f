"""Records that a team owns, or a deputy: further owners count wherever the owner does."""

from collections.abc import Iterator

import pytest

from kalip.base.errors import AccessDenied, NotFound
from kalip.base.ids import new_id
from kalip.records import ListRecords, list_records
from kalip.records.explaining import Because, question_of, said_in, why
from kalip.records.organisation import change_members
from kalip.storage import tables_for
from kalip.storage.indexes import index_specs
from kalip.storage.organisation import Position, Unit, add_position, add_unit
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site

GRANTS = {
    "rep": {"read": "own", "update": "own", "create": "all", "share": "own"},
    "viewer": {"read": "unit_below", "assign": "unit_below", "update": "unit_below"},
}


@pytest.fixture
def desk(database_url: str) -> Iterator[Site]:
    ticket = (
        an_entity("ticket")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("team", "group")
        .with_field("deputy", "user")
        .with_document("access", {"owners": {"team": {}, "deputy": {}}, "permissions": GRANTS})
    )
    pack = a_pack("desk").with_role("rep", "viewer").with_role("boss", administrator=True).with_entity(ticket)
    with a_site(database_url, pack) as site:
        yield site


def seen(site: Site, who: str) -> set[str]:
    page = site.act(who, lambda work: list_records(work, ListRecords("ticket")), write=False)
    return {str(row["name"]) for row in page.items}


def test_it_works(desk: Site) -> None:
    """DY8, SB2: what a team owns is everybody's who is in it, and what one looks after for another is one's own."""
    bora = str(desk.actors["bora"].id)
    north, south = desk.group("north", "bora"), desk.group("south")
    said = {"lamp": {"team": north}, "door": {"team": south}, "roof": {"deputy": bora}, "wall": {}}
    ids = {name: desk.save("ada", "ticket", {"name": name, **more}).id for name, more in said.items()}
    assert seen(desk, "bora") == {"lamp", "roof"}
    desk.save("bora", "ticket", {"name": "lamp 2"}, ids["lamp"])
    with pytest.raises(NotFound):
        desk.save("bora", "ticket", {"name": "x"}, ids["door"])
    desk.act("ada", lambda work: change_members(work, north, remove=[bora]))
    assert seen(desk, "bora") == {"roof"}


def test_a_manager_sees_what_the_teams_of_his_people_own(desk: Site) -> None:
    """DY8"""
    bora, cem = str(desk.actors["bora"].id), str(desk.actors["cem"].id)
    north = desk.group("north", "bora")
    desk.save("ada", "ticket", {"name": "lamp", "team": north})
    assert seen(desk, "cem") == set()
    house = Unit(new_id(), "house", "House")
    with desk.services.database.write() as session:
        add_unit(session, house)
        add_unit(session, Unit(shop := new_id(), "shop", "Shop", parent=house.id))
        add_position(session, Position(new_id(), cem, house.id))
        add_position(session, Position(new_id(), bora, shop))
    assert seen(desk, "cem") == {"lamp"}


def test_nobody_moves_a_record_out_of_ones_own(desk: Site) -> None:
    north, south = desk.group("north", "bora"), desk.group("south")
    lamp = desk.save("ada", "ticket", {"name": "lamp", "team": north}).id
    with pytest.raises(AccessDenied):
        desk.save("bora", "ticket", {"team": south}, lamp)
    desk.save("bora", "ticket", {"team": south, "owner": desk.actors["bora"].id}, lamp)


def test_to_name_another_team_is_to_give_away(desk: Site) -> None:
    """DY8: whoever may assign gives to a team, which is none of theirs."""
    cem, south = str(desk.actors["cem"].id), desk.group("south")
    lamp = desk.save("ada", "ticket", {"name": "lamp", "owner": cem}).id
    desk.save("cem", "ticket", {"team": south, "owner": None}, lamp)
    assert seen(desk, "cem") == set()


def test_why_tells_all_who_own(desk: Site) -> None:
    """DY8"""
    north = desk.group("north", "bora")
    lamp = desk.save("ada", "ticket", {"name": "lamp", "team": north, "owner": None}).id
    found = desk.act("bora", lambda work: why(work, question_of("update", "ticket", lamp)), write=False)
    assert found.allowed
    said = list(flat(found.because))
    assert "It is among one's own records. (Deputy: —; Owner: —; Team: North)" in said


def test_further_owners_have_an_index(desk: Site) -> None:
    tables = desk.served.project(tables_for)
    with desk.services.database.read() as session:
        specs = index_specs(tables, session.sql.identifier_preparer, session.dialect, "en")
    assert {("team",), ("deputy",)} <= {spec.keys for spec in specs.values() if spec.table == tables.of("ticket").name}


def flat(because: tuple[Because, ...]) -> Iterator[str]:
    for each in because:
        yield said_in(each, "en", lambda _locale, text: text)
        yield from flat(each.under)
