"""Tasks, notifications, how people want to be told, and what they follow."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _moments(*names: str, nullable: bool = True) -> list[sa.Column[object]]:
    return [sa.Column(name, UtcDateTime(), nullable=nullable) for name in names]


def upgrade() -> None:
    """Make the tables."""
    _make_tasks()
    _make_notifications()


def _make_tasks() -> None:
    op.create_table(
        "kalip_task",
        *_text("id"),
        *_text("key", nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        *_text("kind", "title", "note"),
        *_text("entity", "record_id", "user_id", "role", "delegated_by", nullable=True),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        *_moments("due_at", "snoozed_until", "reminded_at"),
        *_text("state", "outcomes"),
        *_text("outcome", "comment", nullable=True),
        *_text("source"),
        *_text("source_name", nullable=True),
        *_moments("created_at", nullable=False),
        *_text("created_by", nullable=True),
        *_moments("done_at"),
        *_text("done_by", "on_behalf", nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_task_user_id"),
        sa.ForeignKeyConstraint(["delegated_by"], ["kalip_user.id"], name="fk_kalip_task_delegated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_task"),
        sa.UniqueConstraint("key", name="uq_kalip_task_key"),
    )
    op.create_index("ix_kalip_task_user", "kalip_task", ["user_id", "state", "due_at"])
    op.create_index("ix_kalip_task_role", "kalip_task", ["role", "state", "due_at"])
    op.create_index("ix_kalip_task_delegated_by", "kalip_task", ["delegated_by", "state"])
    op.create_index("ix_kalip_task_record", "kalip_task", ["entity", "record_id", "state"])
    op.create_index("ix_kalip_task_due", "kalip_task", ["state", "due_at"])


def _make_notifications() -> None:
    op.create_table(
        "kalip_notification",
        *_text("id", "user_id", "key", "kind", "text", "params"),
        *_text("actor", "entity", "record_id", "task_id", nullable=True),
        *_moments("at", nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        *_moments("read_at"),
        *_text("mail"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["kalip_user.id"], name="fk_kalip_notification_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_notification"),
        sa.UniqueConstraint("user_id", "key", name="uq_kalip_notification_user_id_key"),
    )
    op.create_index("ix_kalip_notification_shown", "kalip_notification", ["user_id", "shown", "id"])
    op.create_index("ix_kalip_notification_mail", "kalip_notification", ["mail", "user_id"])
    op.create_table(
        "kalip_notification_setting",
        *_text("user_id", "choices", "rhythm"),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        *_moments("digest_at"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["kalip_user.id"], name="fk_kalip_notification_setting_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_kalip_notification_setting"),
    )
    op.create_table(
        "kalip_follow",
        *_text("user_id", "entity", "record_id", "level"),
        *_moments("at", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_follow_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "entity", "record_id", name="pk_kalip_follow"),
    )
    op.create_index("ix_kalip_follow_record", "kalip_follow", ["entity", "record_id"])


def downgrade() -> None:
    """Drop the tables with what is in them."""
    for name in ("kalip_follow", "kalip_notification_setting", "kalip_notification", "kalip_task"):
        op.drop_table(name)
