"""Which indexes a model wants: references, stages, owners, unique keys, orders of lists, what senders are known by.

An index carries a digest of its definition in its name, so a changed definition is another index.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.sql.compiler import IdentifierPreparer

from kalip.model import DIRECTORY, Entity, Field, On
from kalip.storage.collation import sort_key_sql
from kalip.storage.naming import digest, shortened
from kalip.storage.tables import EntityTable, StoredPart, Tables

PREFIX: Final = "kx_"
_CODES: Final = ("id", "pipeline", "stage")
_WATCHED: Final = {On.STUCK: "stage_since"}
_SOUGHT: Final = ("email", "phone")
"""Types of fields that a sender is looked up by."""


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """An index to be: `keys` are SQL expressions; `fields` are for messages; `live` leaves out archived records."""

    table: str
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    unique: bool = False
    live: bool = False

    @property
    def name(self) -> str:
        """The index's name, told apart by its definition."""
        definition = repr((self.table, self.keys, self.unique, self.live))
        stem = shortened(f"{PREFIX}{self.table}_{'_'.join(self.fields)}".replace(".", "__"))
        return f"{stem[:54]}_{digest(definition)}"

    def sql(self, preparer: IdentifierPreparer, *, concurrently: bool = False) -> str:
        """The CREATE INDEX statement; `concurrently` builds beside the writers, outside of any transaction."""
        unique, beside = "UNIQUE " if self.unique else "", "CONCURRENTLY " if concurrently else ""
        where = " WHERE archived_at IS NULL" if self.live else ""
        keys = ", ".join(self.keys)
        name, table = preparer.quote(self.name), preparer.quote(self.table)
        return f"CREATE {unique}INDEX {beside}{name} ON {table} ({keys}){where}"


@dataclass(frozen=True, slots=True)
class _Planner:
    """Writes index keys of one entity's table in the dialect's SQL."""

    tables: EntityTable
    preparer: IdentifierPreparer
    dialect: str
    language: str

    def column(self, part: StoredPart) -> str:
        """A column as it is."""
        return self.preparer.quote(part.name)

    def sort(self, part: StoredPart, *, descending: bool = False) -> str:
        """A column as lists sort by it."""
        column = self.column(part)
        key = (
            f"({sort_key_sql(column, self.dialect, self.language)})"
            if part.kind == "text" and not is_code_field(part.field)
            else column
        )
        return f"{key} DESC" if descending else key

    def can(self, part: StoredPart) -> bool:
        """Whether every value of a part fits in an index."""
        return self.tables.types[part.field.name].indexable

    def spec(self, parts: Sequence[StoredPart], *, unique: bool = False, live: bool = False) -> IndexSpec:
        """An index over columns as they are."""
        keys = tuple(self.column(part) for part in parts)
        return IndexSpec(self.tables.name, keys, tuple(part.path for part in parts), unique, live)


def is_code_field(field: Field | None) -> bool:
    """Whether the text of a field is an id or another code, which sorts as it is written."""
    return field is not None and (field.name in _CODES or field.type in (*DIRECTORY, "reference", "any_reference"))


def has_places(field: Field | None) -> bool:
    """Whether the values of a field sort by their places in its choice list."""
    return field is not None and field.type == "choice" and bool(field.options.get("values"))


def index_specs(tables: Tables, preparer: IdentifierPreparer, dialect: str, language: str) -> dict[str, IndexSpec]:
    """Give every index that the model wants, by name."""
    wanted: dict[str, IndexSpec] = {}
    sought = _sought(tables)
    for each in tables.values():
        planner = _Planner(each, preparer, dialect, language)
        senders = _senders_indexes(planner) if each.entity.name in sought else ()
        for spec in (*_entity_specs(planner), *senders):
            wanted[spec.name] = spec
        for link in each.links.values():
            spec = IndexSpec(link.name, ("target_id",), ("target_id",))
            wanted[spec.name] = spec
    return wanted


def unique_keys(entity: Entity) -> Iterator[tuple[str, ...]]:
    """Give the fields of every unique key: the declared keys and the fields that are unique alone."""
    for key in entity.unique:
        yield key.fields
    for field in entity.fields.values():
        if field.unique:
            yield (field.name,)


