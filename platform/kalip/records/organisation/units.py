"""Units as administrators keep them: made, changed, hung elsewhere, taken away. Every change is an event."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from kalip.base.errors import Conflict, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
from kalip.records.accounts.mine import administering
from kalip.records.organisation.checking import (
    check_person,
    clean,
    clean_code,
    missing,
    refuse,
    taken,
    tell,
)
from kalip.records.organisation.commands import LONGEST_NAME, UNIT, SaveUnit
from kalip.records.services import Work
from kalip.storage import UniqueClash
from kalip.storage.organisation import (
    Unit,
    add_unit,
    delete_unit,
    find_unit,
    get_unit,
    has_units_below,
    hold_tree,
    list_units,
    move_unit,
    position_counts,
    save_unit,
    unit_in_use,
)


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree: how deep it hangs, how many people are in it, and in it and all below."""

    unit: Unit
    depth: int
    people: int
    people_below: int
    leaf: bool


def make_unit(work: Work, command: SaveUnit) -> str:
    """Make a unit and give its id. Administrators only; RecordRejected with every fault."""
    administering(work)
    hold_tree(work.session)
    unit = _checked(work, command, new_id())
    try:
        add_unit(work.session, unit)
    except UniqueClash as error:
        raise RecordRejected([taken()]) from error
    tell(work, "unit.created", (UNIT, unit.id), None, asdict(unit))
    return unit.id


def change_unit(work: Work, unit_id: str, command: SaveUnit) -> Unit:
    """Make a unit as the command says, hung elsewhere too. A place below itself is refused (RecordRejected)."""
    administering(work)
    hold_tree(work.session)
    before = unit_with(work, unit_id)
    after = _checked(work, command, unit_id)
    if after.parent != before.parent and not move_unit(work.session, unit_id, after.parent):
        message = "A unit can't hang below itself."
        raise RecordRejected([Violation("/parent", "not_eligible", message)])
    try:
        save_unit(work.session, after)
    except UniqueClash as error:
        raise RecordRejected([taken()]) from error
    kind = "unit.moved" if after.parent != before.parent else "unit.changed"
    tell(work, kind, (UNIT, unit_id), asdict(before), asdict(after))
    return after


def hang_unit(work: Work, unit_id: str, parent: str | None) -> Unit:
    """Hang a unit with all below it under another one, or at the top."""
    now = unit_with(work, unit_id)
    values = {name: value for name, value in asdict(now).items() if name != "id"}
    return change_unit(work, unit_id, SaveUnit(**values | {"parent": parent}))


def remove_unit(work: Work, unit_id: str) -> None:
    """Take a unit away. Conflict while units hang below it or people are in it, now or later."""
    administering(work)
    hold_tree(work.session)
    unit = unit_with(work, unit_id)
    if has_units_below(work.session, unit_id):
        raise Conflict("Units hang below this one: hang them elsewhere first.")
    if unit_in_use(work.session, unit_id, work.context.today):
        raise Conflict("There are people in this unit: end their positions first.")
    delete_unit(work.session, unit_id)
    tell(work, "unit.removed", (UNIT, unit_id), asdict(unit), None)


def unit_with(work: Work, unit_id: str) -> Unit:
    """The unit with an id; NotFound without one."""
    unit = get_unit(work.session, unit_id)
    if unit is None:
        raise missing("unit", unit_id)
    return unit


def tree_of(work: Work) -> tuple[Branch, ...]:
    """All units in the order of a tree that is shown unfolded: each after its parent, brothers by name."""
    units = list_units(work.session)
    below: dict[str | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent, []).append(unit)
    people = position_counts(work.session, work.context.today)
    return tuple(_branches(below, people))


def _branches(below: Mapping[str | None, list[Unit]], people: Mapping[str, int]) -> list[Branch]:
    found: list[Branch] = []
    waiting = [(unit, 0) for unit in _in_order(below.get(None, []), last_first=True)]
    while waiting:
        unit, depth = waiting.pop()
        children = below.get(unit.id, [])
        found.append(Branch(unit, depth, people.get(unit.id, 0), 0, not children))
        waiting += [(each, depth + 1) for each in _in_order(children, last_first=True)]
    totals: dict[str, int] = {}
    for branch in reversed(found):
        total = branch.people + sum(totals[each.id] for each in below.get(branch.unit.id, []))
        totals[branch.unit.id] = total
    return [replace(each, people_below=totals[each.unit.id]) for each in found]


def _in_order(units: list[Unit], *, last_first: bool) -> list[Unit]:
    return sorted(units, key=lambda each: (each.name.casefold(), each.code), reverse=last_first)


def _checked(work: Work, command: SaveUnit, unit_id: str) -> Unit:
    faults: list[Violation] = []
    code = clean_code(command.code, faults)
    name = clean("/name", command.name, LONGEST_NAME, faults, "Name")
    known = find_unit(work.session, code) if code else None
    if known is not None and known.id != unit_id:
        faults.append(taken())
    if command.parent is not None and get_unit(work.session, command.parent) is None:
        faults.append(Violation("/parent", "not_found", "There is no such unit."))
    if command.manager is not None:
        check_person(work, "/manager", command.manager, faults)
    if command.calendar is not None and command.calendar not in work.model.calendars:
        params = {"name": command.calendar[:60], "hint": did_you_mean(command.calendar[:60], work.model.calendars)}
        faults.append(Violation("/calendar", "unknown_choice", "There is no calendar '{name}'. {hint}", params))
    refuse(faults)
    return Unit(unit_id, code, name, command.parent, command.manager, command.calendar, command.active)
