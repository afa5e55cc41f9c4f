"""The packs in the stack, each with its documents by hash and its other files by blob."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, delete, insert, select, update

from kalip.storage.own import KalipInstalledPack, table_of
from kalip.storage.session import Session

_PACKS: Final = table_of(KalipInstalledPack)


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """A pack at its place in the stack; `documents` maps path to document hash, `files` path to blob hash."""

    name: str
    version: str
    position: int
    documents: Mapping[str, str]
    installed_at: datetime
    actor: str | None
    files: Mapping[str, str] = field(default_factory=dict)


def put_pack(session: Session, pack: InstalledPack) -> None:
    """Install a pack, or put it in place of the one of its name."""
    values = {
        "name": pack.name,
        "version": pack.version,
        "position": pack.position,
        "documents": orjson.dumps(dict(pack.documents)).decode(),
        "files": orjson.dumps(dict(pack.files)).decode(),
        "installed_at": pack.installed_at,
        "actor": pack.actor,
    }
    if not session.write(update(_PACKS).where(_PACKS.c.name == pack.name).values(values)).rowcount:
        session.write(insert(_PACKS), values)


def list_packs(session: Session) -> list[InstalledPack]:
    """The installed packs in stack order."""
    return [_pack(row) for row in session.run(select(_PACKS).order_by(_PACKS.c.position, _PACKS.c.name))]


def remove_pack(session: Session, name: str) -> bool:
    """Take a pack out of the stack; false when it is not in it."""
    return session.write(delete(_PACKS).where(_PACKS.c.name == name)).rowcount == 1


def _pack(row: Row[Any]) -> InstalledPack:
    return InstalledPack(
        name=row.name,
        version=row.version,
        position=row.position,
        documents=orjson.loads(row.documents),
        installed_at=row.installed_at,
        actor=row.actor,
        files=orjson.loads(row.files),
    )
