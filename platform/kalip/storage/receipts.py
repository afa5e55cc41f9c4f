"""What came in, and what became of it; consents given with it; and whose messages make nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import RowMapping, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipConsent, KalipException, KalipFile, KalipReceipt, table_of
from kalip.storage.session import Session

_RECEIPTS: Final = table_of(KalipReceipt)
_CONSENTS: Final = table_of(KalipConsent)
_EXCEPTIONS: Final = table_of(KalipException)
_FILES: Final = table_of(KalipFile)
_UNSETTLED: Final = ("new", "failed")
_EMPTY: Final = "{}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Something that came in by a channel (mail, form) from a source (mailbox, form's name).

    `state` is new, made, appended, ignored, repeated or failed; `reason` says why, in words.
    """

    id: str
    channel: str
    source: str
    identity: str
    at: datetime
    entity: str
    state: str = "new"
    settled_at: datetime | None = None
    attempts: int = 0
    sender: str = ""
    subject: str = ""
    record_id: str | None = None
    mail_id: str | None = None
    reason: str = ""
    payload: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    raw_file: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agreed to, or not: the text as it was shown, its version, and how it is known."""

    id: str
    receipt: str
    entity: str
    record_id: str
    name: str
    version: str
    text: str
    given: bool
    at: datetime
    proof: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IntakeException:
    """A `phone` or `mail` whose messages make nothing. `binned` are the entity and id of what was archived with it."""

    id: str
    kind: str
    value: str
    created_at: datetime
    note: str = ""
    created_by: str | None = None
    binned: tuple[tuple[str, str], ...] = ()


def add_receipt(session: Session, receipt: Receipt) -> bool:
    """Enter a receipt; False when the same thing came in before by this channel."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    values = {name: getattr(receipt, name) for name in Receipt.__slots__}
    values["payload"] = orjson.dumps(dict(receipt.payload)).decode()
    statement = dialect.insert(_RECEIPTS).values(values)
    entered = statement.on_conflict_do_nothing(index_elements=["channel", "identity"]).returning(_RECEIPTS.c.id)
    return session.write(entered).first() is not None


def change_receipt(session: Session, receipt_id: str, states: Collection[str], **values: Any) -> bool:
    """Change a receipt that is in one of these states; False when it isn't. Who changes it first has it alone."""
    statement = update(_RECEIPTS).where(_RECEIPTS.c.id == receipt_id, _RECEIPTS.c.state.in_(sorted(states)))
    return session.write(statement.values(values)).rowcount == 1


def get_receipt(session: Session, receipt_id: str) -> Receipt | None:
    """A receipt by id."""
    row = session.run(select(_RECEIPTS).where(_RECEIPTS.c.id == receipt_id)).mappings().one_or_none()
    return None if row is None else _receipt(row)


def receipt_of(session: Session, channel: str, identity: str) -> Receipt | None:
    """The receipt of what came in by a channel."""
    query = select(_RECEIPTS).where(_RECEIPTS.c.channel == channel, _RECEIPTS.c.identity == identity)
    row = session.run(query).mappings().one_or_none()
    return None if row is None else _receipt(row)


def list_receipts(
    session: Session, states: Collection[str] = (), before: str | None = None, limit: int = 50
) -> list[Receipt]:
    """Receipts, latest first, in some states or all; `before` is the id of the last one seen."""
    query = select(_RECEIPTS).order_by(_RECEIPTS.c.id.desc()).limit(limit)
    if states:
        query = query.where(_RECEIPTS.c.state.in_(sorted(states)))
    if before is not None:
        query = query.where(_RECEIPTS.c.id < before)
    return [_receipt(row) for row in session.run(query).mappings()]


def empty_old_receipts(session: Session, before: datetime, most: int = 200) -> int:
    """Forget what settled receipts from before a moment held; how many, at most as many as said.

    The rows stay, so that the same thing that is delivered again is known, and consents have what they came with.
    """
    full = or_(_RECEIPTS.c.raw_file.is_not(None), _RECEIPTS.c.payload != _EMPTY)
    past = (_RECEIPTS.c.at < before, _RECEIPTS.c.state.not_in(_UNSETTLED), full)
    rows = session.run(select(_RECEIPTS.c.id, _RECEIPTS.c.raw_file).where(*past).limit(most)).all()
    if rows:
        chosen = _RECEIPTS.c.id.in_([row.id for row in rows])
        nothing = {"sender": "", "subject": "", "payload": _EMPTY, "raw_file": None}
        session.write(update(_RECEIPTS).where(chosen).values(nothing))
        session.write(delete(_FILES).where(_FILES.c.id.in_([row.raw_file for row in rows if row.raw_file])))
    return len(rows)


