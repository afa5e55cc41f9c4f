"""The model in the making: entities as far as they are known, and the tools that every step of compiling uses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from kalip.compiler import codes
from kalip.compiler.desk import Desk, Spot
from kalip.compiler.scope import EntityScope, can_be_followed
from kalip.compiler.system import system_fields
from kalip.expressions import Function, Type
from kalip.expressions.types import UNKNOWN
from kalip.fields import FieldType, FieldTypes
from kalip.metadata import Kind, MergedDocument, Problem, Stack, Validator, options_schema
from kalip.model import Calendar, ChoiceList, Field, Role

Answer = TypeVar("Answer")


class HasParameters(Protocol):
    """What this floor needs of an action: which arguments it takes, as JSON Schema `properties`."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Argument name to its JSON Schema."""

    @property
    def required(self) -> "Iterable[str]":
        """Arguments that must be given."""


@dataclass(eq=False)
class Draft:
    """An entity in the making. `old_fields` maps earlier names to present ones; `stages` pipeline to its stages."""

    name: str
    document: MergedDocument
    documents: dict[Kind, list[MergedDocument]] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    system: Mapping[str, Field] = field(default_factory=dict)
    old_fields: dict[str, str] = field(default_factory=dict)
    title: str = "id"

    @property
    def data(self) -> Mapping[str, Any]:
        """The entity's merged document."""
        return self.document.data

    @property
    def spot(self) -> Spot:
        """The entity's document."""
        return Spot(self.document)

    def of(self, kind: Kind) -> list[MergedDocument]:
        """The entity's other documents of a kind, in stack order."""
        return self.documents.get(kind, [])

    def attribute(self, name: str) -> Field | None:
        """A declared or system field."""
        return self.fields.get(name) or self.system.get(name)

    @property
    def pipelines(self) -> dict[str, MergedDocument]:
        """The pipelines' documents by name."""
        return {document.names[1]: document for document in self.of(Kind.PIPELINE)}


