"""Restore: an archive of `backup` into an empty database and a blob store, all or nothing.

The archive is read as data: nothing in it names a place outside of it, and every digest is checked.
"""

import hashlib
import tarfile
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import orjson
from sqlalchemy import Table

from kalip.base.errors import StorageError
from kalip.storage.backup import (
    FORMAT,
    LEFT_OUT,
    MANIFEST,
    SEARCH,
    BackupInfo,
    Progress,
    lines_of,
    model_tables,
    own_tables,
)
from kalip.storage.blobs import Blobs
from kalip.storage.catalogue import LiveColumn, LiveTable, live_columns, live_tables
from kalip.storage.database import Database
from kalip.storage.ddl import Ddl
from kalip.storage.naming import table_name
from kalip.storage.own import KalipEvent, KalipRevision, KalipUser, table_of
from kalip.storage.portable import PortableTable, read_lines
from kalip.storage.searchlines import read_search_lines
from kalip.storage.session import Session
from kalip.storage.upgrade import schema_version, upgrade_own_tables

_NUMBERED: Final = (KalipEvent, KalipRevision)
_LONGEST_MANIFEST: Final = 1 << 26


def restore(database: Database, blobs: Blobs, source: Path, progress: Progress | None = None) -> BackupInfo:
    """Fill an empty database and a blob store from a backup.

    Plan and apply the restored model afterwards: that makes the indexes. StorageError when the database is not empty,
    or the file is no backup, is damaged or was made by another version; the database is left as it was then.
    """
    upgrade_own_tables(database)
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            manifest = _manifest(archive)
            reader = _Reader(archive, manifest, progress)
            reader.blobs(blobs)
            with database.publish() as session:
                _require_empty(session)
                reader.tables(session)
    except (tarfile.TarError, EOFError, OSError, KeyError, ValueError, TypeError) as error:
        raise _damaged(source, str(error)) from error
    return BackupInfo(
        datetime.fromisoformat(manifest["created_at"]),
        manifest["revision"],
        manifest["schema"],
        {table["name"]: table["rows"] for table in manifest["tables"]},
        manifest["blobs"],
    )


class _Reader:
    """Reads the members of one archive."""

    def __init__(self, archive: tarfile.TarFile, manifest: dict[str, Any], progress: Progress | None) -> None:
        self._archive = archive
        self._manifest = manifest
        self._progress = progress
        self._done = 0
        self._described = {table["name"]: table for table in manifest["tables"]}
        self._total = len(self._described) + 1 + manifest["blobs"]

    def blobs(self, blobs: Blobs) -> None:
        """Keep the blobs; what was kept for a restore that fails is collected later."""
        for member in self._archive.getmembers():
            folder, _, name = member.name.partition("/")
            if folder == "blobs":
                with self._open(member.name) as file:
                    if blobs.write(file).sha256 != name:
                        raise ValueError(f"the file {name} was altered")
                self._step(name)

    def tables(self, session: Session) -> None:
        """Fill the own tables, make those of the catalogue and fill them, then the search index."""
        if self._manifest["schema"] != schema_version(session):
            raise StorageError(
                "the backup is of version {there} of Kalip's tables, this is {here}",
                params={"there": self._manifest["schema"], "here": schema_version(session)},
                hint="restore it with the version that made it, then upgrade",
                code="S161",
            )
        if session.dialect == "sqlite":
            session.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for own in own_tables():
            self._fill(session, PortableTable.of(own, LEFT_OUT))
        _make_tables(session)
        for table in model_tables(session):
            if table.name in self._described:
                self._fill(session, table)
        _tie_tables(session)
        with self._open(SEARCH) as file:
            self._check(SEARCH, self._manifest["search"], file, lambda lines: read_search_lines(session, lines))
        self._step("search")
        _count_on(session)

    def _fill(self, session: Session, table: PortableTable) -> None:
        said = self._described[table.name]
        columns = tuple((str(name), str(kind)) for name, kind in said["columns"])
        if set(columns) - set(table.columns):
            raise ValueError(f"unknown columns in {table.name}")
        with self._open(f"tables/{table.name}.jsonl") as file:
            written = PortableTable(table.name, columns)
            self._check(table.name, said, file, lambda lines: read_lines(session, written, lines))
        self._step(table.name)

    def _check(self, name: str, said: Any, file: IO[bytes], read: Any) -> None:
        digest = hashlib.sha256()
        if read(lines_of(file, digest)) != said["rows"] or digest.hexdigest() != said["sha256"]:
            raise ValueError(f"{name} was altered")

    def _open(self, name: str) -> IO[bytes]:
        file = self._archive.extractfile(name)
        if file is None:
            raise ValueError(f"{name} is no file")
        return file

    def _step(self, what: str) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(what, self._done, self._total)


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    member = archive.getmember(MANIFEST)
    file = archive.extractfile(member)
    if file is None or member.size > _LONGEST_MANIFEST:
        raise ValueError("no manifest")
    manifest = orjson.loads(file.read())
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError(f"the format is not {FORMAT}")
    return manifest


def _require_empty(session: Session) -> None:
    users = session.run(table_of(KalipUser).select().limit(1)).first()
    if live_tables(session) or users:
        raise StorageError(
            "the database is not empty", hint="restore into a new database, or a new site folder", code="S162"
        )


def _make_tables(session: Session) -> None:
    """Make the tables of the catalogue, retired ones too; those of links come when their targets are there."""
    ddl = Ddl(session)
    columns = _columns(session)
    tables = live_tables(session)
    for table in (each for each in tables if each.field is None):
        found = columns[table.name]
        ddl.create_table(table.name, [_standing(column, table) for column in found])
    for table in (each for each in tables if each.field is not None):
        source, target = table_name(table.entity), table_name(table.target or "")
        if table.retired_at is None:
            ddl.create_links(table.name, source, target)
        else:
            ddl.create_untied_links(table.name)


def _tie_tables(session: Session) -> None:
    """On PostgreSQL foreign keys are put when the rows are in; SQLite has them from the start."""
    columns = _columns(session)
    for table in live_tables(session):
        for column in columns.get(table.name, ()):
            Ddl(session).add_foreign_key(_standing(column, table))


def _columns(session: Session) -> dict[str, list[LiveColumn]]:
    found: dict[str, list[LiveColumn]] = {}
    for column in live_columns(session):
        found.setdefault(column.table, []).append(column)
    return found


def _standing(column: LiveColumn, table: LiveTable) -> LiveColumn:
    """A column as it is in the database: retired ones are not tied to anything."""
    if column.retired_at is None and table.retired_at is None:
        return column
    return LiveColumn(column.table, column.name, column.field, column.part, column.kind)


def _count_on(session: Session) -> None:
    """PostgreSQL's counters go on after the numbers restored; SQLite looks by itself."""
    if session.dialect != "postgresql":
        return
    for model in _NUMBERED:
        table: Table = table_of(model)
        session.fetch(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "
            f"coalesce((SELECT max(id) FROM {table.name}), 0) + 1, false)",
            {},
        )


def _damaged(source: Path, reason: str) -> StorageError:
    return StorageError(
        "{file} can't be restored: {reason}", params={"file": source.name, "reason": reason}, code="S160"
    )
