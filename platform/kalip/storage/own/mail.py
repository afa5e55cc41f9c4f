"""Mail that went out and came in, what came in at all, consents given, and who is kept out."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipMail(Base):
    """A mail. `direction` is out or in; `state` is queued, waiting, sent, partly, failed or received.

    Only one mail has a key. `thread` is the id of the mail that began the conversation. `recipients`, `refused` and
    `files` are JSON text: addresses, address to the server's words, ids of files.
    """

    __tablename__ = "kalip_mail"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    direction: Mapped[str]
    state: Mapped[str]
    message_id: Mapped[str]
    thread: Mapped[str]
    entity: Mapped[str | None]
    record_id: Mapped[str | None]
    sender: Mapped[str]
    recipients: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    html: Mapped[str]
    answers: Mapped[str]
    template: Mapped[str]
    files: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int]
    error: Mapped[str]
    refused: Mapped[str]
    __table_args__ = (
        Index("ix_kalip_mail_message_id", "message_id"),
        Index("ix_kalip_mail_thread", "thread"),
        Index("ix_kalip_mail_record", "entity", "record_id", "id"),
        Index("ix_kalip_mail_state", "state", "id"),
    )


class KalipMailbox(Base):
    """How far a mailbox has been read. Messages from before `since` stay where they are."""

    __tablename__ = "kalip_mailbox"
    name: Mapped[str] = mapped_column(primary_key=True)
    validity: Mapped[int]
    uid: Mapped[int]
    since: Mapped[datetime]
    read_at: Mapped[datetime | None]
    error: Mapped[str]


class KalipReceipt(Base):
    """Something that came in, and what became of it: new, made, appended, ignored, repeated or failed.

    `identity` makes it one, however often it is delivered. `payload` is JSON text: what a form held, or the message's
    head. `raw_file` is a message as it came.
    """

    __tablename__ = "kalip_receipt"
    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    source: Mapped[str]
    identity: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    attempts: Mapped[int]
    sender: Mapped[str]
    subject: Mapped[str]
    entity: Mapped[str]
    record_id: Mapped[str | None]
    mail_id: Mapped[str | None]
    reason: Mapped[str]
    payload: Mapped[str]
    raw_file: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("channel", "identity"),
        Index("ix_kalip_receipt_state", "state", "id"),
        Index("ix_kalip_receipt_record", "entity", "record_id"),
    )


class KalipConsent(Base):
    """What somebody agreed to: the very text, its version, and how it is known. `proof` is JSON text."""

    __tablename__ = "kalip_consent"
    id: Mapped[str] = mapped_column(primary_key=True)
    receipt: Mapped[str] = mapped_column(ForeignKey("kalip_receipt.id"), index=True)
    entity: Mapped[str]
    record_id: Mapped[str]
    name: Mapped[str]
    version: Mapped[str]
    text: Mapped[str]
    given: Mapped[bool]
    at: Mapped[datetime]
    proof: Mapped[str]
    __table_args__ = (Index("ix_kalip_consent_record", "entity", "record_id"),)


class KalipException(Base):
    """A phone number or a mail address whose messages make nothing. `binned` is JSON text: what went to the archive."""

    __tablename__ = "kalip_exception"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    value: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    binned: Mapped[str]
    __table_args__ = (UniqueConstraint("kind", "value"),)
