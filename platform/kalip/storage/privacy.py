"""Rows of the privacy desk: requests, holds, erasures, disclosures, withdrawals, terms, breaches, policies.

Each table is a `Shelf` of frozen values; columns of JSON text are given and taken as values. Nothing here commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import orjson
from sqlalchemy import ColumnElement, RowMapping, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import (
    Base,
    KalipBreach,
    KalipDisclosure,
    KalipErasure,
    KalipHold,
    KalipPolicy,
    KalipPolicyAcceptance,
    KalipRetention,
    KalipSubjectRequest,
    KalipWithdrawal,
    table_of,
)
from kalip.storage.session import Session

T = TypeVar("T")
Key = tuple[str, str]
"""An entity and the id of one of its records."""
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """What a person asks for; see `KalipSubjectRequest`."""

    id: str
    kind: str
    subject: str
    received_at: datetime
    due_at: datetime
    note: str = ""
    state: str = "open"
    created_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why data must stay. `keys` are digests of what the person is known by; empty for the hold of one record."""

    id: str
    reason: str
    at: datetime
    by: str | None = None
    entity: str | None = None
    record_id: str | None = None
    keys: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """The proof of an erasure. `kept` are pairs of a record and why it stayed; `pending` are hashes of contents."""

    id: str
    at: datetime
    by: str | None
    reason: str
    keys: Mapping[str, Any]
    records: Sequence[Any]
    counts: Mapping[str, Any]
    kept: Sequence[Any] = ()
    pending: Sequence[str] = ()
    swept_at: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Who was given what, when and why; `digest` is the SHA-256 of what was given."""

    id: str
    at: datetime
    by: str | None
    kind: str
    recipient: str
    purpose: str
    keys: Mapping[str, Any]
    records: Sequence[Any]
    categories: Sequence[str]
    digest: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a consent was taken back."""

    consent_id: str
    at: datetime
    by: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Retention:
    """A term in force; `emptied` counts the records in which something was emptied under it."""

    rule: str
    entity: str
    at: datetime
    by: str | None
    run_at: datetime | None = None
    emptied: int = 0


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach; `reminded` counts the reminders that were sent."""

    id: str
    title: str
    discovered_at: datetime
    due_at: datetime
    happened: str = ""
    consequences: str = ""
    measures: str = ""
    entities: Sequence[str] = ()
    affected: int = 0
    created_by: str | None = None
    authority_at: datetime | None = None
    persons_at: datetime | None = None
    closed_at: datetime | None = None
    reminded: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the privacy policy: its text by language."""

    id: str
    version: str
    texts: Mapping[str, str]
    at: datetime
    by: str | None = None


class Shelf(Generic[T]):
    """Rows of one own table as values of one type. `json` are the columns that hold JSON text."""

    def __init__(self, model: type[Base], kind: type[T], *json: str) -> None:
        self.table = table_of(model)
        self._kind = kind
        self._json = frozenset(json)
        self._names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
        (self._key,) = self.table.primary_key.columns

    def add(self, session: Session, item: T) -> None:
        """Enter a row."""
        session.write(insert(self.table), self._row({name: getattr(item, name) for name in self._names}))

    def add_once(self, session: Session, item: T) -> bool:
        """Enter a row unless its key is there: whoever enters it first has it alone, others wait and get False."""
        dialect = sqlite if session.dialect == "sqlite" else postgresql
        row = self._row({name: getattr(item, name) for name in self._names})
        statement = dialect.insert(self.table).values(row).on_conflict_do_nothing().returning(self._key)
        return session.write(statement).first() is not None

    def find(self, session: Session, key: str) -> T | None:
        """The row of a key."""
        row = session.run(select(self.table).where(self._key == key)).mappings().one_or_none()
        return None if row is None else self._item(row)

    def change(self, session: Session, key: str, *conditions: ColumnElement[bool], **values: Any) -> bool:
        """Change a row; False when it isn't there, or not as the conditions want it."""
        statement = update(self.table).where(self._key == key, *conditions).values(self._row(values))
        return session.write(statement).rowcount == 1

    def drop(self, session: Session, key: str) -> bool:
        """Take a row away; False when it was gone."""
        return session.write(delete(self.table).where(self._key == key)).rowcount == 1

    def all(self, session: Session, *conditions: ColumnElement[bool], limit: int = 500, newest: bool = True) -> list[T]:
        """Rows under conditions, the newest first or last."""
        order = self._key.desc() if newest else self._key.asc()
        query = select(self.table).where(*conditions).order_by(order).limit(limit)
        return [self._item(row) for row in session.run(query).mappings()]

    def count(self, session: Session, *conditions: ColumnElement[bool]) -> int:
        """How many rows there are."""
        return int(session.run(select(func.count()).select_from(self.table).where(*conditions)).scalar_one())

    def _row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _dumped(value) if name in self._json else value for name, value in values.items()}

    def _item(self, row: RowMapping) -> T:
        return self._kind(
            **{name: orjson.loads(row[name]) if name in self._json else row[name] for name in self._names}
        )


