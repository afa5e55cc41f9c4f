"""Fields: from what a document says to `Field`, first without expressions, then with them."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from kalip.base.names import did_you_mean, humanize
from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.draft import Data, Draft, Wanted
from kalip.compiler.system import SYSTEM_NAMES, system_fields
from kalip.expressions import BOOLEAN, DECIMAL, INTEGER, TEXT, Type, list_of
from kalip.fields import FieldFault, FieldType
from kalip.metadata import Kind, MergedDocument
from kalip.model import ChoiceList, Field

_COMMON: Final = frozenset(
    [
        "type",
        "label",
        "help",
        "placeholder",
        "unit",
        "required",
        "required_when",
        "visible_when",
        "readonly",
        "readonly_when",
        "default",
        "default_expression",
        "unique",
        "indexed",
        "personal",
        "was",
    ]
)
_CHOICE_TYPES: Final = frozenset({"choice", "choices"})
_CONDITIONS: Final = ("required_when", "visible_when", "readonly_when")


def declare_fields(draft: Draft, document: MergedDocument) -> None:
    """Put an entity's fields into the draft, without expressions, after its entities and choice lists are known."""
    entity = document.names[0]
    fields: dict[str, Field] = {}
    columns: dict[str, str] = {}
    for name, data in document.data["fields"].items():
        pointer = f"/fields/{name}"
        kind = draft.types.get(data.get("type", ""))
        if kind is None or not _name_is_free(draft, document, name, pointer):
            continue
        made = _field(draft, document, kind, name, data)
        fields[name] = made
        _claim_columns(draft, document, kind, made, columns)
        for old in made.was:
            _claim_old_name(draft, document, name, old)
    staged = any(True for _ in draft.of_entity(Kind.PIPELINE, entity))
    owned = document.data.get("owned_by") is not None
    draft.fields[entity] = {**fields, **system_fields(owned=owned, staged=staged)}


def link_children(draft: Draft, document: MergedDocument) -> None:
    """Find for each children field the reference of its lines that points back."""
    entity = document.names[0]
    for name, field in draft.fields[entity].items():
        if field.type != "children" or field.target is None:
            continue
        owner = draft.documents[field.target].data.get("owned_by")
        via = field.options.get("via") or owner
        back = draft.fields[field.target].get(str(via))
        pointer = f"/fields/{name}/{'via' if 'via' in field.options else 'of'}"
        if back is None or back.type != "reference" or back.target != entity:
            message = f"'{field.target}' has no reference to '{entity}' by which its lines belong to it"
            hint = f"give '{field.target}' a reference field to {entity} and say \"owned_by\" with its name"
            draft.report(document, codes.BAD_OWNER, message, hint, pointer)
        elif via != owner:
            hint = f'say "owned_by": "{via}" in \'{field.target}\''
            draft.report(document, codes.BAD_OWNER, f"'{field.target}' is not owned by '{via}'", hint, pointer)
        else:
            draft.fields[entity][name] = replace(field, via=str(via))


class ComputedFields:
    """Compiles computed fields when something first needs their type, and finds circles among them."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._done: set[tuple[str, str]] = set()
        self._open: list[tuple[str, str]] = []

    def resolve(self, entity: str, name: str) -> None:
        """Give a computed field its expression; a circle is told at the field that closes it."""
        key = (entity, name)
        if key in self._done:
            return
        document = self._draft.documents[entity]
        pointer = f"/fields/{name}/expression"
        if key in self._open:
            circle = " → ".join(".".join(each) for each in (*self._open[self._open.index(key) :], key))
            hint = "compute one of them from stored fields only"
            self._draft.report(document, codes.COMPUTED_CIRCLE, f"computed in a circle: {circle}", hint, pointer)
            self._done.add(key)
            return
        self._open.append(key)
        field = self._draft.fields[entity][name]
        source = str(document.data["fields"][name].get("expression", "null"))
        made = self._draft.expression(document, entity, pointer, source, Wanted(type=None, sql=True))
        self._open.pop()
        self._done.add(key)
        self._draft.fields[entity][name] = replace(field, computed=made)


def complete_fields(draft: Draft, document: MergedDocument) -> None:
    """Compile everything of an entity's fields that needs to know all fields: conditions, defaults, options."""
    entity = document.names[0]
    for name, field in tuple(draft.fields[entity].items()):
        if field.system:
            continue
        if field.type == "computed":
            draft.resolve_computed(entity, name)
            field = draft.fields[entity][name]  # noqa: PLW2901 - the resolved one
        data = document.data["fields"][name]
        made = _with_expressions(draft, document, field, data)
        draft.fields[entity][name] = made
        _check_options(draft, document, made)


