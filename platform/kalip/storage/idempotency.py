"""Answers kept under the callers' keys, so that a call given twice is done once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipIdempotency, table_of
from kalip.storage.session import Session

_KEYS: Final = table_of(KalipIdempotency)
KEPT: Final = timedelta(hours=24)
ABANDONED: Final = timedelta(minutes=5)
"""A call that has run so long without an answer has died with its process: the key is free again."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """What is known of a key: `new` (now reserved), `running`, `done` with its answer, or `mismatch` of the body."""

    state: Literal["new", "running", "done", "mismatch"]
    status: int | None = None
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def reserve_key(session: Session, actor: str, key: str, body_hash: str, now: datetime) -> KeyState:
    """Take a key for a call, or say what became of it; commit before the call is made."""
    mine = (_KEYS.c.actor == actor) & (_KEYS.c.key == key)
    old = _KEYS.c.created_at <= now - KEPT
    dead = _KEYS.c.status.is_(None) & (_KEYS.c.created_at <= now - ABANDONED)
    session.write(delete(_KEYS).where(mine, old | dead))
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    row = {"actor": actor, "key": key, "body_hash": body_hash, "created_at": now}
    # Asked by RETURNING: a driver need not count the rows of an insert.
    insert = dialect.insert(_KEYS).values(row).on_conflict_do_nothing().returning(_KEYS.c.key)
    if session.write(insert).first() is not None:
        return KeyState("new")
    found = session.run(select(_KEYS).where(mine)).mappings().first()
    if found is None:
        return KeyState("running")
    if found["body_hash"] != body_hash:
        return KeyState("mismatch")
    if found["status"] is None:
        return KeyState("running")
    return KeyState("done", found["status"], found["body"], found["headers"] or {})


def finish_key(session: Session, actor: str, key: str, status: int, body: str, headers: Mapping[str, str]) -> None:
    """Keep the answer of a call, in the transaction of what it did."""
    answer = {"status": status, "body": body, "headers": dict(headers)}
    session.write(update(_KEYS).where(_KEYS.c.actor == actor, _KEYS.c.key == key), answer)


def release_key(session: Session, actor: str, key: str) -> None:
    """Give a key back whose call failed: the caller may try again."""
    session.write(delete(_KEYS).where(_KEYS.c.actor == actor, _KEYS.c.key == key, _KEYS.c.status.is_(None)))


def delete_old_keys(session: Session, before: datetime) -> int:
    """Forget keys made before a moment; how many there were."""
    return session.write(delete(_KEYS).where(_KEYS.c.created_at < before)).rowcount
