"""Records of shares compare as the ids of records do, so that PostgreSQL finds the shares of a row by their index."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say how the column compares; SQLite compares all texts that way."""
    _compare(sa.Text(collation="C"))


def downgrade() -> None:
    """Compare as the database does."""
    _compare(sa.Text(collation="default"))


def _compare(type_: sa.Text) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("kalip_share", "record_id", type_=type_)