class Bench:
    """What compiling works with. Implements `Shapes` for the scopes of expressions."""

    def __init__(
        self,
        stack: Stack,
        types: FieldTypes,
        functions: Mapping[str, Function],
        actions: Mapping[str, HasParameters],
    ) -> None:
        self.stack = stack
        self.types = types
        self.functions = functions
        self.actions = actions
        self.desk = Desk(stack)
        self.drafts: dict[str, Draft] = {}
        self.old_entities: dict[str, str] = {}
        self.choices: dict[str, ChoiceList] = {}
        self.roles: dict[str, Role] = {}
        self.webforms: dict[str, str] = {}
        self.calendars: dict[str, Calendar] = {}
        self.hooks: dict[str, str] = {}
        self.settle: Settle = _nothing_to_settle
        self._parts: dict[tuple[str, str], Mapping[str, Type]] = {}
        self._scopes: dict[tuple[str, bool], EntityScope] = {}
        self._options: dict[str, Validator] = {}
        self._pointing: dict[str, list[tuple[str, Field]]] | None = None

    # --- shapes ---

    def field(self, entity: str, name: str) -> Field | None:
        """A declared or system field."""
        draft = self.drafts.get(entity)
        return None if draft is None else draft.attribute(name)

    def field_names(self, entity: str) -> Iterable[str]:
        """Declared fields, then system fields."""
        draft = self.drafts[entity]
        return (*draft.fields, *draft.system)

    def part_types(self, entity: str, field: Field) -> Mapping[str, Type]:
        """The type of each part; a computed field is compiled first if it isn't yet."""
        key = ("" if field.system else entity, field.name)
        found = self._parts.get(key)
        if found is None:
            settled = self.settle(self, entity, field)
            parts = self.ask(entity, settled, lambda: self.types[settled.type].parts(settled))
            found = {part.name: part.type for part in parts or ()} or {"": UNKNOWN}
            self._parts[key] = found
        return found

    def ask(self, entity: str, field: Field, question: Callable[[], Answer]) -> Answer | None:
        """What a field's type answers; when a plugin's type fails, that is reported and nothing is answered."""
        try:
            return question()
        except Exception as error:  # noqa: BLE001 - a plugin's type may fail in any way and must not take all down
            spot = self.drafts[entity].spot.at("fields", field.name, "type")
            message = f"the field type '{field.type}' failed: {type(error).__name__}: {error}"
            self.desk.report(codes.PLUGIN_FAULT, spot, message, "mend the plugin, or choose another type")
            return None

    def leads_to(self, field: Field) -> str | None:
        """The entity whose fields can be said after this one."""
        return field.target if can_be_followed(field, self.types) else None

    def present_name(self, entity: str, name: str) -> str | None:
        """The name that a field has now, if it had this one before."""
        return self.drafts[entity].old_fields.get(name)

    def references_to(self, entity: str) -> Sequence[tuple[str, Field]]:
        """The fields that point to an entity, each with its own entity; to be asked when all fields are made."""
        if self._pointing is None:
            self._pointing = {}
            for draft in self.drafts.values():
                for each in draft.fields.values():
                    for target in (each.target, *each.targets):
                        if target is not None:
                            self._pointing.setdefault(target, []).append((draft.name, each))
        return self._pointing.get(entity, ())

    def option_faults(self, type_: str, options: Mapping[str, Any]) -> tuple[Problem, ...]:
        """What is wrong with options given to a field type outside of a field's own document."""
        if type_ not in self._options:
            known = self.types[type_]
            self._options[type_] = Validator(options_schema(known.options, known.needs))
        return self._options[type_].problems(options)

    # --- names ---

    def type_of(self, field: Field) -> FieldType:
        """The field's type."""
        return self.types[field.type]

    def scope(self, entity: str, *, old: bool = False) -> EntityScope:
        """The scope of an entity's records."""
        key = (entity, old)
        if key not in self._scopes:
            self._scopes[key] = EntityScope(self, entity, old=old)
        return self._scopes[key]

    def restage(self, draft: Draft, *, owned: bool) -> None:
        """Give an entity its system fields."""
        draft.system = system_fields(owned=owned, staged=bool(draft.of(Kind.PIPELINE)))

    def entity_named(self, name: str, spot: Spot) -> str | None:
        """The present name of an entity that is named as `lead` or `crm/lead`; None is reported."""
        short = name.rpartition("/")[2]
        if short not in self.drafts and short in self.old_entities:
            self.desk.old(spot, short, self.old_entities[short])
            short = self.old_entities[short]
        if short not in self.drafts:
            self.desk.unknown(codes.UNKNOWN_ENTITY, spot, "entity", name, list(self.drafts))
            return None
        self.desk.use(spot, f"entity:{short}")
        return short

    def is_taken_away(self, entity: str, field: str = "") -> bool:
        """Whether a layer has removed an entity, or a field of it: what a pack says of its records has no place."""
        short = entity.rpartition("/")[2]
        short = self.old_entities.get(short, short)
        draft = self.drafts.get(short)
        if draft is None:
            return f"entities/{short}/entity" in self.stack.removed
        present = draft.old_fields.get(field, field)
        return draft.attribute(present) is None and f"/fields/{present}" in draft.document.setters

    def field_named(self, draft: Draft, name: str, spot: Spot) -> Field | None:
        """A field of an entity by its present or an earlier name; None is reported."""
        present = draft.old_fields.get(name, name)
        found = draft.attribute(present)
        if found is None:
            what = f"field of '{draft.name}'"
            self.desk.unknown(codes.UNKNOWN_FIELD, spot, what, name, [*draft.fields, *draft.system])
            return None
        if present != name:
            self.desk.old(spot, name, present)
        self.desk.use(spot, f"field:{draft.name}.{present}")
        return found

    def path_named(self, draft: Draft, path: str, spot: Spot) -> "Reached | None":
        """Follow a dotted path by present or earlier names; None is reported."""
        if self.desk.is_doubtful(path):
            return None
        steps = path.split(".")
        present: list[str] = []
        for position, step in enumerate(steps):
            found = self.field_named(draft, step, spot)
            if found is None:
                return None
            present.append(found.name)
            rest = steps[position + 1 :]
            types = self.part_types(draft.name, found)
            if not rest:
                return Reached(".".join(present), found, draft.name, types[""])
            entity = self.leads_to(found)
            if len(rest) == 1:
                whole = ".".join((*present, rest[0]))
                known = self.scope(draft.name).lookup((found.name, rest[0]))
                if known is not None and (rest[0] in types or entity is None):
                    return Reached(whole, found, draft.name, known)
            if entity is None:
                known_names = list(self.scope(draft.name).names((found.name,)))
                self.desk.unknown(codes.UNKNOWN_FIELD, spot, f"part of '{found.name}'", rest[0], known_names)
                return None
            draft = self.drafts[entity]
        return None


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a path ends: its text with present names, the field and its entity, the type of the value."""

    path: str
    field: Field
    entity: str
    type: Type


class Settle(Protocol):
    """Finishes a field whose type depends on others."""

    def __call__(self, bench: Bench, entity: str, field: Field) -> Field:
        """The field with its computed expression and result."""


def _nothing_to_settle(bench: Bench, entity: str, field: Field) -> Field:  # noqa: ARG001 - has the family's signature
    return field
