"""Finds records by what persons are known by, and by references to such records; rights are asked by nobody here.

Archived records are found like all others. Names of fields are those of the served model.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, and_, column, delete, false, func, or_, select, table, update

from kalip.runtime import Served
from kalip.storage.catalogue import live_columns, live_tables
from kalip.storage.own import (
    KalipAbsence,
    KalipExternalId,
    KalipFactor,
    KalipFile,
    KalipJob,
    KalipLink,
    KalipSession,
    KalipTicket,
    KalipToken,
    KalipUser,
    table_of,
)
from kalip.storage.people import email_key
from kalip.storage.privacy import Key
from kalip.storage.scrubbing import GONE, NOBODY
from kalip.storage.session import Session
from kalip.storage.tables import EntityTable, tables_for

_AT_ONCE: Final = 500
_TEXTS: Final = ("text", "texts")


@dataclass(frozen=True, slots=True)
class Due:
    """What is kept too long: filled `fields` of records whose field `since` lies before a day or moment."""

    entity: str
    since: str
    before: date | datetime
    fields: tuple[str, ...]


def with_values(
    session: Session, served: Served, entity: str, field: str, values: Collection[str]
) -> list[tuple[str, str]]:
    """Ids of records with one of these values in a field of text, and which; case doesn't count."""
    core, where = _main(served, entity, field)
    wanted = sorted({*values, *(each.lower() for each in values)})
    found: list[tuple[str, str]] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        query = select(core.c.id, where).where(or_(where.in_(some), func.lower(where).in_(some))).order_by(core.c.id)
        rows: Any = session.run(query)
        found += [(row[0], row[1]) for row in rows]
    return list(dict.fromkeys(found))


def named_like(
    session: Session, served: Served, entity: str, field: str, words: Sequence[str], limit: int
) -> list[str]:
    """Ids of records whose field holds every word, in whatever case and part of the value; the latest first."""
    wanted = served.project(tables_for).of(entity)
    core = wanted.table
    columns = [core.c[part.name] for part in wanted.fields.get(field, ())]
    if not columns or not words:
        return []
    every = and_(*(or_(*(each.icontains(word, autoescape=True) for each in columns)) for word in words))
    return list(session.run(select(core.c.id).where(every).order_by(core.c.id.desc()).limit(limit)).scalars())


def referring(session: Session, served: Served, entity: str, field: str, ids: Sequence[str]) -> list[str]:
    """Ids of records that refer to some by a reference."""
    core, where = _main(served, entity, field)
    found: list[str] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = select(core.c.id).where(where.in_(list(ids[start : start + _AT_ONCE]))).order_by(core.c.id)
        found += session.run(query).scalars()
    return list(dict.fromkeys(found))


def every_value(session: Session, served: Served, entity: str, field: str) -> Iterator[tuple[str, str]]:
    """Ids and values of all records that have something in a field of text."""
    core, where = _main(served, entity, field)
    last = ""
    while True:
        query = select(core.c.id, where).where(core.c.id > last, where.is_not(None)).order_by(core.c.id)
        rows: Any = session.run(query.limit(_AT_ONCE)).all()
        yield from ((row[0], row[1]) for row in rows)
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1][0]


def due_records(session: Session, served: Served, due: Due, after: str = "", limit: int = _AT_ONCE) -> list[str]:
    """Ids of records in which something is due, from an id on, in order of ids."""
    core, where = _due(served, due)
    query = select(core.c.id).where(core.c.id > after, where).order_by(core.c.id).limit(limit)
    return list(session.run(query).scalars())


def count_due(session: Session, served: Served, due: Due) -> int:
    """In how many records something is due."""
    core, where = _due(served, due)
    return int(session.run(select(func.count()).select_from(core).where(where)).scalar_one())


def present(session: Session, served: Served, keys: Sequence[Key]) -> list[Key]:
    """Those of the records that are there, of entities that the model still has."""
    found: list[Key] = []
    for entity in dict.fromkeys(entity for entity, _ in keys if entity in served.model.entities):
        core = served.project(tables_for).of(entity).table
        ids = [record_id for each, record_id in keys if each == entity]
        for start in range(0, len(ids), _AT_ONCE):
            query = select(core.c.id).where(core.c.id.in_(ids[start : start + _AT_ONCE]))
            found += [(entity, each) for each in session.run(query).scalars()]
    return found


def still_needed(session: Session, served: Served, going: Collection[Key]) -> set[Key]:
    """Which of the records others refer to that stay, by references that aren't simply cleared."""
    kept: set[Key] = set()
    by_entity: dict[str, list[str]] = {}
    for entity, record_id in going:
        by_entity.setdefault(entity, []).append(record_id)
    for other in served.project(tables_for).values():
        for part in other.parts.values():
            ids = by_entity.get(part.target or "", ())
            if ids and part.on_delete != "clear":
                kept |= _pointed_at(session, other, part.name, str(part.target), ids, going)
    return kept


