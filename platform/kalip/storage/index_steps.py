"""Steps on indexes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kalip.storage.ddl import Ddl
from kalip.storage.indexes import IndexSpec
from kalip.storage.session import Session
from kalip.storage.step import LONG, Kind, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex(Step):
    """A new index."""

    pace: ClassVar[int | None] = 400_000
    spec: IndexSpec

    @property
    def kind(self) -> Kind:
        """Every row is read."""
        return "slow" if self.rows else "safe"

    @property
    def goes_on(self) -> bool:
        """A unique key has to hold at once."""
        return self.rows > LONG and not self.spec.unique

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what is indexed."""
        values = {"table": self.spec.table, "fields": ", ".join(self.spec.fields)}
        return ("make {fields} of {table} unique" if self.spec.unique else "index {fields} of {table}"), values

    def run(self, session: Session, now: datetime) -> None:
        """Create the index, in the place of one whose building failed."""
        ddl = Ddl(session)
        ddl.run(f"DROP INDEX IF EXISTS {ddl.quote(self.spec.name)}")
        ddl.run(self.spec.sql(session.sql.identifier_preparer))


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
