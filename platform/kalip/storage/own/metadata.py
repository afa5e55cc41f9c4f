"""The metadata: documents, revisions, packs, drafts, and the catalogue of what was made from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import SEQUENCE, Base


class KalipDocument(Base):
    """A metadata document's text under its hash."""

    __tablename__ = "kalip_document"
    hash: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


class KalipRevision(Base):
    """A published state: the newest row is the one served. `documents` maps path to document hash."""

    __tablename__ = "kalip_revision"
    id: Mapped[int] = mapped_column(SEQUENCE, Identity(), primary_key=True)
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
