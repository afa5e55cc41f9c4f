"""Conversions and what they made."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "kalip_conversion",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_conversion"),
        sa.UniqueConstraint("claim", name="uq_kalip_conversion_claim"),
        sa.UniqueConstraint("key", name="uq_kalip_conversion_key"),
    )
    op.create_index("ix_kalip_conversion_record", "kalip_conversion", ["entity", "record_id"])
    op.create_table(
        "kalip_conversion_result",
        sa.Column("conversion_id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversion_id"],
            ["kalip_conversion.id"],
            name="fk_kalip_conversion_result_conversion_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversion_id", "target", name="pk_kalip_conversion_result"),
    )
    op.create_index("ix_kalip_conversion_result_record", "kalip_conversion_result", ["entity", "record_id"])
    op.create_table(
        "kalip_conversion_declined",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("declined_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "name", "target", name="pk_kalip_conversion_declined"),
    )


def downgrade() -> None:
    """Drop the tables with what is in them."""
    op.drop_table("kalip_conversion_declined")
    op.drop_table("kalip_conversion_result")
    op.drop_table("kalip_conversion")
