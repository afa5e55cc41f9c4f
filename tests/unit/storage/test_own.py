"""The own tables: the models and the migrations say the same."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kalip.storage import Database, upgrade_own_tables
from kalip.storage.own import OWN_METADATA

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
