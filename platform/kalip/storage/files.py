"""Files of records: names, types and owners; the bytes are blobs, which files may share."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipBlob, KalipFile, KalipJob, table_of
from kalip.storage.packs import list_packs
from kalip.storage.session import Session

_FILES: Final = table_of(KalipFile)
_BLOBS: Final = table_of(KalipBlob)
_JOBS: Final = table_of(KalipJob)


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file; `entity`, `record_id` and `field` say where it belongs once its record is saved."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    created_by: str | None
    entity: str | None = None
    record_id: str | None = None
    field: str | None = None


def add_file(session: Session, file: FileInfo) -> None:
    """Enter a file whose bytes are in the blob store already."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    blob = {"sha256": file.sha256, "size": file.size, "created_at": file.created_at}
    session.write(dialect.insert(_BLOBS).values(blob).on_conflict_do_nothing())
    session.write(insert(_FILES), asdict(file))


def get_file(session: Session, file_id: str) -> FileInfo | None:
    """A file by id."""
    row = session.run(select(_FILES).where(_FILES.c.id == file_id)).one_or_none()
    return None if row is None else _file(row)


def get_files(session: Session, ids: Sequence[str]) -> dict[str, FileInfo]:
    """Files by id; those that are not there are absent."""
    if not ids:
        return {}
    return {row.id: _file(row) for row in session.run(select(_FILES).where(_FILES.c.id.in_(list(ids))))}


def files_of(session: Session, entity: str, record_id: str) -> list[FileInfo]:
    """The files of a record, oldest first."""
    query = (
        select(_FILES)
        .where(_FILES.c.entity == entity, _FILES.c.record_id == record_id)
        .order_by(_FILES.c.created_at, _FILES.c.id)
    )
    return [_file(row) for row in session.run(query)]


def attach_file(session: Session, file_id: str, entity: str, record_id: str, field: str) -> bool:
    """Say to which record a file belongs; false when there is no such file."""
    values = {"entity": entity, "record_id": record_id, "field": field}
    return session.write(update(_FILES).where(_FILES.c.id == file_id).values(values)).rowcount == 1


def delete_file(session: Session, file_id: str) -> bool:
    """Forget a file; its bytes go when contents are collected and nothing else names them."""
    return session.write(delete(_FILES).where(_FILES.c.id == file_id)).rowcount == 1


def delete_files_of_jobs(session: Session, owner: str) -> int:
    """Forget files that belong to jobs which are forgotten; `owner` is what stands for the entity. How many."""
    known = select(_JOBS.c.id).where(_JOBS.c.id == _FILES.c.record_id)
    stray = (_FILES.c.entity == owner, ~known.exists())
    return session.write(delete(_FILES).where(*stray)).rowcount


def delete_old_uploads(session: Session, prefix: str, before: datetime) -> int:
    """Forget files that nothing holds, whose field begins so, from before a moment; how many."""
    lost = (_FILES.c.entity.is_(None), _FILES.c.field.startswith(prefix, autoescape=True), _FILES.c.created_at < before)
    return session.write(delete(_FILES).where(*lost)).rowcount


def kept_blobs(session: Session) -> set[str]:
    """The hashes of all blobs that files and packs name."""
    return _of_packs(session).union(session.run(select(_FILES.c.sha256).distinct()).scalars())


def named_contents(session: Session, contents: Sequence[str]) -> set[str]:
    """Which of these hashes a file or a pack names."""
    named = session.run(select(_FILES.c.sha256).where(_FILES.c.sha256.in_(list(contents)))).scalars()
    return _of_packs(session).intersection(contents).union(named)


def unnamed_rows(session: Session) -> list[str]:
    """The hashes of the rows of blobs that no file names."""
    named = select(_FILES.c.id).where(_FILES.c.sha256 == _BLOBS.c.sha256)
    return list(session.run(select(_BLOBS.c.sha256).where(~named.exists())).scalars())


def forget_contents(session: Session, contents: Sequence[str]) -> None:
    """Delete the rows of blobs that nothing names."""
    session.write(delete(_BLOBS).where(_BLOBS.c.sha256.in_(list(contents))))


def _of_packs(session: Session) -> set[str]:
    return {each for pack in list_packs(session) for each in pack.files.values()}


def _file(row: Row[Any]) -> FileInfo:
    return FileInfo(
        id=row.id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        created_at=row.created_at,
        created_by=row.created_by,
        entity=row.entity,
        record_id=row.record_id,
        field=row.field,
    )
