"""The organisation of demo users: units with positions, groups, who is away, and a record that is shared."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import cast

from kalip.access import SYSTEM
from kalip.records.accounts import stored_actor
from kalip.records.organisation.absences import absences_shown, make_absence
from kalip.records.organisation.commands import NewSubstitution, SaveAbsence, SaveGroup, SavePosition, SaveUnit
from kalip.records.organisation.groups import make_group, set_members
from kalip.records.organisation.positions import make_position
from kalip.records.organisation.substituting import make_substitution
from kalip.records.organisation.units import make_unit
from kalip.records.provision.demo.documents import Data
from kalip.records.provision.demo.world import World
from kalip.records.services import Services, Work, run, unit_of_work
from kalip.records.sharing import ShareRecord, record_shares, share_record
from kalip.storage import get_user
from kalip.storage.groups import find_group, list_groups
from kalip.storage.organisation import find_unit

_DAY = timedelta(days=1)
Ids = Mapping[str, str]
"""The ids of demo users by key."""


def make_organisation(work: Work, said: Mapping[str, Mapping[str, Data]], users: Ids) -> dict[str, str]:
    """Make units, groups and absences of demo documents; what is there already stays as it is.

    Gives the ids of all groups by code.
    """
    for code, unit in _above_first(said["units"]):
        if find_unit(work.session, code) is None:
            _make_unit(work, code, unit, users)
    for code, group in said["groups"].items():
        if find_group(work.session, code) is None:
            made = make_group(work, SaveGroup(code, str(group["name"])))
            set_members(work, made, [users[key] for key in _people(group)])
    for key, absence in said["absences"].items():
        if not absences_shown(work, users[key]):
            starts, ends = work.now - _DAY, work.now + int(str(absence["days"])) * _DAY - _DAY
            make_absence(work, SaveAbsence(users[key], starts, ends))
            make_substitution(work, NewSubstitution(users[key], users[str(absence["substitute"])], starts, ends))
    return {group.code: group.id for group in list_groups(work.session)}


def make_shares(services: Services, said: Mapping[str, Data], users: Ids, world: World) -> None:
    """Share a record for each demo document that says so, as its owner; nothing where the owner was given none."""
    for share in said.values():
        owner = users[str(share["owner"])]
        entity = str(share["entity"]).rsplit("/", 1)[-1]
        record = next(iter(world.matching(entity, {"owner": owner})), None)
        if record is None:
            continue
        with unit_of_work(services, SYSTEM) as work:
            person = get_user(work.session, owner)
            if person is None or record_shares(work, entity, record.id):
                continue
            actor = stored_actor(work.session, work.model, person)
        command = ShareRecord(entity, record.id, "group", str(share["group"]), str(share["reason"]))
        run(services, actor, partial(share_record, command=command))


def _above_first(units: Mapping[str, Data]) -> list[tuple[str, Data]]:
    """Units in an order in which each comes after the one above it."""

    def depth(code: str) -> int:
        parent, found = units[code].get("parent"), 0
        while parent in units and found <= len(units):
            parent, found = units[str(parent)].get("parent"), found + 1
        return found

    return sorted(units.items(), key=lambda each: depth(each[0]))


def _make_unit(work: Work, code: str, unit: Data, users: Ids) -> None:
    above = find_unit(work.session, str(unit["parent"])) if "parent" in unit else None
    made = make_unit(work, SaveUnit(code, str(unit["name"]), above.id if above is not None else None))
    for key, position in _people(unit).items():
        title, head = str(position.get("title", "")), bool(position.get("head", False))
        make_position(work, SavePosition(users[key], made, title, head))


def _people(said: Data) -> Mapping[str, Data]:
    return cast("Mapping[str, Data]", said.get("people", {}))
