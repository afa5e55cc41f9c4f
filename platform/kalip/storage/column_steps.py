"""Steps on columns: fields that come, go, come back, or change their name, type or reference."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kalip.storage import catalogue
from kalip.storage.catalogue import LiveColumn
from kalip.storage.ddl import Ddl
from kalip.storage.rewrite import fill_column
from kalip.storage.session import Session
from kalip.storage.step import Kind, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn(Step):
    """A new field, or a new part of one; `value` fills it where the field's main part `beside` is filled."""

    column: LiveColumn
    entity: str
    value: Any = None
    beside: str = ""

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say which field comes."""
        return "add {name}", {"name": label(self.entity, self.column)}

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
        return "rename {old} to {new}", {"old": label(self.entity, self.old), "new": label(self.entity, self.new)}

    def run(self, session: Session, now: datetime) -> None:
        """Rename the column."""
        Ddl(session).rename_column(self.new.table, self.old.name, self.new.name)
        catalogue.change_column(session, self.old.name, self.new)
        if self.old.field != self.new.field:
            catalogue.follow_field(session, self.old, self.new)


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
        values = {"name": label(self.entity, self.old), "rows": self.rows}
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
        return "bring back {name}, filled in {rows} rows", {"name": label(self.entity, self.new), "rows": self.rows}

    def run(self, session: Session, now: datetime) -> None:
        """Rename the column back and tie it."""
        ddl = Ddl(session)
        ddl.rename_column(self.new.table, self.old.name, self.new.name)
        ddl.put_foreign_key(self.new)
        catalogue.change_column(session, self.old.name, self.new)


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
        values = {"name": label(self.entity, self.new), "rule": self.new.on_delete or "nothing"}
        return "change what deleting its target does to {name}: {rule}", values

    def run(self, session: Session, now: datetime) -> None:
        """Exchange the foreign key."""
        ddl = Ddl(session)
        if session.dialect == "postgresql" or self.new.target is None:
            ddl.drop_foreign_key(replace(self.old, table=self.new.table, name=self.new.name))
        ddl.put_foreign_key(self.new)
        catalogue.change_column(session, self.new.name, self.new)


def label(entity: str, column: LiveColumn) -> str:
    """A column as plans call it."""
    return f"{entity}.{column.field}" + (f".{column.part}" if column.part else "")
