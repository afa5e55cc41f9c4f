"""How far imports came: one row for each file and mapping, moved on in the transaction that saves a batch."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update

from kalip.storage.own import KalipImport, table_of
from kalip.storage.session import Session

_IMPORTS: Final = table_of(KalipImport)


@dataclass(frozen=True, slots=True)
class ImportRun:
    """An import of one source under one mapping; `position` counts the rows of the source that are done."""

    id: str
    entity: str
    source_name: str
    source_hash: str
    mapping_hash: str
    actor: str | None
    started_at: datetime
    position: int = 0
    created: int = 0
    updated: int = 0
    refused: int = 0
    finished_at: datetime | None = None


def start_import(session: Session, run: ImportRun) -> None:
    """Note that an import begins."""
    session.write(insert(_IMPORTS), asdict(run))


def find_import(session: Session, entity: str, source_hash: str, mapping_hash: str) -> ImportRun | None:
    """The latest import of a source under a mapping that was not finished."""
    query = (
        select(_IMPORTS)
        .where(
            _IMPORTS.c.entity == entity,
            _IMPORTS.c.source_hash == source_hash,
            _IMPORTS.c.mapping_hash == mapping_hash,
            _IMPORTS.c.finished_at.is_(None),
        )
        .order_by(_IMPORTS.c.started_at.desc())
        .limit(1)
    )
    row = session.run(query).mappings().first()
    return None if row is None else ImportRun(**{str(name): value for name, value in row.items()})


def advance_import(session: Session, run: ImportRun) -> None:
    """Keep the position and figures of an import."""
    figures = {
        "position": run.position,
        "created": run.created,
        "updated": run.updated,
        "refused": run.refused,
        "finished_at": run.finished_at,
    }
    session.write(update(_IMPORTS).where(_IMPORTS.c.id == run.id).values(figures))
