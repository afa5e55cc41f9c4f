"""Brings Kalip's own tables to their newest state by Alembic."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

from kalip.storage.database import Database

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade_own_tables(database: Database) -> None:
    """Migrate the own tables to the newest state in one transaction; several processes may do so at once."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.publish() as session:
        config.attributes["connection"] = session.connection
        command.upgrade(config, "head")
