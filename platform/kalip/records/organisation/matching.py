"""Finds whom a directory means: people by what it knows them by, else by e-mail; and who of them is gone."""

from collections.abc import Mapping
from dataclasses import dataclass

from kalip.base.errors import Violation
from kalip.records.accounts.keepers import people_of
from kalip.records.services import Work
from kalip.runtime.directories import Directory, DirectoryContents, DirectoryPerson
from kalip.storage import User, list_users
from kalip.storage.groups import external_ids, list_groups
from kalip.storage.people import email_key


@dataclass(frozen=True, slots=True)
class Names:
    """The kinds of names that a directory gave; `gone` marks people whom it made us keep out."""

    directory: Directory

    @property
    def people(self) -> str:
        """What it knows people by."""
        return people_of(self.directory)

    @property
    def groups(self) -> str:
        """What it knows groups by."""
        return f"group@{self.directory.name}"

    @property
    def units(self) -> str:
        """What it knows units by: their paths, in small letters."""
        return f"unit@{self.directory.name}"

    @property
    def gone(self) -> str:
        """Whom it took away."""
        return f"gone@{self.directory.name}"


@dataclass(frozen=True, slots=True)
class Match:
    """A person of the directory who may be in, and the user that it is, if any."""

    person: DirectoryPerson
    user: User | None
    fault: Violation | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """Who is brought, and the ids of those who are kept out from now on.

    `present` are how many of the directory's people were in, `groups` how many of its groups are known, by
    `group_codes`, and `groups_gone` how many of these it doesn't have any more.
    """

    people: tuple[Match, ...]
    leaving: tuple[str, ...]
    present: int
    groups: int
    groups_gone: int
    group_codes: frozenset[str]


def match_people(work: Work, directory: Directory, contents: DirectoryContents) -> Matched:
    """Find everybody; people whom the directory keeps out and who aren't here are left aside."""
    names = Names(directory)
    known = external_ids(work.session, names.people)
    users = list_users(work.session)
    active = {each.id for each in users if each.active and not each.service}
    matches = _matches(contents, known, users)
    kept_out = {_id(each) for each in matches if not each.person.active and each.fault is None}
    leaving = sorted((known.keys() - set(map(_id, matches)) | kept_out) & active)
    groups = external_ids(work.session, names.groups)
    there = {each.id for each in contents.groups}
    own = {each.id: each.code for each in list_groups(work.session) if each.id in groups}
    return Matched(
        people=tuple(each for each in matches if each.person.active),
        leaving=tuple(leaving),
        present=len((known.keys() | kept_out) & active),
        groups=len(own),
        groups_gone=sum(groups[each] not in there for each in own) if directory.groups else 0,
        group_codes=frozenset(own.values()),
    )


def _id(match: Match) -> str:
    return "" if match.user is None else match.user.id


def _matches(contents: DirectoryContents, known: Mapping[str, str], users: list[User]) -> list[Match]:
    by_id = {each.id: each for each in users}
    by_name = {external: by_id[own] for own, external in known.items() if own in by_id}
    by_email = {email_key(each.email): each for each in users}
    there = {each.id for each in contents.people}
    found: list[Match] = []
    taken: set[str] = set()
    # Those whom the directory knows come first: an address of theirs is nobody else's.
    for person in sorted(contents.people, key=lambda each: each.id not in by_name):
        user = by_name.get(person.id) or by_email.get(email_key(person.email))
        if user is None and not person.email:
            continue  # nobody can be in without an address
        key = email_key(person.email) if user is None else user.id
        fault = None
        other = known.get(user.id) if user is not None and person.id not in by_name else None
        if key in taken or other in there:
            message = "The directory has another person with the address '{email}'."
            fault = Violation("/email", "not_unique", message, {"email": person.email})
        elif user is not None and user.service:
            message = "This is the account of a programme: no directory keeps it in step."
            fault = Violation("/email", "not_eligible", message)
        taken.add(key)
        found.append(Match(person, user, fault))
    return found
