"""The catalogue remembers the terms of each column's field."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there gets its terms at the next publish."""
    op.add_column("kalip_column", sa.Column("terms", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("kalip_column", "terms")
