"""What is known while a model is being compiled: documents by entity, fields so far, diagnostics."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kalip.base.errors import Diagnostic
from kalip.base.names import did_you_mean
from kalip.compiler import codes
from kalip.compiler.scope import EntityScope
from kalip.expressions import BOOLEAN, Expression, ExpressionError, Function, Type, compile_expression
from kalip.fields import FieldTypes
from kalip.metadata import Kind, MergedDocument, Stack
from kalip.model import ChoiceList, Field, Role, Use

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a place wants of an expression: its type, whether SQL must say it, whether `old` is known."""

    type: Type | None = BOOLEAN
    sql: bool = False
    old: bool = False


@dataclass
class Draft:
    """The state of one compilation. `fields` holds each entity's fields, system ones last, as they become known."""

    stack: Stack
    types: FieldTypes
    functions: Mapping[str, Function]
    actions: Iterable[str]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    fields: dict[str, dict[str, Field]] = field(default_factory=dict)
    documents: dict[str, MergedDocument] = field(default_factory=dict)
    choices: dict[str, ChoiceList] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    resolve_computed: Callable[[str, str], None] | None = None
    _remembered: dict[tuple[object, ...], Expression] = field(default_factory=dict)

    def attributes(self, entity: str) -> Mapping[str, Field]:
        """An entity's fields by name, computed ones compiled when first asked for."""
        return _Attributes(self, entity)

    def scope(self, entity: str, *, old: bool = False) -> EntityScope:
        """The scope of expressions over an entity."""
        return EntityScope(entity, self.attributes, self.types, old=old)

    def report(self, document: MergedDocument, code: str, message: str, hint: str = "", pointer: str = "") -> None:
        """Note a fault at the place that set a property, unless that place has a fault told already."""
        if not self.stack.is_broken(document.address, pointer):
            self.diagnostics.append(document.diagnostic(code, message, hint, pointer))

    def warn_of_old_name(self, document: MergedDocument, message: str, present: str, pointer: str) -> None:
        """Note that a document still says a name that has been changed."""
        hint = f"write '{present}'"
        self.diagnostics.append(document.diagnostic(codes.OLD_NAME, message, hint, pointer, "warning"))

    def use(self, document: MergedDocument, used: str, pointer: str = "") -> None:
        """Note an edge of the where-used graph; its line is looked up when somebody asks."""
        self.uses.append(Use(document.address, used, document.base.file, 0, pointer))

    def find_entity(self, document: MergedDocument, said: str, pointer: str) -> str | None:
        """The present name of an entity that a document names, or None with a diagnostic."""
        short = said.rsplit("/", 1)[-1]
        present = short if short in self.documents else self.aliases.get(short)
        if present is None:
            if not self.stack.is_broken(f"entities/{short}/entity"):
                hint = did_you_mean(short, self.documents) or "name an entity of a pack that this one requires"
                self.report(document, codes.UNKNOWN_ENTITY, f"there is no entity '{said}'", hint, pointer)
            return None
        if present != short:
            message = f"the entity '{short}' is now called '{present}'"
            self.warn_of_old_name(document, message, present, pointer)
        self.use(document, f"entity:{present}", pointer)
        return present

    def find_field(self, document: MergedDocument, entity: str, said: str, pointer: str) -> Field | None:
        """A field that a document names, or None with a diagnostic."""
        known = self.fields.get(entity, {})
        name = said if said in known else self.aliases.get(f"{entity}.{said}", "")
        found = known.get(name)
        if found is None:
            if not self.stack.is_broken(f"entities/{entity}/entity", f"/fields/{said}"):
                hint = did_you_mean(said, known) or f"'{entity}' has {', '.join(tuple(known)[:8])} …"
                self.report(document, codes.UNKNOWN_FIELD, f"'{entity}' has no field '{said}'", hint, pointer)
            return None
        if name != said:
            message = f"the field '{said}' is now called '{name}'"
            self.warn_of_old_name(document, message, name, pointer)
        self.use(document, f"field:{entity}.{name}", pointer)
        return found

    def find_path(self, document: MergedDocument, entity: str, said: str, pointer: str) -> str | None:
        """A dotted path of an entity with present names, or None with a diagnostic."""
        head, dot, rest = said.partition(".")
        found = self.find_field(document, entity, head, pointer)
        if found is None:
            return None
        path = found.name + dot + rest
        if dot and self.scope(entity).lookup(tuple(path.split("."))) is None:
            known = self.scope(entity).names(tuple(path.split(".")[:-1]))
            hint = did_you_mean(path.split(".")[-1], known) or f"known are {', '.join(known[:8]) or 'no names'}"
            self.report(document, codes.UNKNOWN_FIELD, f"'{entity}' has nothing at '{said}'", hint, pointer)
            return None
        return path

    def expression(
        self, document: MergedDocument, entity: str, pointer: str, source: str | None, wanted: Wanted
    ) -> Expression | None:
        """Compile an expression over an entity; None when there is none, or with diagnostics when it has faults."""
        if source is None:
            return None
        key = (entity, source, wanted)
        known = self._remembered.get(key)
        if known is None:
            scope = self.scope(entity, old=wanted.old)
            try:
                known = compile_expression(source, scope, expects=wanted.type, functions=self.functions)
            except ExpressionError as error:
                for fault in error.faults:
                    message = f"{fault.message} (at {fault.offset + 1} of the expression)"
                    self.report(document, codes.BAD_EXPRESSION, message, fault.hint, pointer)
                return None
            self._remembered[key] = known
        if wanted.sql and known.sql_obstacles:
            for fault in known.sql_obstacles:
                self.report(document, codes.NOT_IN_SQL, fault.message, fault.hint, pointer)
            return None
        self._note_uses(document, entity, known, pointer)
        return known

    def of_entity(self, kind: Kind, entity: str) -> Iterable[MergedDocument]:
        """An entity's documents of a kind, in stack order."""
        return (each for each in self.stack.of_kind(kind) if each.names[0] == entity)

    def _note_uses(self, document: MergedDocument, entity: str, expression: Expression, pointer: str) -> None:
        for path in expression.paths | frozenset(expression.element_paths):
            head = path.removeprefix("old.").split(".")[0]
            self.use(document, f"field:{entity}.{head}", pointer)


class _Attributes(Mapping[str, Field]):
    def __init__(self, draft: Draft, entity: str) -> None:
        self._draft = draft
        self._entity = entity
        self._fields = draft.fields.get(entity, {})

    def __getitem__(self, name: str) -> Field:
        if self._fields[name].type == "computed" and self._draft.resolve_computed is not None:
            self._draft.resolve_computed(self._entity, name)
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)
