"""What rights cost: a list of one with many roles, shares and a large house, beside the administrator's."""

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from kalip.base.ids import new_id
from kalip.storage import Session, User, add_user, insert_records
from kalip.storage.groups import Group, add_group, add_members
from kalip.storage.organisation import Position, Unit, add_position, add_unit
from kalip.storage.shares import Share, add_share
from tests.bench.figures import Figure
from tests.bench.sites import analyze
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.records import START as NOW
from tests.support.records import a_row
from tests.support.web_site import Caller, Site, a_site

UNITS: Final = 500
PEOPLE: Final = 300
SHARES: Final = 1_000
ROLES: Final = ("mine", "team", "house", "turkish", "warded")
LIMIT: Final = 50
ROUNDS: Final = 7
CALLS: Final = 20
COSTS_AT_MOST: Final = 1.5
"""How many times longer the list may take than the administrator's."""
_AT_ONCE: Final = 5_000


def rights(database: str, address: str, folder: Path, rows: int) -> Iterator[Figure]:
    """Measure the list of REST on an empty database at an address, of both in turns."""
    with a_site(address, folder, _pack()) as site:
        callers = {"admin": site.admin, "head": site.person(*ROLES)}
        _fill(site, callers["head"], rows)
        times: dict[str, list[float]] = {name: [] for name in callers}
        for _ in range(ROUNDS):
            for name, taken in times.items():
                taken.append(_time_of(callers[name]))
        alone, beside = (min(taken) for taken in times.values())
        where = f"{database}, {rows:,} rows, {len(ROLES)} roles, {SHARES:,} shares, {UNITS} units"
        yield Figure("list with rights", where, beside, "ms", alone, beside / alone, COSTS_AT_MOST, at_most=True)


def _time_of(caller: Caller) -> float:
    """Milliseconds for a list of the newest fifty."""
    began = time.perf_counter()
    for _ in range(CALLS):
        found = caller.ids(f"/api/records/deal?fields=name,country&limit={LIMIT}")
        if len(found) != LIMIT:
            raise AssertionError(f"only {len(found)} rows are seen")
    return (time.perf_counter() - began) / CALLS * 1000


def _pack() -> PackBuilder:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("country", "text")
        .with_field("level", "choice", choices="level")
        .with_document(
            "access",
            {
                "confidentiality": {"field": "level"},
                "permissions": {
                    "mine": {"read": "own"},
                    "team": {"read": "team"},
                    "house": {"read": "unit_below"},
                    "turkish": {"read": {"scope": "unit", "where": "country == 'TR'"}},
                    "warded": {"read": {"scope": "all", "where": "country == 'XX'", "deny": True}},
                },
            },
        )
    )
    return a_pack("bench").with_entity(deal).with_choices("level", "low", "high").with_role(*ROLES, clearance="low")


def _fill(site: Site, head: Caller, rows: int) -> None:
    """Units as a tree, people in them, deals of theirs, and shares with the one who heads a unit near the top."""
    random = Random(5)  # noqa: S311  nothing is secret here
    with site.services.database.write() as session:
        people = _house(session, random, head.user_id)
        ids = _deals(site, session, random, people, rows)
        for record_id in random.sample(ids, min(SHARES, len(ids))):
            share = Share(new_id(), "deal", record_id, ("read",), "user", head.user_id, None, "bench", None, NOW)
            add_share(session, share)
    analyze(site.services)


def _house(session: Session, random: Random, head: str) -> list[str]:
    people = [head]
    for number in range(1, PEOPLE):
        person = User(new_id(), f"P{number}", f"p{number}@bench.example.com", ROLES, "en", "UTC", True, None, NOW)
        add_user(session, person)
        people.append(person.id)
    units: list[Unit] = []
    for number in range(UNITS):
        parent = units[(number - 1) // 4].id if units else None
        units.append(Unit(new_id(), f"unit{number}", f"Unit {number}", parent))
        add_unit(session, units[-1])
    group = Group(new_id(), "group", "Group")
    add_group(session, group)
    for person_id in people:
        unit = units[1] if person_id == head else random.choice(units)
        add_position(session, Position(new_id(), person_id, unit.id))
    add_members(session, group.id, people[:20])
    return people


def _deals(site: Site, session: Session, random: Random, people: list[str], rows: int) -> list[str]:
    ids: list[str] = []
    for start in range(0, rows, _AT_ONCE):
        made = [
            a_row(
                name=f"Deal {start + place}",
                country=random.choice(("TR", "DE", "XX")),
                level=random.choice((None, "low", "high")),
                owner=random.choice(people),
            )
            for place in range(min(_AT_ONCE, rows - start))
        ]
        insert_records(session, site.served, "deal", made)
        ids += (str(row["id"]) for row in made)
    return ids
