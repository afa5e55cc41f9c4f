"""Mail that went out and came in: rows of the log, found by key, by record, by conversation and by message id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipFile, KalipMail, KalipMailbox, table_of
from kalip.storage.session import Session

_MAILS: Final = table_of(KalipMail)
_BOXES: Final = table_of(KalipMailbox)
_FILES: Final = table_of(KalipFile)
_GOING: Final = ("queued", "waiting")
_JSON: Final = ("recipients", "files", "refused")
OUT, IN = "out", "in"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail. `direction` is out or in; `state` is queued, waiting, sent, partly, failed or received.

    `thread` is the id of the mail that began the conversation, `answers` the message id that this one answers.
    `refused` says what the server said to single recipients.
    """

    id: str
    direction: str
    state: str
    message_id: str
    thread: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    created_at: datetime
    html: str = ""
    key: str | None = None
    entity: str | None = None
    record_id: str | None = None
    answers: str = ""
    template: str = ""
    files: tuple[str, ...] = ()
    created_by: str | None = None
    sent_at: datetime | None = None
    attempts: int = 0
    error: str = ""
    refused: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class MailboxPlace:
    """How far a mailbox has been read: a UID, which means nothing under another validity."""

    name: str
    validity: int
    uid: int
    since: datetime
    read_at: datetime | None = None
    error: str = ""


def add_mail(session: Session, mail: Mail) -> bool:
    """Enter a mail; False when there is one of its key already, which stays as it is."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(_MAILS).values(_values(mail))
    entered = statement.on_conflict_do_nothing(index_elements=["key"]).returning(_MAILS.c.id)
    return session.write(entered).first() is not None


def change_mail(session: Session, mail_id: str, states: Sequence[str], **values: Any) -> bool:
    """Change a mail that is in one of these states; False when it isn't, or is gone."""
    changed = {name: _text(value) if name in _JSON else value for name, value in values.items()}
    statement = update(_MAILS).where(_MAILS.c.id == mail_id, _MAILS.c.state.in_(list(states))).values(changed)
    return session.write(statement).rowcount == 1


def get_mail(session: Session, mail_id: str) -> Mail | None:
    """A mail by id."""
    row = session.run(select(_MAILS).where(_MAILS.c.id == mail_id)).mappings().one_or_none()
    return None if row is None else _mail(row)


def get_mails(session: Session, ids: Sequence[str]) -> dict[str, Mail]:
    """Mails by id; those that are not there are absent."""
    if not ids:
        return {}
    query = select(_MAILS).where(_MAILS.c.id.in_(list(ids)))
    return {row["id"]: _mail(row) for row in session.run(query).mappings()}


def mail_of_key(session: Session, key: str) -> Mail | None:
    """The mail of a key."""
    row = session.run(select(_MAILS).where(_MAILS.c.key == key)).mappings().one_or_none()
    return None if row is None else _mail(row)


def mails_of_messages(session: Session, message_ids: Sequence[str]) -> list[Mail]:
    """The mails with these message ids, latest first."""
    if not message_ids:
        return []
    query = select(_MAILS).where(_MAILS.c.message_id.in_(list(message_ids))).order_by(_MAILS.c.id.desc()).limit(50)
    return [_mail(row) for row in session.run(query).mappings()]


def mails_of_thread(session: Session, thread: str) -> list[Mail]:
    """A conversation, oldest first; at most 200."""
    query = select(_MAILS).where(_MAILS.c.thread == thread).order_by(_MAILS.c.id).limit(200)
    return [_mail(row) for row in session.run(query).mappings()]


def mails_of_record(session: Session, entity: str, record_id: str, limit: int = 50) -> list[Mail]:
    """The mails of a record, latest first."""
    query = (
        select(_MAILS)
        .where(_MAILS.c.entity == entity, _MAILS.c.record_id == record_id)
        .order_by(_MAILS.c.id.desc())
        .limit(limit)
    )
    return [_mail(row) for row in session.run(query).mappings()]


def list_mails(session: Session, states: Sequence[str], before: str | None = None, limit: int = 50) -> list[Mail]:
    """Mails in some states, latest first; `before` is the id of the last one seen."""
    query = select(_MAILS).where(_MAILS.c.state.in_(list(states))).order_by(_MAILS.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_MAILS.c.id < before)
    return [_mail(row) for row in session.run(query).mappings()]


def delete_old_mails(session: Session, before: datetime, most: int = 200) -> int:
    """Delete mails from before a moment that are out or in, with files that came with them; how many, at most so many.

    Files that a field of a record names stay: they are the record's.
    """
    past = (_MAILS.c.created_at < before, _MAILS.c.state.not_in(_GOING))
    rows = session.run(select(_MAILS.c.id, _MAILS.c.files).where(*past).limit(most)).all()
    files = [each for row in rows for each in orjson.loads(row.files)]
    if files:
        session.write(delete(_FILES).where(_FILES.c.id.in_(files), _FILES.c.field.is_(None)))
    if rows:
        session.write(delete(_MAILS).where(_MAILS.c.id.in_([row.id for row in rows])))
    return len(rows)


def mailbox_place(session: Session, name: str) -> MailboxPlace | None:
    """How far a mailbox has been read; None when it never was."""
    row = session.run(select(_BOXES).where(_BOXES.c.name == name)).mappings().one_or_none()
    return None if row is None else MailboxPlace(**row)


def mailbox_places(session: Session) -> list[MailboxPlace]:
    """All mailboxes that were read, by name."""
    return [MailboxPlace(**row) for row in session.run(select(_BOXES).order_by(_BOXES.c.name)).mappings()]


def add_mailbox(session: Session, place: MailboxPlace) -> None:
    """Remember a mailbox; one of the same name stays as it is."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    values = {name: getattr(place, name) for name in MailboxPlace.__slots__}
    session.write(dialect.insert(_BOXES).values(values).on_conflict_do_nothing())


def move_mailbox(session: Session, name: str, **values: Any) -> None:
    """Say how far a mailbox has been read, or what went wrong."""
    session.write(update(_BOXES).where(_BOXES.c.name == name).values(values))


def _values(mail: Mail) -> dict[str, Any]:
    values = {name: getattr(mail, name) for name in Mail.__slots__}
    return {name: _text(value) if name in _JSON else value for name, value in values.items()}


def _text(value: Any) -> str:
    plain = dict(value) if isinstance(value, Mapping) else list(value)
    return orjson.dumps(plain).decode()


def _mail(row: RowMapping) -> Mail:
    values = dict(row)
    for name in _JSON:
        values[name] = orjson.loads(values[name])
    return Mail(**{**values, "recipients": tuple(values["recipients"]), "files": tuple(values["files"])})
