"""Mail, what came in, consents and exceptions."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _mail()
    _mailbox()
    _receipt()
    _consent()
    _exception()


def downgrade() -> None:
    """Drop the tables with what is in them."""
    for name in ("kalip_exception", "kalip_consent", "kalip_receipt", "kalip_mailbox", "kalip_mail"):
        op.drop_table(name)


def _mail() -> None:
    op.create_table(
        "kalip_mail",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=True),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_mail"),
        sa.UniqueConstraint("key", name="uq_kalip_mail_key"),
    )
    op.create_index("ix_kalip_mail_message_id", "kalip_mail", ["message_id"])
    op.create_index("ix_kalip_mail_record", "kalip_mail", ["entity", "record_id", "id"])
    op.create_index("ix_kalip_mail_state", "kalip_mail", ["state", "id"])
    op.create_index("ix_kalip_mail_thread", "kalip_mail", ["thread"])


def _mailbox() -> None:
    op.create_table(
        "kalip_mailbox",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kalip_mailbox"),
    )


def _receipt() -> None:
    op.create_table(
        "kalip_receipt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("mail_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("raw_file", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_receipt"),
        sa.UniqueConstraint("channel", "identity", name="uq_kalip_receipt_channel_identity"),
    )
    op.create_index("ix_kalip_receipt_record", "kalip_receipt", ["entity", "record_id"])
    op.create_index("ix_kalip_receipt_state", "kalip_receipt", ["state", "id"])


def _consent() -> None:
    op.create_table(
        "kalip_consent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["receipt"], ["kalip_receipt.id"], name="fk_kalip_consent_receipt"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_consent"),
    )
    op.create_index("ix_kalip_consent_receipt", "kalip_consent", ["receipt"])
    op.create_index("ix_kalip_consent_record", "kalip_consent", ["entity", "record_id"])


def _exception() -> None:
    op.create_table(
        "kalip_exception",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("binned", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_exception"),
        sa.UniqueConstraint("kind", "value", name="uq_kalip_exception_kind_value"),
    )
