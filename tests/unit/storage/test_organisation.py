"""The tree of units: its closure table says what the parents say, whatever is moved where, by however many at once."""

import random
import threading
from dataclasses import asdict
from datetime import UTC, date, datetime

from sqlalchemy import insert

from kalip.storage import Database, User, add_user
from kalip.storage.organisation import (
    UNITS,
    Position,
    Unit,
    add_position,
    add_unit,
    closure_faults,
    delete_unit,
    get_unit,
    hold_tree,
    leads_of_units,
    list_units,
    move_unit,
    position_counts,
    positions_in,
    stands_below,
    units_above,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def _grow(database: Database, **parents: str | None) -> None:
    with database.write() as session:
        for name, parent in parents.items():
            add_unit(session, Unit(name, name.upper(), name.title(), parent))


def test_it_works(database: Database) -> None:
    _grow(database, top=None, sales="top", east="sales", stock="top")
    with database.read() as session:
        assert [unit.id for unit in units_above(session, "east")] == ["east", "sales", "top"]
        assert stands_below(session, "east", "top")
        assert not stands_below(session, "top", "east")
        assert closure_faults(session) == []
    with database.write() as session:
        assert move_unit(session, "sales", "stock")
        assert not move_unit(session, "stock", "east")
        assert not move_unit(session, "stock", "stock")
        assert closure_faults(session) == []
        assert [unit.id for unit in units_above(session, "east")] == ["east", "sales", "stock", "top"]
        assert move_unit(session, "sales", None)
        assert [unit.id for unit in units_above(session, "east")] == ["east", "sales"]
        delete_unit(session, "east")
        assert closure_faults(session) == []


def test_any_sequence_of_moves_keeps_the_closure(database: Database) -> None:
    chance = random.Random(7)  # noqa: S311 (the same moves each time)
    names = [f"u{number}" for number in range(12)]
    _grow(database, **dict.fromkeys(names))
    with database.write() as session:
        for _ in range(60):
            unit, parent = chance.choice(names), chance.choice([None, *names])
            below = parent is not None and stands_below(session, parent, unit)
            assert move_unit(session, unit, parent) is not below
        assert closure_faults(session) == []


def test_two_who_move_units_below_each_other_close_no_circle(database: Database) -> None:
    _grow(database, one=None, two=None, three="one", four="two")
    start = threading.Barrier(2)

    def move(unit: str, parent: str) -> None:
        start.wait()
        with database.write() as session:
            hold_tree(session)
            move_unit(session, unit, parent)

    threads = [threading.Thread(target=move, args=pair) for pair in (("one", "four"), ("two", "three"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert closure_faults(session) == []
        tops = [unit.id for unit in list_units(session) if unit.parent is None]
    assert len(tops) == 1


def test_who_leads_and_who_is_there_on_a_day(database: Database) -> None:
    _grow(database, top=None, sales="top")
    with database.write() as session:
        for name in ("ada", "bora"):
            add_user(session, User(name, name.title(), f"{name}@x.co", (), "en", "UTC", True, None, NOW))
        add_position(session, Position("p1", "ada", "sales", head=True, until=date(2026, 11, 23)))
        add_position(session, Position("p2", "bora", "sales", head=True, since=date(2026, 11, 24)))
        add_position(session, Position("p3", "ada", "top"))
        assert leads_of_units(session, ["sales", "top"], TODAY) == {"sales": ("bora",)}
        assert leads_of_units(session, ["sales"], date(2026, 11, 23)) == {"sales": ("ada",)}
        assert position_counts(session, TODAY) == {"sales": 1, "top": 1}
        assert [each.id for each in positions_in(session, "sales")] == ["p1", "p2"]
        assert get_unit(session, "sales") == Unit("sales", "SALES", "Sales", "top")


def test_rows_may_come_in_any_order(database: Database) -> None:
    """A restore brings them in the order of their ids, whatever was hung where later."""
    with database.write() as session:
        session.write(insert(UNITS), asdict(Unit("a", "A", "A", "b")))
        session.write(insert(UNITS), asdict(Unit("b", "B", "B")))
    with database.read() as session:
        assert [unit.parent for unit in list_units(session)] == ["b", None]
