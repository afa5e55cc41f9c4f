"""Metadata documents by content: the same text is kept once, however many revisions and packs hold it."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from kalip.base.canonical import content_hash
from kalip.base.errors import StorageError
from kalip.storage.own import KalipDocument, table_of
from kalip.storage.session import Session

_DOCUMENTS: Final = table_of(KalipDocument)
_AT_ONCE: Final = 500


def save_documents(session: Session, texts: Mapping[str, str]) -> dict[str, str]:
    """Keep texts by path; gives the hash of each path's text."""
    hashes = {path: content_hash(text) for path, text in texts.items()}
    rows = [{"hash": hashed, "text": text} for hashed, text in {hashes[path]: texts[path] for path in texts}.items()]
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    if rows:
        session.write(dialect.insert(_DOCUMENTS).on_conflict_do_nothing(), rows)
    return hashes


def load_documents(session: Session, hashes: Mapping[str, str]) -> dict[str, str]:
    """The texts by path for hashes by path, in their order. StorageError when one is not there or was altered."""
    texts = _texts(session, dict.fromkeys(hashes.values()))
    missing = [path for path, hashed in hashes.items() if hashed not in texts]
    if missing:
        raise StorageError(
            "the metadata documents {paths} are not in the database",
            params={"paths": ", ".join(missing[:5])},
            hint="restore the database from a backup",
            code="S140",
        )
    return {path: texts[hashed] for path, hashed in hashes.items()}


def _texts(session: Session, hashes: Iterable[str]) -> dict[str, str]:
    wanted = list(hashes)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(_DOCUMENTS).where(_DOCUMENTS.c.hash.in_(wanted[start : start + _AT_ONCE]))
        found.update({row.hash: row.text for row in session.run(query) if content_hash(row.text) == row.hash})
    return found
