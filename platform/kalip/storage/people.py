"""Users, their logins and their programmes' tokens. Secrets are known here by their hashes only."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from kalip.expressions import Dialect
from kalip.storage.actor_sets import HAS_ROLE, roles_param, told_params, told_sql
from kalip.storage.collation import sort_key, sort_key_sql
from kalip.storage.errors import UniqueClash
from kalip.storage.own import KalipGroup, KalipGroupMember, KalipSession, KalipToken, KalipUser, table_of
from kalip.storage.session import Session

_USERS: Final = table_of(KalipUser)
_LOGINS: Final = table_of(KalipSession)
_TOKENS: Final = table_of(KalipToken)
_GROUPS: Final = table_of(KalipGroup)
_MEMBERS: Final = table_of(KalipGroupMember)

PeopleState = Literal["", "in", "out", "programme"]
T = TypeVar("T", "User", "LoginSession", "Token")


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in; without a password hash only by other means.

    `service` is a programme's account: nobody signs in as it, it acts by its tokens alone. `groups` are the codes of
    the person's groups where they were read along, with a login or a token; None elsewhere. `told` are the lines of
    `given_sql` about the person, where they were asked for with it.
    """

    id: str
    name: str
    email: str
    roles: tuple[str, ...]
    locale: str
    timezone: str
    active: bool
    password_hash: str | None
    created_at: datetime
    service: bool = False
    groups: tuple[str, ...] | None = field(default=None, compare=False)
    told: tuple[str, ...] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """Users whose name or e-mail holds a text, who have a role, and who come in, are kept out or are programmes.

    A name is looked through as the site's language folds letters, and as `language` does, which is the reader's.
    """

    text: str = ""
    role: str = ""
    state: PeopleState = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class LoginSession:
    """A browser that is signed in; `id_hash` is the hash of the secret in its cookie.

    `method` is password or `oidc:<provider>`; `factor` the kind of the second factor, empty without. `fresh_at` is when
    the person last proved who it is.
    """

    id_hash: str
    user_id: str
    created_at: datetime
    expires_at: datetime
    seen_at: datetime
    address: str
    agent: str
    acting_for: str | None = None
    acting_mode: str | None = None
    method: str = ""
    factor: str = ""
    fresh_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A programme's access in a user's name.

    `role` leaves one of the user's roles, `entities` only these entities, `read_only` no change.
    """

    id: str
    hash: str
    user_id: str
    name: str
    role: str | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    read_only: bool = False
    entities: tuple[str, ...] | None = None


_ALONG: Final = ("groups", "told")
"""What is read along with a user, of other tables."""
_NAMES: Final = {
    class_.__name__: tuple(each.name for each in fields(class_) if each.name not in _ALONG)
    for class_ in (User, LoginSession, Token)
}


def add_user(session: Session, user: User) -> None:
    """Add a user; UniqueClash when another one has the e-mail address, whatever its case."""
    try:
        session.write(insert(_USERS), _user_row(user))
    except IntegrityError as error:
        raise UniqueClash("user", ("email",)) from error


def find_user(session: Session, email: str) -> User | None:
    """The user with an e-mail address, whatever its case."""
    return _one(session, _USERS, User, _USERS.c.email_key == email_key(email))


def get_user(session: Session, user_id: str) -> User | None:
    """The user with an id."""
    return _one(session, _USERS, User, _USERS.c.id == user_id)


def list_users(session: Session, active: bool | None = None) -> list[User]:  # noqa: FBT001 (three answers: yes, no, all)
    """All users by name, as the site's language orders."""
    query = select(_USERS).order_by(_name_key(session, session.language), _USERS.c.id)
    if active is not None:
        query = query.where(_USERS.c.active == active)
    return [_made(User, row) for row in session.run(query).mappings()]


def search_users(session: Session, query: PeopleQuery, first: int, most: int) -> list[User]:
    """At most `most` of the users that a query leaves, after the `first` ones, in the order of `list_users`."""
    found = select(_USERS).where(*_conditions(session, query))
    found = found.order_by(_name_key(session, session.language), _USERS.c.id).offset(first).limit(most)
    return [_made(User, row) for row in session.run(found).mappings()]


def count_users(session: Session, query: PeopleQuery) -> int:
    """How many users a query leaves."""
    counted = select(func.count()).select_from(_USERS).where(*_conditions(session, query))
    return int(session.run(counted).scalar_one())


