"""For whom a browser's login acts now. Knows rows, not who may act for whom."""

from typing import Final

from sqlalchemy import update

from kalip.storage.own import KalipSession, table_of
from kalip.storage.session import Session

_LOGINS: Final = table_of(KalipSession)


def set_acting(session: Session, id_hash: str, acting_for: str | None, mode: str | None) -> bool:
    """Let a login act for a user in a mode, or for itself again with None; false when there is no such login."""
    changed = {"acting_for": acting_for, "acting_mode": mode}
    return session.write(update(_LOGINS).where(_LOGINS.c.id_hash == id_hash), changed).rowcount == 1
