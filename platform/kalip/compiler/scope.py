"""What expressions may say about records of an entity. Knows types of paths, not where values are kept."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from kalip.expressions import TEXT, Scope, Type
from kalip.fields import FieldTypes
from kalip.model import DIRECTORY, USER, Field, Model

USER_PARTS: Final = DIRECTORY[USER]
"""What of a user can be said after a user field: `owner.name`."""
OLD: Final = "old"
"""Before a path: the record before the change."""


class Shapes(Protocol):
    """What a scope must know of entities, finished or still in the making."""

    def field(self, entity: str, name: str) -> Field | None:
        """A declared or system field."""

    def field_names(self, entity: str) -> Iterable[str]:
        """Declared fields, then system fields."""

    def part_types(self, entity: str, field: Field) -> Mapping[str, Type]:
        """The type of each part of a field; "" is the field itself."""

    def leads_to(self, field: Field) -> str | None:
        """The entity whose fields can be said after this one."""

    def present_name(self, entity: str, name: str) -> str | None:
        """The name that a field has now, if it had this one before."""


class EntityScope:
    """The scope of one entity's records; with `old` also of the record before the change.

    `renamed` collects earlier names that were asked for, with the present ones.
    """

    def __init__(self, shapes: Shapes, entity: str, *, old: bool = False) -> None:
        self.shapes = shapes
        self.entity = entity
        self.old = old
        self._known: dict[tuple[str, ...], Type | None] = {}
        self.renamed: dict[str, str] = {}

    def lookup(self, path: tuple[str, ...]) -> Type | None:
        """The type of what stands at a path, None when nothing does."""
        if path not in self._known:
            self._known[path] = self._find(path)
        return self._known[path]

    def names(self, path: tuple[str, ...]) -> Sequence[str]:
        """What may follow a path."""
        if path[:1] == (OLD,) and self.old:
            path = path[1:]
        entity: str | None = self.entity
        for position, step in enumerate(path):
            field = self.shapes.field(entity, step) if entity is not None else None
            if entity is None or field is None:
                return ()
            if position == len(path) - 1:
                return self._after(entity, field)
            entity = self.shapes.leads_to(field)
        return tuple(self.shapes.field_names(self.entity))

    def element(self, entity_name: str) -> Scope:
        """The scope of the records in a collection."""
        inner = EntityScope(self.shapes, entity_name)
        inner.renamed = self.renamed
        return inner

    def _find(self, path: tuple[str, ...]) -> Type | None:
        if path[:1] == (OLD,) and self.old and self.shapes.field(self.entity, OLD) is None:
            path = path[1:]
        entity: str | None = self.entity
        for position, step in enumerate(path):
            if entity is None:
                return None
            field = self.shapes.field(entity, step)
            if field is None:
                self._remember_renaming(entity, step)
                return None
            rest = path[position + 1 :]
            if len(rest) <= 1:
                types = self.shapes.part_types(entity, field)
                found = types.get(rest[0] if rest else "")
                if found is not None or not rest:
                    return found
                if field.type in DIRECTORY:
                    return TEXT if rest[0] in DIRECTORY[field.type] else None
            entity = self.shapes.leads_to(field)
        return None

    def _after(self, entity: str, field: Field) -> Sequence[str]:
        parts = tuple(name for name in self.shapes.part_types(entity, field) if name)
        target = self.shapes.leads_to(field)
        if field.type in DIRECTORY:
            return DIRECTORY[field.type]
        return parts if target is None else (*parts, *self.shapes.field_names(target))

    def _remember_renaming(self, entity: str, name: str) -> None:
        present = self.shapes.present_name(entity, name)
        if present is not None:
            self.renamed[name] = present


class RootedScope(EntityScope):
    """The scope of an entity's records with further names beside the fields; `bare`: there is no record at all."""

    def __init__(self, inner: EntityScope, roots: Mapping[str, Type], *, bare: bool = False) -> None:
        super().__init__(inner.shapes, inner.entity, old=inner.old)
        self.renamed = inner.renamed
        self._roots = {tuple(name.split(".")): type_ for name, type_ in roots.items()}
        self._bare = bare

    def lookup(self, path: tuple[str, ...]) -> Type | None:
        """The type of what stands at a path; the further names come before fields of the same name."""
        if path in self._roots:
            return self._roots[path]
        return None if self._bare else super().lookup(path)

    def names(self, path: tuple[str, ...]) -> Sequence[str]:
        """What may follow a path."""
        own = (each[len(path)] for each in self._roots if each[: len(path)] == path and len(each) > len(path))
        return tuple(dict.fromkeys((*own, *(() if self._bare else super().names(path)))))


def entity_scope(model: Model, types: FieldTypes, entity_name: str, *, old: bool = False) -> EntityScope:
    """The scope of an entity of a finished model. Raises KeyError for an unknown entity."""
    return EntityScope(_ModelShapes(model, types), model.entities[entity_name].name, old=old)


class _ModelShapes:
    """Shapes of a finished model."""

    def __init__(self, model: Model, types: FieldTypes) -> None:
        self._model = model
        self._types = types

    def field(self, entity: str, name: str) -> Field | None:
        return self._model.entities[entity].attribute(name)

    def field_names(self, entity: str) -> Iterable[str]:
        found = self._model.entities[entity]
        return (*found.fields, *found.system)

    def part_types(self, entity: str, field: Field) -> Mapping[str, Type]:
        return {part.name: part.type for part in self._types[field.type].parts(field)}

    def leads_to(self, field: Field) -> str | None:
        return field.target if can_be_followed(field, self._types) else None

    def present_name(self, entity: str, name: str) -> str | None:
        present = self._model.aliases.get(f"{entity}.{name}")
        return None if present is None else present.rpartition(".")[2]


def can_be_followed(field: Field, types: FieldTypes) -> bool:
    """Whether a path may go on through a field: a stored reference to one record."""
    type_ = types[field.type]
    return field.target is not None and type_.stored and field.type != "references"
