"""Conversions as they are kept: which record became which, what is still to be made, and locks for twins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kalip.storage.own import KalipConversion, KalipConversionDeclined, KalipConversionResult, table_of
from kalip.storage.session import Session

_CONVERSIONS: Final = table_of(KalipConversion)
_RESULTS: Final = table_of(KalipConversionResult)
_DECLINED: Final = table_of(KalipConversionDeclined)
OPEN, DONE, UNDONE = "open", "done", "undone"
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A record that a conversion made (`made`) or took. `before` has the values that filling it in replaced."""

    target: str
    entity: str
    record_id: str
    made: bool
    version: int
    before: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class StoredConversion:
    """One conversion of one record; `pending` is what its caller still has to say, `before` what the record was."""

    id: str
    entity: str
    record_id: str
    name: str
    state: str
    claim: str | None
    key: str | None
    actor: str | None
    started_at: datetime
    correlation: str
    version: int = 0
    pending: Sequence[str] = ()
    moved: Sequence[Mapping[str, Any]] = ()
    before: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    finished_at: datetime | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    results: tuple[StoredResult, ...] = ()


def add_conversion(session: Session, conversion: StoredConversion) -> bool:
    """Enter a conversion; false when somebody else holds its claim or key. Results are written apart."""
    try:
        with session.savepoint():
            session.write(insert(_CONVERSIONS), {"id": conversion.id, **_values(conversion)})
    except IntegrityError:
        return False
    return True


def update_conversion(session: Session, conversion: StoredConversion) -> None:
    """Keep a conversion as it is now."""
    session.write(update(_CONVERSIONS).where(_CONVERSIONS.c.id == conversion.id).values(_values(conversion)))


def save_results(session: Session, conversion_id: str, results: Iterable[StoredResult]) -> None:
    """Keep what a conversion made; a target's earlier entry is replaced."""
    rows = [
        {
            "conversion_id": conversion_id,
            "target": each.target,
            "entity": each.entity,
            "record_id": each.record_id,
            "made": each.made,
            "version": each.version,
            "before": _text(dict(each.before)),
        }
        for each in results
    ]
    if rows:
        replaced = _RESULTS.c.target.in_([row["target"] for row in rows])
        session.write(delete(_RESULTS).where(_RESULTS.c.conversion_id == conversion_id, replaced))
        session.write(insert(_RESULTS), rows)


def find_conversion(session: Session, conversion_id: str) -> StoredConversion | None:
    """A conversion by id, with its results."""
    return next(iter(_read(session, _CONVERSIONS.c.id == conversion_id)), None)


def find_conversion_by_key(session: Session, key: str) -> StoredConversion | None:
    """The conversion that was made under a caller's key."""
    return next(iter(_read(session, _CONVERSIONS.c.key == key)), None)


def conversions_of_record(session: Session, entity: str, record_id: str) -> list[StoredConversion]:
    """The conversions of a record, oldest first, undone ones too."""
    return _read(session, (_CONVERSIONS.c.entity == entity) & (_CONVERSIONS.c.record_id == record_id))


def conversions_into(session: Session, entity: str, record_id: str) -> list[StoredConversion]:
    """The conversions that made a record or took it, oldest first."""
    inside = select(_RESULTS.c.conversion_id).where(_RESULTS.c.entity == entity, _RESULTS.c.record_id == record_id)
    return _read(session, _CONVERSIONS.c.id.in_(inside))


def decline_fields(
    session: Session, place: tuple[str, str, str], fields: Sequence[str], by: str | None, at: datetime
) -> None:
    """Remember that fields are not wanted at a place: entity, conversion and target."""
    entity, name, target = place
    where = (_DECLINED.c.entity == entity, _DECLINED.c.name == name, _DECLINED.c.target == target)
    session.write(delete(_DECLINED).where(*where))
    row = {"entity": entity, "name": name, "target": target, "fields": _text(sorted(fields)), "actor": by}
    session.write(insert(_DECLINED), {**row, "declined_at": at})


def declined_fields(session: Session, entity: str, name: str) -> dict[str, tuple[str, ...]]:
    """The fields that are not wanted, by target."""
    query = select(_DECLINED.c.target, _DECLINED.c.fields).where(_DECLINED.c.entity == entity, _DECLINED.c.name == name)
    return {row.target: tuple(orjson.loads(row.fields)) for row in session.run(query)}


def _read(session: Session, where: Any) -> list[StoredConversion]:
    rows = session.run(select(_CONVERSIONS).where(where).order_by(_CONVERSIONS.c.started_at, _CONVERSIONS.c.id)).all()
    results: dict[str, list[StoredResult]] = {row.id: [] for row in rows}
    if rows:
        for each in session.run(select(_RESULTS).where(_RESULTS.c.conversion_id.in_(list(results)))):
            found = StoredResult(
                each.target, each.entity, each.record_id, each.made, each.version, orjson.loads(each.before)
            )
            results[each.conversion_id].append(found)
    return [_conversion(row, results[row.id]) for row in rows]


def _conversion(row: Row[Any], results: Sequence[StoredResult]) -> StoredConversion:
    return StoredConversion(
        id=row.id,
        entity=row.entity,
        record_id=row.record_id,
        name=row.name,
        state=row.state,
        claim=row.claim,
        key=row.key,
        actor=row.actor,
        started_at=row.started_at,
        correlation=row.correlation,
        version=row.version,
        pending=tuple(orjson.loads(row.pending)),
        moved=tuple(orjson.loads(row.moved)),
        before=orjson.loads(row.before),
        finished_at=row.finished_at,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        results=tuple(results),
    )


def _values(conversion: StoredConversion) -> dict[str, Any]:
    return {
        "entity": conversion.entity,
        "record_id": conversion.record_id,
        "name": conversion.name,
        "state": conversion.state,
        "claim": conversion.claim,
        "key": conversion.key,
        "pending": _text(list(conversion.pending)),
        "moved": _text([dict(each) for each in conversion.moved]),
        "before": _text(dict(conversion.before)),
        "version": conversion.version,
        "actor": conversion.actor,
        "started_at": conversion.started_at,
        "finished_at": conversion.finished_at,
        "undone_at": conversion.undone_at,
        "undone_by": conversion.undone_by,
        "correlation": conversion.correlation,
    }


def _text(value: object) -> str:
    return orjson.dumps(value).decode()
