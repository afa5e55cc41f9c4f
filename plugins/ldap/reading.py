"""Reads a directory whole: people, who of them is disabled, and groups with groups in them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from ldap3 import Connection

from kalip.runtime.plugins import DirectoryContents, DirectoryFailed, DirectoryGroup, DirectoryPerson
from plugins.ldap.connecting import open_directory
from plugins.ldap.names import Part, code_of, key_of, units_of
from plugins.ldap.options import FROM_PLACE, Options
from plugins.ldap.searching import Entry, disabled_now, search_entries, wrapped

GUID: Final = "objectGUID"
_IDS: Final = (GUID, "entryUUID", "ipaUniqueID", "nsUniqueId")
_MEMBERS: Final = ("member", "uniqueMember")
_LOGINS: Final = "memberUid"
_LOGIN: Final = "uid"
# Active Directory names nobody as a member of the group that is said in the person's own entry.
_PRIMARY: Final = "primaryGroupID"
_SID: Final = "objectSid"
_NUMBER_SIZE: Final = 4
"""Bytes of a security id that tell apart what is of one domain."""
_GUID_SIZE: Final = 16

Key = tuple[Part, ...]


def read_directory(written: Mapping[str, Any]) -> DirectoryContents:
    """All people and groups. DirectoryFailed when the directory can't be read to its end."""
    options = Options(**written)
    with open_directory(options) as connection:
        people = list(search_entries(connection, options, options.base, options.filter, _wanted(options)))
        disabled = _disabled(connection, options)
        groups = _groups(connection, options) if options.group_base else []
    within = _within(groups, people)
    ids = {key_of(each.place): _id(options, each) for each in groups}
    return DirectoryContents(
        tuple(_person(options, each, disabled, within, ids) for each in people),
        tuple(DirectoryGroup(_id(options, each), each.first(["cn"]) or each.place, each.place) for each in groups),
    )


def _wanted(options: Options) -> list[str]:
    parts = [
        name for part in ("email", "name", "position", "locale", "unit", "timezone") for name in options.read_from(part)
    ]
    return [*id_names(options), *parts, _LOGIN, _PRIMARY, _SID]


def _disabled(connection: Connection, options: Options) -> set[Key]:
    if not options.disabled_filter:
        return set()
    both = f"(&{wrapped(options.filter)}{disabled_now(options)})"
    return {key_of(each.place) for each in search_entries(connection, options, options.base, both, ["1.1"])}


def _groups(connection: Connection, options: Options) -> list[Entry]:
    attributes = [*id_names(options), "cn", *_MEMBERS, _LOGINS, _SID]
    return list(search_entries(connection, options, options.group_base, options.group_filter, attributes))


def _within(groups: Sequence[Entry], people: Sequence[Entry]) -> dict[Key, set[Key]]:
    """The groups that each person is in, also through groups in groups, which may go in a circle."""
    members = _members(groups, people)
    persons = {key_of(each.place) for each in people}
    found: dict[Key, set[Key]] = {}
    for group in members:
        seen, left = {group}, [group]
        while left:
            for member in members[left.pop()]:
                if member in members and member not in seen:
                    seen.add(member)
                    left.append(member)
                elif member in persons:
                    found.setdefault(member, set()).add(group)
    return found


def _members(groups: Sequence[Entry], people: Sequence[Entry]) -> dict[Key, set[Key]]:
    """Who is in each group itself: by name, by login, or because it is the person's primary one."""
    logins = {login.casefold(): key_of(each.place) for each in people for login in each.texts(_LOGIN)}
    primary: dict[bytes, set[Key]] = {}
    for person in people:
        primary.setdefault(_primary(person), set()).add(key_of(person.place))
    primary.pop(b"", None)
    found = {}
    for group in groups:
        named = {key_of(name) for kind in _MEMBERS for name in group.texts(kind)}
        by_login = {logins[each.casefold()] for each in group.texts(_LOGINS) if each.casefold() in logins}
        found[key_of(group.place)] = named | by_login | primary.get(_sid(group), set())
    return found


def _primary(person: Entry) -> bytes:
    """The security id of the person's primary group, which is of the same domain; empty where there is none."""
    sid, number = _sid(person), person.first([_PRIMARY])
    if not sid or not number.isdecimal():
        return b""
    try:
        return sid[:-_NUMBER_SIZE] + int(number).to_bytes(_NUMBER_SIZE, "little")
    except OverflowError:
        return b""


def _sid(entry: Entry) -> bytes:
    return next(iter(entry.values.get(_SID.lower(), ())), b"")


def _person(
    options: Options, entry: Entry, disabled: set[Key], within: Mapping[Key, set[Key]], ids: Mapping[Key, str]
) -> DirectoryPerson:
    key = key_of(entry.place)

    def said(part: str) -> str:
        return entry.first(options.read_from(part))

    by_place = options.read_from("unit") == (FROM_PLACE,)
    return DirectoryPerson(
        id=_id(options, entry),
        email=said("email"),
        name=said("name"),
        active=key not in disabled,
        unit=units_of(entry.place, options.base) if by_place else code_of(said("unit")),
        position=said("position"),
        locale=said("locale"),
        timezone=said("timezone"),
        groups=tuple(sorted(ids[each] for each in within.get(key, ()))),
    )


def id_names(options: Options) -> tuple[str, ...]:
    """The attributes of which the first that an entry has is what it is known by."""
    return options.read_from("id") or _IDS


def _id(options: Options, entry: Entry) -> str:
    """What stays whatever the entry is called. DirectoryFailed without it: a renamed person would be another one."""
    for name in id_names(options):
        for value in entry.values.get(name.lower(), ()):
            if name.lower() == GUID.lower() and len(value) == _GUID_SIZE:
                return str(UUID(bytes_le=value))
            return value.decode(errors="replace")
    message = "{place} has none of the attributes {names}."
    hint = "let the account read them, or say attributes.id"
    params = {"place": entry.place, "names": ", ".join(id_names(options))}
    raise DirectoryFailed(message, params=params, hint=hint)
