"""Records shared with somebody."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "kalip_share",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("verbs", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("grantee_kind", sa.Text(), nullable=False),
        sa.Column("grantee", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_share"),
    )
    op.create_index("ix_kalip_share_record", "kalip_share", ["entity", "record_id"])
    op.create_index("ix_kalip_share_grantee", "kalip_share", ["grantee_kind", "grantee", "entity", "record_id"])
    op.create_index("ix_kalip_share_what", "kalip_share", ["grantee_kind", "grantee", "what", "until"])


def downgrade() -> None:
    """Drop the tables with what is in them."""
    op.drop_table("kalip_share")
