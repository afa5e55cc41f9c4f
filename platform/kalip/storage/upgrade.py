"""Brings Kalip's own tables to their newest state. A process that finds them so starts without Alembic, and no lock."""

import pkgutil
from pathlib import Path
from typing import Final

from sqlalchemy import inspect

from kalip.storage.database import Database
from kalip.storage.session import Session

VERSION_TABLE: Final = "kalip_schema"
_VERSIONS: Final = Path(__file__).parent / "migrations" / "versions"
_MIGRATE: Final = "kalip.storage.migrating:migrate"


def upgrade_own_tables(database: Database) -> None:
    """Migrate the own tables to the newest state, if they are not; several processes may do so at once."""
    with database.read() as session:
        present = schema_version(session)
    if present != newest_version():
        pkgutil.resolve_name(_MIGRATE)(database)


def newest_version() -> str:
    """The revision of the newest migration, which its file's name begins with."""
    return max(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*.py"))


def schema_version(session: Session) -> str | None:
    """The revision that the own tables are at; None where there are none."""
    if not inspect(session.connection).has_table(VERSION_TABLE):
        return None
    version: str = session.fetch(f"SELECT version_num FROM {VERSION_TABLE}", {})[0][0]
    return version