def save_user(session: Session, user: User) -> None:
    """Write a user's present state; UniqueClash as in `add_user`."""
    try:
        session.write(update(_USERS).where(_USERS.c.id == user.id), _user_row(user))
    except IntegrityError as error:
        raise UniqueClash("user", ("email",)) from error


def set_roles(session: Session, user_id: str, roles: Sequence[str]) -> bool:
    """Give a user these roles and no others; false when there is no such user."""
    return session.write(update(_USERS).where(_USERS.c.id == user_id), {"roles": list(roles)}).rowcount == 1


def set_password_hash(session: Session, user_id: str, password_hash: str | None) -> bool:
    """Set a user's password; false when there is no such user."""
    return session.write(update(_USERS).where(_USERS.c.id == user_id), {"password_hash": password_hash}).rowcount == 1


def create_login(session: Session, login: LoginSession) -> None:
    """Remember a browser that signed in."""
    session.write(insert(_LOGINS), asdict(login))


def find_login(
    session: Session, id_hash: str, now: datetime, spared: Collection[str] | None = None
) -> tuple[LoginSession, User] | None:
    """A login that has not expired, with its user if still active, in one statement.

    Unless `spared` is None, what others gave the user is read along, but for who has one of these roles.
    """
    return _with_user(session, LoginSession, id_hash, now, spared)


def touch_login(session: Session, id_hash: str, now: datetime, expires_at: datetime) -> None:
    """Note that a login was used, and until when it lasts now."""
    session.write(update(_LOGINS).where(_LOGINS.c.id_hash == id_hash), {"seen_at": now, "expires_at": expires_at})


def refresh_login(session: Session, id_hash: str, now: datetime, factor: str | None = None) -> None:
    """Note that the person has just proved again who it is, and by which second factor when one was asked for."""
    changed: dict[str, Any] = {"fresh_at": now} if factor is None else {"fresh_at": now, "factor": factor}
    session.write(update(_LOGINS).where(_LOGINS.c.id_hash == id_hash), changed)


def list_logins(session: Session, user_id: str, now: datetime) -> list[LoginSession]:
    """A user's logins that have not expired, the one used last first."""
    query = (
        select(*(_LOGINS.c[name] for name in _names(LoginSession)))
        .where(_LOGINS.c.user_id == user_id, _LOGINS.c.expires_at > now)
        .order_by(_LOGINS.c.seen_at.desc(), _LOGINS.c.id_hash)
    )
    return [_made(LoginSession, row) for row in session.run(query).mappings()]


def delete_login(session: Session, id_hash: str) -> bool:
    """Sign one browser out; false when there was none."""
    return session.write(delete(_LOGINS).where(_LOGINS.c.id_hash == id_hash)).rowcount == 1


def delete_logins_of(session: Session, user_id: str, keep: str = "") -> None:
    """Sign a user out everywhere, but in the browser of the login `keep` (its hash)."""
    session.write(delete(_LOGINS).where(_LOGINS.c.user_id == user_id, _LOGINS.c.id_hash != keep))


def delete_expired_logins(session: Session, now: datetime) -> int:
    """Forget logins that have expired; how many there were."""
    return session.write(delete(_LOGINS).where(_LOGINS.c.expires_at <= now)).rowcount


def create_token(session: Session, token: Token) -> None:
    """Remember a programme's token by its hash."""
    session.write(insert(_TOKENS), _token_row(token))


def find_token(
    session: Session, token_hash: str, now: datetime, spared: Collection[str] | None = None
) -> tuple[Token, User] | None:
    """A token that has not expired, with its user if still active, in one statement; `spared` as in `find_login`."""
    return _with_user(session, Token, token_hash, now, spared)


def list_tokens(session: Session, user_id: str | None = None) -> list[Token]:
    """A user's tokens, or everybody's, oldest first."""
    query = select(_TOKENS).order_by(_TOKENS.c.created_at, _TOKENS.c.id)
    if user_id is not None:
        query = query.where(_TOKENS.c.user_id == user_id)
    return [_made(Token, row) for row in session.run(query).mappings()]


def get_token(session: Session, token_id: str) -> Token | None:
    """A token by its id, expired or not."""
    return _one(session, _TOKENS, Token, _TOKENS.c.id == token_id)


def delete_token(session: Session, token_id: str) -> bool:
    """Revoke a token; false when there was none."""
    return session.write(delete(_TOKENS).where(_TOKENS.c.id == token_id)).rowcount == 1


