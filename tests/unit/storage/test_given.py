"""What others gave an actor: the same whether it is asked for or was read together with who calls."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kalip.expressions import ActorContext, Context
from kalip.storage import Database, LoginSession, Session, User, add_user, create_login, find_login
from kalip.storage.given import ActorSets
from kalip.storage.groups import Group, add_group, add_members
from kalip.storage.organisation import Position, Unit, add_position, add_unit
from kalip.storage.shares import Share, add_share
from kalip.storage.tasks import Task, add_task

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def house(database: Database) -> Database:
    """Ayşe was in the north until yesterday, is in the east below it today, and comes to the south tomorrow."""
    with database.write() as session:
        add_user(session, User("ayse", "Ayşe", "ayse@example.com", ("rep",), "en", "UTC", True, None, NOW))
        for unit, parent in (("all", None), ("north", "all"), ("east", "all"), ("south", "all")):
            add_unit(session, Unit(unit, unit, unit, parent))
        add_position(session, Position("p1", "ayse", "north", until=TODAY - DAY))
        add_position(session, Position("p2", "ayse", "east", since=TODAY, until=TODAY))
        add_position(session, Position("p3", "ayse", "south", since=TODAY + DAY))
        add_group(session, Group("crew", "crew", "Crew"))
        add_members(session, "crew", ["ayse"])
        _share(session, "deal", "user", "ayse", "read", "update")
        _share(session, "bill", "group", "crew", "read")
        _share(session, "lead", "unit", "all", "read")
        _share(session, "case", "unit", "south", "read")
        _share(session, "past", "user", "ayse", "read", until=NOW)
        add_task(session, Task("t1", "Look", NOW, entity="order", record_id="o1", user_id="ayse"))
        create_login(session, LoginSession("hash", "ayse", NOW, NOW + DAY, NOW, "127.0.0.1", "Firefox"))
    return database


def _share(session: Session, entity: str, kind: str, grantee: str, *verbs: str, until: datetime | None = None) -> None:
    add_share(session, Share(f"s-{entity}", entity, "r1", verbs, kind, grantee, until, "why", None, NOW))  # type: ignore[arg-type]


def _told(session: Session, *, spared: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    found = find_login(session, "hash", NOW, spared)
    assert found is not None
    return found[1].told


def _facts(sets: ActorSets) -> tuple[set[str], set[str], dict[str, set[str]], set[str]]:
    entities = ("deal", "bill", "lead", "case", "past", "order")
    shared = {each: set(sets.shared(each)) for each in entities if sets.shared(each)}
    grantees, units = (set(sets.members(name)) for name in ("grantees", "units"))
    return grantees, units, shared, {each for each in entities if sets.tasked(each)}


@pytest.mark.parametrize(
    ("day", "unit", "more"),
    [(TODAY - DAY, "north", {}), (TODAY, "east", {}), (TODAY + DAY, "south", {"case": {"read"}})],
)
def test_it_works(house: Database, day: date, unit: str, more: dict[str, set[str]]) -> None:
    """Places count on their days, which the calendar of the actor says, not that of the database."""
    right = {"deal": {"read", "update"}, "bill": {"read"}, "lead": {"read"}, **more}
    context = Context(NOW, day, ActorContext("ayse"))
    with house.read() as session:
        asked = _facts(ActorSets(session, context))
        assert asked == ({"ayse", "crew", unit, "all"}, {unit}, right, {"order"})
        told = _told(session)
        assert told is not None
        assert _facts(ActorSets(session, context, told)) == asked


def test_it_is_read_of_whom_it_can_matter_to(house: Database) -> None:
    with house.read() as session:
        assert _told(session, spared=("boss",))
        assert _told(session, spared=("boss", "rep")) is None
        found = find_login(session, "hash", NOW)
        assert found is not None
        assert found[1].told is None


def test_nobody_was_given_anything(house: Database) -> None:
    with house.read() as session:
        assert _facts(ActorSets(session, Context(NOW, TODAY))) == (set(), set(), {}, set())
