"""What scans for duplicates found: groups of records, and how far each entity's last scan came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import delete, func, insert, select, update

from kalip.storage.own import KalipDuplicateFound, KalipDuplicateScan, table_of
from kalip.storage.session import Session

_SCANS: Final = table_of(KalipDuplicateScan)
_FOUND: Final = table_of(KalipDuplicateFound)


@dataclass(frozen=True, slots=True)
class Scan:
    """The last look through all records of an entity."""

    entity: str
    actor: str | None
    started_at: datetime
    finished_at: datetime | None = None
    groups: int = 0
    merged: int = 0


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Records that may be the same, by the names of rules; `number` orders the groups."""

    number: int
    ids: tuple[str, ...]
    rules: tuple[str, ...]


def find_scan(session: Session, entity: str) -> Scan | None:
    """The last scan of an entity."""
    row = session.run(select(_SCANS).where(_SCANS.c.entity == entity)).first()
    if row is None:
        return None
    return Scan(row.entity, row.actor, row.started_at, row.finished_at, row.groups, row.merged)


def put_scan(session: Session, scan: Scan) -> None:
    """Keep how far a scan came."""
    values: dict[str, Any] = {
        "actor": scan.actor,
        "started_at": scan.started_at,
        "finished_at": scan.finished_at,
        "groups": scan.groups,
        "merged": scan.merged,
    }
    if session.write(update(_SCANS).where(_SCANS.c.entity == scan.entity).values(values)).rowcount == 0:
        session.write(insert(_SCANS), {"entity": scan.entity, **values})


def put_groups(session: Session, entity: str, groups: Sequence[FoundGroup]) -> None:
    """Keep the groups of an entity in place of those of the scan before."""
    session.write(delete(_FOUND).where(_FOUND.c.entity == entity))
    rows = [
        {"entity": entity, "group_no": group.number, "record_id": each, "rules": orjson.dumps(group.rules).decode()}
        for group in groups
        for each in group.ids
    ]
    if rows:
        session.write(insert(_FOUND), rows)


def find_groups(session: Session, entity: str, after: int, limit: int) -> list[FoundGroup]:
    """Groups of an entity after a number, in order."""
    numbers = (
        select(_FOUND.c.group_no)
        .where(_FOUND.c.entity == entity, _FOUND.c.group_no > after)
        .distinct()
        .order_by(_FOUND.c.group_no)
        .limit(limit)
    )
    wanted = list(session.run(numbers).scalars())
    query = select(_FOUND).where(_FOUND.c.entity == entity, _FOUND.c.group_no.in_(wanted))
    found: dict[int, tuple[list[str], tuple[str, ...]]] = {}
    for row in session.run(query.order_by(_FOUND.c.group_no, _FOUND.c.record_id)):
        found.setdefault(row.group_no, ([], tuple(orjson.loads(row.rules))))[0].append(row.record_id)
    return [FoundGroup(number, tuple(ids), rules) for number, (ids, rules) in found.items()]


def drop_group(session: Session, entity: str, number: int) -> None:
    """Forget a group that has been settled."""
    session.write(delete(_FOUND).where(_FOUND.c.entity == entity, _FOUND.c.group_no == number))


def count_groups(session: Session, entity: str) -> int:
    """How many groups of an entity are left."""
    query = select(func.count(func.distinct(_FOUND.c.group_no))).where(_FOUND.c.entity == entity)
    return int(session.run(query).scalar_one())
