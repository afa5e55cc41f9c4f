"""Files and the blobs they share."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipBlob(Base):
    """A blob that the store holds."""

    __tablename__ = "kalip_blob"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    created_at: Mapped[datetime]


class KalipFile(Base):
    """A named file of a record; its bytes are a blob, which other files may share."""

    __tablename__ = "kalip_file"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey("kalip_blob.sha256"), index=True)
    entity: Mapped[str | None]
    record_id: Mapped[str | None]
    field: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    __table_args__ = (Index("ix_kalip_file_record", "entity", "record_id"),)
