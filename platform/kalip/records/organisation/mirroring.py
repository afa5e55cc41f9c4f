"""Groups and units as a directory has them: known by what it knows them by, whatever they are called here."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from kalip.base.errors import RecordRejected, Violation
from kalip.records.organisation.commands import LONGEST_NAME, SaveGroup, SaveUnit
from kalip.records.organisation.directory import free_code, group_code
from kalip.records.organisation.groups import change_group, group_with, make_group
from kalip.records.organisation.matching import Names
from kalip.records.organisation.units import make_unit, unit_with
from kalip.records.services import Work
from kalip.runtime.directories import Directory, DirectoryGroup
from kalip.storage.groups import (
    Group,
    external_id,
    external_ids,
    find_group,
    list_groups,
    own_id,
    set_external_id,
)
from kalip.storage.organisation import Unit, find_unit, get_unit

_LONGEST: Final = 60
"""Letters of a code, before a number that makes it another one."""


def bring_groups(work: Work, directory: Directory, groups: Sequence[DirectoryGroup]) -> Mapping[str, str]:
    """Make groups that aren't here, call those that are as the directory does; their codes by its ids.

    A group that is here by its code is taken for the directory's. One that the directory has no more stays, and its
    people leave it. Who is in, people say.
    """
    kind = Names(directory).groups
    own = {external: own for own, external in external_ids(work.session, kind).items()}
    present = {each.id: each for each in list_groups(work.session)}
    codes = {}
    for wanted in groups:
        known = present.get(own.get(wanted.id, ""))
        codes[wanted.id] = _group(work, kind, wanted, known)
    return codes


def bring_unit(work: Work, directory: Directory, path: str) -> str:
    """The code of the unit at a path of the directory, which is made with those above if the directory makes units.

    The first time a unit is taken over that has the code, and hangs below the one above it; from then on it is that
    one, wherever it is hung and whatever it is called. RecordRejected for one that isn't there and isn't made.
    """
    unit: Unit | None = None
    place = ""
    for code in filter(None, map(str.strip, path.split("/"))):
        place = f"{place}/{code}" if place else code
        unit = _unit(work, directory, place.casefold(), code, unit)
    return "" if unit is None else unit.code


def _group(work: Work, kind: str, wanted: DirectoryGroup, present: Group | None) -> str:
    name = " ".join(wanted.name.split())[:LONGEST_NAME] or wanted.id
    if present is None:
        present = find_group(work.session, group_code(name))
        if present is None or external_id(work.session, kind, present.id) is not None:
            free = free_code(group_code(name), partial(find_group, work.session))
            present = group_with(work, make_group(work, SaveGroup(free, name)))
        set_external_id(work.session, kind, present.id, wanted.id, work.now)
    if present.name != name:
        change_group(work, present.id, SaveGroup(present.code, name))
    return present.code


def _unit(work: Work, directory: Directory, place: str, code: str, above: Unit | None) -> Unit:
    kind = Names(directory).units
    known = own_id(work.session, kind, place)
    present = get_unit(work.session, known or "")
    if present is not None:
        return present
    present = find_unit(work.session, code)
    below = above is None or (present is not None and present.parent == above.id)
    if present is None or not below or external_id(work.session, kind, present.id) is not None:
        present = _made(work, directory, code, above)
    if known is not None:  # of one that was taken away here
        set_external_id(work.session, kind, known, None, work.now)
    set_external_id(work.session, kind, present.id, place, work.now)
    return present


def _made(work: Work, directory: Directory, code: str, above: Unit | None) -> Unit:
    if not directory.make_missing:
        if above is None:
            message = "There is no unit '{code}'."
            raise RecordRejected([Violation("/unit", "not_found", message, {"code": code})])
        message = "There is no unit '{code}' below '{above}'."
        raise RecordRejected([Violation("/unit", "not_found", message, {"code": code, "above": above.code})])
    find = partial(find_unit, work.session)
    longer = code if above is None or find(code) is None else f"{above.code}-{code}"[-_LONGEST:].lstrip("-.")
    wanted = SaveUnit(free_code(longer, find), code, None if above is None else above.id)
    return unit_with(work, make_unit(work, wanted))
