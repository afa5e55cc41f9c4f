"""Backup: one archive with every table, the search index and the files, all of one moment, for either database.

A gzipped tar: `manifest.json`, `tables/<name>.jsonl` (see `portable`), `search.jsonl`, `blobs/<sha256>`. Indexes are
not in it: after a restore, planning and applying the model makes them. So a site moves from SQLite to PostgreSQL, or
back, by backup and restore.
"""

import hashlib
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

import orjson
from sqlalchemy import Table

from kalip.base.clock import system_clock
from kalip.storage.blobs import Blobs
from kalip.storage.catalogue import live_columns, live_tables
from kalip.storage.database import Database
from kalip.storage.files import kept_blobs
from kalip.storage.own import OWN_METADATA
from kalip.storage.portable import PortableTable, write_lines
from kalip.storage.revisions import current_revision
from kalip.storage.searchlines import write_search_lines
from kalip.storage.session import Session
from kalip.storage.upgrade import schema_version

FORMAT: Final = "kalip-backup/1"
MANIFEST: Final = "manifest.json"
SEARCH: Final = "search.jsonl"
SEARCH_TABLE: Final = "kalip_search"
# PostgreSQL numbers its transactions itself; they mean nothing elsewhere.
LEFT_OUT: Final = ("xact",)
_SPOOLED: Final = 1 << 24

Progress = Callable[[str, int, int], None]
"""Called with what was done, how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """What an archive holds: rows by table, blobs, the revision that was served and the version of the own tables."""

    created_at: datetime
    revision: str | None
    schema: str | None
    rows: dict[str, int] = field(default_factory=dict)
    blobs: int = 0


def backup(database: Database, blobs: Blobs, target: Path, progress: Progress | None = None) -> BackupInfo:
    """Write a backup to a file, which appears when it is complete. Writers go on meanwhile; they are not in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive, database.read() as session:
                info = _write(session, blobs, archive, progress or _quiet)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return info


def own_tables() -> list[Table]:
    """The own tables in an order in which references point back; the search index goes apart."""
    return [table for table in OWN_METADATA.sorted_tables if table.name != SEARCH_TABLE]


def model_tables(session: Session) -> list[PortableTable]:
    """The tables of the catalogue, retired ones too; link tables last."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for column in live_columns(session):
        columns.setdefault(column.table, []).append((column.name, column.kind))
    entities, links = [], []
    for table in live_tables(session):
        if table.field is not None:
            pairs = (("record_id", "text"), ("target_id", "text"), ("position", "integer"))
            links.append(PortableTable(table.name, pairs))
        else:
            ordered = sorted(columns.get(table.name, ()), key=lambda pair: (pair[0] != "id", pair[0]))
            entities.append(PortableTable(table.name, tuple(ordered)))
    return [*entities, *links]


def _write(session: Session, blobs: Blobs, archive: tarfile.TarFile, progress: Progress) -> BackupInfo:
    tables = [*(PortableTable.of(table, LEFT_OUT) for table in own_tables()), *model_tables(session)]
    wanted = sorted(kept_blobs(session))
    total = len(tables) + 1 + len(wanted)
    described, rows = [], {}
    for done, table in enumerate(tables, 1):
        count, digest = _add_lines(archive, f"tables/{table.name}.jsonl", write_lines(session, table))
        described.append({"name": table.name, "columns": table.columns, "rows": count, "sha256": digest})
        rows[table.name] = count
        progress(table.name, done, total)
    found, digest = _add_lines(archive, SEARCH, write_search_lines(session))
    progress("search", len(tables) + 1, total)
    for done, sha256 in enumerate(wanted, len(tables) + 2):
        with blobs.open(sha256) as file:
            _add(archive, f"blobs/{sha256}", file, os.fstat(file.fileno()).st_size)
        progress(sha256, done, total)
    info = BackupInfo(system_clock(), current_revision(session), schema_version(session), rows, len(wanted))
    manifest = {
        "format": FORMAT,
        "created_at": info.created_at.isoformat(),
        "revision": info.revision,
        "schema": info.schema,
        "tables": described,
        "search": {"rows": found, "sha256": digest},
        "blobs": len(wanted),
    }
    text = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    _add(archive, MANIFEST, BytesIO(text), len(text))
    return info


def _add_lines(archive: tarfile.TarFile, name: str, lines: Iterable[bytes]) -> tuple[int, str]:
    digest = hashlib.sha256()
    count = 0
    with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as spool:
        for line in lines:
            spool.write(line)
            digest.update(line)
            count += 1
        size = spool.tell()
        spool.seek(0)
        _add(archive, name, spool, size)
    return count, digest.hexdigest()


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o600
    archive.addfile(entry, file)


def _quiet(_what: str, _done: int, _total: int) -> None:
    return None


def lines_of(file: IO[bytes], digest: Any) -> Iterator[bytes]:
    """The lines of a member, its digest counted along."""
    for line in file:
        digest.update(line)
        yield line
