"""Groups of people, as administrators keep them. Every change is an event."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from kalip.base.errors import RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.records.accounts.mine import administering
from kalip.records.organisation.checking import clean, clean_code, missing, refuse, taken, tell
from kalip.records.organisation.commands import GROUP, LONGEST_NAME, SaveGroup
from kalip.records.services import Work
from kalip.storage import UniqueClash, get_user
from kalip.storage.groups import (
    Group,
    add_group,
    add_members,
    delete_group,
    find_group,
    get_group,
    members_of,
    remove_members,
    save_group,
)


def make_group(work: Work, command: SaveGroup) -> str:
    """Make a group and give its id. Administrators only; RecordRejected with every fault."""
    administering(work)
    group = _checked(work, command, new_id())
    try:
        add_group(work.session, group)
    except UniqueClash as error:
        raise RecordRejected([taken()]) from error
    tell(work, "group.created", (GROUP, group.id), None, asdict(group))
    return group.id


def change_group(work: Work, group_id: str, command: SaveGroup) -> Group:
    """Give a group another code or name; its people stay."""
    administering(work)
    before = group_with(work, group_id)
    after = _checked(work, command, group_id)
    try:
        save_group(work.session, after)
    except UniqueClash as error:
        raise RecordRejected([taken()]) from error
    tell(work, "group.changed", (GROUP, group_id), asdict(before), asdict(after))
    return after


def remove_group(work: Work, group_id: str) -> None:
    """Forget a group; its people stay."""
    administering(work)
    group = group_with(work, group_id)
    people = members_of(work.session, group_id)
    delete_group(work.session, group_id)
    tell(work, "group.removed", (GROUP, group_id), {**asdict(group), "members": people}, None)


def change_members(work: Work, group_id: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
    """Put people into a group and take others out; who is in (or out) already stays so."""
    administering(work)
    group_with(work, group_id)
    wanted, unwanted = sorted(set(add)), sorted(set(remove))
    refuse(
        Violation("/members", "not_found", "There is no such person.", {"id": each[:60]})
        for each in wanted
        if get_user(work.session, each) is None
    )
    before = set(members_of(work.session, group_id))
    add_members(work.session, group_id, wanted)
    remove_members(work.session, group_id, unwanted)
    after = set(members_of(work.session, group_id))
    if before != after:
        added, removed = sorted(after - before), sorted(before - after)
        tell(work, "group.members_changed", (GROUP, group_id), None, {"added": added, "removed": removed})


def set_members(work: Work, group_id: str, people: Sequence[str]) -> None:
    """Make these the people of a group, and no others."""
    present = members_of(work.session, group_id)
    change_members(work, group_id, people, set(present) - set(people))


def group_with(work: Work, group_id: str) -> Group:
    """The group with an id; NotFound without one."""
    group = get_group(work.session, group_id)
    if group is None:
        raise missing("group", group_id)
    return group


def _checked(work: Work, command: SaveGroup, group_id: str) -> Group:
    faults: list[Violation] = []
    code = clean_code(command.code, faults)
    name = clean("/name", command.name, LONGEST_NAME, faults, "Name")
    known = find_group(work.session, code) if code else None
    if known is not None and known.id != group_id:
        faults.append(taken())
    refuse(faults)
    return Group(group_id, code, name)
