"""Full-text search over all entities: the index, kept in each record's own transaction, and the query.

The words are Kalip's (see `words`), so both databases find the same: SQLite by FTS5, PostgreSQL by a tsvector. Rights
are conditions of the query itself: nothing is found first and hidden later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import delete

from kalip.expressions import Context, Dialect
from kalip.runtime import Served
from kalip.storage.idlist import id_condition, id_params
from kalip.storage.own import KalipSearch, table_of
from kalip.storage.query import Filter
from kalip.storage.select import Statement, Writer, driver_text
from kalip.storage.session import Session
from kalip.storage.statements import statements_for
from kalip.storage.words import index_words, query_words

_SEARCH: Final = table_of(KalipSearch)
_ENTITIES_AT_ONCE: Final = 40
_LONGEST_POSITION: Final = 16_000
_MOST_QUERY_WORDS: Final = 20
_TITLE_WEIGHT: Final = 8.0


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A record found; a higher rank is a better match."""

    entity: str
    id: str
    rank: float


def index_record(session: Session, entity: str, record_id: str, texts: Sequence[str]) -> None:
    """Put a record's texts into the index in place of those before; the first text is its title and weighs more."""
    index_records(session, entity, {record_id: texts})


def index_records(session: Session, entity: str, texts: Mapping[str, Sequence[str]], *, fresh: bool = False) -> None:
    """Put many records of an entity into the index in a handful of statements; `fresh` ones were never in it."""
    if not texts:
        return
    if not fresh:
        _remove(session, entity, list(texts))
    words = {}
    for record_id, some in texts.items():
        title = index_words(some[0]) if some else []
        words[record_id] = title, [word for text in some[1:] for word in index_words(text)]
    insert_words(session, entity, words)


def unindex_record(session: Session, entity: str, record_id: str) -> None:
    """Take a record out of the index."""
    _remove(session, entity, (record_id,))


def clear_index(session: Session, entity: str) -> None:
    """Take every record of an entity out of the index, before indexing it anew."""
    if session.dialect == "sqlite":
        text = "DELETE FROM kalip_search_words WHERE rowid IN (SELECT id FROM kalip_search WHERE entity = ?)"
        session.connection.exec_driver_sql(text, (entity,))
    session.write(delete(_SEARCH).where(_SEARCH.c.entity == entity))


def search(
    session: Session,
    served: Served,
    text: str,
    scope: Mapping[str, Sequence[Filter]],
    context: Context,
    limit: int = 20,
) -> list[SearchHit]:
    """Find records, not archived, that hold every word of a text; the last word may be only begun.

    `scope` names the entities to search with the filters that their records must match. Best matches first.
    """
    words = query_words(text)[:_MOST_QUERY_WORDS]
    if not words:
        return []
    pattern = _fts_pattern(words) if session.dialect == "sqlite" else _tsquery(words)
    hits: list[SearchHit] = []
    names = list(scope)
    for start in range(0, len(names), _ENTITIES_AT_ONCE):
        some = tuple((name, tuple(scope[name])) for name in names[start : start + _ENTITIES_AT_ONCE])
        parts = served.project(statements_for).get(
            ("search", session.flavour, some), partial(_compiled, session, served, some)
        )
        params = parts.bind(context, session.dialect, pattern=pattern, limit=limit)
        hits += [
            SearchHit(entity, record_id, float(rank)) for entity, record_id, rank in session.fetch(parts.text, params)
        ]
    return sorted(hits, key=lambda hit: (-hit.rank, hit.entity, hit.id))[:limit]


def _remove(session: Session, entity: str, ids: Sequence[str]) -> None:
    params = {"entity": entity, **id_params(ids, session.dialect)}
    where = f"entity = :entity AND {id_condition('record_id', session.dialect)}"
    texts = [f"DELETE FROM kalip_search WHERE {where}"]
    if session.dialect == "sqlite":
        texts.insert(0, f"DELETE FROM kalip_search_words WHERE rowid IN (SELECT id FROM kalip_search WHERE {where})")
    for text in texts:
        session.connection.exec_driver_sql(driver_text(text, session.dialect), params)