def count_receipts(session: Session) -> dict[str, int]:
    """How many receipts are in each state."""
    query = select(_RECEIPTS.c.state, func.count().label("number")).group_by(_RECEIPTS.c.state)
    return {row.state: row.number for row in session.run(query)}


def add_consents(session: Session, consents: Sequence[Consent]) -> None:
    """Enter consents."""
    rows = [{name: getattr(each, name) for name in Consent.__slots__} for each in consents]
    for row in rows:
        row["proof"] = orjson.dumps(dict(row["proof"])).decode()
    if rows:
        session.write(insert(_CONSENTS), rows)


def consents_of(session: Session, entity: str, record_id: str) -> list[Consent]:
    """The consents that came with a record, latest first."""
    query = (
        select(_CONSENTS)
        .where(_CONSENTS.c.entity == entity, _CONSENTS.c.record_id == record_id)
        .order_by(_CONSENTS.c.id.desc())
    )
    return [Consent(**{**row, "proof": orjson.loads(row["proof"])}) for row in session.run(query).mappings()]


def get_consent(session: Session, consent_id: str) -> Consent | None:
    """A consent by id."""
    row = session.run(select(_CONSENTS).where(_CONSENTS.c.id == consent_id)).mappings().one_or_none()
    return None if row is None else Consent(**{**row, "proof": orjson.loads(row["proof"])})


def add_exception(session: Session, exception: IntakeException) -> bool:
    """Enter an exception; False when the phone or mail has one."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    values = {name: getattr(exception, name) for name in IntakeException.__slots__}
    values["binned"] = orjson.dumps([list(each) for each in exception.binned]).decode()
    statement = dialect.insert(_EXCEPTIONS).values(values)
    entered = statement.on_conflict_do_nothing(index_elements=["kind", "value"]).returning(_EXCEPTIONS.c.id)
    return session.write(entered).first() is not None


def get_exception(session: Session, exception_id: str) -> IntakeException | None:
    """An exception by id."""
    row = session.run(select(_EXCEPTIONS).where(_EXCEPTIONS.c.id == exception_id)).mappings().one_or_none()
    return None if row is None else _exception(row)


def find_exceptions(session: Session, values: Sequence[tuple[str, str]]) -> list[IntakeException]:
    """The exceptions among pairs of kind and value."""
    if not values:
        return []
    pairs = tuple_(_EXCEPTIONS.c.kind, _EXCEPTIONS.c.value).in_(list(values))
    return [
        _exception(row) for row in session.run(select(_EXCEPTIONS).where(pairs).order_by(_EXCEPTIONS.c.id)).mappings()
    ]


def list_exceptions(session: Session, containing: str = "", limit: int = 500) -> list[IntakeException]:
    """The exceptions, latest first, or those whose value or note holds a text."""
    query = select(_EXCEPTIONS).order_by(_EXCEPTIONS.c.id.desc()).limit(limit)
    if containing:
        query = query.where(
            or_(
                _EXCEPTIONS.c.value.icontains(containing, autoescape=True),
                _EXCEPTIONS.c.note.icontains(containing, autoescape=True),
            )
        )
    return [_exception(row) for row in session.run(query).mappings()]


def delete_exception(session: Session, exception_id: str) -> bool:
    """Take an exception off the list; False when it was gone."""
    return session.write(delete(_EXCEPTIONS).where(_EXCEPTIONS.c.id == exception_id)).rowcount == 1


def _receipt(row: RowMapping) -> Receipt:
    return Receipt(**{**row, "payload": orjson.loads(row["payload"])})


def _exception(row: RowMapping) -> IntakeException:
    binned = tuple((entity, record_id) for entity, record_id in orjson.loads(row["binned"]))
    return IntakeException(**{**row, "binned": binned})
