"""Tables of a model: each entity's columns by path, its link tables, and which column belongs to which field's part.

SQLAlchemy's tables are made when a statement needs one: a model of 500 entities is ready at once. They belong to no
shared MetaData, so a served model that is swapped out takes its tables along.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sqlalchemy import BigInteger, Column, MetaData, Table

from kalip.base.errors import BadRequest
from kalip.base.names import did_you_mean
from kalip.fields import FieldType, FieldTypes
from kalip.model import Entity, Field, Model
from kalip.runtime import Served
from kalip.storage.kinds import kind_of, type_of
from kalip.storage.naming import column_name, link_table_name, table_name

NOT_NULL: Final = frozenset({"id", "version", "created_at", "updated_at"})
REFERENCE: Final = "reference"
REFERENCES: Final = "references"


@dataclass(frozen=True, slots=True, eq=False)
class StoredPart:
    """A column: which field and part it holds, how (`kind`), and, for a reference, the entity it points to."""

    field: Field
    part: str
    name: str
    kind: str
    nullable: bool
    target: str | None = None
    on_delete: str | None = None

    @property
    def path(self) -> str:
        """The path by which lists, sorts and expressions name it."""
        return f"{self.field.name}.{self.part}" if self.part else self.field.name


@dataclass(frozen=True, eq=False)
class LinkTable:
    """The rows of a `references` field: record_id, target_id, position."""

    field: Field
    target: str
    name: str

    @cached_property
    def table(self) -> Table:
        """The table for statements."""
        return Table(
            self.name,
            MetaData(),
            Column("record_id", type_of("text"), primary_key=True),
            Column("target_id", type_of("text"), primary_key=True),
            Column("position", BigInteger(), nullable=False),
        )


@dataclass(frozen=True, eq=False)
class EntityTable:
    """Where an entity's records are; `parts` are by path, `fields` has the parts of a field in order."""

    entity: Entity
    name: str
    parts: Mapping[str, StoredPart]
    fields: Mapping[str, tuple[StoredPart, ...]]
    links: Mapping[str, LinkTable]
    types: Mapping[str, FieldType]

    @cached_property
    def table(self) -> Table:
        """The table for statements, made when the first one is written."""
        columns = (
            Column(part.name, type_of(part.kind), primary_key=part.name == "id", nullable=part.nullable)
            for part in self.parts.values()
        )
        return Table(self.name, MetaData(), *columns)


class Tables(Mapping[str, EntityTable]):
    """The tables of a model by entity name."""

    def __init__(self, model: Model, types: FieldTypes) -> None:
        self.model = model
        self._tables = {name: _entity_table(entity, model, types) for name, entity in model.entities.items()}

    def __getitem__(self, name: str) -> EntityTable:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def of(self, name: str) -> EntityTable:
        """The table of an entity by any of its names; BadRequest when there is no such entity."""
        entity = self.model.entity(name)
        if entity is None:
            raise BadRequest(
                "there is no entity '{name}'", params={"name": name}, hint=did_you_mean(name, self._tables), code="R103"
            )
        return self._tables[entity.name]


def tables_for(served: Served) -> Tables:
    """Make the tables of a served model; call it through `served.project(tables_for)`, which keeps them."""
    return Tables(served.model, served.types)


def _entity_table(entity: Entity, model: Model, types: FieldTypes) -> EntityTable:
    fields: dict[str, tuple[StoredPart, ...]] = {}
    links: dict[str, LinkTable] = {}
    used: dict[str, FieldType] = {}
    for field in entity.attributes.values():
        type_ = used[field.name] = types[field.type]
        if type_.stored:
            fields[field.name] = _parts(field, type_, model)
        elif field.type == REFERENCES and field.target is not None:
            links[field.name] = LinkTable(field, field.target, link_table_name(entity.name, field.name))
    parts = {part.path: part for group in fields.values() for part in group}
    return EntityTable(entity, table_name(entity.name), parts, fields, links, used)


def _parts(field: Field, type_: FieldType, model: Model) -> tuple[StoredPart, ...]:
    points = field.type == REFERENCE and field.target in model.entities
    return tuple(
        StoredPart(
            field=field,
            part=part.name,
            name=column_name(field.name, part.name),
            kind=kind_of(part.column),
            nullable=field.name not in NOT_NULL,
            target=field.target if points else None,
            on_delete=field.on_delete if points else None,
        )
        for part in type_.parts(field)
    )
