"""Duplicates and merges."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = (
    "kalip_duplicate_rule",
    "kalip_duplicate_key",
    "kalip_not_duplicate",
    "kalip_duplicate_scan",
    "kalip_duplicate_found",
    "kalip_merge",
    "kalip_merged",
    "kalip_merge_move",
)


def upgrade() -> None:
    """Make the tables."""
    _make_keys()
    _make_merges()


def downgrade() -> None:
    """Drop the tables with what is in them."""
    for name in reversed(_TABLES):
        op.drop_table(name)


def _make_keys() -> None:
    op.create_table(
        "kalip_duplicate_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_duplicate_rule"),
    )
    op.create_table(
        "kalip_duplicate_key",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rule", "key", "record_id", name="pk_kalip_duplicate_key"),
        sa.UniqueConstraint("claim", name="uq_kalip_duplicate_key_claim"),
    )
    op.create_index("ix_kalip_duplicate_key_record_id", "kalip_duplicate_key", ["record_id"])
    op.create_table(
        "kalip_not_duplicate",
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("first", "second", name="pk_kalip_not_duplicate"),
    )
    op.create_index("ix_kalip_not_duplicate_second", "kalip_not_duplicate", ["second"])
    op.create_table(
        "kalip_duplicate_scan",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("groups", sa.BigInteger(), nullable=False),
        sa.Column("merged", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entity", name="pk_kalip_duplicate_scan"),
    )
    op.create_table(
        "kalip_duplicate_found",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("group_no", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "group_no", "record_id", name="pk_kalip_duplicate_found"),
    )


def _make_merges() -> None:
    op.create_table(
        "kalip_merge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_merge"),
    )
    op.create_index("ix_kalip_merge_survivor_id", "kalip_merge", ["survivor_id"])
    op.create_table(
        "kalip_merged",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("merge_id", sa.Text(), nullable=False),
        sa.Column("into_id", sa.Text(), nullable=False),
        sa.Column("root_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_kalip_merged"),
    )
    op.create_index("ix_kalip_merged_into_id", "kalip_merged", ["into_id"])
    op.create_index("ix_kalip_merged_merge_id", "kalip_merged", ["merge_id"])
    op.create_index("ix_kalip_merged_root_id", "kalip_merged", ["root_id"])
    op.create_table(
        "kalip_merge_move",
        sa.Column("merge_id", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("merge_id", "place", name="pk_kalip_merge_move"),
    )
