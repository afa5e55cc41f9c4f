"""Stays of records in stages, worked out for the records that are there, and steps inside stages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_ROWS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and fill the stays from the event log."""
    stays = op.create_table(
        "kalip_stay",
        sa.Column("id", _ROWS, sa.Identity(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entity", "record_id", "pipeline", "stage")),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_stay"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_kalip_stay_record", "kalip_stay", ["entity", "record_id", "id"])
    op.create_index("ix_kalip_stay_stage", "kalip_stay", ["entity", "pipeline", "stage", "until"])
    op.create_table(
        "kalip_stage_step",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("id", "entity", "record_id", "pipeline", "stage", "name")
        ),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_stage_step"),
        sa.UniqueConstraint("entity", "record_id", "pipeline", "stage", "name", name="uq_kalip_stage_step_place"),
    )
    _fill(stays)


def downgrade() -> None:
    """Drop the tables with what is in them; the event log keeps the moves."""
    op.drop_table("kalip_stage_step")
    op.drop_table("kalip_stay")


def _fill(stays: sa.Table) -> None:
    events = sa.table(
        "kalip_event",
        *(sa.column(name) for name in ("id", "kind", "entity", "record_id", "actor", "after")),
        sa.column("at", UtcDateTime()),
    )
    query = (
        sa.select(events)
        .where(events.c.kind.in_(("record.created", "record.transitioned")), events.c.after.contains('"stage":'))
        .order_by(events.c.entity, events.c.record_id, events.c.id)
    )
    bind = op.get_bind()
    pending: list[dict[str, Any]] = []
    for stay in _stays(bind.execute(query).yield_per(_AT_ONCE)):
        pending.append(stay)
        if len(pending) >= _AT_ONCE:
            bind.execute(sa.insert(stays), pending)
            pending.clear()
    if pending:
        bind.execute(sa.insert(stays), pending)


def _stays(rows: Any) -> Iterator[dict[str, Any]]:
    stay: dict[str, Any] | None = None
    for row in rows:
        after = orjson.loads(row.after)
        if "stage" not in after:
            continue
        same = stay is not None and (stay["entity"], stay["record_id"]) == (row.entity, row.record_id)
        since = datetime.fromisoformat(after["stage_since"]) if after.get("stage_since") else row.at
        if stay is not None:
            if same:
                stay |= {"until": since, "seconds": int((since - stay["since"]).total_seconds())}
            yield stay
        pipeline = after.get("pipeline") or (stay["pipeline"] if same and stay else "")
        stay = {
            "entity": row.entity,
            "record_id": row.record_id,
            "pipeline": pipeline,
            "stage": after["stage"],
            "since": since,
            "until": None,
            "seconds": None,
            "actor": row.actor,
        }
    if stay is not None:
        yield stay
