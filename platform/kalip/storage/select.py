"""Compiled lists: a query without its values becomes SQL text and a reader once per served model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from psycopg.sql import Literal
from sqlalchemy.engine.interfaces import Dialect as SqlDialect

from kalip.base.errors import BadRequest
from kalip.expressions import Context, Dialect, context_params
from kalip.model import Field, Sort
from kalip.runtime import Served
from kalip.storage.collation import sort_key, sort_key_sql
from kalip.storage.frame import Frame, Place, Root
from kalip.storage.indexes import has_places, is_code_field
from kalip.storage.naming import digest
from kalip.storage.query import Archived, Filter, Form
from kalip.storage.reader import Cell, Reader, make_reader
from kalip.storage.session import Session
from kalip.storage.tables import EntityTable, Tables, tables_for

_PLACE: Final = re.compile(r"(?<![:\w]):([a-z]\w*)")
_UNSORTABLE: Final = ("json", "texts")
DEFAULT_SORT: Final = (Sort("created_at", descending=True),)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of an order: the SQL to compare, the place it is read from, whether nulls can come."""

    sql: str
    place: Place
    descending: bool
    nullable: bool
    folded: bool

    def bound(self, value: Any, language: str) -> Any:
        """A value as the key compares it."""
        return sort_key(value, language) if self.folded and value is not None else value


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL ready for the driver, its constant parameters and the context names it wants."""

    text: str
    params: Mapping[str, object]
    context: frozenset[str]

    def bind(self, context: Context, dialect: Dialect, **more: object) -> dict[str, object]:
        """All parameters of one execution."""
        return {**self.params, **context_params(context, self.context, dialect), **more}


class Writer:
    """Writes the pieces of one SELECT over an entity of a served model."""

    def __init__(self, session: Session, served: Served, entity: str, *, few: bool = False) -> None:
        self.dialect = session.dialect
        self.language = session.language
        self.sql_dialect: SqlDialect = session.sql
        self.tables: Tables = served.project(tables_for)
        self.table: EntityTable = self.tables.of(entity)
        quote = session.sql.identifier_preparer.quote
        self.frame = Frame(self.tables, session.dialect, quote, self.table.entity.name, few=few)

    def cells(self, paths: Sequence[str], columns: list[str]) -> list[Cell]:
        """The cells of paths; the SQL of what they read is appended to `columns`, each only once."""
        cells = []
        for path in dict.fromkeys(("id", *paths)):
            places = self.frame.places(path)
            positions = []
            for place in places:
                if place.sql not in columns:
                    columns.append(place.sql)
                positions.append(columns.index(place.sql))
            cells.append(_cell(path, places, positions))
        return cells

    def where(self, filters: Sequence[Filter], archived: Archived) -> list[str]:
        """The conditions of filters and of the archive."""
        conditions = []
        if archived != "include":
            conditions.append(f"t0.archived_at IS {'NOT NULL' if archived == 'only' else 'NULL'}")
        for each in filters:
            if each.through:
                root = self.frame.through(each.through)
                conditions.append(f"{root.alias}.id IS NOT NULL")
            else:
                root = Root("t0", self.table)
            conditions.append(self.frame.condition(each.expression, root, each.within))
        return conditions

    def sort_keys(self, sort: Sequence[Sort], concealed: Sequence[tuple[str, Filter]] = ()) -> list[SortKey]:
        """The keys of an order. BadRequest for a path that has none."""
        return [self._sort_key(each, [shown for path, shown in concealed if path == each.field]) for each in sort]

    def where_shown(self, place: Place, conditions: Sequence[Filter]) -> Place:
        """A place that is null where a condition doesn't hold."""
        for each in conditions:
            condition = self.frame.condition(each.expression, self.frame.through(each.through), each.within)
            place = replace(place, sql=f"(CASE WHEN {condition} THEN {place.sql} END)", nullable=True)
        return place

    def statement(self, text: str) -> Statement:
        """Close the SELECT: its text as the driver wants it."""
        return Statement(driver_text(text, self.dialect), dict(self.frame.params), frozenset(self.frame.context))

    def steady_statement(self, text: str, **more: object) -> Statement:
        """Close the SELECT with its constants written into it, and `more` of them.

        PostgreSQL plans it once and not for each execution, as it knows by what it chose the plan.
        """
        params = {**self.frame.params, **more}
        if self.dialect != "postgresql":
            return Statement(driver_text(text, self.dialect), params, frozenset(self.frame.context))
        known = {name for name, value in params.items() if isinstance(value, str | int)}
        written = {name: Literal(params.pop(name)).as_string(None).replace("%", "%%") for name in known}
        return Statement(_placed(text, written), params, frozenset(self.frame.context))

    def reader(self, cells: Sequence[Cell], width: int, form: Form) -> Reader:
        """The reader of the rows."""
        return make_reader(cells, width, form, self.sql_dialect)

    def _sort_key(self, sort: Sort, shown: Sequence[Filter]) -> SortKey:
        path = sort.field
        place = self.where_shown(self._sort_place(path), shown)
        if place.kind in _UNSORTABLE or (place.type is not None and not place.type.sortable):
            raise BadRequest("lists can't be sorted by '{path}'", params={"path": path}, code="R106")
        if place.field is not None and (order := self._places(place.field, path)):
            return self._by_places(place, order, sort)
        folded = place.kind == "text" and not is_code_field(place.field)
        sql = sort_key_sql(place.sql, self.dialect, self.language) if folded else place.sql
        return SortKey(sql, place, sort.descending, place.nullable, folded)

    def _places(self, field: Field, path: str) -> tuple[str, ...]:
        """The values of a choice field, or the stages of a record, in the order that people see."""
        if has_places(field):
            return (*field.options["values"], *field.options.get("retired", ()))
        if field.system and path == "stage":
            pipelines = self.table.entity.pipelines.values()
            return tuple(dict.fromkeys(stage for pipeline in pipelines for stage in pipeline.stages))
        return ()

    def _by_places(self, place: Place, order: Sequence[str], sort: Sort) -> SortKey:
        """A key that is the place of the value in an order; other values come after all."""
        cases = []
        for at, value in enumerate(order):
            name = self.frame.fresh("o")
            self.frame.params[name] = value
            cases.append(f"WHEN :{name} THEN {at}")
        sql = (
            f"CASE {place.sql} {' '.join(cases)} ELSE CASE WHEN {place.sql} IS NULL THEN NULL ELSE {len(order)} END END"
        )
        counted = Place(f"({sql})", "integer", None, None, place.nullable)
        return SortKey(counted.sql, counted, sort.descending, place.nullable, folded=False)

    def _sort_place(self, path: str) -> Place:
        ordered = self.tables.model.order_path(self.table.entity, path)
        place = self.frame.places(ordered)[0]
        return place if ordered == path else replace(place, nullable=True)


