"""Kalip's own tables, as declarative models. What is in them is read and written by the file of each noun.

Their migrations are Alembic's, in `migrations/versions`; a test compares both.
"""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kalip.fields.columns import JsonValue, UtcDateTime

OWN_METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows only in a primary key of type INTEGER.
_Sequence = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """The root of the own tables."""

    metadata = OWN_METADATA
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        str: Text(),
        int: BigInteger(),
        datetime: UtcDateTime(),
        dict[str, Any]: JsonValue(),
        list[str]: JsonValue(),
    }


class KalipUser(Base):
    """A person who signs in. `email_key` is the address without regard to case."""

    __tablename__ = "kalip_user"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    roles: Mapped[list[str]]
    locale: Mapped[str]
    timezone: Mapped[str]
    active: Mapped[bool]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]


class KalipSession(Base):
    """A browser's login. Only the hash of its secret is kept."""

    __tablename__ = "kalip_session"
    id_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    address: Mapped[str]
    agent: Mapped[str]


class KalipToken(Base):
    """A programme's access token. Only its hash is kept; `role` narrows what the user may do."""

    __tablename__ = "kalip_token"
    id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    role: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class KalipEvent(Base):
    """One change of one record, and the outbox. `xact` is PostgreSQL's transaction: readers wait for those below."""

    __tablename__ = "kalip_event"
    id: Mapped[int] = mapped_column(_Sequence, Identity(), primary_key=True)
    kind: Mapped[str]
    entity: Mapped[str]
    record_id: Mapped[str]
    actor: Mapped[str | None]
    on_behalf: Mapped[str | None]
    at: Mapped[datetime]
    # Text, not JSONB: the keys keep their order.
    before: Mapped[str | None]
    after: Mapped[str | None]
    correlation: Mapped[str | None]
    revision: Mapped[str]
    xact: Mapped[int | None]
    __table_args__ = (
        Index("ix_kalip_event_record", "entity", "record_id", "id"),
        Index("ix_kalip_event_correlation", "correlation"),
        {"sqlite_autoincrement": True},
    )


class KalipDocument(Base):
    """A metadata document's text under its hash."""

    __tablename__ = "kalip_document"
    hash: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


class KalipRevision(Base):
    """A published state: the newest row is the one served. `documents` maps path to document hash."""

    __tablename__ = "kalip_revision"
    id: Mapped[int] = mapped_column(_Sequence, Identity(), primary_key=True)
    hash: Mapped[str] = mapped_column(index=True)
    base: Mapped[str | None]
    actor: Mapped[str | None]
    message: Mapped[str]
    created_at: Mapped[datetime]
    documents: Mapped[str]
    packs: Mapped[str]
    __table_args__ = ({"sqlite_autoincrement": True},)


class KalipInstalledPack(Base):
    """A pack in the stack, at its place. `documents` maps path to document hash, `files` path to blob hash."""

    __tablename__ = "kalip_installed_pack"
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    position: Mapped[int]
    documents: Mapped[str]
    files: Mapped[str]
    installed_at: Mapped[datetime]
    actor: Mapped[str | None]


class KalipCounter(Base):
    """The last number given by a counter."""

    __tablename__ = "kalip_counter"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


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


class KalipIdempotency(Base):
    """An answer kept under a caller's key."""

    __tablename__ = "kalip_idempotency"
    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class KalipImport(Base):
    """How far an import of one source under one mapping came."""

    __tablename__ = "kalip_import"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    source_name: Mapped[str]
    source_hash: Mapped[str]
    mapping_hash: Mapped[str]
    actor: Mapped[str | None]
    position: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]
    refused: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_kalip_import_source", "entity", "source_hash", "mapping_hash"),)


class KalipSavedView(Base):
    """A person's own list of an entity: columns, filter and sort as JSON text."""

    __tablename__ = "kalip_saved_view"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"))
    entity: Mapped[str]
    name: Mapped[str]
    shared: Mapped[bool]
    body: Mapped[str]
    __table_args__ = (UniqueConstraint("user_id", "entity", "name"), Index("ix_kalip_saved_view_entity", "entity"))


class KalipDraft(Base):
    """A person's unpublished changes of the metadata, drawn from the revision numbered `base`; `version` counts saves.

    `documents` maps path in the site's pack to text or null, `conflicts` is a list; both are JSON text.
    """

    __tablename__ = "kalip_draft"
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), primary_key=True)
    base: Mapped[int | None]
    documents: Mapped[str]
    conflicts: Mapped[str]
    version: Mapped[int]
    updated_at: Mapped[datetime]


class KalipTable(Base):
    """The catalogue of tables made from the model; `field` is set for links. Retired ones wait under another name."""

    __tablename__ = "kalip_table"
    name: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    field: Mapped[str | None]
    target: Mapped[str | None]
    retired_at: Mapped[datetime | None]


class KalipColumn(Base):
    """The catalogue of columns made from the model. `kind` is how values stand in it (decimal:4, moment, text, …)."""

    __tablename__ = "kalip_column"
    table_name: Mapped[str] = mapped_column(ForeignKey("kalip_table.name", onupdate="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str]
    part: Mapped[str]
    kind: Mapped[str]
    target: Mapped[str | None]
    on_delete: Mapped[str | None]
    retired_at: Mapped[datetime | None]
    # What `storage.terms` remembers of the field, as JSON; null for what was made before there were terms.
    terms: Mapped[str | None]


class KalipSearch(Base):
    """Which record a row of the search index stands for. PostgreSQL adds `words`, SQLite has an FTS5 table beside."""

    __tablename__ = "kalip_search"
    id: Mapped[int] = mapped_column(_Sequence, Identity(), primary_key=True)
    entity: Mapped[str]
    record_id: Mapped[str]
    __table_args__ = (UniqueConstraint("entity", "record_id"), {"sqlite_autoincrement": True})


def table_of(model: type[Base]) -> Table:
    """The Core table of an own model."""
    return cast(Table, model.__table__)