def _name_is_free(draft: Draft, document: MergedDocument, name: str, pointer: str) -> bool:
    if name in SYSTEM_NAMES or name in ("old", "actor", "entity", "hidden"):
        hint = "choose another name; every entity has this one by itself"
        draft.report(document, codes.RESERVED_NAME, f"'{name}' is a name of Kalip's own", hint, pointer)
        return False
    return True


def _field(draft: Draft, document: MergedDocument, kind: FieldType, name: str, data: Data) -> Field:
    pointer = f"/fields/{name}"
    options: dict[str, Any] = {key: value for key, value in data.items() if key not in _COMMON}
    listed = _choices(draft, document, name, data)
    if listed is not None:
        active = [choice for choice in listed.choices.values() if not choice.retired]
        options["values"] = tuple(choice.value for choice in active)
        options["retired"] = tuple(choice.value for choice in listed.choices.values() if choice.retired)
        options["labels"] = MappingProxyType({choice.value: choice.label for choice in listed.choices.values()})
    return Field(
        name=name,
        type=kind.name,
        label=Text.of(data.get("label"), humanize(name)),
        help=Text.of(data.get("help")),
        placeholder=Text.of(data.get("placeholder")),
        unit=Text.of(data.get("unit")),
        required=bool(data.get("required", False)),
        readonly=bool(data.get("readonly", False)) or kind.readonly,
        unique=bool(data.get("unique", False)),
        indexed=bool(data.get("indexed", False)),
        default=data.get("default"),
        target=_target(draft, document, pointer, data),
        targets=_targets(draft, document, pointer, data),
        via=data.get("via"),
        on_delete=str(data.get("on_delete", "restrict")),
        choices=listed.name if listed else None,
        options=MappingProxyType(options),
        was=tuple(data.get("was", ())),
        origin=document.origin(pointer),
    )


def _choices(draft: Draft, document: MergedDocument, name: str, data: Data) -> ChoiceList | None:
    said = data.get("choices")
    if not isinstance(said, str) or data["type"] not in _CHOICE_TYPES:
        return None
    short = said.rsplit("/", 1)[-1]
    found = draft.choices.get(short)
    pointer = f"/fields/{name}/choices"
    if found is None:
        if not draft.stack.is_broken(f"choices/{short}"):
            hint = did_you_mean(short, draft.choices) or f"add choices/{short}.json"
            draft.report(document, codes.UNKNOWN_CHOICES, f"there is no choice list '{said}'", hint, pointer)
        return None
    draft.use(document, f"choices:{short}", pointer)
    return found


def _target(draft: Draft, document: MergedDocument, pointer: str, data: Data) -> str | None:
    key = "of" if data["type"] == "children" else "to"
    said = data.get(key)
    if data["type"] == "user":
        return "user"
    return draft.find_entity(document, said, f"{pointer}/{key}") if isinstance(said, str) and key in data else None


def _targets(draft: Draft, document: MergedDocument, pointer: str, data: Data) -> tuple[str, ...]:
    said = data.get("to")
    if not isinstance(said, Mapping):
        return ()
    found = (draft.find_entity(document, name, f"{pointer}/to/{name.replace('/', '~1')}") for name in said)
    return tuple(name for name in found if name is not None)


def _claim_columns(
    draft: Draft, document: MergedDocument, kind: FieldType, field: Field, columns: dict[str, str]
) -> None:
    if not kind.stored:
        return
    for part in kind.parts(field):
        column = f"{field.name}__{part.name}" if part.name else field.name
        if column in columns:
            message = f"its column '{column}' is the field '{columns[column]}' already"
            draft.report(document, codes.NAME_TAKEN, message, "rename one of them", f"/fields/{field.name}")
        columns[column] = field.name


