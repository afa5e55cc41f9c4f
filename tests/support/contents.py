"""All that a database holds, to be compared with what it holds later."""

from sqlalchemy import Connection, Engine, inspect, text

_INDEXES = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = :name",
}


def contents_of(engine: Engine) -> dict[str, list[str]]:
    """Every table by name with its columns and indexes, and every row, whatever made it."""
    found = {}
    with engine.connect() as connection:
        seen = inspect(connection)
        for table in seen.get_table_names():
            columns = [(each["name"], str(each["type"]), each["nullable"]) for each in seen.get_columns(table)]
            rows = connection.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - names of tables
            found[f"{table} {columns} {sorted(_indexes(connection, table))}"] = sorted(map(repr, rows))
    return found


def _indexes(connection: Connection, table: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(text(_INDEXES[connection.dialect.name]), {"name": table})]
