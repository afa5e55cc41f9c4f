"""Second factors, accounts elsewhere, secrets for one use, attempts; what sessions and tokens may do."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import JsonValue, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ADDED = {
    "kalip_user": ("service",),
    "kalip_session": ("method", "factor", "fresh_at"),
    "kalip_token": ("read_only", "entities"),
}


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def upgrade() -> None:
    """Make the tables and columns."""
    op.add_column("kalip_user", sa.Column("service", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("kalip_session", sa.Column("method", sa.Text(), nullable=False, server_default=""))
    op.add_column("kalip_session", sa.Column("factor", sa.Text(), nullable=False, server_default=""))
    op.add_column("kalip_session", _moment("fresh_at", nullable=True))
    op.add_column("kalip_token", sa.Column("read_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("kalip_token", sa.Column("entities", JsonValue(), nullable=True))
    _factors()
    _links()
    _tickets()


def downgrade() -> None:
    """Drop the tables with what is in them, and the columns."""
    for name in ("kalip_attempt", "kalip_ticket", "kalip_link", "kalip_factor"):
        op.drop_table(name)
    for table, names in _ADDED.items():
        for name in names:
            op.drop_column(table, name)


def _factors() -> None:
    op.create_table(
        "kalip_factor",
        *(_text(name) for name in ("id", "user_id", "kind", "name")),
        *(_text(name, nullable=True) for name in ("secret", "handle", "public_key")),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        _moment("created_at"),
        _moment("used_at", nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_factor_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_factor"),
        sa.UniqueConstraint("handle", name="uq_kalip_factor_handle"),
    )
    op.create_index("ix_kalip_factor_user_id", "kalip_factor", ["user_id"])


def _links() -> None:
    op.create_table(
        "kalip_link",
        *(_text(name) for name in ("provider", "subject", "user_id", "email")),
        _moment("created_at"),
        _moment("used_at", nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_link_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("provider", "subject", name="pk_kalip_link"),
    )
    op.create_index("ix_kalip_link_user_id", "kalip_link", ["user_id"])


def _tickets() -> None:
    op.create_table(
        "kalip_ticket",
        _text("hash"),
        _text("kind"),
        _text("user_id", nullable=True),
        _moment("created_at"),
        _moment("expires_at"),
        sa.Column("data", JsonValue(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["kalip_user.id"], name="fk_kalip_ticket_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name="pk_kalip_ticket"),
    )
    op.create_index("ix_kalip_ticket_user_id", "kalip_ticket", ["user_id"])
    op.create_index("ix_kalip_ticket_expires_at", "kalip_ticket", ["expires_at"])
    op.create_table(
        "kalip_attempt",
        _text("key"),
        _moment("since"),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_kalip_attempt"),
    )
    op.create_index("ix_kalip_attempt_since", "kalip_attempt", ["since"])
