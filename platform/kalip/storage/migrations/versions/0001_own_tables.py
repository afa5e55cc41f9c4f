"""Kalip's own tables: people, metadata, catalogue, events, files, search."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import JsonValue, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _people()
    _metadata()
    _catalogue()
    _records()
    _files()
    _search()


def downgrade() -> None:
    """Refuse: there is nothing before the first migration."""
    raise NotImplementedError("there is no state before the first migration")


def _people() -> None:
    op.create_table(
        "kalip_user",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("roles", JsonValue(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_user"),
        sa.UniqueConstraint("email_key", name="uq_kalip_user_email_key"),
    )
    op.create_table(
        "kalip_session",
        sa.Column("id_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_session_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_kalip_session"),
    )
    op.create_index("ix_kalip_session_expires_at", "kalip_session", ["expires_at"], unique=False)
    op.create_index("ix_kalip_session_user_id", "kalip_session", ["user_id"], unique=False)
    op.create_table(
        "kalip_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_token_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_token"),
        sa.UniqueConstraint("hash", name="uq_kalip_token_hash"),
    )
    op.create_index("ix_kalip_token_user_id", "kalip_token", ["user_id"], unique=False)
    op.create_table(
        "kalip_saved_view",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_saved_view_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_saved_view"),
        sa.UniqueConstraint("user_id", "entity", "name", name="uq_kalip_saved_view_user_id_entity_name"),
    )
    op.create_index("ix_kalip_saved_view_entity", "kalip_saved_view", ["entity"], unique=False)


def _metadata() -> None:
    op.create_table(
        "kalip_document",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_kalip_document"),
    )
    op.create_table(
        "kalip_revision",
        sa.Column("id", SEQUENCE, sa.Identity(always=False), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("packs", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_revision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_kalip_revision_hash", "kalip_revision", ["hash"], unique=False)
    op.create_table(
        "kalip_installed_pack",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("installed_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_kalip_installed_pack"),
    )


def _catalogue() -> None:
    op.create_table(
        "kalip_table",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_kalip_table"),
    )
    op.create_table(
        "kalip_column",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("on_delete", sa.Text(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["table_name"], ["kalip_table.name"], name="fk_kalip_column_table_name", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("table_name", "name", name="pk_kalip_column"),
    )


def _records() -> None:
    op.create_table(
        "kalip_event",
        sa.Column("id", SEQUENCE, sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("on_behalf", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("correlation", sa.Text(), nullable=True),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("xact", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_kalip_event_correlation", "kalip_event", ["correlation"], unique=False)
    op.create_index("ix_kalip_event_record", "kalip_event", ["entity", "record_id", "id"], unique=False)
    op.create_table(
        "kalip_counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kalip_counter"),
    )
    op.create_table(
        "kalip_idempotency",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("headers", JsonValue(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_kalip_idempotency"),
    )
    op.create_index("ix_kalip_idempotency_created_at", "kalip_idempotency", ["created_at"], unique=False)
    op.create_table(
        "kalip_import",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("mapping_hash", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_import"),
    )
    op.create_index("ix_kalip_import_source", "kalip_import", ["entity", "source_hash", "mapping_hash"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE kalip_event ALTER COLUMN xact SET DEFAULT (pg_current_xact_id()::text::bigint)")


def _files() -> None:
    op.create_table(
        "kalip_blob",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_kalip_blob"),
    )
    op.create_table(
        "kalip_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=True),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["kalip_blob.sha256"], name="fk_kalip_file_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_file"),
    )
    op.create_index("ix_kalip_file_record", "kalip_file", ["entity", "record_id"], unique=False)
    op.create_index("ix_kalip_file_sha256", "kalip_file", ["sha256"], unique=False)


def _search() -> None:
    op.create_table(
        "kalip_search",
        sa.Column("id", SEQUENCE, sa.Identity(always=False), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_search"),
        sa.UniqueConstraint("entity", "record_id", name="uq_kalip_search_entity_record_id"),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE kalip_search ADD COLUMN words tsvector NOT NULL DEFAULT ''")
        op.execute("CREATE INDEX ix_kalip_search_words ON kalip_search USING gin (words)")
    else:
        # The words are folded and stemmed before they come here; ASCII and Cyrillic letters and digits make tokens.
        op.execute(
            "CREATE VIRTUAL TABLE kalip_search_words USING fts5("
            "title, body, prefix='2 3', tokenize=\"unicode61 remove_diacritics 0\")"
        )