@lru_cache(maxsize=4_096)
def driver_text(text: str, dialect: Dialect) -> str:
    """SQL with `:name` places as the driver of a dialect wants it."""
    return text if dialect == "sqlite" else _placed(text, {})


def _placed(text: str, written: Mapping[str, str]) -> str:
    """The text for PostgreSQL's driver, with what stands in place of some names."""
    return _PLACE.sub(lambda found: written.get(found[1], f"%({found[1]})s"), text.replace("%", "%%"))


def with_tie_break(sort: Sequence[Sort]) -> tuple[Sort, ...]:
    """An order in which no two records are equal: the id decides last, in the direction of the key before."""
    keys = tuple(sort) or DEFAULT_SORT
    return keys if any(key.field == "id" for key in keys) else (*keys, Sort("id", keys[-1].descending))


def order_name(entity: str, sort: Sequence[Sort]) -> str:
    """A short name of an order, by which cursors know theirs."""
    return digest(f"{entity}:{','.join(map(str, sort))}")


def own_fields(table: EntityTable) -> tuple[str, ...]:
    """Every field of an entity itself: stored, computed, rolled up and references; not its children."""
    return tuple(name for name, field in table.entity.attributes.items() if field.type != "children")


def _cell(path: str, places: tuple[Place, ...], positions: list[int]) -> Cell:
    field = places[0].field
    type_ = places[0].type
    if field is None or type_ is None:
        return Cell(path, places, tuple(positions), (path,), whole=True)
    names = [part.name for part in type_.parts(field)]
    whole = len(places) == len(names) and (len(names) == 1 or not path.endswith(f".{names[-1]}"))
    paths = tuple(f"{path}.{name}" if name and whole else path for name in names) if whole else (path,)
    return Cell(path, places, tuple(positions), paths, whole)
