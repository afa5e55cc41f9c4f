"""DDL in both dialects: tables, columns, foreign keys, and the detours that SQLite needs for the last."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from kalip.storage.catalogue import LiveColumn
from kalip.storage.kinds import type_of
from kalip.storage.naming import digest, shortened, table_name
from kalip.storage.session import Session
from kalip.storage.tables import NOT_NULL

_ON_DELETE: Final = {"clear": " ON DELETE SET NULL", "cascade": " ON DELETE CASCADE"}
_HELD: Final = "_kalip_held"


@dataclass(frozen=True, slots=True)
class Ddl:
    """Runs DDL in a session of `database.publish()`."""

    session: Session

    def run(self, text: str, params: dict[str, Any] | None = None) -> None:
        """Run one statement written for the driver."""
        self.session.connection.exec_driver_sql(text, params or {})

    def quote(self, name: str) -> str:
        """A name as SQL writes it."""
        return self.session.sql.identifier_preparer.quote(name)

    def create_table(self, table: str, columns: Iterable[LiveColumn]) -> None:
        """Create an entity's table; on PostgreSQL without foreign keys, whose targets may not be there yet."""
        definitions = ", ".join(self.definition(column) for column in columns)
        self.run(f"CREATE TABLE {self.quote(table)} ({definitions})")

    def create_links(self, table: str, source: str, target: str) -> None:
        """Create the table of a `references` field."""
        text = type_of("text").compile(self.session.sql)
        self.run(
            f"CREATE TABLE {self.quote(table)} ("
            f"record_id {text} NOT NULL REFERENCES {self.quote(source)} (id) ON DELETE CASCADE, "
            f"target_id {text} NOT NULL REFERENCES {self.quote(target)} (id) ON DELETE CASCADE, "
            "position BIGINT NOT NULL, PRIMARY KEY (record_id, target_id))"
        )

    def create_untied_links(self, table: str) -> None:
        """Create the table of a retired `references` field."""
        text = type_of("text").compile(self.session.sql)
        self.run(
            f"CREATE TABLE {self.quote(table)} (record_id {text} NOT NULL, target_id {text} NOT NULL, "
            "position BIGINT NOT NULL, PRIMARY KEY (record_id, target_id))"
        )

    def move_links(self, old: str, new: str, source: str = "", target: str = "") -> None:
        """Copy links into a table made already and drop the old one; only those between records that are there.

        Without `source` and `target` all of them.
        """
        kept = ""
        if source and target:
            kept = (
                f" WHERE record_id IN (SELECT id FROM {self.quote(source)})"
                f" AND target_id IN (SELECT id FROM {self.quote(target)})"
            )
        columns = "record_id, target_id, position"
        self.run(f"INSERT INTO {self.quote(new)} ({columns}) SELECT {columns} FROM {self.quote(old)}{kept}")
        self.run(f"DROP TABLE {self.quote(old)}")

    def definition(self, column: LiveColumn) -> str:
        """A column in CREATE TABLE and ADD COLUMN."""
        type_ = type_of(column.kind).compile(self.session.sql)
        if column.name == "id":
            return f"id {type_} NOT NULL PRIMARY KEY"
        required = " NOT NULL" if column.field in NOT_NULL else ""
        link = f" {self._reference(column)}" if self.session.dialect == "sqlite" and column.target else ""
        return f"{self.quote(column.name)} {type_}{required}{link}"

    def add_column(self, column: LiveColumn) -> None:
        """Add a column; on PostgreSQL with its foreign key."""
        self.run(f"ALTER TABLE {self.quote(column.table)} ADD COLUMN {self.definition(column)}")
        self.add_foreign_key(column)

    def add_foreign_key(self, column: LiveColumn) -> None:
        """Add the foreign key on PostgreSQL; SQLite has it in the column's definition."""
        if column.target and self.session.dialect == "postgresql":
            self.run(
                f"ALTER TABLE {self.quote(column.table)} ADD CONSTRAINT {self.quote(_constraint(column))} "
                f"FOREIGN KEY ({self.quote(column.name)}) {self._reference(column)} DEFERRABLE INITIALLY IMMEDIATE"
            )

    def drop_foreign_key(self, column: LiveColumn) -> None:
        """Take the foreign key off a column and keep its values."""
        if column.target is None:
            return
        if self.session.dialect == "sqlite":
            self._rebuild(column, LiveColumn(column.table, column.name, column.field, column.part, column.kind))
            return
        for name in self._constraints(column):
            self.run(f"ALTER TABLE {self.quote(column.table)} DROP CONSTRAINT {self.quote(name)}")

    def put_foreign_key(self, column: LiveColumn) -> None:
        """Put a foreign key on a column that is there; values whose target is gone become null."""
        if column.target is None:
            return
        table, name, target = map(self.quote, (column.table, column.name, table_name(column.target)))
        self.run(
            f"UPDATE {table} SET {name} = NULL WHERE {name} IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE t.id = {table}.{name})"
        )
        if self.session.dialect == "sqlite":
            self._rebuild(column, column)
        else:
            self.add_foreign_key(column)

    def rename_column(self, table: str, old: str, new: str) -> None:
        """Rename a column."""
        if old != new:
            self.run(f"ALTER TABLE {self.quote(table)} RENAME COLUMN {self.quote(old)} TO {self.quote(new)}")

    def rename_table(self, old: str, new: str) -> None:
        """Rename a table; foreign keys to it follow."""
        if old != new:
            self.run(f"ALTER TABLE {self.quote(old)} RENAME TO {self.quote(new)}")

    def _reference(self, column: LiveColumn) -> str:
        target = self.quote(table_name(column.target or ""))
        return f"REFERENCES {target} (id){_ON_DELETE.get(column.on_delete or '', '')}"

    def _rebuild(self, old: LiveColumn, new: LiveColumn) -> None:
        """SQLite can't alter a column: copy its values to a new one of the same name, indexes included."""
        table, name, held = map(self.quote, (old.table, old.name, _HELD))
        indexes = self.session.fetch(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table "
            "AND name IN (SELECT il.name FROM pragma_index_list(:table) AS il, pragma_index_xinfo(il.name) AS ii "
            "WHERE ii.name = :column)",
            {"table": old.table, "column": old.name},
        )
        for index, _sql in indexes:
            self.run(f"DROP INDEX {self.quote(index)}")
        self.rename_column(old.table, old.name, _HELD)
        self.run(f"ALTER TABLE {table} ADD COLUMN {self.definition(new)}")
        self.run(f"UPDATE {table} SET {name} = {held}")
        self.run(f"ALTER TABLE {table} DROP COLUMN {held}")
        for _index, sql in indexes:
            self.run(sql)

    def _constraints(self, column: LiveColumn) -> list[str]:
        rows = self.session.fetch(
            "SELECT c.conname FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid "
            "AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f' AND c.conrelid = to_regclass(%(table)s) "
            "AND a.attname = %(column)s",
            {"table": self.quote(column.table), "column": column.name},
        )
        return [row[0] for row in rows]


def _constraint(column: LiveColumn) -> str:
    key = f"{column.table}.{column.name}.{column.target}.{column.on_delete}"
    return f"{shortened(f'fk_{column.table}_{column.name}')[:54]}_{digest(key)}"
