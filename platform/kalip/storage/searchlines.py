"""The search index as lines of JSON for both databases: [entity, record id, title words, body words]."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from kalip.storage.search import insert_words
from kalip.storage.session import Session

_BATCH: Final = 500
_SQLITE: Final = (
    "SELECT s.id, s.entity, s.record_id, w.title, w.body FROM kalip_search AS s "
    "JOIN kalip_search_words AS w ON w.rowid = s.id WHERE s.id > :last ORDER BY s.id LIMIT :count"
)
_POSTGRES: Final = (
    "SELECT s.id, s.entity, s.record_id, "
    "(SELECT array_agg(u.lexeme ORDER BY p.place) FROM unnest(s.words) AS u, "
    "unnest(u.positions, u.weights) AS p (place, weight) WHERE p.weight = 'A'), "
    "(SELECT array_agg(u.lexeme ORDER BY p.place) FROM unnest(s.words) AS u, "
    "unnest(u.positions, u.weights) AS p (place, weight) WHERE p.weight <> 'A') "
    "FROM kalip_search AS s WHERE s.id > %(last)s ORDER BY s.id LIMIT %(count)s"
)


def write_search_lines(session: Session) -> Iterator[bytes]:
    """Write the index."""
    last = 0
    while rows := session.fetch(_SQLITE if session.dialect == "sqlite" else _POSTGRES, {"last": last, "count": _BATCH}):
        for number, entity, record_id, title, body in rows:
            line = [entity, record_id, _words(title), _words(body)]
            last = number
            yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def read_search_lines(session: Session, lines: Iterator[bytes]) -> int:
    """Fill the index from lines; gives their number."""
    count = 0
    batch: dict[str, dict[str, tuple[list[str], list[str]]]] = {}
    for line in lines:
        entity, record_id, title, body = orjson.loads(line)
        batch.setdefault(entity, {})[record_id] = title, body
        count += 1
        if count % _BATCH == 0:
            _insert(session, batch)
            batch = {}
    _insert(session, batch)
    return count


def _insert(session: Session, batch: dict[str, Any]) -> None:
    for entity, words in batch.items():
        insert_words(session, entity, words)


def _words(held: str | list[str] | None) -> list[str]:
    return held.split() if isinstance(held, str) else list(held or ())
