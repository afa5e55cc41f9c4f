"""Where paths stand in one SELECT: its tables and joins, and the SQL of fields, parts, computed values and rollups.

A path through a reference becomes a LEFT JOIN, made only when it is asked for; inside a collection of an expression,
where no join can be added any more, it becomes a scalar subquery.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.types import TypeEngine

from kalip.base.errors import BadRequest
from kalip.base.names import did_you_mean
from kalip.expressions import Collection, Dialect, Expression, Sql
from kalip.fields import FieldType, Part
from kalip.model import DIRECTORY, GROUP, USER, Entity, Field
from kalip.storage.actor_sets import in_set_sql, set_sql
from kalip.storage.decimals import average, rescaled, scale_of
from kalip.storage.kinds import kind_of, type_of
from kalip.storage.tables import EntityTable, Tables

_OWN_TABLES: Final = {USER: "kalip_user", GROUP: "kalip_group"}


Within = tuple[tuple[str, Expression], ...]
"""By entity the condition that records of collections must meet."""


@dataclass(frozen=True, slots=True)
class Place:
    """The SQL of one column or expression, how its values stand (`kind`), and the field it belongs to, if any."""

    sql: str
    kind: str
    field: Field | None = None
    type: FieldType | None = None
    nullable: bool = True
    reads: TypeEngine[Any] | None = None

    @property
    def column_type(self) -> TypeEngine[Any]:
        """The type that binds its values, and reads them as they stand."""
        return type_of(self.kind)

    @property
    def shown_type(self) -> TypeEngine[Any]:
        """The type that reads its values as they are shown: computed decimals are rounded."""
        return self.reads or self.column_type


@dataclass(frozen=True, slots=True)
class Root:
    """A table under an alias: of an entity, or Kalip's `own` of users or groups (`table` None)."""

    alias: str
    table: EntityTable | None
    own: str = ""

    @property
    def entity(self) -> Entity | None:
        """The entity whose table it is."""
        return self.table.entity if self.table else None