def accounts_of(session: Session, addresses: Sequence[str]) -> list[dict[str, Any]]:
    """The accounts of people with one of these e-mail addresses, as plain JSON without secrets."""
    users = table_of(KalipUser)
    wanted = users.c.email_key.in_(list(map(email_key, addresses)))
    return [
        {"id": row.id, "name": row.name, "email": row.email, "locale": row.locale, "timezone": row.timezone,
         "roles": list(row.roles), "active": row.active, "created_at": row.created_at.isoformat()}
        for row in session.run(select(users).where(wanted).order_by(users.c.id))
    ]  # fmt: skip


def erase_accounts(session: Session, addresses: Sequence[str]) -> int:
    """Make accounts that are kept out nobody's: name, address and all that one signs in with go; how many.

    Who did what stays told by the account's id. Accounts that are let in stay as they are.
    """
    users = table_of(KalipUser)
    wanted = (users.c.email_key.in_(list(map(email_key, addresses))), users.c.active.is_(False))
    ids = list(session.run(select(users.c.id).where(*wanted)).scalars())
    for each in ids:
        address = f"{each}@{NOBODY}"
        nobody = {"name": GONE, "email": address, "email_key": address, "password_hash": None}
        session.write(update(users).where(users.c.id == each).values(nobody))
        for model in (KalipSession, KalipToken, KalipFactor, KalipLink, KalipTicket):
            own = table_of(model)
            session.write(delete(own).where(own.c.user_id == each))
        # A directory that still has the person would give the account its name back.
        names = table_of(KalipExternalId)
        session.write(delete(names).where(names.c.own_id == each))
        absences = table_of(KalipAbsence)
        session.write(update(absences).where(absences.c.user_id == each).values(note=""))
    return len(ids)


def transfers_kept(session: Session, job: str, staged: str) -> list[tuple[str, str, str]]:
    """Files that exports and imports keep: id, media type and hash; those of jobs under way are left out."""
    files, jobs = table_of(KalipFile), table_of(KalipJob)
    ended = select(jobs.c.id).where(jobs.c.state.in_(("done", "dead", "cancelled")))
    of_job = and_(files.c.entity == job, or_(files.c.record_id.in_(ended), files.c.record_id.not_in(select(jobs.c.id))))
    lying = and_(files.c.entity.is_(None), files.c.field.startswith(staged, autoescape=True))
    query = select(files.c.id, files.c.media_type, files.c.sha256).where(or_(of_job, lying))
    return [(row.id, row.media_type, row.sha256) for row in session.run(query)]


def empty_retired(session: Session, served: Served, keys: Sequence[Key]) -> None:
    """Empty what earlier fields of these records left in retired columns."""
    retired: dict[str, list[str]] = {}
    for each in live_columns(session):
        if each.retired_at is not None:
            retired.setdefault(each.table, []).append(each.name)
    for entity in dict.fromkeys(entity for entity, _ in keys):
        core = served.project(tables_for).of(entity).table
        names = retired.get(core.name)
        ids = [record_id for each, record_id in keys if each == entity]
        if names:
            plain = table(core.name, column("id"), *(column(name) for name in names))
            for start in range(0, len(ids), _AT_ONCE):
                some = plain.c.id.in_(ids[start : start + _AT_ONCE])
                session.write(update(plain).where(some).values(dict.fromkeys(names)))


def forget_in_retired_tables(session: Session, values: Sequence[str]) -> int:
    """Delete rows of retired tables that have one of these values in a column of text; how many."""
    columns: dict[str, list[str]] = {}
    for each in live_columns(session):
        if each.kind in _TEXTS:
            columns.setdefault(each.table, []).append(each.name)
    gone = 0
    for found in live_tables(session):
        names = columns.get(found.name)
        if found.retired_at is None or found.field is not None or not names or not values:
            continue
        plain = table(found.name, *(column(name) for name in names))
        gone += session.write(delete(plain).where(or_(*(plain.c[name].in_(values) for name in names)))).rowcount
    return gone


def _due(served: Served, due: Due) -> tuple[Table, ColumnElement[bool]]:
    core, since = _main(served, due.entity, due.since)
    wanted = served.project(tables_for).of(due.entity)
    filled: list[ColumnElement[bool]] = []
    for name in due.fields:
        for part in wanted.fields.get(name, ())[:1]:
            each = core.c[part.name]
            if part.kind == "text":
                # What stands in place of a name or address that was emptied is not due again.
                filled.append(and_(each != GONE, each != "", each.not_like(f"%@{NOBODY}"), each != core.c.id))
            else:
                filled.append(each.is_not(None))
    return core, and_(since < due.before, or_(false(), *filled))


def _main(served: Served, entity: str, field: str) -> tuple[Table, Column[Any]]:
    wanted = served.project(tables_for).of(entity)
    return wanted.table, wanted.table.c[wanted.fields[field][0].name]


def _pointed_at(
    session: Session, other: EntityTable, name: str, target: str, ids: Sequence[str], going: Collection[Key]
) -> set[Key]:
    core = other.table
    kept: set[Key] = set()
    for start in range(0, len(ids), _AT_ONCE):
        query = select(core.c.id, core.c[name]).where(core.c[name].in_(list(ids[start : start + _AT_ONCE])))
        rows: Any = session.run(query)
        for row in rows:
            if (other.entity.name, row[0]) not in going:
                kept.add((target, row[1]))
    return kept
