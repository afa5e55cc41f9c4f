"""People and what they sign in with."""

from datetime import datetime

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipUser(Base):
    """A person who signs in, or a programme (`service`) that doesn't. `email_key` is the address whatever its case."""

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
    service: Mapped[bool] = mapped_column(server_default=false())


class KalipSession(Base):
    """A browser's login. Only the hash of its secret is kept.

    `acting_for` is the user whose part is taken now, `acting_mode` how: for (in the place of) or see (only looking).
    `method` says by what one came in, `factor` by which second one; `fresh_at` is when one last proved who one is.
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
    method: Mapped[str] = mapped_column(server_default="")
    factor: Mapped[str] = mapped_column(server_default="")
    fresh_at: Mapped[datetime | None]


class KalipToken(Base):
    """A programme's access token. Only its hash is kept; `role`, `entities` and `read_only` narrow what it may do."""

    __tablename__ = "kalip_token"
    id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    role: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    read_only: Mapped[bool] = mapped_column(server_default=false())
    entities: Mapped[list[str] | None]
