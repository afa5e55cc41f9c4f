"""Works out the values that fill a field's empty rows: its back-fill, evaluated over each record, in batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table, select

from kalip.expressions import Context, Expression
from kalip.fields import FieldFault
from kalip.model import Field
from kalip.runtime import Served
from kalip.storage.catalogue import LiveColumn
from kalip.storage.kinds import type_of
from kalip.storage.records import select_many
from kalip.storage.session import Session

_BATCH: Final = 1000
Parts = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """A field of an entity whose back-fill is worked out under a model."""

    served: Served
    entity: str
    field: Field
    expression: Expression

    def values(
        self, session: Session, table: str, column: LiveColumn | None, now: datetime, after: str = ""
    ) -> Iterator[list[tuple[str, Parts | None]]]:
        """Batches of ids with the parts that fill them, None where nothing does.

        Of the rows in which `column` is null, of all without one; of those after an id.
        """
        context = Context(now, now.date())
        paths = tuple(sorted(self.expression.paths)) or ("id",)
        for ids in _empty_ids(session, table, column, after):
            rows = select_many(session, self.served, self.entity, ids, context, paths, form="parts")
            yield [(each, self._parts(rows.get(each, {}), context)) for each in ids]

    def count_empty(self, session: Session, table: str, column: LiveColumn | None, now: datetime) -> int:
        """How many rows stay empty."""
        batches = self.values(session, table, column, now)
        return sum(parts is None for batch in batches for _id, parts in batch)

    def _parts(self, row: dict[str, Any], context: Context) -> Parts | None:
        """The parts of the value for a record; None for no value, and for one that the field would refuse."""
        result = self.expression.evaluate(row, context)
        if result is None:
            return None
        kind = self.served.types[self.field.type]
        parts = kind.parts(self.field)
        if parts[0].type.kind == "decimal" and isinstance(result, int):
            result = Decimal(result)
        value = result
        if len(parts) > 1 and not isinstance(result, tuple):
            rest = (self.field.options.get(part.name) for part in parts[1:])
            value = kind.from_parts(self.field, (result, *rest))
        try:
            value = kind.parse(self.field, kind.to_json(self.field, value))
        except FieldFault:
            return None
        if value is None or kind.validate(self.field, value):
            return None
        return kind.to_parts(self.field, value)


def _empty_ids(session: Session, table: str, column: LiveColumn | None, after: str) -> Iterator[list[str]]:
    columns = [Column("id", type_of("text"), primary_key=True)]
    if column is not None:
        columns.append(Column(column.name, type_of(column.kind)))
    known = Table(table, MetaData(), *columns)
    query = select(known.c.id).order_by(known.c.id).limit(_BATCH)
    if column is not None:
        query = query.where(known.c[column.name].is_(None))
    last = after
    while ids := list(session.run(query.where(known.c.id > last)).scalars()):
        yield ids
        last = ids[-1]
