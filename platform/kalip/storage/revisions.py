"""Published states of the metadata: each with its documents by hash. The newest one is served."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, insert, or_, select

from kalip.storage.documents import load_documents, save_documents
from kalip.storage.own import KalipRevision, table_of
from kalip.storage.session import Session

_REVISIONS: Final = table_of(KalipRevision)


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A state to publish: `hash` is the model's revision, `base` the one it was drawn from.

    `documents` maps path to text, `packs` name to version; both keep their order.
    """

    hash: str
    created_at: datetime
    actor: str | None
    message: str
    documents: Mapping[str, str]
    packs: Mapping[str, str] = field(default_factory=dict)
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """A published state; `documents` maps path to the hash of its text. Numbers grow with time."""

    number: int
    hash: str
    base: str | None
    actor: str | None
    message: str
    created_at: datetime
    documents: Mapping[str, str]
    packs: Mapping[str, str]


def save_revision(session: Session, new: NewRevision) -> Revision:
    """Publish a state: from the commit on it is the current one. Call it in `database.publish()`."""
    hashes = save_documents(session, new.documents)
    values = {
        "hash": new.hash,
        "base": new.base,
        "actor": new.actor,
        "message": new.message,
        "created_at": new.created_at,
        "documents": orjson.dumps(hashes).decode(),
        "packs": orjson.dumps(dict(new.packs)).decode(),
    }
    row = session.write(insert(_REVISIONS).values(values).returning(*_REVISIONS.c)).one()
    return _revision(row)


def current_revision(session: Session) -> str | None:
    """The model revision that is served, None before the first was published."""
    query = select(_REVISIONS.c.hash).order_by(_REVISIONS.c.id.desc()).limit(1)
    return session.run(query).scalar_one_or_none()


def get_revision(session: Session, name: str) -> Revision | None:
    """The latest revision with a number or a hash, or whose hash alone begins so (six characters or more)."""
    matching = [_REVISIONS.c.hash == name]
    if name.isascii() and name.isdigit() and len(name) < 18:
        matching.append(_REVISIONS.c.id == int(name))
    query = select(_REVISIONS).where(or_(*matching)).order_by(_REVISIONS.c.id.desc()).limit(1)
    found = session.run(query).one_or_none()
    if found is None and len(name) >= 6:
        like = select(_REVISIONS).where(_REVISIONS.c.hash.startswith(name, autoescape=True))
        rows = session.run(like.order_by(_REVISIONS.c.id.desc()).limit(200)).all()
        found = rows[0] if len({row.hash for row in rows}) == 1 else None
    return None if found is None else _revision(found)


def list_revisions(session: Session, limit: int = 50, before: int | None = None) -> list[Revision]:
    """Revisions, the newest first; `before` a number, to go on."""
    query = select(_REVISIONS).order_by(_REVISIONS.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_REVISIONS.c.id < before)
    return [_revision(row) for row in session.run(query)]


def revision_documents(session: Session, revision: Revision) -> dict[str, str]:
    """The texts of a revision's documents by path, in their order."""
    return load_documents(session, revision.documents)


def _revision(row: Row[Any]) -> Revision:
    return Revision(
        number=row.id,
        hash=row.hash,
        base=row.base,
        actor=row.actor,
        message=row.message,
        created_at=row.created_at,
        documents=orjson.loads(row.documents),
        packs=orjson.loads(row.packs),
    )
