"""Jobs keep what the rights of whoever asked for them were narrowed to."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; jobs that wait were asked for with whole rights as far as anybody knows."""
    op.add_column("kalip_job", sa.Column("scope", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("kalip_job", "scope")
