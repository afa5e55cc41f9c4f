"""Groups of people, and what other directories call people and groups. Knows rows, not who may change them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from kalip.storage.errors import UniqueClash
from kalip.storage.organisation import pairs
from kalip.storage.own import KalipExternalId, KalipGroup, KalipGroupMember, KalipUser, table_of
from kalip.storage.session import Session

GROUPS: Final = table_of(KalipGroup)
MEMBERS: Final = table_of(KalipGroupMember)
_USERS: Final = table_of(KalipUser)
_EXTERNAL: Final = table_of(KalipExternalId)


@dataclass(frozen=True, slots=True)
class Group:
    """People who belong together. `code` is what expressions and imports call it."""

    id: str
    code: str
    name: str


def add_group(session: Session, group: Group) -> None:
    """Add a group; UniqueClash when another one has its code."""
    try:
        session.write(insert(GROUPS), asdict(group))
    except IntegrityError as error:
        raise UniqueClash("group", ("code",)) from error


def save_group(session: Session, group: Group) -> None:
    """Write a group's code and name; UniqueClash as in `add_group`."""
    try:
        session.write(update(GROUPS).where(GROUPS.c.id == group.id), asdict(group))
    except IntegrityError as error:
        raise UniqueClash("group", ("code",)) from error


def delete_group(session: Session, group_id: str) -> None:
    """Forget a group; its people stay."""
    session.write(delete(MEMBERS).where(MEMBERS.c.group_id == group_id))
    session.write(delete(GROUPS).where(GROUPS.c.id == group_id))


def get_group(session: Session, group_id: str) -> Group | None:
    """The group with an id."""
    return _one(session, GROUPS.c.id == group_id)


def find_group(session: Session, code: str) -> Group | None:
    """The group with a code."""
    return _one(session, GROUPS.c.code == code)


def list_groups(session: Session) -> list[Group]:
    """All groups, by code."""
    return [Group(**row) for row in session.run(select(GROUPS).order_by(GROUPS.c.code)).mappings()]


def group_sizes(session: Session) -> Mapping[str, int]:
    """How many people each group has; empty groups are left out."""
    query = select(MEMBERS.c.group_id, func.count()).group_by(MEMBERS.c.group_id)
    return {str(group): int(count) for group, count in pairs(session.run(query))}


def members_of(session: Session, group_id: str) -> list[str]:
    """The ids of a group's people, by name."""
    query = select(MEMBERS.c.user_id).join(_USERS, _USERS.c.id == MEMBERS.c.user_id)
    return list(session.run(query.where(MEMBERS.c.group_id == group_id).order_by(_USERS.c.name, _USERS.c.id)).scalars())


def groups_of(session: Session, user_id: str) -> list[Group]:
    """The groups that a person is in, by code."""
    query = select(GROUPS).join(MEMBERS, MEMBERS.c.group_id == GROUPS.c.id).where(MEMBERS.c.user_id == user_id)
    return [Group(**row) for row in session.run(query.order_by(GROUPS.c.code)).mappings()]


def add_members(session: Session, group_id: str, users: Iterable[str]) -> int:
    """Put people into a group; how many are new in it."""
    rows = [{"group_id": group_id, "user_id": user} for user in sorted(set(users))]
    if not rows:
        return 0
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(MEMBERS).on_conflict_do_nothing().returning(MEMBERS.c.user_id)
    return len(session.write(statement, rows).all())


def remove_members(session: Session, group_id: str, users: Iterable[str]) -> int:
    """Take people out of a group; how many were in it."""
    chosen = sorted(set(users))
    query = delete(MEMBERS).where(MEMBERS.c.group_id == group_id, MEMBERS.c.user_id.in_(chosen))
    return session.write(query).rowcount if chosen else 0


def external_id(session: Session, kind: str, own_id: str) -> str | None:
    """What another directory calls a user or group of ours (`kind`)."""
    query = select(_EXTERNAL.c.external).where(_EXTERNAL.c.kind == kind, _EXTERNAL.c.own_id == own_id)
    found: str | None = session.run(query).scalar()
    return found


def external_ids(session: Session, kind: str) -> Mapping[str, str]:
    """All names that another directory gave, by our id."""
    query = select(_EXTERNAL.c.own_id, _EXTERNAL.c.external).where(_EXTERNAL.c.kind == kind)
    return {str(own): str(external) for own, external in pairs(session.run(query))}


def own_id(session: Session, kind: str, external: str) -> str | None:
    """The user or group of ours that another directory calls so."""
    query = select(_EXTERNAL.c.own_id).where(_EXTERNAL.c.kind == kind, _EXTERNAL.c.external == external)
    found: str | None = session.run(query).scalar()
    return found


def people_in_groups(session: Session, kind: str) -> frozenset[str]:
    """The ids of all who are in a group that another directory gave."""
    query = select(MEMBERS.c.user_id).join(_EXTERNAL, _EXTERNAL.c.own_id == MEMBERS.c.group_id)
    return frozenset(session.run(query.where(_EXTERNAL.c.kind == kind)).scalars())


def set_external_id(session: Session, kind: str, own: str, external: str | None, now: datetime) -> None:
    """Keep what another directory calls a user or group; UniqueClash when it calls another one so."""
    session.write(delete(_EXTERNAL).where(_EXTERNAL.c.kind == kind, _EXTERNAL.c.own_id == own))
    if external is None:
        return
    try:
        session.write(insert(_EXTERNAL), {"kind": kind, "own_id": own, "external": external, "updated_at": now})
    except IntegrityError as error:
        raise UniqueClash(kind, ("externalId",)) from error


def _one(session: Session, condition: Any) -> Group | None:
    row = session.run(select(GROUPS).where(condition)).mappings().first()
    return None if row is None else Group(**row)


def group_codes(session: Session, user_id: str) -> tuple[str, ...]:
    """The codes of the groups that a person is in: what an actor knows of them."""
    return tuple(session.run(_CODES, {"user": user_id}).scalars())


# Asked whenever an actor is made, so made once.
_CODES: Final = (
    select(GROUPS.c.code)
    .join(MEMBERS, MEMBERS.c.group_id == GROUPS.c.id)
    .where(MEMBERS.c.user_id == bindparam("user"))
    .order_by(GROUPS.c.code)
)
