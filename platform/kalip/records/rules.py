"""What an entity asks of its records, prepared once for each served model.

Which fields are what, which rules depend on which fields, and how a record is taken apart for expressions.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import marshmallow

from kalip.expressions import Expression
from kalip.fields import FieldType
from kalip.model import DIRECTORY, Check, Entity, Field, Stage, UniqueKey
from kalip.runtime import Served

CHILDREN, REFERENCES = "children", "references"
ROLLUP = "rollup"
REFERENCE, ANY_REFERENCE, AUTONUMBER = "reference", "any_reference", "autonumber"
OLD = "old."
WRITABLE_SYSTEM = ("owner",)
STAGE_FIELDS = ("pipeline", "stage", "stage_since", "stage_due")


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression with the field it is about and the names of the fields that it depends on."""

    field: str
    expression: Expression
    depends: frozenset[str]


class EntityRules:
    """The rules of one entity. Field names map to fields; every collection keeps the order of metadata."""

    def __init__(self, served: Served, entity: Entity) -> None:
        self.served = served
        self.entity = entity
        self.attributes: dict[str, Field] = entity.attributes
        self.types: dict[str, FieldType] = {name: served.types[field.type] for name, field in self.attributes.items()}
        owner = {name: entity.system[name] for name in WRITABLE_SYSTEM if name in entity.system}
        mutable = {**entity.fields, **owner}
        self.children = {name: field for name, field in mutable.items() if field.type == CHILDREN}
        self.links = {name: field for name, field in mutable.items() if field.type == REFERENCES}
        self.stored = {
            name: field
            for name, field in mutable.items()
            if self.types[name].stored and field.type not in (CHILDREN, REFERENCES)
        }
        self.writable = frozenset(
            name for name in (*self.stored, *self.children, *self.links) if not self.types[name].readonly
        )
        self.references = {
            name: field for name, field in self.stored.items() if field.type in (*DIRECTORY, REFERENCE, ANY_REFERENCE)
        }
        self.numbered = {name: field for name, field in self.stored.items() if field.type == AUTONUMBER}
        self.derived = tuple(
            name for name, field in entity.fields.items() if field.computed is not None or field.type == ROLLUP
        )
        self.defaults = tuple(
            field for field in self.stored.values() if field.default is not None or field.default_expression
        )
        self.part_paths = {name: self._part_paths(field) for name, field in self.attributes.items()}
        self.schema = self._schema()
        self._depends: dict[str, frozenset[str]] = {}
        self.required_when = self._rules("required_when")
        self.readonly_when = self._rules("readonly_when")
        self.visible_when = self._rules("visible_when")
        self.checks = tuple((check, self.depends_of(check.expression)) for check in entity.checks)
        self.unique = self._unique_keys()
        self.indexed = self._search_fields()

    def depends_of(self, expression: Expression) -> frozenset[str]:
        """The names of the entity's fields that an expression's value depends on, through computed ones too."""
        names: set[str] = set()
        for path in (*expression.paths, *expression.element_paths):
            names |= self._closure(path.removeprefix(OLD).split(".")[0])
        return frozenset(names)

    def checks_touched(self, changed: Collection[str], *, new: bool) -> list[Check]:
        """The checks that a change may break; all of them for a new record."""
        return [check for check, depends in self.checks if new or not depends.isdisjoint(changed)]

    def unique_touched(self, changed: Collection[str]) -> list[UniqueKey]:
        """The unique keys that have a changed field."""
        return [key for key in self.unique if not set(key.fields).isdisjoint(changed)]

    def stage(self, pipeline: object, name: object) -> Stage | None:
        """A stage by pipeline and name, when there is such."""
        found = self.entity.pipelines.get(str(pipeline))
        return None if found is None else found.stages.get(str(name))

    def is_hop(self, path: str) -> bool:
        """Whether a path leads through a reference to another record."""
        head = path.split(".", 1)[0]
        return head != path and head in self.part_paths and path not in self.part_paths[head]

    def flatten(self, values: Mapping[str, object]) -> dict[str, object]:
        """Field values as path to part value, the shape in which expressions read a record."""
        flat: dict[str, object] = {}
        for name, value in values.items():
            paths = self.part_paths[name]
            if len(paths) == 1:
                flat[name] = value if value is None else self.types[name].to_parts(self.attributes[name], value)[0]
            elif value is None:
                flat.update(dict.fromkeys(paths))
            else:
                parts = self.types[name].to_parts(self.attributes[name], value)
                flat.update(zip(paths, parts, strict=True))
        return flat

    def value_of(self, name: str, flat: Mapping[str, object]) -> object:
        """A field's value, put together from a record given as path to part value."""
        parts = tuple(flat.get(path) for path in self.part_paths[name])
        if all(part is None for part in parts):
            return None
        return self.types[name].from_parts(self.attributes[name], parts)

    def search_texts(self, flat: Mapping[str, object]) -> list[str]:
        """What full-text search knows of a record given as path to part value: its title, then the search fields."""
        names = dict.fromkeys((self.entity.title, *self.entity.search))
        return [self._text(name, flat) for name in names]

    def to_json(self, name: str, value: object) -> object:
        """A field's value as REST says it."""
        return self.types[name].to_json(self.attributes[name], value)

    def _text(self, name: str, flat: Mapping[str, object]) -> str:
        if name not in self.attributes:
            return str(flat.get(name) or "")
        value = self.value_of(name, flat)
        return self.types[name].to_text(self.attributes[name], value)

    def _part_paths(self, field: Field) -> tuple[str, ...]:
        parts = self.served.types[field.type].parts(field)
        return tuple(f"{field.name}.{part.name}" if part.name else field.name for part in parts)

    def _schema(self) -> marshmallow.Schema:
        fields = {name: self.types[name].schema(field) for name, field in self.stored.items() if name in self.writable}
        made = marshmallow.Schema.from_dict(dict(fields), name=f"{self.entity.name}_schema")
        return made(unknown=marshmallow.EXCLUDE)

    def _rules(self, attribute: str) -> tuple[Rule, ...]:
        found = ((name, getattr(field, attribute)) for name, field in self.entity.fields.items())
        return tuple(
            Rule(name, expression, self.depends_of(expression)) for name, expression in found if expression is not None
        )

    def _closure(self, name: str) -> frozenset[str]:
        known = self._depends.get(name)
        if known is not None:
            return known
        self._depends[name] = frozenset((name,))  # ends a circle, which the compiler refuses anyway
        field = self.attributes.get(name)
        names = {name}
        if field is not None and field.computed is not None:
            names |= self.depends_of(field.computed)
        if field is not None and field.type == ROLLUP:
            names.add(str(field.options.get("of")))
        self._depends[name] = frozenset(names)
        return self._depends[name]

    def _unique_keys(self) -> tuple[UniqueKey, ...]:
        single = (UniqueKey(name, (name,)) for name, field in self.stored.items() if field.unique)
        declared = tuple(self.entity.unique)
        known = {key.fields for key in declared}
        return (*declared, *(key for key in single if key.fields not in known))

    def _search_fields(self) -> frozenset[str]:
        return frozenset(path.split(".")[0] for path in (*self.entity.search, self.entity.title))


class RulesBook:
    """The rules of all entities of a served model, made when first asked for."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._made: dict[str, EntityRules] = {}

    def of(self, entity: str) -> EntityRules:
        """The rules of an entity; two threads may make the same, and either serves."""
        rules = self._made.get(entity)
        if rules is None:
            rules = self._made[entity] = EntityRules(self._served, self._served.model.entities[entity])
        return rules


def rules_of(served: Served, entity: str) -> EntityRules:
    """The prepared rules of an entity."""
    return served.project(RulesBook).of(entity)


def own_paths(paths: Iterable[str]) -> set[str]:
    """Paths with those of the record before the change counted as its own."""
    return {path.removeprefix(OLD) for path in paths}
