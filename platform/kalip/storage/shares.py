"""Records shared with somebody: the rows. Who may share is asked elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import delete, insert, or_, select

from kalip.storage.own import KalipShare, table_of
from kalip.storage.session import Session

_SHARES: Final = table_of(KalipShare)
GranteeKind = Literal["user", "group", "unit"]


@dataclass(frozen=True, slots=True)
class Share:
    """That `by` lets a user, a group, or a unit with those below it do `verbs` with one record, until before `until`.

    `grantee` is an id of the `grantee_kind`.
    """

    id: str
    entity: str
    record_id: str
    verbs: tuple[str, ...]
    grantee_kind: GranteeKind
    grantee: str
    until: datetime | None
    reason: str
    by: str | None
    at: datetime


_NAMES: Final = tuple(each.name for each in fields(Share))


def add_share(session: Session, share: Share) -> None:
    """Add a share."""
    row = {name: getattr(share, name) for name in _NAMES}
    verbs = f" {' '.join(share.verbs)} "
    session.write(insert(_SHARES), {**row, "verbs": verbs, "what": f"{share.entity}{verbs}"})


def get_share(session: Session, share_id: str) -> Share | None:
    """The share with an id, whether it still counts or not."""
    row = session.run(select(_SHARES).where(_SHARES.c.id == share_id)).mappings().first()
    return None if row is None else _share(row)


def shares_of(session: Session, entity: str, record_id: str, now: datetime) -> list[Share]:
    """The shares of a record that count at a moment, latest first."""
    at = (_SHARES.c.entity == entity, _SHARES.c.record_id == record_id)
    counting = or_(_SHARES.c.until.is_(None), _SHARES.c.until > now)
    query = select(_SHARES).where(*at, counting).order_by(_SHARES.c.at.desc(), _SHARES.c.id.desc())
    return [_share(row) for row in session.run(query).mappings()]


def drop_share(session: Session, share_id: str) -> bool:
    """End a share at once; false when there is none."""
    return session.write(delete(_SHARES).where(_SHARES.c.id == share_id)).rowcount == 1


def _share(row: Mapping[Any, Any]) -> Share:
    kept = {name: row[name] for name in _NAMES}
    return Share(**{**kept, "verbs": tuple(row["verbs"].split())})