def _entity_specs(planner: _Planner) -> Iterator[IndexSpec]:
    fields = planner.tables.fields
    entity = planner.tables.entity
    for parts in fields.values():
        if parts and planner.can(parts[0]) and _is_looked_up(entity, parts[0]):
            yield planner.spec(parts[:1])
        elif parts and parts[0].field.type == "any_reference":
            yield planner.spec(parts)
    orders = _orders(planner, entity)
    if "owner" in fields:
        yield _owners_index(planner, entity, orders)
    if "stage" in fields:
        yield from _boards_indexes(planner, entity, orders)
    for key in unique_keys(entity):
        yield planner.spec(tuple(part for name in key for part in fields.get(name, ())[:1]), unique=True, live=True)
    yield from orders.values()


def _is_looked_up(entity: Entity, part: StoredPart) -> bool:
    """Whether records are found by a field alone: a reference, one that is said to be, one that names owners."""
    field = part.field
    return bool(part.target) or (field.indexed and not field.system) or field.name in entity.owners


def _sought(tables: Tables) -> set[str]:
    """The entities whose records are looked up by who wrote: those that take messages, and their clients."""
    found: set[str] = set()
    for each in tables.values():
        intake = each.entity.intake
        if intake is not None:
            found |= {each.entity.name, *(str(each.entity.fields[name].target) for name in intake.clients)}
    return found


def _senders_indexes(planner: _Planner) -> Iterator[IndexSpec]:
    """Numbers as they are, addresses in small letters, as `lowerAscii` writes them in either dialect."""
    for parts in planner.tables.fields.values():
        if not parts or parts[0].field.type not in _SOUGHT:
            continue
        # Of all records: SQLite takes no partial index for one side of an OR.
        spec = planner.spec(parts[:1])
        if parts[0].field.type == "email":
            column = planner.column(parts[0])
            said = f"lower({column})" if planner.dialect == "sqlite" else f'lower({column} COLLATE "C")'
            spec = replace(spec, keys=(f"({said})",), fields=(*spec.fields, "sender"))
        yield spec


def _orders(planner: _Planner, entity: Entity) -> Mapping[str, IndexSpec]:
    """Indexes that give a list its order: the first sort column and the id, among records that are not archived."""
    first = ["created_at", "updated_at"]
    first += [view.sort[0].field for view in entity.lists.values() if view.sort]
    first += [view.sort[0].field for view in entity.boards.values() if view.sort]
    first.append(entity.title)
    # Sweeps read the records whose moment lies between two others.
    first += [_WATCHED.get(rule.when.on, rule.when.date) for rule in entity.rules.values()]
    found = {}
    for path in first:
        part = planner.tables.parts.get(path)
        if part is not None and path != "id" and planner.can(part) and not has_places(part.field):
            keys = (planner.sort(part), "id")
            found[path] = IndexSpec(planner.tables.name, keys, (path, "order"), live=True)
    return found


def _boards_indexes(planner: _Planner, entity: Entity, orders: Mapping[str, IndexSpec]) -> Iterator[IndexSpec]:
    """A board reads the first cards of each stage in its order, and counts and sums whole stages.

    Owner and sum are in the index, so that a column of many records is added up without its rows.
    """
    tables = planner.tables
    place = (*tables.fields["pipeline"], *tables.fields["stage"])
    if not entity.boards:
        yield planner.spec(place, live=True)
    for view in entity.boards.values():
        order = orders.get(view.sort[0].field) if view.sort else None
        summed = tables.fields.get(view.sum or "", ()) or tuple(filter(None, (tables.parts.get(view.sum or ""),)))
        more = planner.spec((*tables.fields.get("owner", ()), *filter(planner.can, summed)), live=True)
        spec, middle = planner.spec(place, live=True), order or IndexSpec(tables.name, ("id",), ("id",))
        yield replace(
            spec,
            keys=tuple(dict.fromkeys((*spec.keys, *middle.keys, *more.keys))),
            fields=tuple(dict.fromkeys((*spec.fields, *middle.fields, *more.fields))),
        )


def _owners_index(planner: _Planner, entity: Entity, orders: Mapping[str, IndexSpec]) -> IndexSpec:
    """Who may see only the own records reads them in the order of the first list, whatever others have."""
    view = next(iter(entity.lists.values()), None)
    path = view.sort[0].field if view is not None and view.sort else "created_at"
    order = orders.get(path, orders["created_at"])
    owner = planner.spec(planner.tables.fields["owner"], live=True)
    return replace(owner, keys=(*owner.keys, *order.keys), fields=(*owner.fields, *order.fields))