def touch_token(session: Session, token_id: str, now: datetime) -> None:
    """Note that a token was used."""
    session.write(update(_TOKENS).where(_TOKENS.c.id == token_id), {"used_at": now})


def email_key(email: str) -> str:
    """An e-mail address as addresses are compared."""
    return email.strip().casefold()


def _conditions(session: Session, query: PeopleQuery) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted := query.text.strip():
        # An address has no language: its I is i for everybody.
        held = [_USERS.c.email_key.contains(email_key(wanted), autoescape=True)]
        for language in sorted({session.language, query.language or session.language}):
            key = _name_key(session, language)
            held.append(key.contains(sort_key(wanted, language), autoescape=True))
        conditions.append(or_(*held))
    if query.role:
        roles = roles_param([query.role], session.dialect)
        conditions.append(and_(text(HAS_ROLE[session.dialect]).bindparams(roles=roles)))
    if query.state:
        conditions.append(_USERS.c.active.is_(query.state != "out"))
    if query.state in {"in", "programme"}:
        conditions.append(_USERS.c.service.is_(query.state == "programme"))
    return conditions


def _name_key(session: Session, language: str) -> ColumnElement[str]:
    return literal_column(sort_key_sql("kalip_user.name", session.dialect, language))


def _names(class_: type[Any]) -> tuple[str, ...]:
    return _NAMES[class_.__name__]


# Asked with every request, so made once: writing a statement costs more than running it.
@cache
def _holder(class_: str, told: Dialect | None) -> Select[Any]:
    """What belongs to an active user, in the order of the class's fields, the user, and what is read along.

    That are the codes of the user's groups, and what others gave it if a dialect is named.
    """
    table, secret = _HELD[class_]
    columns = [table.c[name] for name in _NAMES[class_]]
    people = [_USERS.c[name].label(f"person_{name}") for name in _names(User)]
    codes = (
        select(func.aggregate_strings(_GROUPS.c.code, ","))
        .join(_MEMBERS, _MEMBERS.c.group_id == _GROUPS.c.id)
        .where(_MEMBERS.c.user_id == _USERS.c.id)
        .scalar_subquery()
    )
    given = null() if told is None else text(told_sql(told))
    found = select(*columns, *people, codes, given).select_from(table.join(_USERS, _USERS.c.id == table.c.user_id))
    lasts = table.c.expires_at > bindparam("now")
    if table.c.expires_at.nullable:
        lasts |= table.c.expires_at.is_(None)
    return found.where(_USERS.c.active.is_(True), secret == bindparam("hash"), lasts)


_HELD: Final = {"LoginSession": (_LOGINS, _LOGINS.c.id_hash), "Token": (_TOKENS, _TOKENS.c.hash)}


def _user_row(user: User) -> dict[str, Any]:
    row = {**asdict(user), "roles": list(user.roles), "email_key": email_key(user.email)}
    for name in _ALONG:
        del row[name]
    return row


def _token_row(token: Token) -> dict[str, Any]:
    return {**asdict(token), "entities": None if token.entities is None else list(token.entities)}


def _one(session: Session, table: Table, class_: type[T], condition: Any) -> T | None:
    row = session.run(select(table).where(condition)).mappings().first()
    return None if row is None else _made(class_, row)


def _with_user(
    session: Session, class_: type[LoginSession | Token], secret: str, now: datetime, spared: Collection[str] | None
) -> tuple[Any, User] | None:
    params: dict[str, Any] = {"hash": secret, "now": now}
    dialect = None
    if spared is not None:
        dialect = session.dialect
        params |= told_params(now, spared, dialect)
    row = session.run(_holder(class_.__name__, dialect), params).first()
    if row is None:
        return None
    own = len(_names(class_))
    *person, codes, given = row[own:]
    # No code has a comma.
    groups = tuple(sorted(codes.split(","))) if codes else ()
    told = None if given is None else tuple(given.splitlines())
    return _tupled(class_(*row[:own])), replace(_tupled(User(*person)), groups=groups, told=told)


def _made(class_: type[Any], row: Any) -> Any:
    return _tupled(class_(**{name: row[name] for name in _names(class_)}))


def _tupled(found: Any) -> Any:
    """What is read as a list and kept as a tuple."""
    if isinstance(found, User):
        return replace(found, roles=tuple(found.roles or ()))
    if isinstance(found, Token) and found.entities is not None:
        return replace(found, entities=tuple(found.entities))
    return found
