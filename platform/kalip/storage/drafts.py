"""Unpublished changes of the metadata: one draft for each person. Knows rows, not what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kalip.storage.own import KalipDraft, table_of
from kalip.storage.session import Session

_DRAFTS: Final = table_of(KalipDraft)


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it is kept. `base` is a revision's number, `version` counts the saves: 0 is not kept yet."""

    author: str
    base: int | None
    documents: Mapping[str, str | None]
    conflicts: Sequence[Mapping[str, Any]]
    version: int
    updated_at: datetime


def find_draft(session: Session, author: str) -> StoredDraft | None:
    """A person's draft."""
    row = session.run(select(_DRAFTS).where(_DRAFTS.c.user_id == author)).one_or_none()
    if row is None:
        return None
    documents, conflicts = orjson.loads(row.documents), orjson.loads(row.conflicts)
    return StoredDraft(row.user_id, row.base, documents, conflicts, row.version, row.updated_at)


def save_draft(session: Session, draft: StoredDraft) -> bool:
    """Keep a draft that was read at `draft.version`, as the next one; false when it was saved or deleted since."""
    values = {
        "base": draft.base,
        "documents": orjson.dumps(dict(draft.documents)).decode(),
        "conflicts": orjson.dumps(list(draft.conflicts)).decode(),
        "version": draft.version + 1,
        "updated_at": draft.updated_at,
    }
    if draft.version:
        at = (_DRAFTS.c.user_id == draft.author, _DRAFTS.c.version == draft.version)
        return session.write(update(_DRAFTS).where(*at).values(values)).rowcount == 1
    try:
        with session.savepoint():
            session.write(insert(_DRAFTS), {"user_id": draft.author, **values})
    except IntegrityError:
        return False
    return True


def delete_draft(session: Session, author: str, version: int) -> bool:
    """Delete a person's draft as it was at a version; false when it was saved or deleted since."""
    at = (_DRAFTS.c.user_id == author, _DRAFTS.c.version == version)
    return session.write(delete(_DRAFTS).where(*at)).rowcount == 1
