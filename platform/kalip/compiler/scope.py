"""The names that an expression over an entity may say, and their types."""

from collections.abc import Callable, Mapping, Sequence

from kalip.expressions import TEXT, Scope, Type
from kalip.fields import FieldTypes
from kalip.model import Field, Model

OLD = "old"
USER = "user"
USER_NAMES: Mapping[str, Type] = {"id": TEXT, "name": TEXT, "email": TEXT}
"""What expressions and lists may say of a user behind a user field."""

Attributes = Callable[[str], Mapping[str, Field]]
"""An entity's fields, system ones included, by name; empty for an unknown entity."""


class EntityScope:
    """The scope of one entity; with `old` the record before the change is known too."""

    def __init__(self, entity: str, attributes: Attributes, types: FieldTypes, *, old: bool = False) -> None:
        self._entity = entity
        self._attributes = attributes
        self._types = types
        self._old = old

    def lookup(self, path: tuple[str, ...]) -> Type | None:
        """The type of what stands at a path, None when nothing does."""
        if self._old and path[0] == OLD and len(path) > 1:
            return self.lookup(path[1:])
        field = self._attributes(self._entity).get(path[0])
        if field is None:
            return None
        parts = self._types[field.type].parts(field)
        if len(path) == 1:
            return parts[0].type
        part = next((each.type for each in parts if each.name and (each.name,) == path[1:]), None)
        return part or self._behind(field, path[1:])

    def names(self, path: tuple[str, ...]) -> Sequence[str]:
        """What may follow a path, for suggestions."""
        if not path:
            return tuple(self._attributes(self._entity))
        if self._old and path[0] == OLD:
            return self.names(path[1:])
        field = self._attributes(self._entity).get(path[0])
        if field is None:
            return ()
        parts = tuple(each.name for each in self._types[field.type].parts(field) if each.name)
        if field.type == USER:
            return tuple(USER_NAMES)
        target = self._target(field)
        return parts if target is None else (*parts, *target.names(path[1:]))

    def element(self, entity_name: str) -> Scope:
        """The scope of the records in a collection."""
        return EntityScope(entity_name, self._attributes, self._types)

    def _behind(self, field: Field, rest: tuple[str, ...]) -> Type | None:
        if field.type == USER:
            return USER_NAMES.get(rest[0]) if len(rest) == 1 else None
        target = self._target(field)
        return None if target is None else target.lookup(rest)

    def _target(self, field: Field) -> "EntityScope | None":
        if field.type != "reference" or field.target is None:
            return None
        return EntityScope(field.target, self._attributes, self._types)


def entity_scope(model: Model, types: FieldTypes, entity: str, *, old: bool = False) -> Scope:
    """The scope of an entity of a compiled model."""
    known = {name: each.attributes for name, each in model.entities.items()}
    return EntityScope(entity, lambda name: known.get(name, {}), types, old=old)
