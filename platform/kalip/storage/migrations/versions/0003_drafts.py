"""Drafts of the metadata, one for each person."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "kalip_draft",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("conflicts", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_draft_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_kalip_draft"),
    )


def downgrade() -> None:
    """Drop the table with what is in it."""
    op.drop_table("kalip_draft")
