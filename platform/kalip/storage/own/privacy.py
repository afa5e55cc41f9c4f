"""Personal data: requests of persons, holds, erasures, disclosures, withdrawals, terms in force, breaches, policies."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipSubjectRequest(Base):
    """What a person asks for: access, rectify, erase, restrict or object. `state` is open, done or refused.

    `subject` is how the person was named; it is emptied when the request is closed.
    """

    __tablename__ = "kalip_subject_request"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    note: Mapped[str]
    state: Mapped[str]
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    created_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    outcome: Mapped[str]
    __table_args__ = (Index("ix_kalip_subject_request_state", "state", "due_at"),)


class KalipHold(Base):
    """Why data must stay for now: of one record, or of a person, who is known by digests (`keys`, JSON text)."""

    __tablename__ = "kalip_hold"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str | None]
    record_id: Mapped[str | None]
    keys: Mapped[str]
    reason: Mapped[str]
    until: Mapped[datetime | None]
    at: Mapped[datetime]
    by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    __table_args__ = (Index("ix_kalip_hold_record", "entity", "record_id"),)


class KalipErasure(Base):
    """The proof of an erasure, and what is needed to do it again on a restored database. No personal data.

    `keys` are digests of what the person was known by, `records` pairs of entity and id, `counts` what was erased by
    kind, `pending` the contents of files that are still to be removed; all are JSON text. `digest` seals the rest.
    """

    __tablename__ = "kalip_erasure"
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str | None]
    reason: Mapped[str]
    keys: Mapped[str]
    records: Mapped[str]
    counts: Mapped[str]
    kept: Mapped[str]
    pending: Mapped[str]
    swept_at: Mapped[datetime | None]
    digest: Mapped[str]
    __table_args__ = (Index("ix_kalip_erasure_at", "at"),)


class KalipDisclosure(Base):
    """Who was given what of a person, when and why. `keys` and `records` as of erasures; `digest`: of what it was."""

    __tablename__ = "kalip_disclosure"
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str | None]
    kind: Mapped[str]
    recipient: Mapped[str]
    purpose: Mapped[str]
    keys: Mapped[str]
    records: Mapped[str]
    categories: Mapped[str]
    digest: Mapped[str]
    __table_args__ = (Index("ix_kalip_disclosure_at", "at"),)


class KalipWithdrawal(Base):
    """That a consent was taken back, and how that is known."""

    __tablename__ = "kalip_withdrawal"
    consent_id: Mapped[str] = mapped_column(ForeignKey("kalip_consent.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str | None]
    how: Mapped[str]


class KalipRetention(Base):
    """A term that is in force: what falls due under it is emptied every night. `rule` is its definition's digest."""

    __tablename__ = "kalip_retention"
    rule: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str | None]
    run_at: Mapped[datetime | None]
    emptied: Mapped[int]


class KalipBreach(Base):
    """A breach of personal data. The authority is told by `due_at`. `entities` is JSON text."""

    __tablename__ = "kalip_breach"
    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    happened: Mapped[str]
    consequences: Mapped[str]
    measures: Mapped[str]
    entities: Mapped[str]
    affected: Mapped[int]
    discovered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    created_by: Mapped[str | None]
    authority_at: Mapped[datetime | None]
    persons_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reminded: Mapped[int]


class KalipPolicy(Base):
    """A version of the privacy policy, by language as JSON text. The newest one counts."""

    __tablename__ = "kalip_policy"
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(unique=True)
    texts: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str | None]


class KalipPolicyAcceptance(Base):
    """That somebody accepted a version of the policy."""

    __tablename__ = "kalip_policy_acceptance"
    policy_id: Mapped[str] = mapped_column(ForeignKey("kalip_policy.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
