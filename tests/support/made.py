"""Databases with Kalip's own tables and nothing in them."""

from kalip.storage import make_database, upgrade_own_tables


def make_own_tables(url: str) -> None:
    """Make the own tables, and leave nobody connected."""
    database = make_database(url)
    try:
        upgrade_own_tables(database)
    finally:
        database.dispose()
