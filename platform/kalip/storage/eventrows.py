"""Events byte by byte, as seals are made over them: the same on either database, whatever somebody did to a row."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final

from sqlalchemy import TextClause, bindparam, text

from kalip.storage.session import Session

SALT: Final = 8
DIGEST: Final = 16
_NO_SALT: Final = bytes(SALT)
_ROW: Final = Struct(f">q{DIGEST}s")
_NUMBER: Final = Struct(">q")
_LENGTH: Final = Struct(">I")
_NULL: Final = b"\xff\xff\xff\xff"
_TEXTS: Final = ("kind", "entity", "record_id", "actor", "on_behalf", "before", "after", "correlation", "revision")

RawEvent = tuple[int, bytes]
"""An event's number and all else that it says, its transaction left out."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal says of one event. Without a salt the digest can't be made from a guess of what was there."""

    id: int
    digest: bytes
    salt: bytes

    def fits(self, raw: bytes) -> bool:
        """Whether an event's bytes are those that were sealed."""
        return digest_of(self.id, raw, self.salt) == self.digest

    @property
    def is_open(self) -> bool:
        """Whether the salt is there, so that `fits` can tell."""
        return self.salt != _NO_SALT


def raw_range(session: Session, after: int, up_to: int, limit: int | None = None) -> list[RawEvent]:
    """The events with numbers above `after` and at most `up_to`, in order, `limit` of them at most."""
    params = {"after": after, "up_to": up_to, "most": -1 if limit is None and session.dialect == "sqlite" else limit}
    return _read(session, "id > :after AND id <= :up_to ORDER BY id LIMIT :most", params)


def raw_events(session: Session, ids: Collection[int]) -> dict[int, bytes]:
    """The events of these numbers that are there."""
    found = _read(session, "id IN :ids", {"ids": sorted(ids)}, expanding=True)
    return dict(found)


def digest_of(number: int, raw: bytes, salt: bytes) -> bytes:
    """The digest of an event's bytes with its salt."""
    return hashlib.sha256(salt + _NUMBER.pack(number) + raw).digest()[:DIGEST]


def seal_rows(events: Sequence[RawEvent], salts: bytes) -> str:
    """Write what a seal keeps of events: of each its number and digest. `salts` are as many, one after the other."""
    return b64encode(
        b"".join(
            _ROW.pack(number, digest_of(number, raw, salts[place * SALT : (place + 1) * SALT]))
            for place, (number, raw) in enumerate(events)
        )
    ).decode()


def unseal_rows(rows: str, salts: str) -> list[Sealed]:
    """Read what `seal_rows` wrote. ValueError when it is damaged."""
    packed, salt = b64decode(rows, validate=True), b64decode(salts, validate=True)
    if len(packed) % _ROW.size or len(salt) * _ROW.size != len(packed) * SALT:
        raise ValueError("the rows of a seal are cut off")
    return [
        Sealed(number, digest, salt[place * SALT : (place + 1) * SALT])
        for place, (number, digest) in enumerate(_ROW.iter_unpack(packed))
    ]


def without_salts(rows: Sequence[Sealed], ids: Collection[int]) -> str:
    """The salts of a seal, those of some events blanked: what these said can't be guessed by trying any more."""
    return b64encode(b"".join(_NO_SALT if each.id in ids else each.salt for each in rows)).decode()


def salt_text(salts: bytes) -> str:
    """Salts as a seal keeps them."""
    return b64encode(salts).decode()


def _read(session: Session, where: str, params: Mapping[str, Any], *, expanding: bool = False) -> list[RawEvent]:
    statement: TextClause = text(f"SELECT {_columns(session.dialect)} FROM kalip_event WHERE {where}")
    if expanding:
        statement = statement.bindparams(bindparam("ids", expanding=True))
    return [(row[0], _bytes_of(row[1:])) for row in session.run(statement, params)]


def _columns(dialect: str) -> str:
    # Bytes, not values: a row that somebody spoiled must be read too.
    if dialect == "sqlite":
        moment, texts = "CAST(at AS BLOB)", [f"CAST({name} AS BLOB)" for name in _TEXTS]
    else:
        moment = "convert_to(((extract(epoch FROM at) * 1000000)::bigint)::text, 'UTF8')"
        texts = [f"convert_to({name}, 'UTF8')" for name in _TEXTS]
    return ", ".join(("id", moment, *texts))


def _bytes_of(cells: Sequence[bytes | None]) -> bytes:
    return b"".join(_NULL if cell is None else _LENGTH.pack(len(cell)) + bytes(cell) for cell in cells)
