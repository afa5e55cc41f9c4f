"""Entities: everything of one business type put together."""

from collections.abc import Mapping
from types import MappingProxyType

from kalip.base.names import RESERVED_SEGMENTS, did_you_mean, humanize
from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.draft import Data, Draft, Wanted
from kalip.compiler.pipelines import check_role, compile_pipelines
from kalip.compiler.views import compile_boards, compile_cards, compile_forms, compile_lists
from kalip.expressions import BOOLEAN, Expression
from kalip.metadata import Kind, MergedDocument
from kalip.model import VERBS, Check, DuplicateRule, Entity, Permission, Personal, Scope, UniqueKey, Verb

OWN_TABLES = "kalip_"
_TITLES = ("text", "person_name", "autonumber", "email", "phone", "computed", "long_text")


def claim_entity(draft: Draft, document: MergedDocument) -> None:
    """Make an entity's name and its old names known; report names that can't be used."""
    name = document.names[0]
    if name in RESERVED_SEGMENTS or name.startswith(OWN_TABLES):
        hint = "choose another name, such as the pack's name in front of it"
        draft.report(document, codes.RESERVED_NAME, f"'{name}' is a name of Kalip's own", hint)
    draft.documents[name] = document
    for old in document.data.get("was", ()):
        if old in draft.aliases:
            message = f"'{old}' was the name of '{draft.aliases[old]}' too"
            draft.report(document, codes.NAME_TAKEN, message, "leave it with one of them", "/was")
        draft.aliases[old] = name


def check_owners(draft: Draft) -> None:
    """Report `owned_by` that names no reference, and entities that own each other in a circle."""
    for name, document in draft.documents.items():
        seen = [name]
        while (owner := _owner(draft, seen[-1], report=len(seen) == 1)) is not None:
            if owner in seen:
                circle = " → ".join((*seen[seen.index(owner) :], owner))
                if owner == name:
                    hint = "remove `owned_by` from one of them"
                    draft.report(document, codes.OWNER_CIRCLE, f"owned in a circle: {circle}", hint, "/owned_by")
                break
            seen.append(owner)


def compile_entity(draft: Draft, document: MergedDocument) -> Entity:
    """Put an entity together, after all fields of all entities are complete."""
    name, data = document.names[0], document.data
    label = Text.of(data.get("label"), humanize(name))
    plural = Text.of(data.get("plural")) or label
    title = _title(draft, document)
    fields = draft.fields[name]
    pipelines = compile_pipelines(draft, name)
    cards = compile_cards(draft, name, title)
    return Entity(
        name=name,
        pack=document.base.layer,
        label=label,
        plural=plural,
        icon=str(data.get("icon", "table")),
        title=title,
        fields=MappingProxyType({key: field for key, field in fields.items() if not field.system}),
        system=MappingProxyType({key: field for key, field in fields.items() if field.system}),
        search=_search(draft, document),
        owned_by=data.get("owned_by"),
        unique=_unique(draft, document),
        checks=_checks(draft, document),
        duplicates=_duplicates(draft, document),
        personal=_personal(document),
        pipelines=pipelines,
        permissions=_permissions(draft, name),
        lists=compile_lists(draft, name, plural, title),
        forms=compile_forms(draft, name),
        boards=compile_boards(draft, name, pipelines, cards),
        cards=cards,
        was=tuple(data.get("was", ())),
        origin=document.origin(),
    )


def _owner(draft: Draft, name: str, *, report: bool) -> str | None:
    document = draft.documents[name]
    said = document.data.get("owned_by")
    if said is None:
        return None
    field = draft.fields[name].get(said)
    if field is not None and field.type == "reference":
        return field.target
    if report:
        hint = did_you_mean(said, draft.fields[name]) or "name a reference field of this entity"
        message = f"'{said}' is no reference field of '{name}'"
        draft.report(document, codes.BAD_OWNER, message, hint, "/owned_by")
    return None


def _title(draft: Draft, document: MergedDocument) -> str:
    name, said = document.names[0], document.data.get("title")
    if said is not None:
        found = draft.find_field(document, name, said, "/title")
        if found is not None:
            return found.name
    own = {key: field for key, field in draft.fields[name].items() if not field.system}
    return next((key for key, field in own.items() if field.type in _TITLES), "id")


