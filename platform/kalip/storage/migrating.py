"""Runs Alembic on the own tables; imported when there is something to migrate only."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

from kalip.storage.database import Database

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Migrate the own tables to the newest state in one transaction; several processes may do so at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.publish() as session:
        config.attributes["connection"] = session.connection
        command.upgrade(config, "head")
