"""The tree of units with its closure table, and the people's positions in it. Knows rows, not who may change them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, literal, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from kalip.storage.errors import UniqueClash
from kalip.storage.own import KalipPosition, KalipUnit, KalipUnitAbove, KalipUser, table_of
from kalip.storage.session import Session

UNITS: Final = table_of(KalipUnit)
ABOVE: Final = table_of(KalipUnitAbove)
POSITIONS: Final = table_of(KalipPosition)
_USERS: Final = table_of(KalipUser)
_TREE_LOCK: Final = 0x6B616C6A  # beside "kalip"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit under its `parent`. `manager` answers for it, else its head; `calendar` none means the parent's."""

    id: str
    code: str
    name: str
    parent: str | None = None
    manager: str | None = None
    calendar: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Position:
    """A person's place in a unit from the day `since` through the day `until`; either may be open."""

    id: str
    user_id: str
    unit: str
    title: str = ""
    head: bool = False
    since: date | None = None
    until: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the person has the position on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


_POSITION: Final = tuple(each.name for each in fields(Position))


def hold_tree(session: Session) -> None:
    """Wait until nobody else shapes the tree, and keep others waiting until the transaction ends."""
    if session.dialect == "postgresql":
        session.fetch(f"SELECT pg_advisory_xact_lock({_TREE_LOCK})", {})


def add_unit(session: Session, unit: Unit) -> None:
    """Add a unit under its parent; UniqueClash when another one has its code. Hold the tree before."""
    try:
        session.write(insert(UNITS), asdict(unit))
    except IntegrityError as error:
        raise UniqueClash("unit", ("code",)) from error
    session.write(insert(ABOVE), {"unit": unit.id, "above": unit.id, "depth": 0})
    if unit.parent is not None:
        _hang(session, unit.id, unit.parent)


def save_unit(session: Session, unit: Unit) -> None:
    """Write what a unit is called, who manages it and so on; where it hangs stays. UniqueClash as in `add_unit`."""
    values = {name: value for name, value in asdict(unit).items() if name not in ("id", "parent")}
    try:
        session.write(update(UNITS).where(UNITS.c.id == unit.id), values)
    except IntegrityError as error:
        raise UniqueClash("unit", ("code",)) from error


def move_unit(session: Session, unit_id: str, parent: str | None) -> bool:
    """Hang a unit with all below it elsewhere; false where that is below the unit itself. Hold the tree before."""
    if parent is not None and stands_below(session, parent, unit_id):
        return False
    below = select(ABOVE.c.unit).where(ABOVE.c.above == unit_id)
    over = select(ABOVE.c.above).where(ABOVE.c.unit == unit_id, ABOVE.c.depth > 0)
    session.write(delete(ABOVE).where(ABOVE.c.unit.in_(below), ABOVE.c.above.in_(over)))
    if parent is not None:
        _hang(session, unit_id, parent)
    session.write(update(UNITS).where(UNITS.c.id == unit_id), {"parent": parent})
    return True


def delete_unit(session: Session, unit_id: str) -> None:
    """Take a unit without units below it out of the tree, with the positions in it. Hold the tree before."""
    session.write(delete(POSITIONS).where(POSITIONS.c.unit == unit_id))
    session.write(delete(ABOVE).where(ABOVE.c.unit == unit_id))
    session.write(delete(UNITS).where(UNITS.c.id == unit_id))


def get_unit(session: Session, unit_id: str) -> Unit | None:
    """The unit with an id."""
    return _one_unit(session, UNITS.c.id == unit_id)


def find_unit(session: Session, code: str) -> Unit | None:
    """The unit with a code."""
    return _one_unit(session, UNITS.c.code == code)


def list_units(session: Session) -> list[Unit]:
    """All units, by code."""
    return [Unit(**row) for row in session.run(select(UNITS).order_by(UNITS.c.code)).mappings()]


def stands_below(session: Session, unit_id: str, above: str) -> bool:
    """Whether a unit is another one, or stands below it."""
    query = select(literal(1)).where(ABOVE.c.unit == unit_id, ABOVE.c.above == above)
    return session.run(query).first() is not None


def units_above(session: Session, unit_id: str) -> list[Unit]:
    """A unit and those above it, from the unit up to the root."""
    query = select(UNITS).join(ABOVE, ABOVE.c.above == UNITS.c.id).where(ABOVE.c.unit == unit_id)
    return [Unit(**row) for row in session.run(query.order_by(ABOVE.c.depth)).mappings()]


def has_units_below(session: Session, unit_id: str) -> bool:
    """Whether other units hang below a unit."""
    return session.run(select(literal(1)).where(UNITS.c.parent == unit_id).limit(1)).first() is not None


def add_position(session: Session, position: Position) -> None:
    """Give a person a place in a unit."""
    session.write(insert(POSITIONS), asdict(position))


def save_position(session: Session, position: Position) -> None:
    """Write a position's present state."""
    session.write(update(POSITIONS).where(POSITIONS.c.id == position.id), asdict(position))


def delete_position(session: Session, position_id: str) -> None:
    """Forget a position."""
    session.write(delete(POSITIONS).where(POSITIONS.c.id == position_id))


def get_position(session: Session, position_id: str) -> Position | None:
    """The position with an id."""
    found = _positions(session, select(POSITIONS).where(POSITIONS.c.id == position_id))
    return found[0] if found else None


def positions_of(session: Session, user_id: str) -> list[Position]:
    """A person's positions, past and coming ones too, the oldest first."""
    return _positions(session, select(POSITIONS).where(POSITIONS.c.user_id == user_id))


