"""What proves who somebody is, beside the password: second factors, accounts elsewhere, and secrets for one use."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base, sealed_for


class KalipFactor(Base):
    """A second factor of a user. `kind` is app (codes that change with the time), passkey or recovery (for one use).

    `secret` is an app's secret, sealed with the site's key. `handle` is a passkey's id, or a recovery code's hash,
    and `public_key` a passkey's key. `counter` is the last moment, or signature, that was used: none counts twice.
    """

    __tablename__ = "kalip_factor"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    secret: Mapped[str | None] = mapped_column(info=sealed_for("factor:{user_id}"))
    handle: Mapped[str | None] = mapped_column(unique=True)
    public_key: Mapped[str | None]
    counter: Mapped[int]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class KalipLink(Base):
    """An account at a provider of sign-ins that is known to be a user's, by the provider's own name of it."""

    __tablename__ = "kalip_link"
    provider: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), index=True)
    email: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class KalipTicket(Base):
    """A secret for one use and a short time: a reset's link, a sign-in half done. Only its hash is kept."""

    __tablename__ = "kalip_ticket"
    hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    user_id: Mapped[str | None] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    data: Mapped[dict[str, Any]]


class KalipAttempt(Base):
    """How often something was tried, by whom or from where, since a moment."""

    __tablename__ = "kalip_attempt"
    key: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
