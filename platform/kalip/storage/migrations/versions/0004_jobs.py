"""Jobs, how far the readers of the event log came, and when recurring work is due."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_jobs()
    _make_readers()


def _make_jobs() -> None:
    op.create_table(
        "kalip_job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("run_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("correlation", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("cancelling", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_job"),
        sa.UniqueConstraint("key", name="uq_kalip_job_key"),
    )
    op.create_index("ix_kalip_job_turn", "kalip_job", ["state", "priority", "run_at", "id"])
    op.create_index("ix_kalip_job_finished", "kalip_job", ["state", "finished_at"])
    op.create_index("ix_kalip_job_created", "kalip_job", ["created_at"])
    op.create_table(
        "kalip_job_attempt",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["kalip_job.id"], name="fk_kalip_job_attempt_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "attempt", name="pk_kalip_job_attempt"),
    )


def _make_readers() -> None:
    op.create_table(
        "kalip_consumer",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("xact", sa.BigInteger(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kalip_consumer"),
    )
    op.create_index("ix_kalip_event_xact", "kalip_event", ["xact", "id"])
    op.create_table(
        "kalip_recurring",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timing", sa.Text(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("fired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_kalip_recurring"),
    )


def downgrade() -> None:
    """Drop the tables with what is in them."""
    op.drop_table("kalip_recurring")
    op.drop_index("ix_kalip_event_xact", "kalip_event")
    op.drop_table("kalip_consumer")
    op.drop_table("kalip_job_attempt")
    op.drop_index("ix_kalip_job_created", "kalip_job")
    op.drop_index("ix_kalip_job_finished", "kalip_job")
    op.drop_index("ix_kalip_job_turn", "kalip_job")
    op.drop_table("kalip_job")
