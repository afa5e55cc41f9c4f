"""Users as administrators keep them: made, given roles, kept out, given a password."""

from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from kalip.access import hash_password, hash_secret, password_faults
from kalip.base.errors import AccessDenied, Conflict, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
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


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be let in. Without a password one is given later, or signs in by other means."""

    name: str
    email: str
    roles: tuple[str, ...] = ()
    password: str | None = None
    locale: str = "en"
    timezone: str = "UTC"


def create_user(work: Work, new: NewUser) -> str:
    """Make a user and give the id. Administrators only; RecordRejected with every fault."""
    _administering(work)
    faults = [*_faults(new), *_role_faults(work, new.roles)]
    if new.password is not None:
        faults += password_faults(new.password, new.name, new.email)
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
    )
    try:
        add_user(work.session, user)
    except UniqueClash as error:  # somebody made one at the same moment
        raise RecordRejected([_taken()]) from error
    return user.id


def set_user_roles(work: Work, user_id: str, roles: tuple[str, ...]) -> None:
    """Give a user exactly these roles. Conflict when no active administrator would be left."""
    _administering(work)
    user = find_person(work, user_id)
    if faults := _role_faults(work, roles):
        raise RecordRejected(faults)
    _keep_an_administrator(work, replace(user, roles=tuple(dict.fromkeys(roles))))


def set_user_active(work: Work, user_id: str, active: bool) -> None:  # noqa: FBT001 (the noun says which)
    """Let a user in again, or sign one out everywhere and keep out. Conflict for the last administrator."""
    _administering(work)
    user = find_person(work, user_id)
    _keep_an_administrator(work, replace(user, active=active))
    if not active:
        delete_logins_of(work.session, user_id)


def change_password(work: Work, user_id: str, password: str, keep: str = "") -> None:
    """Set a password: one's own, or anybody's as administrator.

    All other browsers are signed out; `keep` is the session token of the one that stays.
    """
    if work.actor.id != user_id:
        _administering(work)
    user = find_person(work, user_id)
    if faults := password_faults(password, user.name, user.email):
        raise RecordRejected(faults)
    save_user(work.session, replace(user, password_hash=hash_password(password)))
    delete_logins_of(work.session, user_id, keep=hash_secret(keep) if keep else "")


def list_people(work: Work) -> list[User]:
    """All users by name. Administrators only."""
    _administering(work)
    return list_users(work.session)


def find_person(work: Work, user_id: str) -> User:
    """A user by id; NotFound when there is none."""
    user = get_user(work.session, user_id)
    if user is None:
        raise NotFound("There is no such user.", params={"id": user_id[:60]})
    return user


def _administering(work: Work) -> None:
    if not work.actor.administrator:
        raise AccessDenied("Only administrators may do this.")


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
    if new.timezone not in available_timezones():
        faults.append(
            Violation("/timezone", "unknown_choice", "There is no time zone '{value}'.", {"value": new.timezone})
        )
    return faults


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
    administrating = {name for name, role in work.model.roles.items() if role.administrator}
    others = [user for user in list_users(work.session, active=True) if user.id != changed.id]
    before = find_person(work, changed.id)
    was = before.active and administrating & set(before.roles)
    stays = changed.active and administrating & set(changed.roles)
    if was and not stays and not any(administrating & set(user.roles) for user in others):
        raise Conflict("This is the last administrator: make another one first.")
    save_user(work.session, changed)
