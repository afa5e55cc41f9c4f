"""Personal data: requests, holds, erasures, disclosures, withdrawals, terms in force, breaches, policies."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLES = (
    "kalip_subject_request",
    "kalip_hold",
    "kalip_erasure",
    "kalip_disclosure",
    "kalip_withdrawal",
    "kalip_retention",
    "kalip_breach",
    "kalip_policy",
    "kalip_policy_acceptance",
)


def upgrade() -> None:
    """Make the tables."""
    _subject_request()
    _hold()
    _erasure()
    _disclosure()
    _withdrawal()
    _retention()
    _breach()
    _policy()
    _policy_acceptance()


def downgrade() -> None:
    """Drop the tables with what is in them."""
    for name in reversed(_TABLES):
        op.drop_table(name)


def _subject_request() -> None:
    op.create_table(
        "kalip_subject_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_subject_request"),
    )
    op.create_index("ix_kalip_subject_request_state", "kalip_subject_request", ["state", "due_at"])


def _hold() -> None:
    op.create_table(
        "kalip_hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=True),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_hold"),
    )
    op.create_index("ix_kalip_hold_record", "kalip_hold", ["entity", "record_id"])


def _erasure() -> None:
    op.create_table(
        "kalip_erasure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("records", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("swept_at", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_erasure"),
    )
    op.create_index("ix_kalip_erasure_at", "kalip_erasure", ["at"])


def _disclosure() -> None:
    op.create_table(
        "kalip_disclosure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("records", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_disclosure"),
    )
    op.create_index("ix_kalip_disclosure_at", "kalip_disclosure", ["at"])


def _withdrawal() -> None:
    op.create_table(
        "kalip_withdrawal",
        sa.Column("consent_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["kalip_consent.id"], name="fk_kalip_withdrawal_consent_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consent_id", name="pk_kalip_withdrawal"),
    )


def _retention() -> None:
    op.create_table(
        "kalip_retention",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("run_at", UtcDateTime(), nullable=True),
        sa.Column("emptied", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name="pk_kalip_retention"),
    )


def _breach() -> None:
    op.create_table(
        "kalip_breach",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("happened", sa.Text(), nullable=False),
        sa.Column("consequences", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("entities", sa.Text(), nullable=False),
        sa.Column("affected", sa.BigInteger(), nullable=False),
        sa.Column("discovered_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("authority_at", UtcDateTime(), nullable=True),
        sa.Column("persons_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("reminded", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_breach"),
    )


def _policy() -> None:
    op.create_table(
        "kalip_policy",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_policy"),
        sa.UniqueConstraint("version", name="uq_kalip_policy_version"),
    )


def _policy_acceptance() -> None:
    op.create_table(
        "kalip_policy_acceptance",
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["kalip_policy.id"], name="fk_kalip_policy_acceptance_policy_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["kalip_user.id"], name="fk_kalip_policy_acceptance_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("policy_id", "user_id", name="pk_kalip_policy_acceptance"),
    )
