"""Records that hold the same values: unique keys exactly, duplicate rules by the keys kept for each record.

The keys of a record change in the transaction of the record. A key that is claimed is held by one record: of two
writers at once, one waits for the other and is told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from kalip.base.errors import BadRequest
from kalip.runtime import Served
from kalip.storage.errors import Claimed
from kalip.storage.idlist import id_condition, id_params
from kalip.storage.kinds import type_of
from kalip.storage.own import KalipDuplicateKey, KalipNotDuplicate, table_of
from kalip.storage.select import driver_text
from kalip.storage.session import Session
from kalip.storage.tables import tables_for

KEYS: Final = table_of(KalipDuplicateKey)
_APART: Final = table_of(KalipNotDuplicate)
_MOST_ALIKE: Final = 5_000
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class DuplicateKey:
    """A key of a record by a rule's side; `claimed` says that no other record may have it."""

    rule: str
    key: str
    record_id: str
    entity: str
    claimed: bool = False


def find_unique(
    session: Session,
    served: Served,
    entity: str,
    fields: Sequence[str],
    values: Mapping[str, Any],
    exclude_id: str | None = None,
) -> str | None:
    """The id of another record, not archived, with the same values in all fields; a null among them equals nothing."""
    table = served.project(tables_for).of(entity)
    quote = session.sql.identifier_preparer.quote
    conditions = ["archived_at IS NULL"]
    params: dict[str, object] = {}
    for place, name in enumerate(fields):
        parts = table.fields.get(name)
        if not parts:
            raise BadRequest("{entity} stores no '{field}'", params={"entity": entity, "field": name}, code="R105")
        if values.get(name) is None:
            return None
        value = table.types[name].to_parts(parts[0].field, values[name])[0]
        bind = type_of(parts[0].kind).dialect_impl(session.sql).bind_processor(session.sql)
        params[f"v{place}"] = bind(value) if bind else value
        conditions.append(f"{quote(parts[0].name)} = :v{place}")
    if exclude_id is not None:
        conditions.append("id <> :self")
        params["self"] = exclude_id
    text = f"SELECT id FROM {quote(table.name)} WHERE {' AND '.join(conditions)} ORDER BY id LIMIT 1"
    rows = session.fetch(driver_text(text, session.dialect), params)
    return rows[0][0] if rows else None


def find_alike(session: Session, rules: Iterable[str], keys: Iterable[str]) -> list[DuplicateKey]:
    """The records that have one of the keys, the oldest first; at most some thousands of a key that is everywhere."""
    wanted = sorted(set(keys))
    if not wanted:
        return []
    condition = id_condition("key", session.dialect)
    names = {f"r{place}": rule for place, rule in enumerate(sorted(set(rules)))}
    text = (
        f"SELECT rule, key, record_id, entity FROM kalip_duplicate_key "
        f"WHERE rule IN ({', '.join(f':{name}' for name in names)}) AND {condition} "
        "ORDER BY record_id LIMIT :most"
    )
    params = {**id_params(wanted, session.dialect), **names, "most": _MOST_ALIKE}
    return [DuplicateKey(*row) for row in session.fetch(driver_text(text, session.dialect), params)]


def put_keys(session: Session, keys: Sequence[DuplicateKey]) -> None:
    """Keep keys of records. Claimed: another record holds one of those claimed; the transaction can only be undone."""
    rows = [
        {
            "rule": each.rule,
            "key": each.key,
            "record_id": each.record_id,
            "entity": each.entity,
            "claim": each.key if each.claimed else None,
        }
        for each in keys
    ]
    if not rows:
        return
    try:
        session.write(insert(KEYS), rows)
    except IntegrityError as error:
        raise Claimed from error


def drop_keys(session: Session, ids: Sequence[str], rules: Iterable[str] | None = None) -> None:
    """Forget the keys of records, of all rules or some."""
    named = None if rules is None else sorted(set(rules))
    for start in range(0, len(ids), _AT_ONCE):
        statement = delete(KEYS).where(KEYS.c.record_id.in_(list(ids[start : start + _AT_ONCE])))
        if named is not None:
            statement = statement.where(KEYS.c.rule.in_(named))
        session.write(statement)


def hold_keys(session: Session, keys: Iterable[str]) -> None:
    """Make others that hold one of these keys wait until this transaction ends. SQLite has one writer anyway."""
    if session.dialect == "sqlite":
        return
    for key in sorted(set(keys)):
        session.fetch("SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 1))", {"key": key})


def same_keys(session: Session, rule: str, entity: str, only: Sequence[str] | None = None) -> Iterator[list[str]]:
    """The ids of the records of an entity that share a key of a rule, a group for each key; `only` looks at some."""
    among = [KEYS.c.rule == rule, KEYS.c.entity == entity]
    if only is not None:
        among.append(KEYS.c.record_id.in_(list(only)))
    several = select(KEYS.c.key).where(*among).group_by(KEYS.c.key).having(func.count() > 1).order_by(KEYS.c.key)
    keys = list(session.run(several).scalars())
    for start in range(0, len(keys), _AT_ONCE):
        query = select(KEYS.c.key, KEYS.c.record_id).where(*among, KEYS.c.key.in_(keys[start : start + _AT_ONCE]))
        groups: dict[str, list[str]] = {}
        for row in session.run(query.order_by(KEYS.c.key, KEYS.c.record_id)):
            groups.setdefault(row.key, []).append(row.record_id)
        yield from groups.values()


def told_apart(session: Session, ids: Iterable[str]) -> set[tuple[str, str]]:
    """The pairs with one of these ids of which somebody said that they are not the same; the smaller id first."""
    found: set[tuple[str, str]] = set()
    some = sorted(set(ids))
    for start in range(0, len(some), _AT_ONCE):
        part = some[start : start + _AT_ONCE]
        query = select(_APART.c.first, _APART.c.second).where(or_(_APART.c.first.in_(part), _APART.c.second.in_(part)))
        found |= {(row.first, row.second) for row in session.run(query)}
    return found


def tell_apart(session: Session, pairs: Iterable[tuple[str, str]], actor: str | None, at: datetime) -> None:
    """Remember for everybody that the records of each pair are not the same; who said so first stays the author."""
    rows = [{"first": min(pair), "second": max(pair), "actor": actor, "at": at} for pair in sorted(set(pairs))]
    if rows:
        dialect = sqlite if session.dialect == "sqlite" else postgresql
        session.write(dialect.insert(_APART).on_conflict_do_nothing(), rows)


def untell_apart(session: Session, pairs: Iterable[tuple[str, str]]) -> int:
    """Forget that; gives the number of pairs that were known."""
    done = 0
    for one, two in pairs:
        condition = and_(_APART.c.first == min(one, two), _APART.c.second == max(one, two))
        done += session.write(delete(_APART).where(condition)).rowcount
    return done


def who_told_apart(session: Session, ids: Sequence[str]) -> list[tuple[str, str, str | None, datetime]]:
    """Who said of which pairs among these records that they are not the same, and when."""
    query = select(_APART).where(_APART.c.first.in_(list(ids)), _APART.c.second.in_(list(ids))).order_by(_APART.c.at)
    return [(row.first, row.second, row.actor, row.at) for row in session.run(query)]
