"""The step on a reference that points to another entity: what is there too stays, the rest is set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from kalip.storage import catalogue
from kalip.storage.catalogue import LiveColumn
from kalip.storage.column_steps import label
from kalip.storage.ddl import Ddl
from kalip.storage.naming import table_name
from kalip.storage.session import Session
from kalip.storage.step import Kind, Step
from kalip.storage.terms import CONVERTED, RESULT, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Retarget(Step):
    """A reference to another entity. `failures` count records that the new one doesn't have.

    `prior` is what the field held when it pointed there before, with what changing it had given.
    """

    pace: ClassVar[int | None] = 15_000
    old: LiveColumn
    new: LiveColumn
    retired: str
    result: str
    entity: str
    prior: tuple[LiveColumn, LiveColumn] | None = None

    @property
    def kind(self) -> Kind:
        """Every row is looked at; what the new entity doesn't have goes out of sight."""
        return "lossy" if self.failures else "slow"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say both entities, and what is not in the new one."""
        values = {
            "name": label(self.entity, self.new),
            "old": self.old.target,
            "new": self.new.target,
            "rows": self.rows,
            "failures": self.failures,
        }
        if self.failures:
            text = (
                "point {name} to {new} instead of {old}: {failures} of {rows} records are not there and become empty; "
            )
            return f"{text}the old values are kept", values
        return "point {name} to {new} instead of {old}: {rows} values", values

    def run(self, session: Session, now: datetime) -> None:
        """Set the old column aside, untied; make the new one, and copy what is there."""
        ddl = Ddl(session)
        table, target = ddl.quote(self.new.table), ddl.quote(table_name(self.new.target or ""))
        ddl.drop_foreign_key(replace(self.old, table=self.new.table))
        ddl.rename_column(self.new.table, self.old.name, self.retired)
        terms = Terms("reference", {}, aside=CONVERTED, result=self.result).text
        aside = replace(self.old, table=self.new.table, name=self.retired, retired_at=now, terms=terms)
        catalogue.change_column(session, self.old.name, aside)
        ddl.add_column(self.new)
        catalogue.note_column(session, self.new)
        new, old = ddl.quote(self.new.name), ddl.quote(self.retired)
        ddl.run(f"UPDATE {table} SET {new} = {old} WHERE {old} IN (SELECT id FROM {target})")
        result = replace(
            self.new,
            name=self.result,
            target=None,
            on_delete=None,
            retired_at=now,
            terms=Terms("reference", {}, aside=RESULT).text,
        )
        ddl.add_column(result)
        catalogue.note_column(session, result)
        if self.prior is not None:
            self._give_back(ddl, table, target)
        ddl.run(f"UPDATE {table} SET {ddl.quote(self.result)} = {new}")

    def _give_back(self, ddl: Ddl, table: str, target: str) -> None:
        if self.prior is None:
            return
        held, given = self.prior
        back, was, old, new = map(ddl.quote, (held.name, given.name, self.retired, self.new.name))
        ddl.run(
            f"UPDATE {table} SET {new} = {back} WHERE {back} IN (SELECT id FROM {target}) "
            f"AND ({old} = {was} OR ({old} IS NULL AND {was} IS NULL))"
        )
        for each in self.prior:
            ddl.run(f"ALTER TABLE {table} DROP COLUMN {ddl.quote(each.name)}")
            catalogue.forget_column(ddl.session, self.new.table, each.name)


def count_elsewhere(session: Session, column: LiveColumn, table: str) -> int:
    """Count the values of a column that are ids of no record in a table."""
    quote = session.sql.identifier_preparer.quote
    name = quote(column.name)
    query = (
        f"SELECT count(*) FROM {quote(column.table)} WHERE {name} IS NOT NULL "
        f"AND {name} NOT IN (SELECT id FROM {quote(table)})"
    )
    return int(session.fetch(query, {})[0][0])