REQUESTS: Final = Shelf(KalipSubjectRequest, SubjectRequest)
HOLDS: Final = Shelf(KalipHold, Hold, "keys")
ERASURES: Final = Shelf(KalipErasure, Erasure, "keys", "records", "counts", "kept", "pending")
DISCLOSURES: Final = Shelf(KalipDisclosure, Disclosure, "keys", "records", "categories")
WITHDRAWALS: Final = Shelf(KalipWithdrawal, Withdrawal)
RETENTIONS: Final = Shelf(KalipRetention, Retention)
BREACHES: Final = Shelf(KalipBreach, Breach, "entities")
POLICIES: Final = Shelf(KalipPolicy, Policy, "texts")
_ACCEPTED: Final = table_of(KalipPolicyAcceptance)


def open_requests(session: Session) -> list[SubjectRequest]:
    """Requests that are open, the next due first."""
    found = REQUESTS.all(session, REQUESTS.table.c.state == "open", limit=1_000)
    return sorted(found, key=lambda each: each.due_at)


def holds_now(session: Session, now: datetime) -> list[Hold]:
    """The holds in force."""
    column = HOLDS.table.c
    return HOLDS.all(session, column.ended_at.is_(None), or_(column.until.is_(None), column.until > now), limit=100_000)


def unsettled_erasures(session: Session) -> list[Erasure]:
    """Erasures with contents of files that are still to be removed."""
    return ERASURES.all(session, ERASURES.table.c.pending != "[]", limit=10_000)


def erasure_ids(session: Session) -> set[str]:
    """The ids of all erasures that this database knows."""
    return set(session.run(select(ERASURES.table.c.id)).scalars())


def withdrawals_of(session: Session, consents: Sequence[str]) -> dict[str, Withdrawal]:
    """The withdrawals of consents, by the consent's id."""
    if not consents:
        return {}
    found = WITHDRAWALS.all(session, WITHDRAWALS.table.c.consent_id.in_(list(consents)), limit=len(consents))
    return {each.consent_id: each for each in found}


def breaches_open(session: Session) -> list[Breach]:
    """Breaches that are not closed and of which the authority has not been told."""
    column = BREACHES.table.c
    return BREACHES.all(session, column.closed_at.is_(None), column.authority_at.is_(None))


def current_policy(session: Session) -> Policy | None:
    """The newest version of the policy."""
    found = POLICIES.all(session, limit=1)
    return found[0] if found else None


def has_accepted(session: Session, policy_id: str, user_id: str) -> bool:
    """Whether somebody accepted a version."""
    query = select(_ACCEPTED.c.at).where(_ACCEPTED.c.policy_id == policy_id, _ACCEPTED.c.user_id == user_id)
    return session.run(query).first() is not None


def accept_policy(session: Session, policy_id: str, user_id: str, at: datetime) -> None:
    """Note that somebody accepted a version."""
    if not has_accepted(session, policy_id, user_id):
        session.write(insert(_ACCEPTED), {"policy_id": policy_id, "user_id": user_id, "at": at})


def acceptances(session: Session) -> dict[str, int]:
    """How many people accepted each version."""
    query = select(_ACCEPTED.c.policy_id, func.count().label("number")).group_by(_ACCEPTED.c.policy_id)
    return {row.policy_id: row.number for row in session.run(query)}


def _dumped(value: Any) -> str:
    return orjson.dumps(dict(value) if isinstance(value, Mapping) else value).decode()
