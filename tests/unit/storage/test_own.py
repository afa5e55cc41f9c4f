"""The own tables: the models and the migrations say the same."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kalip.storage import Database, make_database, upgrade_own_tables
from kalip.storage.migrating import MIGRATIONS
from kalip.storage.own import OWN_METADATA
from kalip.storage.upgrade import newest_version, schema_version

# Made by the migration in each database's own way; see `search`.
BESIDE = ("kalip_search_words", "kalip_schema")


def test_migrations_make_what_the_models_say(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(
            session.connection,
            opts={
                "include_name": lambda name, kind, _parents: not (kind == "table" and str(name).startswith(BESIDE)),
                "include_object": lambda _object, name, _kind, *_rest: "kalip_search_words" not in str(name),
            },
        )
        found = [change for change in compare_metadata(context, OWN_METADATA) if "words" not in repr(change)]
    assert found == []


def test_upgrading_again_changes_nothing(database: Database) -> None:
    upgrade_own_tables(database)


def test_the_newest_migration_is_known_by_its_file(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert newest_version() == ScriptDirectory.from_config(config).get_current_head()
    with database.read() as session:
        assert schema_version(session) == newest_version()


def test_a_start_on_own_tables_that_are_the_newest_waits_for_nobody(tmp_path: Path) -> None:
    database = make_database(f"sqlite:///{tmp_path / 'site.db'}")
    upgrade_own_tables(database)
    with database.publish():
        upgrade_own_tables(database)
    database.dispose()
