"""What waits for a person, counted in one statement: asked with every page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, or_, select

from kalip.fields.columns import UtcDateTime
from kalip.storage.own import KalipNotification, KalipTask, table_of
from kalip.storage.session import Session
from kalip.storage.substitutions import SUBSTITUTIONS, counts_at

_TASKS: Final = table_of(KalipTask)
_TOLD: Final = table_of(KalipNotification)
MOST: Final = 100
"""More is not counted."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """How much waits for a person: notifications not read, open tasks that are not snoozed, those that are due.

    `standing_in` says whether the person stands in for somebody now.
    """

    unread: int
    tasks: int
    overdue: int
    standing_in: bool = False


def count_awaiting(
    session: Session,
    user_id: str,
    now: datetime,
    holder: str | None = None,
    reach: Collection[str] | None = None,
) -> Awaiting:
    """What waits for a person at a moment; at most `MOST` of each is counted. `holder` has the tasks when given.

    Tasks are those about records of the entities in `reach`, None for all.
    """
    asked = {"user": user_id, "holder": holder or user_id, "now": now}
    found = session.run(_COUNT, asked) if reach is None else session.run(_REACHED, {**asked, "reach": sorted(reach)})
    row: Any = found.one()
    return Awaiting(row[0], row[1], row[2], bool(row[3]))


def _counted(*conditions: Any) -> Any:
    some = select(_TASKS.c.id).where(*conditions).limit(MOST).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


_NOW: Final = bindparam("now", type_=UtcDateTime())
_MINE: Final = (
    _TASKS.c.user_id == bindparam("holder"),
    _TASKS.c.state == "open",
    or_(_TASKS.c.snoozed_until.is_(None), _TASKS.c.snoozed_until <= _NOW),
)
_UNREAD: Final = (
    select(_TOLD.c.id)
    .where(_TOLD.c.user_id == bindparam("user"), _TOLD.c.shown.is_(True), _TOLD.c.read_at.is_(None))
    .limit(MOST)
    .subquery()
)


def _counts(*mine: Any) -> Any:
    return select(
        select(func.count()).select_from(_UNREAD).scalar_subquery(),
        _counted(*mine),
        _counted(*mine, _TASKS.c.due_at <= _NOW),
        exists().where(SUBSTITUTIONS.c.substitute == bindparam("user"), counts_at(_NOW)),
    )


# Made once: writing a statement costs more than running it.
_COUNT: Final = _counts(*_MINE)
_REACHED: Final = _counts(*_MINE, _TASKS.c.entity.in_(bindparam("reach", expanding=True)))
