"""Who leads whom, and by which working calendar somebody works. Reads the tree; changes nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from kalip.model import Calendar
from kalip.records.services import Work
from kalip.storage.organisation import (
    Position,
    count_led,
    leads_of_units,
    positions_of,
    stands_below,
    units_above,
    users_led,
)

LED_NAMED: Final = 200
"""People of those whom one leads that are named."""


@dataclass(frozen=True, slots=True)
class Led:
    """The ids of the first `LED_NAMED` of the people whom somebody leads, by name, and how many there are."""

    people: tuple[str, ...] = ()
    count: int = 0


def positions_held(work: Work, user_id: str, day: date | None = None) -> tuple[Position, ...]:
    """The positions that a person has on a day (today), the oldest first."""
    at = day or work.context.today
    return tuple(each for each in positions_of(work.session, user_id) if each.in_force(at))


def manager_of(work: Work, user_id: str) -> str | None:
    """The person who leads somebody, by the first position; None for one whom nobody leads.

    That is the manager, else a head, of the unit; who leads the unit oneself is led by the one above it.
    """
    for position in positions_held(work, user_id):
        for leading in _leads_above(work, position.unit):
            if leading and user_id not in leading:
                return leading[0]
    return None


def leads(work: Work, leader: str, user_id: str) -> bool:
    """Whether a person leads a unit in which somebody has a position, or a unit above it."""
    if leader == user_id:
        return False
    return any(
        leader in leading for position in positions_held(work, user_id) for leading in _leads_above(work, position.unit)
    )


def people_led(work: Work) -> Led:
    """Those whom the one who works leads; nobody while acting for another."""
    me, day = work.actor, work.context.today
    if me.id is None or me.on_behalf is not None:
        return Led()
    return Led(tuple(users_led(work.session, me.id, day, LED_NAMED)), count_led(work.session, me.id, day))


def calendar_of_unit(work: Work, unit_id: str) -> Calendar | None:
    """The working calendar of a unit: its own, else that of the nearest unit above that has one."""
    for unit in units_above(work.session, unit_id):
        if unit.calendar is not None and unit.calendar in work.model.calendars:
            return work.model.calendars[unit.calendar]
    return None


def calendar_of(work: Work, user_id: str) -> Calendar | None:
    """The working calendar of a person, by the first position in a unit that has one."""
    for position in positions_held(work, user_id):
        found = calendar_of_unit(work, position.unit)
        if found is not None:
            return found
    return None


def is_below(work: Work, unit_id: str, above: str) -> bool:
    """Whether a unit is another one or stands below it."""
    return stands_below(work.session, unit_id, above)


def _leads_above(work: Work, unit_id: str) -> list[tuple[str, ...]]:
    """Who answers for a unit and for each above it, from the unit up to the root."""
    chain = [unit.id for unit in units_above(work.session, unit_id)]
    found = leads_of_units(work.session, chain, work.context.today)
    return [found.get(each, ()) for each in chain]
