"""People and what they sign in with."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipUser(Base):
    """A person who signs in. `email_key` is the address without regard to case."""

    __tablename__ = "kalip_user"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    roles: Mapped[list[str]]
    locale: Mapped[str]
    timezone: Mapped[str]
    active: Mapped[bool]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]


class KalipSession(Base):
    """A browser's login. Only the hash of its secret is kept.

    `acting_for` is the user whose part is taken now, `acting_mode` how: for (in the place of) or see (only looking).
    """

    __tablename__ = "kalip_session"
    id_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    address: Mapped[str]
    agent: Mapped[str]
    acting_for: Mapped[str | None]
    acting_mode: Mapped[str | None]


class KalipToken(Base):
    """A programme's access token. Only its hash is kept; `role` narrows what the user may do."""

    __tablename__ = "kalip_token"
    id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    role: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
