"""What lies beside records and goes where they go when they are merged: tasks, mails, shares, files and the like.

What tells of the past stays: events, stays in stages, clocks that have stopped.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Table, delete, func, insert, select, update

from kalip.storage.merging import Move
from kalip.storage.own import OWN_METADATA, KalipClock, KalipFile, KalipFollow, table_of
from kalip.storage.session import Session

FILE, BESIDE, FOLLOW, CLOCK = "file", "beside", "follow", "clock"
SHARES: Final = "kalip_share"
FOLLOWING: Final = (
    "kalip_task", "kalip_mail", "kalip_receipt", "kalip_consent", "kalip_notification", SHARES,
)  # fmt: skip
"""Own tables whose rows name a record and are known by an id of their own."""
_FILES: Final = table_of(KalipFile)
_FOLLOWS: Final = table_of(KalipFollow)
_CLOCKS: Final = table_of(KalipClock)
_LEVELS: Final = ("watch", "talk", "off")
_GOING: Final = ("running", "paused")


def move_beside(session: Session, entity: str, ids: Sequence[str], into: str, *, shares: bool) -> list[Move]:
    """Let tasks, mails, receipts, notifications, followers and clocks of some records belong to another.

    And `shares`: they let more people see it.
    """
    moves: list[Move] = []
    for name in FOLLOWING if shares else set(FOLLOWING) - {SHARES}:
        table = OWN_METADATA.tables[name]
        at = (table.c.entity == entity, table.c.record_id.in_(list(ids)))
        rows = session.run(select(table.c.id, table.c.record_id).where(*at)).all()
        moves += (Move(BESIDE, name, "record_id", str(row.id), row.record_id) for row in rows)
        if rows:
            session.write(update(table).where(*at).values(record_id=into))
    return moves + _move_followers(session, entity, ids, into) + _move_clocks(session, entity, ids, into)


def move_files(session: Session, entity: str, wanted: Mapping[str, str], ids: Sequence[str], into: str) -> list[Move]:
    """Let files of some records (id to the field that names it) belong to another."""
    at = (_FILES.c.entity == entity, _FILES.c.record_id.in_(list(ids)), _FILES.c.id.in_(list(wanted)))
    moves = [
        Move(FILE, entity, row.field or "", row.id, row.record_id) for row in session.run(select(_FILES).where(*at))
    ]
    for move in moves:
        values = {"record_id": into, "field": wanted[move.record_id]}
        session.write(update(_FILES).where(_FILES.c.id == move.record_id).values(values))
    return moves


def move_back(session: Session, moves: Iterable[Move], into: str) -> None:
    """Let everything beside records that was moved into one belong to what it belonged to."""
    for move in moves:
        if move.kind == FOLLOW:
            _follow_again(session, move, into)
            continue
        table: Table = {FILE: _FILES, CLOCK: _CLOCKS}.get(move.kind, OWN_METADATA.tables.get(move.entity, _FILES))
        values: dict[str, Any] = {"record_id": move.was}
        if move.kind == FILE:
            values["field"] = move.field or None
        if move.kind == CLOCK:
            values["cycle"] = move.position
        session.write(update(table).where(table.c.id == move.record_id).values(values))


def _move_followers(session: Session, entity: str, ids: Sequence[str], into: str) -> list[Move]:
    """Whoever follows one of them follows the other, unless they chose about that one; the closest level counts."""
    at = (_FOLLOWS.c.entity == entity, _FOLLOWS.c.record_id.in_([*ids, into]))
    rows = session.run(select(_FOLLOWS).where(*at).order_by(_FOLLOWS.c.user_id, _FOLLOWS.c.record_id)).all()
    chosen = {row.user_id for row in rows if row.record_id == into}
    closest: dict[str, Any] = {}
    for row in rows:
        known = closest.get(row.user_id)
        if row.user_id not in chosen and (known is None or _LEVELS.index(row.level) < _LEVELS.index(known.level)):
            closest[row.user_id] = row
    for row in closest.values():
        own = (_FOLLOWS.c.user_id == row.user_id, _FOLLOWS.c.record_id == row.record_id, _FOLLOWS.c.entity == entity)
        session.write(update(_FOLLOWS).where(*own).values(record_id=into))
    return [Move(FOLLOW, entity, row.level, row.user_id, row.record_id) for row in closest.values()]


def _follow_again(session: Session, move: Move, into: str) -> None:
    """Let somebody follow the record that they followed; the other one only where they chose anew meanwhile."""
    own = (_FOLLOWS.c.user_id == move.record_id, _FOLLOWS.c.entity == move.entity, _FOLLOWS.c.record_id == into)
    row = session.run(select(_FOLLOWS).where(*own)).first()
    if row is None:
        return  # The person is gone, or nobody's choice is known any more.
    session.write(
        insert(_FOLLOWS).values(
            user_id=move.record_id, entity=move.entity, record_id=move.was, level=move.field, at=row.at
        )
    )
    if row.level == move.field:
        session.write(delete(_FOLLOWS).where(*own))


def _move_clocks(session: Session, entity: str, ids: Sequence[str], into: str) -> list[Move]:
    """Clocks that go on, where the other has none of that name going: whoever waits has waited since then.

    Of several the one that is due first goes along; the next event of the record winds it by that record's values.
    """
    at = (_CLOCKS.c.entity == entity, _CLOCKS.c.record_id.in_([*ids, into]), _CLOCKS.c.state.in_(_GOING))
    rows = session.run(select(_CLOCKS).where(*at).order_by(_CLOCKS.c.due_at, _CLOCKS.c.id)).all()
    going = {row.clock for row in rows if row.record_id == into}
    moves: list[Move] = []
    # Databases differ on where rows without a due moment come: those are paused.
    for row in sorted(rows, key=lambda each: each.due_at is None):
        if row.clock in going:
            continue
        going.add(row.clock)
        own = (_CLOCKS.c.entity == entity, _CLOCKS.c.record_id == into, _CLOCKS.c.clock == row.clock)
        last = session.run(select(func.max(_CLOCKS.c.cycle)).where(*own)).scalar() or 0
        session.write(update(_CLOCKS).where(_CLOCKS.c.id == row.id).values(record_id=into, cycle=last + 1))
        moves.append(Move(CLOCK, entity, row.clock, row.id, row.record_id, row.cycle))
    return moves