def _search(draft: Draft, document: MergedDocument) -> tuple[str, ...]:
    made = []
    for said in document.data.get("search", {}):
        field = draft.find_field(document, document.names[0], said, f"/search/{said}")
        if field is None:
            continue
        if not draft.types[field.type].searchable:
            message = f"'{said}' is {field.type}, which holds no words"
            draft.report(document, codes.BAD_PATH, message, "search in text fields", f"/search/{said}")
            continue
        made.append(field.name)
    return tuple(made)


def _unique(draft: Draft, document: MergedDocument) -> tuple[UniqueKey, ...]:
    return tuple(
        UniqueKey(name, _stored(draft, document, data["fields"], f"/unique/{name}/fields"))
        for name, data in document.data.get("unique", {}).items()
    )


def _duplicates(draft: Draft, document: MergedDocument) -> tuple[DuplicateRule, ...]:
    made = []
    for name, data in document.data.get("duplicates", {}).items():
        fields = _stored(draft, document, data["fields"], f"/duplicates/{name}/fields")
        methods = {field: data["fields"].get(field, "exact") for field in fields}
        made.append(DuplicateRule(name, MappingProxyType(methods), bool(data.get("strict", False))))
    return tuple(made)


def _stored(draft: Draft, document: MergedDocument, names: Mapping[str, object], pointer: str) -> tuple[str, ...]:
    made = []
    for said in names:
        field = draft.find_field(document, document.names[0], said, f"{pointer}/{said}")
        if field is None:
            continue
        if not draft.types[field.type].stored:
            message = f"'{said}' has no column to compare"
            draft.report(document, codes.BAD_PATH, message, "name a stored field", f"{pointer}/{said}")
            continue
        made.append(field.name)
    return tuple(made)


def _checks(draft: Draft, document: MergedDocument) -> tuple[Check, ...]:
    made = []
    for name, data in document.data.get("checks", {}).items():
        pointer = f"/checks/{name}"
        wanted = Wanted(BOOLEAN, old=True)
        expression = draft.expression(document, document.names[0], f"{pointer}/expression", data["expression"], wanted)
        field = None
        if "field" in data:
            field = draft.find_field(document, document.names[0], data["field"], f"{pointer}/field")
        if expression is not None:
            made.append(Check(name, expression, Text.of(data["message"]), field.name if field else ""))
    return tuple(made)


def _personal(document: MergedDocument) -> tuple[Personal, ...]:
    marks = ((name, data.get("personal")) for name, data in document.data["fields"].items())
    return tuple(
        Personal(name, Text.of(mark["purpose"]), str(mark.get("kind", "contact"))) for name, mark in marks if mark
    )


def _permissions(draft: Draft, entity: str) -> Mapping[tuple[str, str], Permission]:
    made: dict[tuple[str, str], Permission] = {}
    for document in draft.of_entity(Kind.ACCESS, entity):
        for role, verbs in document.data.get("permissions", {}).items():
            check_role(draft, document, role, f"/permissions/{role}")
            for key in sorted(verbs, key=lambda each: each != "all"):  # `all` first, so that a named verb wins
                permission = _permission(draft, document, role, key, verbs[key])
                for verb in VERBS if key == "all" else (Verb(key),):
                    made[role, verb.value] = Permission(role, entity, verb, *permission)
    return MappingProxyType(made)


def _permission(
    draft: Draft, document: MergedDocument, role: str, key: str, said: str | Data
) -> tuple[Scope, Expression | None]:
    pointer = f"/permissions/{role}/{key}"
    scope, source = (Scope(said), None) if isinstance(said, str) else (Scope(said["scope"]), said.get("where"))
    if scope is Scope.OWN and document.names[0] in draft.documents and _is_owned(draft, document.names[0]):
        hint = "its rights follow its owner; remove the permissions"
        draft.report(document, codes.BAD_OWNER, f"'{document.names[0]}' has no owner of its own", hint, pointer)
    wanted = Wanted(BOOLEAN, sql=True)
    return scope, draft.expression(document, document.names[0], f"{pointer}/where", source, wanted)


def _is_owned(draft: Draft, entity: str) -> bool:
    return draft.documents[entity].data.get("owned_by") is not None
