"""Users as administrators keep them: people and programmes made, given roles, kept out, given a password."""

from dataclasses import dataclass, replace
from functools import cache
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from kalip.access import hash_password, hash_secret, password_faults
from kalip.base.errors import Conflict, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
from kalip.records.accounts.journal import CHANGED, CREATED, KEPT_OUT, LET_IN, PASSWORD_CHANGED, ROLES_CHANGED, note
from kalip.records.accounts.keepers import require_kept_here
from kalip.records.accounts.mine import administering, keeping_accounts
from kalip.records.services import Work
from kalip.storage import (
    UniqueClash,
    User,
    add_user,
    delete_logins_of,
    find_user,
    get_user,
    list_users,
    save_user,
)
from kalip.storage.people import PeopleQuery, count_users, search_users
from kalip.storage.tickets import delete_tickets_of


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be let in. Without a password one is given later, or signs in by other means.

    `service` makes a programme's account instead: it has no password, and acts by tokens alone.
    """

    name: str
    email: str
    roles: tuple[str, ...] = ()
    password: str | None = None
    locale: str = "en"
    timezone: str = "UTC"
    service: bool = False


def create_user(work: Work, new: NewUser) -> str:
    """Make a user and give the id. Administrators only; RecordRejected with every fault."""
    keeping_accounts(work)
    return enter_user(work, new)


def enter_user(work: Work, new: NewUser) -> str:
    """The same without asking who works: whoever calls it has seen to that."""
    faults = [*_faults(new), *_role_faults(work, new.roles)]
    if new.password is not None:
        faults += password_faults(new.password, new.name, new.email)
        if new.service:
            faults.append(Violation("/password", "not_wanted", "A programme's account has no password."))
    if find_user(work.session, new.email) is not None:
        faults.append(_taken())
    if faults:
        raise RecordRejected(faults)
    user = User(
        id=new_id(),
        name=new.name.strip(),
        email=new.email.strip(),
        roles=tuple(dict.fromkeys(new.roles)),
        locale=new.locale,
        timezone=new.timezone,
        active=True,
        password_hash=hash_password(new.password) if new.password is not None else None,
        created_at=work.now,
        service=new.service,
    )
    try:
        add_user(work.session, user)
    except UniqueClash as error:  # somebody made one at the same moment
        raise RecordRejected([_taken()]) from error
    note(work, CREATED, user.id, {"name": user.name, "roles": list(user.roles), "service": user.service})
    return user.id


def set_user_roles(work: Work, user_id: str, roles: tuple[str, ...]) -> None:
    """Give a user exactly these roles. Conflict when no active administrator would be left."""
    keeping_accounts(work)
    enter_roles(work, find_person(work, user_id), roles)


def enter_roles(work: Work, user: User, roles: tuple[str, ...]) -> User:
    """The same without asking who works; the user as it is now."""
    if faults := _role_faults(work, roles):
        raise RecordRejected(faults)
    changed = replace(user, roles=tuple(dict.fromkeys(roles)))
    if changed.roles != user.roles:
        _keep_an_administrator(work, changed)
        note(work, ROLES_CHANGED, user.id, {"roles": list(changed.roles)}, {"roles": list(user.roles)})
    return changed


def enter_details(work: Work, changed: User) -> None:
    """Write name, address, language and time zone of a user, without asking who works. RecordRejected with every fault.

    What of these is new is noted.
    """
    before = find_person(work, changed.id)
    names = [
        name for name in ("name", "email", "locale", "timezone") if getattr(before, name) != getattr(changed, name)
    ]
    if not names:
        return
    faults = _faults(NewUser(changed.name, changed.email, locale=changed.locale, timezone=changed.timezone))
    other = find_user(work.session, changed.email)
    if other is not None and other.id != changed.id:
        faults.append(_taken())
    if faults:
        raise RecordRejected(faults)
    kept = replace(before, **{name: getattr(changed, name).strip() for name in names})
    try:
        save_user(work.session, kept)
    except UniqueClash as error:  # somebody took the address at the same moment
        raise RecordRejected([_taken()]) from error
    told = [{name: getattr(each, name) for name in names} for each in (before, kept)]
    note(work, CHANGED, changed.id, told[1], told[0])


def set_user_active(work: Work, user_id: str, active: bool) -> None:  # noqa: FBT001 (the noun says which)
    """Let a user in again, or sign one out everywhere and keep out. Conflict for the last administrator."""
    keeping_accounts(work)
    user = find_person(work, user_id)
    _keep_an_administrator(work, replace(user, active=active))
    if not active:
        delete_logins_of(work.session, user_id)
        delete_tickets_of(work.session, user_id)
    if user.active != active:
        note(work, LET_IN if active else KEPT_OUT, user_id, {"active": active})


def change_password(work: Work, user_id: str, password: str, keep: str = "") -> None:
    """Set a password: one's own, or anybody's as administrator.

    All other browsers are signed out; `keep` is the session token of the one that stays.
    """
    if work.actor.id != user_id:
        keeping_accounts(work)
    set_password(work, find_person(work, user_id), password, keep)


def set_password(work: Work, user: User, password: str, keep: str = "") -> None:
    """The same without asking who works: whoever calls it has seen to that. Links for a reset are worthless after."""
    if user.service:
        raise Conflict("A programme's account has no password.")
    require_kept_here(work, user)
    if faults := password_faults(password, user.name, user.email):
        raise RecordRejected(faults)
    save_user(work.session, replace(user, password_hash=hash_password(password)))
    delete_logins_of(work.session, user.id, keep=hash_secret(keep) if keep else "")
    delete_tickets_of(work.session, user.id)
    note(work, PASSWORD_CHANGED, user.id, {"by": "oneself" if work.actor.id == user.id else "administrator"})


def list_people(work: Work) -> list[User]:
    """All users by name. Administrators only."""
    administering(work)
    return list_users(work.session)


def count_people(work: Work, query: PeopleQuery) -> int:
    """How many users a query leaves. Administrators only."""
    administering(work)
    return count_users(work.session, _read_by(work, query))


def find_people(work: Work, query: PeopleQuery, first: int, most: int) -> list[User]:
    """At most `most` of the users that a query leaves, after the `first` ones, by name. Administrators only."""
    administering(work)
    return search_users(work.session, _read_by(work, query), first, most)


def _read_by(work: Work, query: PeopleQuery) -> PeopleQuery:
    return replace(query, language=work.actor.locale)


def find_person(work: Work, user_id: str) -> User:
    """A user by id; NotFound when there is none."""
    user = get_user(work.session, user_id)
    if user is None:
        raise NotFound("There is no such user.", params={"id": user_id[:60]})
    return user


def _faults(new: NewUser) -> list[Violation]:
    faults = []
    if not new.name.strip():
        faults.append(Violation("/name", "required", "{label} is required.", {"label": "Name"}))
    try:
        validate_email(new.email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        faults.append(
            Violation("/email", "not_an_email", "This is no e-mail address: {reason}", {"reason": str(error)})
        )
    if new.timezone not in _timezones():
        faults.append(
            Violation("/timezone", "unknown_choice", "There is no time zone '{value}'.", {"value": new.timezone})
        )
    return faults


@cache
def _timezones() -> frozenset[str]:
    # Finding them reads folders, and an import asks for each of its rows.
    return frozenset(available_timezones())


def _taken() -> Violation:
    return Violation("/email", "not_unique", "There is a user with this e-mail address already.")


def _role_faults(work: Work, roles: tuple[str, ...]) -> list[Violation]:
    known = work.model.roles
    faults = []
    for role in roles:
        if role not in known:
            hint = did_you_mean(role, known)
            template = "There is no role '{role}'" + (f": {hint}" if hint else ".")
            faults.append(Violation("/roles", "unknown_choice", template, {"role": role}))
    return faults


def _keep_an_administrator(work: Work, changed: User) -> None:
    """Save a user, unless that would shut everybody out of administration."""
    administrating = set(work.model.administrators)

    def administrates(user: User) -> bool:
        return user.active and not administrating.isdisjoint(user.roles)

    if administrates(find_person(work, changed.id)) and not administrates(changed):
        others = (user for user in list_users(work.session, active=True) if user.id != changed.id)
        if not any(map(administrates, others)):
            raise Conflict("This is the last administrator: make another one first.")
    save_user(work.session, changed)
