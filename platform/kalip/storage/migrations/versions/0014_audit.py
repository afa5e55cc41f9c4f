"""Seals of the event log, and triggers that let nothing logged be changed but through the door."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEPT = ("kalip_event", "kalip_seal")
_REFUSED = "the event log is append-only"


def upgrade() -> None:
    """Make the tables, an index for searching by person, and the triggers."""
    op.create_table(
        "kalip_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=True),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("salts", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_kalip_seal"),
    )
    op.create_index("ix_kalip_seal_kind", "kalip_seal", ["kind", "last_id"])
    op.create_index("ix_kalip_seal_subject", "kalip_seal", ["subject", "number"])
    op.create_table(
        "kalip_event_door",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_event_door"),
    )
    op.create_index("ix_kalip_event_actor", "kalip_event", ["actor", "id"])
    if op.get_bind().dialect.name == "postgresql":
        _postgres_triggers()
    else:
        _sqlite_triggers()


def downgrade() -> None:
    """Drop the tables with what is in them, and the triggers."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in _KEPT:
        for verb in ("update", "delete", "truncate") if postgres else ("update", "delete"):
            on = f" ON {table}" if postgres else ""
            op.execute(f"DROP TRIGGER {table}_kept_{verb}{on}")
    if postgres:
        op.execute("DROP FUNCTION kalip_event_kept()")
    op.drop_index("ix_kalip_event_actor", "kalip_event")
    op.drop_table("kalip_event_door")
    op.drop_table("kalip_seal")


def _postgres_triggers() -> None:
    op.execute(
        f"""
        CREATE FUNCTION kalip_event_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM kalip_event_door) THEN
                RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    for table in _KEPT:
        for verb in ("update", "delete", "truncate"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{verb} BEFORE {verb.upper()} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION kalip_event_kept()"
            )


def _sqlite_triggers() -> None:
    for table in _KEPT:
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{verb} BEFORE {verb.upper()} ON {table} "
                "WHEN NOT EXISTS (SELECT 1 FROM kalip_event_door) "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