def insert_words(session: Session, entity: str, words: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> None:
    """Put words that are formed already into the index: those of the title and of the rest by record id."""
    if session.dialect == "postgresql":
        session.connection.exec_driver_sql(
            "INSERT INTO kalip_search (entity, record_id, words) VALUES (%s, %s, %s::tsvector)",
            [(entity, record_id, _tsvector(*said)) for record_id, said in words.items()],
        )
        return
    session.connection.exec_driver_sql(
        "INSERT INTO kalip_search (entity, record_id) VALUES (?, ?)", [(entity, record_id) for record_id in words]
    )
    where = f"entity = :entity AND {id_condition('record_id', 'sqlite')}"
    params = {"entity": entity, **id_params(words, "sqlite")}
    numbers = session.fetch(f"SELECT id, record_id FROM kalip_search WHERE {where}", params)
    session.connection.exec_driver_sql(
        "INSERT INTO kalip_search_words (rowid, title, body) VALUES (?, ?, ?)",
        [(number, " ".join(words[record_id][0]), " ".join(words[record_id][1])) for number, record_id in numbers],
    )


def _compiled(session: Session, served: Served, some: Sequence[tuple[str, tuple[Filter, ...]]]) -> Statement:
    """One SELECT over several entities, each joined to its own records and rights."""
    texts, params, context = [], {}, set()
    for place, (entity, filters) in enumerate(some):
        writer = Writer(session, served, entity)
        # Names of parameters must differ between the parts of the union.
        writer.frame.letter = f"u{place}_"
        where = " AND ".join(f"({each})" for each in writer.where(filters, "exclude"))
        texts.append(_found(session.dialect, entity, writer.frame.from_sql, where))
        params.update(writer.frame.params)
        context.update(writer.frame.context)
    text = " UNION ALL ".join(texts)
    whole = f"SELECT entity, record_id, rank FROM ({text}) AS hits ORDER BY rank DESC, record_id LIMIT :limit"
    return Statement(driver_text(whole, session.dialect), params, frozenset(context))


def _found(dialect: Dialect, entity: str, from_sql: str, where: str) -> str:
    name = entity.replace("'", "''")
    joined = from_sql.replace(" AS t0", " AS t0 ON t0.id = s.record_id", 1)
    if dialect == "sqlite":
        return (
            f"SELECT s.entity, s.record_id, -bm25(kalip_search_words, {_TITLE_WEIGHT}, 1.0) AS rank "
            "FROM kalip_search_words JOIN kalip_search AS s ON s.id = kalip_search_words.rowid "
            f"JOIN {joined} WHERE kalip_search_words MATCH :pattern AND s.entity = '{name}' AND {where}"
        )
    return (
        "SELECT s.entity, s.record_id, ts_rank('{0.1, 0.2, 0.4, 1.0}', s.words, CAST(:pattern AS tsquery)) AS rank "
        f"FROM kalip_search AS s JOIN {joined} "
        f"WHERE s.words @@ CAST(:pattern AS tsquery) AND s.entity = '{name}' AND {where}"
    )


def _fts_pattern(words: Sequence[tuple[str, ...]]) -> str:
    parts = [" OR ".join(f'"{form}"' for form in forms) for forms in words[:-1]]
    last = [f'"{form}"' for form in words[-1]]
    parts.append(" OR ".join((f"{last[0]} *", *last[1:])))
    return " AND ".join(f"({part})" for part in parts)


def _tsquery(words: Sequence[tuple[str, ...]]) -> str:
    parts = [" | ".join(f"'{form}'" for form in forms) for forms in words[:-1]]
    last = [f"'{form}'" for form in words[-1]]
    parts.append(" | ".join((f"{last[0]}:*", *last[1:])))
    return " & ".join(f"({part})" for part in parts)


def _tsvector(title: Sequence[str], body: Sequence[str]) -> str:
    return " ".join((*_positions(title, "A", 0), *_positions(body, "D", len(title))))


def _positions(words: Sequence[str], weight: str, before: int) -> Iterator[Any]:
    for place, word in enumerate(words, before + 1):
        yield f"'{word}':{min(place, _LONGEST_POSITION)}{weight}"