def positions_in(session: Session, unit_id: str) -> list[Position]:
    """The positions in a unit, past and coming ones too, heads first."""
    found = _positions(session, select(POSITIONS).where(POSITIONS.c.unit == unit_id))
    return sorted(found, key=lambda each: not each.head)


def position_counts(session: Session, day: date) -> Mapping[str, int]:
    """How many people have a position in each unit on a day."""
    query = select(POSITIONS.c.unit, func.count(POSITIONS.c.user_id.distinct()))
    counted = session.run(query.where(held_on(day)).group_by(POSITIONS.c.unit))
    return {str(unit): int(count) for unit, count in pairs(counted)}


def leads_of_units(session: Session, units: Collection[str], day: date) -> dict[str, tuple[str, ...]]:
    """Who answers for units on a day: the manager, else the heads; units without anybody are left out."""
    if not units:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    heads = select(POSITIONS.c.unit, POSITIONS.c.user_id).where(
        POSITIONS.c.unit.in_(sorted(units)), POSITIONS.c.head.is_(True), held_on(day)
    )
    for unit, user in pairs(session.run(heads.order_by(POSITIONS.c.since, POSITIONS.c.id))):
        found[unit] = (*found.get(unit, ()), user)
    named = select(UNITS.c.id, UNITS.c.manager).where(UNITS.c.id.in_(sorted(units)), UNITS.c.manager.is_not(None))
    return found | {str(unit): (str(user),) for unit, user in pairs(session.run(named))}


def users_in_units(day: date, units: Select[Any]) -> Select[Any]:
    """The ids of people who have a position on a day in the units of a query, to be used inside of another one."""
    return select(POSITIONS.c.user_id).where(POSITIONS.c.unit.in_(units), held_on(day))


def people_within(session: Session, unit_id: str, day: date) -> list[str]:
    """The ids of the people who have a position on a day in a unit or below it, by name."""
    units = select(ABOVE.c.unit).where(ABOVE.c.above == unit_id)
    query = select(_USERS.c.id).where(_USERS.c.id.in_(users_in_units(day, units)))
    return list(session.run(query.order_by(_USERS.c.name, _USERS.c.id)).scalars())


def led_by(leader: str, day: date) -> Select[Any]:
    """The ids of the people who have a position on a day in a unit that somebody answers for, or below it."""
    managed = select(UNITS.c.id).where(UNITS.c.manager == leader)
    headed = select(UNITS.c.id).where(
        UNITS.c.manager.is_(None),
        UNITS.c.id.in_(
            select(POSITIONS.c.unit).where(POSITIONS.c.user_id == leader, POSITIONS.c.head.is_(True), held_on(day))
        ),
    )
    below = select(ABOVE.c.unit).where(ABOVE.c.above.in_(managed.union(headed)))
    return select(_USERS.c.id).where(_USERS.c.id.in_(users_in_units(day, below)), _USERS.c.id != leader)


def users_led(session: Session, leader: str, day: date, limit: int) -> list[str]:
    """The first of these, by name."""
    query = led_by(leader, day).order_by(_USERS.c.name, _USERS.c.id)
    return list(session.run(query.limit(limit)).scalars())


def count_led(session: Session, leader: str, day: date) -> int:
    """How many these are."""
    return int(session.run(select(func.count()).select_from(led_by(leader, day).subquery())).scalar_one())


def held_on(day: date | ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a position is held on a day."""
    begun = or_(POSITIONS.c.since.is_(None), POSITIONS.c.since <= day)
    return and_(begun, or_(POSITIONS.c.until.is_(None), POSITIONS.c.until >= day))


def pairs(rows: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    """Rows of two columns."""
    return ((row[0], row[1]) for row in rows)


def closure_faults(session: Session) -> list[str]:
    """The units whose rows of the closure table are not what their parents say; for checks, as it reads everything."""
    parents = {unit.id: unit.parent for unit in list_units(session)}
    kept: dict[str, dict[str, int]] = {unit: {} for unit in parents}
    for row in session.run(select(ABOVE)):
        kept[row.unit][row.above] = row.depth
    faults = []
    for unit in parents:
        right: dict[str, int] = {}
        at: str | None = unit
        while at is not None and at not in right:
            right[at] = len(right)
            at = parents[at]
        if kept[unit] != right:
            faults.append(unit)
    return faults


def _hang(session: Session, unit_id: str, parent: str) -> None:
    below, over = ABOVE.alias("below"), ABOVE.alias("over")
    # Everything below the unit comes below everything above its parent.
    rows = (
        select(below.c.unit, over.c.above, below.c.depth + over.c.depth + 1)
        .join(over, true())
        .where(below.c.above == unit_id, over.c.unit == parent)
    )
    session.write(insert(ABOVE).from_select(["unit", "above", "depth"], rows))


def _one_unit(session: Session, condition: ColumnElement[bool]) -> Unit | None:
    row = session.run(select(UNITS).where(condition)).mappings().first()
    return None if row is None else Unit(**row)


def _positions(session: Session, query: Select[Any]) -> list[Position]:
    ordered = query.order_by(func.coalesce(POSITIONS.c.since, date.min), POSITIONS.c.id)
    return [Position(**{name: row[name] for name in _POSITION}) for row in session.run(ordered).mappings()]


def unit_in_use(session: Session, unit_id: str, day: date) -> bool:
    """Whether anybody has a position in a unit on a day or later."""
    later = or_(POSITIONS.c.until.is_(None), POSITIONS.c.until >= day)
    return bool(session.run(select(exists().where(POSITIONS.c.unit == unit_id, later))).scalar())