@dataclass(slots=True)
class Frame:
    """Collects the joins, parameters and context names of one SELECT while its pieces are written.

    `few`: its conditions are asked of the rows of a page, not of all that there are.
    """

    tables: Tables
    dialect: Dialect
    quote: Any
    entity: str
    letter: str = ""
    few: bool = False
    joins: list[str] = field(default_factory=list)
    params: dict[str, object] = field(default_factory=dict)
    context: set[str] = field(default_factory=set)
    _joined: dict[str, Root] = field(default_factory=dict)
    _prefixes: dict[str, str] = field(default_factory=lambda: {"t0": ""})
    _count: int = 0

    @property
    def root(self) -> Root:
        """The entity selected from."""
        return Root("t0", self.tables[self.entity])

    @property
    def from_sql(self) -> str:
        """What follows FROM."""
        base = f"{self.quote(self.tables[self.entity].name)} AS t0"
        return " ".join((base, *self.joins))

    def places(self, path: str) -> tuple[Place, ...]:
        """The columns of a path: all parts of a field, or the one part named. BadRequest when nothing is there."""
        root, rest = self._walk(self.root, path, path)
        return self.places_at(root, rest, path)

    def places_at(self, root: Root, rest: str, path: str) -> tuple[Place, ...]:
        """The columns of a path that starts at a table."""
        if root.table is None:
            return (Place(f"{root.alias}.{self.quote(rest)}", "text"),)
        if (parts := root.table.fields.get(rest)) is not None:
            return tuple(self._stored(root, root.table.parts[part.path]) for part in parts)
        if rest in root.table.parts:
            return (self._stored(root, root.table.parts[rest]),)
        known = root.table.entity.attribute(rest)
        if known is None or known.type in ("children", "references"):
            raise unknown_path(path, root.table.entity)
        return (self._derived(root, known),)

    def through(self, path: tuple[str, ...]) -> Root:
        """The table at the end of a path of references."""
        root, rest = self._walk(self.root, ".".join((*path, "id")), ".".join(path))
        if rest != "id" or root.table is None:
            raise unknown_path(".".join(path), self.root.table.entity if self.root.table else None)
        return root

    def condition(self, expression: Expression, root: Root, within: Within = ()) -> str:
        """A boolean expression over the records of a table, as a condition of WHERE."""
        return self.translate(expression, root, exact=False, within=within)

    def translate(
        self, expression: Expression, root: Root, *, exact: bool, joins: bool = True, within: Within = ()
    ) -> str:
        """An expression over the records of a table; its parameters are collected."""
        sql = expression.sql(self.dialect, FrameColumns(self, root, joins, within), self.fresh("e"), exact=exact)
        self.params.update(sql.params)
        self.context.update(sql.context)
        return sql.text

    def fresh(self, letter: str) -> str:
        """A name that nothing in this SELECT has."""
        self._count += 1
        return f"{self.letter}{letter}{self._count}_"

    def _walk(self, root: Root, rest: str, path: str) -> tuple[Root, str]:
        """Follow references, joining tables, until what is left is a field or part of the table reached."""
        prefix = self._prefixes[root.alias]
        while not _ends(root, rest):
            head, dot, tail = rest.partition(".")
            column = self.reference(root, head)
            if not dot or column is None:
                raise unknown_path(path, root.entity, root.own or USER)
            prefix = f"{prefix}.{head}"
            root = self._joined.get(prefix) or self._join(prefix, *column)
            rest = tail
        return root, rest

    def reference(self, root: Root, name: str) -> tuple[str, EntityTable | None, str] | None:
        """What the id of a reference's target equals, and its table: of an entity, or of users or groups.

        None when it is no reference.
        """
        parts = root.table.fields.get(name) if root.table else None
        if not parts:
            return None
        column = f"{root.alias}.{self.quote(parts[0].name)}"
        if parts[0].field.type in DIRECTORY:
            # Columns of entities compare by bytes, Kalip's own as the database does; mixed, no index of users serves.
            return (column if self.dialect == "sqlite" else f'{column} COLLATE "default"'), None, parts[0].field.type
        return (column, self.tables[parts[0].target], "") if parts[0].target else None

    def _join(self, prefix: str, column: str, target: EntityTable | None, own: str) -> Root:
        alias = f"t{len(self._joined) + 1}"
        name = self.quote(target.name) if target else _OWN_TABLES[own]
        self.joins.append(f"LEFT JOIN {name} AS {alias} ON {alias}.id = {column}")
        joined = self._joined[prefix] = Root(alias, target, own)
        self._prefixes[alias] = prefix
        return joined

    def _stored(self, root: Root, part: Any) -> Place:
        type_ = root.table.types[part.field.name] if root.table else None
        nullable = part.nullable or root.alias != "t0"
        return Place(f"{root.alias}.{self.quote(part.name)}", part.kind, part.field, type_, nullable)

    def _derived(self, root: Root, known: Field, *, joins: bool = True) -> Place:
        """A field that no column holds: computed by an expression, or rolled up from children."""
        type_ = root.table.types[known.name] if root.table else None
        if root.table is None or type_ is None:
            raise unknown_path(known.name, None)
        part = type_.parts(known)[0]
        kind = kind_of(part.column)
        if known.computed is not None and known.type != "rollup":
            text = self.translate(known.computed, root, exact=True, joins=joins)
            if self.dialect == "sqlite":
                text = rescaled(text, known.computed.type, part.type)
        else:
            text = self._rollup(root, known, part)
        # PostgreSQL computes more places than are shown; on SQLite the SQL rounds already.
        reads = part.column if self.dialect == "postgresql" else None
        return Place(f"({text})", kind, known, type_, reads=reads)

    def _rollup(self, root: Root, known: Field, part: Part) -> str:
        """A correlated aggregate over the children that are not archived."""
        collection, child = self.children(root, str(known.options["of"]))
        function = str(known.options["function"])
        where = [collection.where_sql]
        condition = known.options.get("where")
        if isinstance(condition, Expression):
            where.append(self.translate(condition, child, exact=False, joins=False))
        source = f"FROM {collection.from_sql} WHERE {' AND '.join(f'({each})' for each in where)}"
        if function == "count":
            return f"SELECT count(*) {source}"
        value = self.value_at(child, str(known.options["field"]), str(known.options["field"]))
        if function == "last":
            return f"SELECT {value.sql} {source} ORDER BY {child.alias}.created_at DESC, {child.alias}.id DESC LIMIT 1"
        return f"SELECT {_aggregate(function, value, part, self.dialect)} {source}"

    def children(self, root: Root, name: str) -> tuple[Collection, Root]:
        """The rows of a children or references field of a table."""
        known = root.table.entity.attribute(name) if root.table else None
        if root.table is None or known is None or known.target is None:
            raise unknown_path(name, root.entity, root.own or USER)
        target = self.tables[known.target]
        child = Root(self.fresh("c"), target)
        name_sql = f"{self.quote(target.name)} AS {child.alias}"
        if known.name in root.table.links:
            link, table = self.fresh("l"), self.quote(root.table.links[known.name].name)
            source = f"{table} AS {link} JOIN {name_sql} ON {child.alias}.id = {link}.target_id"
            where = f"{link}.record_id = {root.alias}.id"
        else:
            source = name_sql
            where = f"{child.alias}.{self.quote(target.fields[known.via or ''][0].name)} = {root.alias}.id"
        return Collection(
            source, f"{where} AND {child.alias}.archived_at IS NULL", FrameColumns(self, child, False)
        ), child

    def value_at(self, root: Root, rest: str, path: str) -> Place:
        """One value without joins: references on the way become scalar subqueries."""
        if _ends(root, rest):
            known = root.table.entity.attribute(rest) if root.table else None
            if known is not None and root.table is not None and rest not in root.table.parts:
                return self._derived(root, known, joins=False)
            return self.places_at(root, rest, path)[0]
        head, dot, tail = rest.partition(".")
        column = self.reference(root, head)
        if not dot or column is None:
            raise unknown_path(path, root.entity, root.own or USER)
        inner = Root(self.fresh("s"), *column[1:])
        value = self.value_at(inner, tail, path)
        name = self.quote(column[1].name) if column[1] else _OWN_TABLES[column[2]]
        text = f"(SELECT {value.sql} FROM {name} AS {inner.alias} WHERE {inner.alias}.id = {column[0]})"
        return Place(text, value.kind, value.field, value.type)

    def value_from(self, root: Root, rest: str, *, joins: bool) -> Place:
        """One value of a record of a table, by joins where they can be added."""
        if not joins:
            return self.value_at(root, rest, rest)
        reached, left = self._walk(root, rest, rest)
        return self.places_at(reached, left, rest)[0]


