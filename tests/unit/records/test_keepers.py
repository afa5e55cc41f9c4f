"""People whose password a directory keeps: it alone is asked, and the site sets none."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from argon2 import PasswordHasher

from kalip.base.errors import ConfigurationError, Conflict, NotAuthenticated
from kalip.base.text import Text
from kalip.records import Services, Work
from kalip.records.accounts import Caller, Locked, change_password, set_user_active, sign_in
from kalip.records.accounts.keepers import has_password
from kalip.records.accounts.resetting import make_reset_for, person_to_reset
from kalip.records.accounts.second_step import confirm_password
from kalip.records.organisation.syncing import SyncPeople, sync_people
from kalip.runtime.directories import (
    Directory,
    DirectoryContents,
    DirectoryFailed,
    DirectoryKind,
    DirectoryPerson,
    read_directories,
    with_readers,
)
from kalip.storage import find_user, set_password_hash
from tests.support.site import Site

BORA, RIGHT = "bora@example.com", "what the directory says"


@dataclass
class Office:
    """A site on whose directory Bora is; `down` makes it fail."""

    site: Site
    services: Services = field(init=False)
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        kind = DirectoryKind("list", Text.of("List"), self._read, check=self._check)
        office = Directory("office", "list", sign_in=True, reader=kind)
        self.services = replace(self.site.services, directories={"office": office})
        sync_people(self.services, self.site.actors["ada"], SyncPeople("office"))

    def _read(self, _options: object) -> DirectoryContents:
        return DirectoryContents((DirectoryPerson("7", BORA),))

    def _check(self, _options: object, person: str, password: str) -> bool:
        if self.down:
            raise DirectoryFailed("It is down.")
        self.asked.append(person)
        return (person, password) == ("7", RIGHT)

    def comes_in(self, password: str) -> str:
        return sign_in(self.services, BORA, password).token

    @property
    def bora(self) -> str:
        return str(self.site.actors["bora"].id)


@pytest.fixture
def office(site: Site) -> Office:
    return Office(site)


def stored(site: Site) -> str | None:
    with site.services.database.read() as session:
        user = find_user(session, BORA)
    assert user is not None
    return user.password_hash


def test_it_works(office: Office) -> None:
    token = office.comes_in(RIGHT)
    confirm_password(office.services, token, RIGHT, Caller())
    assert office.asked == ["7", "7"]
    assert stored(office.site) is None


def test_what_the_site_knew_before_lets_nobody_in_and_stays_as_it_was(office: Office) -> None:
    old = "a password of before"
    office.site.act("ada", lambda work: change_password(work, office.bora, old))
    with office.site.services.database.beside() as session:
        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(old)
        set_password_hash(session, office.bora, weak)
    with pytest.raises(NotAuthenticated, match="or the password is wrong"):
        office.comes_in(old)
    assert office.comes_in(RIGHT)
    assert stored(office.site) == weak


def test_failures_shut_the_door_before_the_directory_is_asked(office: Office) -> None:
    for wrong in ("", *["wrong"] * 20):
        with pytest.raises((NotAuthenticated, Locked)):
            office.comes_in(wrong)
    asked = len(office.asked)
    with pytest.raises(Locked):
        office.comes_in(RIGHT)
    assert len(office.asked) == asked < 20


def test_a_directory_that_is_down_lets_nobody_in_and_counts_no_failure(office: Office) -> None:
    office.down = True
    for _ in range(20):
        with pytest.raises(NotAuthenticated, match="can't be checked now"):
            office.comes_in(RIGHT)
    office.down = False
    assert office.comes_in(RIGHT)


def test_who_is_kept_out_is_not_even_asked_for(office: Office) -> None:
    office.site.act("ada", lambda work: set_user_active(work, office.bora, False))
    with pytest.raises(NotAuthenticated):
        office.comes_in(RIGHT)
    assert office.asked == []


@pytest.mark.parametrize("name", ["change", "link"])
def test_no_password_is_set_here(office: Office, name: str) -> None:
    ways: dict[str, Callable[..., object]] = {
        "change": lambda work: change_password(work, office.bora, "another long password"),
        "link": lambda work: make_reset_for(work, office.bora),
    }
    site = replace(office.site, services=office.services)
    with pytest.raises(Conflict, match="kept in a directory"):
        site.act("ada", ways[name])
    assert site.act("ada", lambda work: person_to_reset(work, BORA)) is None
    assert site.act("ada", lambda work: person_to_reset(work, "cem@example.com")) is not None


def test_it_counts_as_a_password(office: Office) -> None:
    site = replace(office.site, services=office.services)

    def told(work: Work) -> list[bool]:
        users = (find_user(work.session, each) for each in (BORA, "cem@example.com"))
        return [has_password(work, user) for user in users if user is not None]

    assert site.act("ada", told, write=False) == [True, False]


def test_a_kind_that_checks_no_passwords_is_refused() -> None:
    kind = DirectoryKind("list", Text.of("List"), lambda _options: DirectoryContents(()))
    with pytest.raises(ConfigurationError, match="check no passwords"):
        with_readers(read_directories({"office": {"kind": "list", "sign_in": True}}, {}), {"list": kind})