def _claim_old_name(draft: Draft, document: MergedDocument, name: str, old: str) -> None:
    entity = document.names[0]
    other = draft.aliases.get(f"{entity}.{old}")
    if other is not None:
        message = f"'{old}' was the name of '{other}' too"
        draft.report(document, codes.NAME_TAKEN, message, "leave it with one of them", f"/fields/{name}/was")
    elif old not in document.data["fields"]:  # an old name that is in use again means the new field
        draft.aliases[f"{entity}.{old}"] = name


def _with_expressions(draft: Draft, document: MergedDocument, field: Field, data: Data) -> Field:
    entity, pointer = document.names[0], f"/fields/{field.name}"
    required, visible, readonly = (
        draft.expression(document, entity, f"{pointer}/{key}", data.get(key), Wanted(BOOLEAN, old=True))
        for key in _CONDITIONS
    )
    kind = draft.types[field.type]
    source = data.get("default_expression")
    expects = None
    if source is not None:
        expects = kind.parts(field)[0].type
        expects = TEXT if expects.kind == "record" else expects
    default = draft.expression(document, entity, f"{pointer}/default_expression", source, Wanted(expects))
    options = dict(field.options)
    if field.type == "reference" and "filter" in options and field.target is not None:
        place = f"{pointer}/filter"
        options["filter"] = draft.expression(document, field.target, place, data["filter"], Wanted(BOOLEAN, sql=True))
    if field.type == "rollup":
        options |= _rollup(draft, document, field, data)
    return replace(
        field,
        default_expression=default,
        required_when=required,
        visible_when=visible,
        readonly_when=readonly,
        options=MappingProxyType(options),
    )


def _rollup(draft: Draft, document: MergedDocument, field: Field, data: Data) -> dict[str, Any]:
    """The options of a rollup that name things, resolved; its result type follows from what is rolled up."""
    entity, pointer = document.names[0], f"/fields/{field.name}"
    lines = draft.find_field(document, entity, str(data.get("of")), f"{pointer}/of")
    if lines is None or lines.target is None:
        return {}
    if lines.type not in ("children", "references"):
        hint = "name a children field of this entity"
        draft.report(document, codes.BAD_PATH, f"'{lines.name}' has no lines", hint, f"{pointer}/of")
        return {}
    resolved: dict[str, Any] = {"of": lines.name}
    if "where" in data:
        wanted = Wanted(BOOLEAN, sql=True)
        resolved["where"] = draft.expression(document, lines.target, f"{pointer}/where", data["where"], wanted)
    if data["function"] == "count":
        resolved.setdefault("result", data.get("result", "integer"))
        return resolved
    path = draft.find_path(document, lines.target, str(data.get("field", "")), f"{pointer}/field")
    if path is None:
        return resolved
    resolved["field"] = path
    kind = draft.scope(lines.target).lookup(tuple(path.split("."))) or DECIMAL
    if data["function"] in ("sum", "avg") and kind.kind not in ("integer", "decimal", "duration"):
        message = f"'{path}' is {kind.name}, which has no {data['function']}"
        draft.report(document, codes.BAD_PATH, message, "name a field of numbers", f"{pointer}/field")
    resolved.setdefault("result", data.get("result") or _result_of(kind, str(data["function"])))
    return resolved


def _result_of(kind: Type, function: str) -> object:
    if kind.kind == "decimal" or (function == "avg" and kind == INTEGER):
        return {"type": "decimal", "scale": kind.scale if kind.scale is not None else 6}
    return "text" if kind.kind in ("record", "null", "unknown") or kind == list_of(TEXT) else kind.kind


def _check_options(draft: Draft, document: MergedDocument, field: Field) -> None:
    kind, pointer = draft.types[field.type], f"/fields/{field.name}"
    faults = kind.check_options(field)
    for place, message, hint in faults:
        draft.report(document, codes.BAD_OPTION, message, hint, pointer + place)
    if field.default is None or faults:
        return
    try:
        found = kind.validate(field, kind.parse(field, field.default))
    except FieldFault as refused:
        found = (refused,)
    for fault in found:
        draft.report(document, codes.BAD_DEFAULT, fault.message, "give a value of the field", f"{pointer}/default")
