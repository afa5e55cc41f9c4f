"""Steps on whole tables: entities and `references` fields that come, go, come back or change their name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kalip.storage import catalogue
from kalip.storage.catalogue import LiveColumn, LiveTable
from kalip.storage.ddl import Ddl
from kalip.storage.naming import table_name
from kalip.storage.session import Session
from kalip.storage.step import Kind, Step


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
        return "rename {old} to {new}", {"old": _label(self.old), "new": _label(self.new)}

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
        values = {"name": _label(self.old), "rows": self.rows}
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
        return "bring back {name} with {rows} rows", {"name": _label(self.new), "rows": self.rows}

    def run(self, session: Session, now: datetime) -> None:
        """Rename the table back; references tied again by PutForeignKeys later."""
        Ddl(session).rename_table(self.old.name, self.new.name)
        catalogue.change_table(session, self.old.name, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireLinks(RetireTable):
    """A `references` field that the model no longer has: its links wait in a table that is tied to nothing."""

    def run(self, session: Session, now: datetime) -> None:
        """Move the links into an untied table."""
        ddl = Ddl(session)
        ddl.create_untied_links(self.new_name)
        ddl.move_links(self.old.name, self.new_name)
        catalogue.change_table(session, self.old.name, replace(self.old, name=self.new_name, retired_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviveLinks(ReviveTable):
    """A retired `references` field that the model has again."""

    def run(self, session: Session, now: datetime) -> None:
        """Move the links whose records are there into a tied table."""
        ddl = Ddl(session)
        source, target = table_name(self.new.entity), table_name(self.new.target or "")
        ddl.create_links(self.new.name, source, target)
        ddl.move_links(self.old.name, self.new.name, source, target)
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


def _label(table: LiveTable) -> str:
    return f"{table.entity}.{table.field}" if table.field else table.entity
