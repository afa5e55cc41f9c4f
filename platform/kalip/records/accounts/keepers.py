"""Who keeps a person's password: the site itself, or a directory that is asked whenever the person signs in."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kalip.base.errors import Conflict, NotAuthenticated
from kalip.records.services import Services, Work
from kalip.runtime.directories import Directory, DirectoryFailed
from kalip.storage import Session, User
from kalip.storage.groups import external_id, external_ids

_PEOPLE: Final = "user"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeper:
    """A directory that keeps the password of a person whom it calls so."""

    directory: Directory
    person: str

    def checks(self, password: str) -> bool:
        """Whether it is the password. NotAuthenticated when the directory can't say: that is no failure of anybody."""
        try:
            return bool(password) and self.directory.check(self.person, password)
        except DirectoryFailed as error:
            _log.warning("a password can't be checked: %s", error.message)
            raise NotAuthenticated("The password can't be checked now: try again in a while.") from error


def people_of(directory: Directory) -> str:
    """The kind of names under which a directory's people are known."""
    return f"{_PEOPLE}@{directory.name}"


def keeper_of(services: Services, session: Session, user: User) -> Keeper | None:
    """The directory that keeps a person's password; None where the site does."""
    for directory in services.directories.values():
        person = external_id(session, people_of(directory), user.id) if directory.sign_in else None
        if person is not None:
            return Keeper(directory, person)
    return None


def kept_elsewhere(work: Work) -> Mapping[str, str]:
    """The name of the directory that keeps the password, by the id of each person of whom one does."""
    found: dict[str, str] = {}
    for directory in work.services.directories.values():
        for user in external_ids(work.session, people_of(directory)) if directory.sign_in else ():
            found.setdefault(user, directory.name)
    return found


def has_password(work: Work, user: User) -> bool:
    """Whether a person can sign in by a password, wherever it is kept."""
    return user.password_hash is not None or is_kept_elsewhere(work, user)


def is_kept_elsewhere(work: Work, user: User) -> bool:
    """Whether a directory keeps the password of a person."""
    return keeper_of(work.services, work.session, user) is not None


def require_kept_here(work: Work, user: User) -> None:
    """Raise Conflict when a password is set that a directory keeps: nobody would ever ask for it."""
    if is_kept_elsewhere(work, user):
        raise Conflict("The password is kept in a directory of the organisation, and changed there.")
