"""Records shared with somebody."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import RECORD_ID, Base


class KalipShare(Base):
    """That `by` lets a user, group or unit (`grantee_kind`) do `verbs` with one record, until before `until`.

    `verbs` is text with a blank before and after each of them, so that SQL finds one of them. `what` is the entity with
    the verbs: by it the different things that somebody was given are found without reading each share.
    """

    __tablename__ = "kalip_share"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    record_id: Mapped[str] = mapped_column(RECORD_ID)
    verbs: Mapped[str]
    what: Mapped[str]
    grantee_kind: Mapped[str]
    grantee: Mapped[str]
    until: Mapped[datetime | None]
    reason: Mapped[str]
    by: Mapped[str | None]
    at: Mapped[datetime]
    __table_args__ = (
        Index("ix_kalip_share_record", "entity", "record_id"),
        Index("ix_kalip_share_grantee", "grantee_kind", "grantee", "entity", "record_id"),
        Index("ix_kalip_share_what", "grantee_kind", "grantee", "what", "until"),
    )