@dataclass(frozen=True, slots=True)
class FrameColumns:
    """What an expression asks of storage: the columns and collections of the records of one table in a frame."""

    frame: Frame
    root: Root
    joins: bool
    within: Within = ()

    def column(self, path: tuple[str, ...]) -> str:
        """The SQL of a value."""
        return self.frame.value_from(self.root, ".".join(path), joins=self.joins).sql

    def collection(self, path: tuple[str, ...]) -> Collection:
        """The rows of a collection."""
        if len(path) == 1:
            return self._narrowed(*self.frame.children(self.root, path[0]))
        raise unknown_path(".".join(path), self.root.table.entity if self.root.table else None)

    def _narrowed(self, rows: Collection, child: Root) -> Collection:
        """The rows of a collection that count."""
        conditions = [rows.where_sql]
        for entity, condition in self.within:
            if child.table is not None and child.table.entity.name == entity:
                conditions.append(self.frame.translate(condition, child, exact=False, joins=False))
        return Collection(rows.from_sql, " AND ".join(conditions), FrameColumns(self.frame, child, False, self.within))

    def actor_set(self, name: str) -> Sql:
        """The SELECT of a set of the actor."""
        return set_sql(name, self.frame.dialect)

    def in_actor_set(self, name: str, item: str) -> Sql:
        """The condition that a value is in a set of the actor."""
        return in_set_sql(name, item, self.frame.dialect, few=self.frame.few)


def unknown_path(path: str, entity: Entity | None, own: str = USER) -> BadRequest:
    """The refusal of a path that leads nowhere."""
    known: Mapping[str, Any] = entity.attributes if entity else dict.fromkeys(DIRECTORY[own])
    name = path.rsplit(".", 1)[-1]
    return BadRequest(
        "{entity} has no '{path}' that a list can show",
        params={"entity": entity.name if entity else own, "path": path},
        hint=did_you_mean(name, known),
        code="R105",
    )


def _ends(root: Root, rest: str) -> bool:
    if root.table is None:
        return rest in DIRECTORY[root.own]
    return rest in root.table.parts or rest in root.table.types


def _aggregate(function: str, value: Place, part: Part, dialect: Dialect) -> str:
    if function == "avg":
        if dialect == "postgresql":
            return f"avg({value.sql})"
        return average(value.sql, _places(value.kind), scale_of(part.type))
    if function == "sum":
        # PostgreSQL widens the sum of whole numbers to NUMERIC.
        total = (
            f"CAST(sum({value.sql}) AS BIGINT)"
            if value.kind in ("integer", "integer32", "duration")
            else f"sum({value.sql})"
        )
        return f"coalesce({total}, 0)"
    return f"{function}({value.sql})"


def _places(kind: str) -> int:
    return int(kind.partition(":")[2] or 0)
