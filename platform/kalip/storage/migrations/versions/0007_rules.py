"""Rules: their runs, how far sweeps came, clocks, messages sent and received."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    _runs()
    _clocks()
    _hooks()


def _runs() -> None:
    op.create_table(
        "kalip_rule_run",
        *(_text(name) for name in ("id", "occasion", "rule", "entity", "record_id", "state", "reason", "params")),
        _text("steps"),
        _text("given", nullable=True),
        _number("attempts"),
        _number("depth"),
        _number("event_id", nullable=True),
        _text("actor", nullable=True),
        _text("cause", nullable=True),
        _text("correlation"),
        _text("revision"),
        _moment("created_at", nullable=False),
        _moment("due_at"),
        _moment("finished_at"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_rule_run"),
        sa.UniqueConstraint("occasion", "rule", name="uq_kalip_rule_run_occasion_rule"),
    )
    op.create_index("ix_kalip_rule_run_rule", "kalip_rule_run", ["rule", "id"])
    op.create_index("ix_kalip_rule_run_record", "kalip_rule_run", ["entity", "record_id", "id"])
    op.create_index("ix_kalip_rule_run_correlation", "kalip_rule_run", ["correlation"])
    op.create_index("ix_kalip_rule_run_state", "kalip_rule_run", ["state", "id"])
    op.create_table(
        "kalip_rule_cursor",
        _text("rule"),
        _moment("upto", nullable=False),
        sa.PrimaryKeyConstraint("rule", name="pk_kalip_rule_cursor"),
    )


def _clocks() -> None:
    op.create_table(
        "kalip_clock",
        *(_text(name) for name in ("id", "entity", "record_id", "clock")),
        _number("cycle"),
        _text("state"),
        _text("target"),
        _number("within"),
        _number("used"),
        _moment("started_at", nullable=False),
        *(_moment(name) for name in ("running_since", "due_at", "breached_at", "stopped_at")),
        _number("alarm"),
        _number("times"),
        _moment("next_at"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_clock"),
        sa.UniqueConstraint(
            "entity", "record_id", "clock", "cycle", name="uq_kalip_clock_entity_record_id_clock_cycle"
        ),
    )
    op.create_index("ix_kalip_clock_next", "kalip_clock", ["next_at"])


def _hooks() -> None:
    op.create_table(
        "kalip_hook_delivery",
        *(_text(name) for name in ("id", "key", "rule", "entity", "record_id", "url", "secret", "body", "state")),
        _number("attempts"),
        _number("status", nullable=True),
        _text("error", nullable=True),
        _moment("created_at", nullable=False),
        _moment("tried_at"),
        _moment("sent_at"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_hook_delivery"),
        sa.UniqueConstraint("key", name="uq_kalip_hook_delivery_key"),
    )
    op.create_index("ix_kalip_hook_delivery_rule", "kalip_hook_delivery", ["rule", "id"])
    op.create_index("ix_kalip_hook_delivery_state", "kalip_hook_delivery", ["state", "id"])
    op.create_table(
        "kalip_hook_attempt",
        _text("delivery_id"),
        _number("number"),
        _moment("at", nullable=False),
        _number("status", nullable=True),
        _text("error", nullable=True),
        _text("answer", nullable=True),
        _number("milliseconds"),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_kalip_hook_attempt"),
    )
    op.create_table(
        "kalip_hook_message",
        _text("hook"),
        _text("message_id"),
        _moment("received_at", nullable=False),
        _number("event_id", nullable=True),
        sa.PrimaryKeyConstraint("hook", "message_id", name="pk_kalip_hook_message"),
    )
    op.create_index("ix_kalip_hook_message_received_at", "kalip_hook_message", ["received_at"])


def downgrade() -> None:
    """Drop the tables with what is in them."""
    for name in ("hook_message", "hook_attempt", "hook_delivery", "clock", "rule_cursor", "rule_run"):
        op.drop_table(f"kalip_{name}")
