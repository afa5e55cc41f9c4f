"""Makes the intake of an entity, and its public forms: names resolved, values checked, rights there."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.fields import value_faults
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.lists import role_named
from kalip.metadata import Kind, MergedDocument
from kalip.model import (
    ClientHistory,
    ConsentText,
    Field,
    FormField,
    HiddenField,
    Intake,
    Permission,
    Receiving,
    Verb,
    WebForm,
)

Permissions = Mapping[tuple[str, str], Permission]

_FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "subject": ("text", "long_text"),
    "text": ("text", "long_text"),
    "name": ("person_name", "text"),
    "email": ("email",),
    "phone": ("phone",),
}
ASKED: Final = frozenset(
    (
        *("text", "long_text", "email", "phone", "person_name", "address", "url"),
        *("choice", "choices", "boolean", "rating"),
        *("integer", "decimal", "money", "percent", "date", "datetime", "time"),
    )
)
"""Types of fields that a public form can ask for: strangers see no records and no people."""


def intake_of(bench: Bench, draft: Draft, permissions: Permissions) -> Intake | None:
    """The intake of an entity, if it has one."""
    documents = draft.of(Kind.INTAKE)
    if not documents:
        return None
    document = documents[0]
    data, spot = document.data, Spot(document)
    clients = _clients(bench, draft, data.get("clients", {}), spot.at("clients"))
    receive = history = None
    if "receive" in data:
        receive = _receiving(bench, draft, data["receive"], spot.at("receive"), permissions)
    if "history" in data:
        history = _history(bench, draft, data["history"], spot.at("history"))
    return Intake(tuple(clients), receive, history)


def webforms_of(bench: Bench, draft: Draft, intake: Intake | None) -> Mapping[str, WebForm]:
    """The public forms of an entity by name; their names are unique among all entities."""
    made: dict[str, WebForm] = {}
    for document in draft.of(Kind.WEBFORM):
        spot, name = Spot(document), document.names[1]
        if intake is None or intake.receive is None:
            message = f"nobody may make a '{draft.name}' of what the form sends"
            bench.desk.report(codes.BAD_INTAKE, spot, message, "say in intake.json whose role 'receive' acts in")
        other = bench.webforms.setdefault(name, draft.name)
        if other != draft.name:
            message = f"the name '{name}' is taken by a form of '{other}'"
            bench.desk.report(codes.NAME_TAKEN, spot, message, "the name is the form's address: choose another one")
        made[name] = _form(bench, draft, document, name)
    return MappingProxyType(made)


def _clients(bench: Bench, draft: Draft, names: Mapping[str, Any], spot: Spot) -> Iterator[str]:
    for name in names:
        found = bench.field_named(draft, name, spot.at(name))
        if found is None:
            continue
        if found.type != "reference":
            message = f"'{name}' refers to no client"
            bench.desk.report(codes.UNFIT_FIELD, spot.at(name), message, "name fields of the type 'reference'")
        else:
            yield found.name


def _receiving(
    bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot, permissions: Permissions
) -> Receiving | None:
    role = role_named(bench, data["role"], spot.at("role"))
    if role is None:
        return None
    if bench.roles[role].administrator:
        message = f"'{role}' may do everything: what strangers send would too"
        bench.desk.report(codes.BAD_INTAKE, spot.at("role"), message, "name a role that may only create")
    elif (role, Verb.CREATE) not in permissions:
        message = f"the role '{role}' may not create a '{draft.name}'"
        bench.desk.report(codes.BAD_INTAKE, spot.at("role"), message, "permit it in access.json")
    fields = {}
    for part, name in data.get("fields", {}).items():
        found = _settable(bench, draft, name, spot.at("fields", part))
        if found is None:
            continue
        if found.type not in _FITTING[part]:
            message = f"'{name}' can't hold the {part} of a message"
            hint = f"name a field of the type {' or '.join(_FITTING[part])}"
            bench.desk.report(codes.UNFIT_FIELD, spot.at("fields", part), message, hint)
        else:
            fields[part] = found.name
    values = {}
    for name, value in data.get("values", {}).items():
        found = _settable(bench, draft, name, spot.at("values", name))
        if found is not None and _is_value(bench, found, value, spot.at("values", name)):
            values[found.name] = value
    pipeline = _pipeline(bench, draft, data, spot)
    return Receiving(role, MappingProxyType(fields), MappingProxyType(values), pipeline, data.get("known", "record"))


def _history(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> ClientHistory | None:
    found = bench.field_named(draft, data["field"], spot.at("field"))
    if found is None:
        return None
    if found.type != "choice" or not found.readonly:
        message = f"'{found.name}' is no choice that only the system sets"
        bench.desk.report(codes.UNFIT_FIELD, spot.at("field"), message, "name a field of the type 'choice', read-only")
        return None
    if not draft.of(Kind.PIPELINE):
        message = f"nothing of '{draft.name}' is ever won: it has no pipeline"
        bench.desk.report(codes.BAD_INTAKE, spot, message, "remove it")
    words = {key: data[key] for key in ("none", "earlier", "won")}
    for key, value in words.items():
        _is_value(bench, found, value, spot.at(key))
    return ClientHistory(found.name, **words)


def _form(bench: Bench, draft: Draft, document: MergedDocument, name: str) -> WebForm:
    data, spot = document.data, Spot(document)
    fields = dict(_asked(bench, draft, data["fields"], spot.at("fields")))
    hidden = dict(_hidden(bench, draft, data.get("hidden", {}), spot.at("hidden")))
    consents = dict(_consents(bench, draft, data.get("consents", {}), spot.at("consents")))
    filled = {*fields, *hidden, *(each.field for each in consents.values())}
    for field in draft.fields.values():
        if field.required and field.default is None and field.default_expression is None and field.name not in filled:
            if not bench.types[field.type].stored:
                continue
            message = f"'{field.name}' is required, and the form doesn't fill it"
            bench.desk.report(codes.BAD_INTAKE, spot.at("fields"), message, "ask for it, or give it a hidden value")
    return WebForm(
        name=name,
        entity=draft.name,
        title=label_of(data, name, "title"),
        intro=text_of(data, "intro"),
        fields=MappingProxyType(fields),
        hidden=MappingProxyType(hidden),
        consents=MappingProxyType(consents),
        button=text_of(data, "button"),
        thanks=text_of(data, "thanks"),
        origins=tuple(data.get("origins", {})),
        pipeline=_pipeline(bench, draft, data, spot),
    )


def _asked(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> Iterator[tuple[str, FormField]]:
    for name, said in data.items():
        found = _settable(bench, draft, name, spot.at(name))
        if found is None:
            continue
        if found.type not in ASKED:
            message = f"a public form can't ask for a field of the type '{found.type}'"
            bench.desk.report(codes.UNFIT_FIELD, spot.at(name), message, f"it can for {', '.join(sorted(ASKED))}")
            continue
        required = said.get("required", found.required and found.default_expression is None)
        label = Text.of(said["label"]) if "label" in said else found.label
        help_ = Text.of(said.get("help"))
        yield found.name, FormField(found.name, label, help_, required)


def _hidden(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> Iterator[tuple[str, HiddenField]]:
    for name, said in data.items():
        found = _settable(bench, draft, name, spot.at(name))
        if found is None:
            continue
        if "parameter" in said:
            if found.type not in ("text", "long_text", "url"):
                message = f"'{name}' can't take whatever stands in an address"
                bench.desk.report(codes.UNFIT_FIELD, spot.at(name), message, "name a field of the type 'text'")
                continue
            yield found.name, HiddenField(found.name, None, said["parameter"])
        elif _is_value(bench, found, said["value"], spot.at(name, "value")):
            yield found.name, HiddenField(found.name, said["value"])


def _consents(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> Iterator[tuple[str, ConsentText]]:
    for name, said in data.items():
        field = ""
        if "field" in said:
            found = _settable(bench, draft, said["field"], spot.at(name, "field"))
            if found is not None and found.type != "boolean":
                message, hint = f"'{found.name}' is no yes or no", "name a field of the type 'boolean'"
                bench.desk.report(codes.UNFIT_FIELD, spot.at(name, "field"), message, hint)
            elif found is not None:
                field = found.name
        yield name, ConsentText(name, Text.of(said["text"]), said["version"], said.get("required", False), field)


def _settable(bench: Bench, draft: Draft, name: str, spot: Spot) -> Field | None:
    found = bench.field_named(draft, name, spot)
    if found is None:
        return None
    if found.system or found.readonly or not bench.types[found.type].stored:
        bench.desk.report(codes.UNFIT_FIELD, spot, f"'{name}' can't be set", "name a field that people may fill")
        return None
    return found


def _is_value(bench: Bench, field: Field, value: Any, spot: Spot) -> bool:
    faults = value_faults(bench, field, value)
    for message in faults:
        bench.desk.report(codes.BAD_VALUE, spot, message, f"write a value of the type '{field.type}' as in REST")
    return not faults


def _pipeline(bench: Bench, draft: Draft, data: Mapping[str, Any], spot: Spot) -> str | None:
    name = data.get("pipeline")
    if name is None:
        return None
    if name not in draft.pipelines:
        bench.desk.unknown(codes.UNKNOWN_PIPELINE, spot.at("pipeline"), "pipeline", name, list(draft.pipelines))
        return None
    bench.desk.use(spot.at("pipeline"), f"pipeline:{draft.name}.{name}")
    return str(name)
