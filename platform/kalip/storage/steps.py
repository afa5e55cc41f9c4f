"""The steps of a plan: what each does to the database, how it is told to people, and how much it may lose.

`safe` needs no look at the rows, `slow` reads or writes them, `lossy` takes something out of sight. Nothing is ever
dropped with its data: what goes is renamed and waits.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from kalip.base.errors import fill
from kalip.storage import catalogue
from kalip.storage.catalogue import LiveColumn, LiveTable
from kalip.storage.ddl import Ddl
from kalip.storage.indexes import IndexSpec
from kalip.storage.naming import table_name
from kalip.storage.rewrite import copy_converted, fill_column
from kalip.storage.session import Session

Kind = Literal["safe", "slow", "lossy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(ABC):
    """One change. `rows` counts the rows it reads, writes or hides; `failures` the values that can't be converted."""

    rows: int = 0
    failures: int = 0

    @property
    def kind(self) -> Kind:
        """How careful one has to be."""
        return "safe"

    @abstractmethod
    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """English template and what fills it, for callers that translate."""

    @abstractmethod
    def run(self, session: Session, now: datetime) -> None:
        """Make the change, catalogue included."""

    def describe(self) -> str:
        """The change in an English sentence."""
        return fill(*self.describe_parts())


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTable(Step):
    """A new entity."""

    table: LiveTable
    columns: tuple[LiveColumn, ...]

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say which entity comes."""
        return "create {entity} with {count} columns", {"entity": self.table.entity, "count": len(self.columns)}

    def run(self, session: Session, now: datetime) -> None:
        """Create the table."""
        Ddl(session).create_table(self.table.name, self.columns)
        catalogue.note_table(session, self.table, self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddForeignKeys(Step):
    """The foreign keys of a table made by this plan, once all targets are there."""

    entity: str
    columns: tuple[LiveColumn, ...]

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say whose references are tied."""
        return "tie the references of {entity}", {"entity": self.entity}

    def run(self, session: Session, now: datetime) -> None:
        """Add the constraints."""
        for column in self.columns:
            Ddl(session).add_foreign_key(column)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLinks(Step):
    """A new `references` field."""

    table: LiveTable

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say which field comes."""
        return "add {entity}.{field}", {"entity": self.table.entity, "field": self.table.field}

    def run(self, session: Session, now: datetime) -> None:
        """Create the link table."""
        Ddl(session).create_links(self.table.name, table_name(self.table.entity), table_name(self.table.target or ""))
        catalogue.note_table(session, self.table, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTable(Step):
    """An entity or `references` field under a new name."""

    old: LiveTable
    new: LiveTable

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say both names."""
        return "rename {old} to {new}", {"old": _table_label(self.old), "new": _table_label(self.new)}

    def run(self, session: Session, now: datetime) -> None:
        """Rename the table."""
        Ddl(session).rename_table(self.old.name, self.new.name)
        catalogue.change_table(session, self.old.name, self.new)
        if self.new.field is None:
            catalogue.retarget(session, self.old.entity, self.new.entity)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireTable(Step):
    """An entity or `references` field that the model no longer has: its rows wait under another name."""

    old: LiveTable
    new_name: str
    references: tuple[LiveColumn, ...] = ()

    @property
    def kind(self) -> Kind:
        """Rows go out of sight."""
        return "lossy" if self.rows else "safe"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what goes and how much of it."""
        values = {"name": _table_label(self.old), "rows": self.rows}
        return "retire {name} with {rows} rows; they are kept and come back with it", values

    def run(self, session: Session, now: datetime) -> None:
        """Rename the table, untied from the others."""
        ddl = Ddl(session)
        for column in self.references:
            ddl.drop_foreign_key(column)
        ddl.rename_table(self.old.name, self.new_name)
        catalogue.change_table(session, self.old.name, replace(self.old, name=self.new_name, retired_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviveTable(Step):
    """A retired entity or `references` field that the model has again."""

    old: LiveTable
    new: LiveTable
    references: tuple[LiveColumn, ...] = ()

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what comes back."""
        return "bring back {name} with {rows} rows", {"name": _table_label(self.new), "rows": self.rows}

    def run(self, session: Session, now: datetime) -> None:
        """Rename the table back; references tied again by PutForeignKeys later."""
        Ddl(session).rename_table(self.old.name, self.new.name)
        catalogue.change_table(session, self.old.name, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutForeignKeys(Step):
    """The references of a table that was brought back, once all targets are there."""

    entity: str
    columns: tuple[LiveColumn, ...]

    @property
    def kind(self) -> Kind:
        """Every row is looked at."""
        return "slow"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say whose references are tied."""
        return "tie the references of {entity} again", {"entity": self.entity}

    def run(self, session: Session, now: datetime) -> None:
        """Null what dangles and add the constraints."""
        for column in self.columns:
            Ddl(session).put_foreign_key(column)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn(Step):
    """A new field, or a new part of one; `value` fills it where the field's main part `beside` is filled."""

    column: LiveColumn
    entity: str
    value: Any = None
    beside: str = ""

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say which field comes."""
        return "add {name}", {"name": _label(self.entity, self.column)}

    def run(self, session: Session, now: datetime) -> None:
        """Add the column."""
        Ddl(session).add_column(self.column)
        catalogue.note_column(session, self.column)
        if self.value is not None:
            fill_column(session, self.column, self.value, self.beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameColumn(Step):
    """A field under a new name."""

    old: LiveColumn
    new: LiveColumn
    entity: str

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say both names."""
        return "rename {old} to {new}", {"old": _label(self.entity, self.old), "new": _label(self.entity, self.new)}

    def run(self, session: Session, now: datetime) -> None:
        """Rename the column."""
        Ddl(session).rename_column(self.new.table, self.old.name, self.new.name)
        catalogue.change_column(session, self.old.name, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireColumn(Step):
    """A field that the model no longer has, or has as something unlike: its values wait under another name."""

    old: LiveColumn
    new_name: str
    entity: str

    @property
    def kind(self) -> Kind:
        """Values go out of sight."""
        return "lossy" if self.rows else "safe"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what goes and how much of it."""
        values = {"name": _label(self.entity, self.old), "rows": self.rows}
        return "retire {name}, filled in {rows} rows; the values are kept and come back with it", values

    def run(self, session: Session, now: datetime) -> None:
        """Rename the column, untied."""
        ddl = Ddl(session)
        ddl.drop_foreign_key(self.old)
        ddl.rename_column(self.old.table, self.old.name, self.new_name)
        catalogue.change_column(session, self.old.name, replace(self.old, name=self.new_name, retired_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviveColumn(Step):
    """A retired field that the model has again."""

    old: LiveColumn
    new: LiveColumn
    entity: str

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what comes back."""
        return "bring back {name}, filled in {rows} rows", {"name": _label(self.entity, self.new), "rows": self.rows}

    def run(self, session: Session, now: datetime) -> None:
        """Rename the column back and tie it."""
        ddl = Ddl(session)
        ddl.rename_column(self.new.table, self.old.name, self.new.name)
        ddl.put_foreign_key(self.new)
        catalogue.change_column(session, self.old.name, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeType(Step):
    """A field of another type: converted into a new column; the old one is retired with what it holds."""

    old: LiveColumn
    new: LiveColumn
    retired: str
    entity: str

    @property
    def kind(self) -> Kind:
        """Every row is written; values that don't convert go out of sight."""
        return "lossy" if self.failures else "slow"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say both types and what won't convert."""
        values = {
            "name": _label(self.entity, self.new),
            "old": self.old.kind,
            "new": self.new.kind,
            "rows": self.rows,
            "failures": self.failures,
        }
        if self.failures:
            return (
                "convert {name} from {old} to {new}: {failures} of {rows} values don't convert and become empty; "
                "the old values are kept",
                values,
            )
        return "convert {name} from {old} to {new}: {rows} values", values

    def run(self, session: Session, now: datetime) -> None:
        """Set the old column aside, add the new one, copy."""
        retired = replace(self.old, table=self.new.table, name=self.retired, retired_at=now)
        ddl = Ddl(session)
        ddl.rename_column(self.new.table, self.old.name, self.retired)
        catalogue.change_column(session, self.old.name, retired)
        ddl.add_column(self.new)
        catalogue.note_column(session, self.new)
        copy_converted(session, retired, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReference(Step):
    """A reference that behaves otherwise when its target is deleted, or that became plain text."""

    old: LiveColumn
    new: LiveColumn
    entity: str

    @property
    def kind(self) -> Kind:
        """Every row is looked at."""
        return "slow"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what deleting the target will do."""
        values = {"name": _label(self.entity, self.new), "rule": self.new.on_delete or "nothing"}
        return "change what deleting its target does to {name}: {rule}", values

    def run(self, session: Session, now: datetime) -> None:
        """Exchange the foreign key."""
        ddl = Ddl(session)
        if session.dialect == "postgresql" or self.new.target is None:
            ddl.drop_foreign_key(replace(self.old, table=self.new.table, name=self.new.name))
        ddl.put_foreign_key(self.new)
        catalogue.change_column(session, self.new.name, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex(Step):
    """A new index."""

    spec: IndexSpec

    @property
    def kind(self) -> Kind:
        """Every row is read."""
        return "slow" if self.rows else "safe"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what is indexed."""
        values = {"table": self.spec.table, "fields": ", ".join(self.spec.fields)}
        return ("make {fields} of {table} unique" if self.spec.unique else "index {fields} of {table}"), values

    def run(self, session: Session, now: datetime) -> None:
        """Create the index."""
        Ddl(session).run(self.spec.sql(session.sql.identifier_preparer))


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex(Step):
    """An index that nothing wants any more."""

    name: str

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say which index goes."""
        return "drop the index {name}", {"name": self.name}

    def run(self, session: Session, now: datetime) -> None:
        """Drop the index."""
        ddl = Ddl(session)
        ddl.run(f"DROP INDEX {ddl.quote(self.name)}")


def _label(entity: str, column: LiveColumn) -> str:
    return f"{entity}.{column.field}" + (f".{column.part}" if column.part else "")


def _table_label(table: LiveTable) -> str:
    return f"{table.entity}.{table.field}" if table.field else table.entity
