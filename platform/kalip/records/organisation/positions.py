"""Positions of people in units, as administrators keep them. Every change is an event of the person's."""

from dataclasses import asdict

from kalip.base.errors import Violation
from kalip.base.ids import new_id
from kalip.records.accounts.mine import administering
from kalip.records.organisation.checking import check_person, clean, missing, refuse, tell
from kalip.records.organisation.commands import LONGEST_NAME, POSITION, SavePosition
from kalip.records.services import Work
from kalip.storage.organisation import (
    Position,
    add_position,
    delete_position,
    get_position,
    get_unit,
    positions_of,
    save_position,
)


def make_position(work: Work, command: SavePosition) -> str:
    """Give a person a place in a unit; the position's id. Administrators only; RecordRejected with every fault."""
    administering(work)
    position = _checked(work, command, new_id())
    add_position(work.session, position)
    tell(work, "position.created", (POSITION, position.id), None, asdict(position))
    return position.id


def change_position(work: Work, position_id: str, command: SavePosition) -> Position:
    """Make a position as the command says."""
    administering(work)
    before = position_with(work, position_id)
    after = _checked(work, command, position_id)
    save_position(work.session, after)
    tell(work, "position.changed", (POSITION, position_id), asdict(before), asdict(after))
    return after


def remove_position(work: Work, position_id: str) -> None:
    """Forget a position that was a mistake; one that ended has an end."""
    administering(work)
    position = position_with(work, position_id)
    delete_position(work.session, position_id)
    tell(work, "position.removed", (POSITION, position_id), asdict(position), None)


def position_with(work: Work, position_id: str) -> Position:
    """The position with an id; NotFound without one."""
    found = get_position(work.session, position_id)
    if found is None:
        raise missing("position", position_id)
    return found


def _checked(work: Work, command: SavePosition, position_id: str) -> Position:
    faults: list[Violation] = []
    title = clean("/title", command.title, LONGEST_NAME, faults)
    check_person(work, "/user", command.user, faults)
    if get_unit(work.session, command.unit) is None:
        faults.append(Violation("/unit", "not_found", "There is no such unit."))
    if command.since is not None and command.until is not None and command.until < command.since:
        faults.append(Violation("/until", "out_of_range", "The end lies before the beginning."))
    made = Position(position_id, command.user, command.unit, title, command.head, command.since, command.until)
    if not faults:
        for other in positions_of(work.session, command.user):
            if other.id != position_id and other.unit == made.unit and _meet(other, made):
                message = "The person has a position in this unit in that time already."
                faults.append(Violation("/unit", "not_unique", message))
                break
    refuse(faults)
    return made


def _meet(one: Position, other: Position) -> bool:
    """Whether both are held on some day."""
    before = one.until is not None and other.since is not None and one.until < other.since
    after = other.until is not None and one.since is not None and other.until < one.since
    return not before and not after
