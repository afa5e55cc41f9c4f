"""Users and groups as another directory keeps them in step: found, brought to what it says, taken away.

A user that the directory takes away is kept out and is not there for it any more; the account and all that it did stay,
and the same address brought again is the same user. Programmes' accounts are none of the directory's business.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from kalip.base.errors import Conflict
from kalip.base.ids import new_id
from kalip.records.accounts.mine import administering
from kalip.records.accounts.people import NewUser, enter_details, enter_roles, enter_user, set_user_active
from kalip.records.organisation.checking import missing
from kalip.records.organisation.commands import SaveGroup
from kalip.records.organisation.groups import change_group, change_members, group_with, make_group
from kalip.records.services import Work
from kalip.storage import UniqueClash, User, find_user, get_user, list_users
from kalip.storage.groups import (
    Group,
    external_id,
    external_ids,
    find_group,
    list_groups,
    members_of,
    own_id,
    set_external_id,
)

USERS, GROUPS, GONE = "user", "group", "user.gone"
"""Kinds of names that another directory gave; GONE marks users that it took away."""


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A user as the directory says; `roles` None leaves the roles as they are."""

    email: str
    name: str
    external: str | None = None
    active: bool = True
    locale: str | None = None
    timezone: str | None = None
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user that is there for the directory, and what the directory calls it."""

    user: User
    external: str | None


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group, and what the directory calls it."""

    group: Group
    external: str | None


def known_users(work: Work, email: str | None = None, external: str | None = None) -> list[KnownUser]:
    """The users that are there for the directory, by id; those with an address or a name of its own when given."""
    administering(work)
    if email is None and external is None:
        gone, names = external_ids(work.session, GONE), external_ids(work.session, USERS)
        there = [each for each in list_users(work.session) if not each.service and each.id not in gone]
        return [KnownUser(each, names.get(each.id)) for each in sorted(there, key=lambda each: each.id)]
    if email is not None:
        one = find_user(work.session, email)
    else:
        one = get_user(work.session, own_id(work.session, USERS, external or "") or "")
    known = _known(work, one)
    return [] if known is None else [known]


def known_user(work: Work, user_id: str) -> KnownUser:
    """A user that is there for the directory; NotFound otherwise."""
    administering(work)
    known = _known(work, get_user(work.session, user_id))
    if known is None:
        raise missing("user", user_id)
    return known


def bring_user(work: Work, wanted: DirectoryUser) -> str:
    """Make a user, or let one that was taken away in again; the id. Conflict when the address is somebody's."""
    administering(work)
    present = find_user(work.session, wanted.email)
    if present is None:
        texts = {"locale": wanted.locale or "en", "timezone": wanted.timezone or "UTC"}
        user_id = enter_user(work, NewUser(wanted.name, wanted.email, wanted.roles or (), **texts))  # type: ignore[arg-type]
        _name(work, USERS, user_id, wanted.external)
        if not wanted.active:
            set_user_active(work, user_id, False)
        return user_id
    if present.service or external_id(work.session, GONE, present.id) is None:
        raise Conflict("There is a user with this e-mail address already.")
    set_external_id(work.session, GONE, present.id, None, work.now)
    change_directory_user(work, present.id, wanted)
    return present.id


def change_directory_user(work: Work, user_id: str, wanted: DirectoryUser) -> None:
    """Bring a user to what the directory says. Conflict for another's address and for the last administrator."""
    user = known_user(work, user_id).user
    other = find_user(work.session, wanted.email)
    if other is not None and other.id != user_id:
        raise Conflict("There is a user with this e-mail address already.")
    if wanted.roles is not None:
        user = enter_roles(work, user, wanted.roles)
    details = {"email": wanted.email, "name": wanted.name}
    details |= {"locale": wanted.locale or user.locale, "timezone": wanted.timezone or user.timezone}
    enter_details(work, replace(user, **details))  # type: ignore[arg-type]
    _name(work, USERS, user_id, wanted.external)
    if wanted.active != user.active:
        set_user_active(work, user_id, wanted.active)


def take_user_away(work: Work, user_id: str) -> None:
    """Keep a user out whom the directory has no more."""
    known_user(work, user_id)
    set_user_active(work, user_id, False)
    set_external_id(work.session, USERS, user_id, None, work.now)
    set_external_id(work.session, GONE, user_id, user_id, work.now)


def known_groups(work: Work, name: str | None = None, external: str | None = None) -> list[KnownGroup]:
    """The groups, by id; those called so, here or by the directory, when given."""
    administering(work)
    names = external_ids(work.session, GROUPS)
    found = [KnownGroup(each, names.get(each.id)) for each in list_groups(work.session)]
    if name is not None:
        found = [each for each in found if each.group.name.casefold() == name.casefold()]
    if external is not None:
        found = [each for each in found if each.external == external]
    return sorted(found, key=lambda each: each.group.id)


def known_group(work: Work, group_id: str) -> KnownGroup:
    """A group; NotFound without one."""
    administering(work)
    return KnownGroup(group_with(work, group_id), external_id(work.session, GROUPS, group_id))


def bring_group(work: Work, name: str, external: str | None, people: Iterable[str]) -> str:
    """Make a group of people and give its id; its code follows from its name."""
    administering(work)
    code = free_code(group_code(name), partial(find_group, work.session))
    group_id = make_group(work, SaveGroup(code, name))
    _name(work, GROUPS, group_id, external)
    change_members(work, group_id, people)
    return group_id


def change_directory_group(
    work: Work, group_id: str, called: tuple[str, str | None], add: Iterable[str], remove: Iterable[str]
) -> None:
    """Call a group otherwise (name, and the directory's own), put people in and take others out; its code stays."""
    administering(work)
    group = group_with(work, group_id)
    change_group(work, group_id, SaveGroup(group.code, called[0]))
    _name(work, GROUPS, group_id, called[1])
    change_members(work, group_id, add, remove)


def people_of(work: Work, group_id: str) -> list[str]:
    """The people of a group whom the directory knows."""
    gone = external_ids(work.session, GONE)
    return [each for each in members_of(work.session, group_id) if each not in gone]


def group_code(name: str) -> str:
    """The code that a group's name makes: its letters and digits."""
    return "".join(each if each.isalnum() else "-" for each in name.strip())[:50].strip("-") or new_id()


def free_code(letters: str, find: Callable[[str], object]) -> str:
    """A code of these letters, with a number when `find` gives another thing of that code."""
    code, number = letters, 2
    while find(code) is not None:
        code, number = f"{letters}-{number}", number + 1
    return code


def _known(work: Work, user: User | None) -> KnownUser | None:
    if user is None or user.service or external_id(work.session, GONE, user.id) is not None:
        return None
    return KnownUser(user, external_id(work.session, USERS, user.id))


def _name(work: Work, kind: str, own: str, external: str | None) -> None:
    if external == external_id(work.session, kind, own):
        return
    other = own_id(work.session, kind, external) if external is not None else None
    if other is not None and other != own:
        raise Conflict("The directory calls another one so already.")
    try:
        set_external_id(work.session, kind, own, external, work.now)
    except UniqueClash as error:
        raise Conflict("The directory calls another one so already.") from error
