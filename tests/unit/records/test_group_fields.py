"""Fields that name a group: chosen, shown, sorted and filtered by its name, imported by its code, kept when it goes."""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import RecordRejected
from kalip.records import ListRecords, PickQuery, list_records, pick
from kalip.records.organisation import SaveGroup, change_group, remove_group
from kalip.records.transfer import ExportFormat, ImportPlan, export_records, read_table, run_import
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site


@pytest.fixture
def desk(database_url: str) -> Iterator[Site]:
    ticket = (
        an_entity("ticket")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("team", "group")
        .with_access(rep={"all": "all"})
    )
    with a_site(
        database_url, a_pack("desk").with_role("rep").with_role("boss", administrator=True).with_entity(ticket)
    ) as site:
        yield site


def listed(site: Site, **asked: Any) -> list[tuple[object, object]]:
    command = ListRecords("ticket", fields=("name", "team.name"), **asked)
    items = site.act("bora", lambda work: list_records(work, command), write=False).items
    return [(row["name"], row["team.name"]) for row in items]


def test_it_works(desk: Site) -> None:
    """DY8: a record names a team."""
    north, south = desk.group("north", "bora", name="Zeta"), desk.group("south", "cem", name="Alpha")
    for name, team in (("lamp", north), ("door", south), ("roof", None)):
        desk.save("bora", "ticket", {"name": name, "team": team})
    assert listed(desk, sort=("team",)) == [("door", "Alpha"), ("lamp", "Zeta"), ("roof", None)]
    assert listed(desk, filter="team.code == 'north'") == [("lamp", "Zeta")]
    assert listed(desk, filter=f"team == '{south}'") == [("door", "Alpha")]
    assert listed(desk, filter="team in actor.own_groups") == [("lamp", "Zeta")]
    assert listed(desk, filter="team.code in actor.groups") == []  # codes are read when the actor is made


def test_a_group_that_is_not_there_is_refused(desk: Site) -> None:
    with pytest.raises(RecordRejected) as refused:
        desk.save("bora", "ticket", {"name": "lamp", "team": desk.actors["bora"].id})
    assert [(each.pointer, each.code) for each in refused.value.violations] == [("/team", "not_found")]


def test_picking(desk: Site) -> None:
    north = desk.group("north", name="Day shift")
    desk.group("south", name="Night shift")
    picked = desk.act("bora", lambda work: pick(work, PickQuery("ticket", "NORTH", "team")), write=False)
    assert [(each.entity, each.id, each.title, each.snippet) for each in picked] == [
        ("group", north, "Day shift", "north")
    ]
    assert len(desk.act("bora", lambda work: pick(work, PickQuery("ticket", "shift", "team", 1)), write=False)) == 1


def test_files_name_it(desk: Site, tmp_path: Path) -> None:
    desk.group("north", name="Day shift")
    desk.group("south", name="Twins")
    desk.group("west", name="Twins")
    path = tmp_path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = [["name", "team"], ["lamp", "NORTH"], ["door", "day shift"], ["roof", "Twins"], ["wall", "east"]]
        csv.writer(stream).writerows(rows)
    plan = ImportPlan("ticket", read_table(path), {"name": "name", "team": "team"})
    result = run_import(desk.services, desk.actors["bora"], plan)
    assert (result.created, result.refused) == (2, 2)
    command = ListRecords("ticket", fields=("name", "team", "team.code"), sort=("name",))
    text = b"".join(export_records(desk.services, desk.actors["bora"], command, ExportFormat("csv"))).decode(
        "utf-8-sig"
    )
    assert list(csv.reader(text.splitlines()))[1:] == [
        ["door", "Day shift", "north"],
        ["lamp", "Day shift", "north"],
    ]


def test_a_group_that_goes_is_kept_and_may_not_be_chosen_anew(desk: Site) -> None:
    team = desk.group("north", "bora")
    lamp = desk.save("bora", "ticket", {"name": "lamp", "team": team}).id
    door = desk.save("bora", "ticket", {"name": "door"}).id
    desk.act("ada", lambda work: change_group(work, team, SaveGroup("n", "Far north")))
    assert listed(desk, sort=("team",)) == [("lamp", "Far north"), ("door", None)]
    desk.act("ada", partial(remove_group, group_id=team))
    assert listed(desk, filter="team != null") == [("lamp", None)]
    assert listed(desk, filter="team in actor.own_groups") == []
    desk.save("bora", "ticket", {"name": "lamp 2", "team": team}, lamp)
    with pytest.raises(RecordRejected):
        desk.save("bora", "ticket", {"team": team}, door)
    desk.save("bora", "ticket", {"team": None}, lamp)


def test_rules_read_of_whom_a_change_names(database_url: str) -> None:
    ticket = (
        an_entity("ticket")
        .with_keys(
            title="name",
            checks={
                "not_cem": {"expression": "owner.email != 'cem@example.com'", "message": "Not Cem.", "field": "owner"},
                "not_south": {"expression": "team.code != 'south'", "message": "Not the south.", "field": "team"},
            },
        )
        .with_field("name", "text", required=True)
        .with_field("team", "group")
        .with_access(rep={"all": "all"})
    )
    pack = a_pack("desk").with_role("rep").with_role("boss", administrator=True).with_entity(ticket)
    with a_site(database_url, pack) as site:
        north, south = site.group("north"), site.group("south")
        made = site.save("bora", "ticket", {"name": "lamp", "team": north}).id
        for values in ({"owner": site.actors["cem"].id}, {"team": south}):
            for record_id in (made, None):
                with pytest.raises(RecordRejected) as refused:
                    site.save("bora", "ticket", {"name": "door", **values}, record_id)
                assert [each.pointer for each in refused.value.violations] == [f"/{next(iter(values))}"]
