"""Makes the permissions of an entity, and what says how confidential its records are."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.lists import role_named
from kalip.expressions import BOOLEAN, Expression
from kalip.metadata import Kind
from kalip.model import DIRECTORY, EXPLICIT, VERBS, Confidentiality, Entity, Permission, Pipeline, Scope, Verb, verb_key

_EVERY: Final = "all"
_CHOICE: Final = "choice"


def permissions_of(
    bench: Bench, draft: Draft, pipelines: Mapping[str, Pipeline], *, owned: bool
) -> Mapping[tuple[str, str], Permission]:
    """What each role may do, by role and verb; `all` is spelled out. Transitions are looked up in `pipelines`."""
    permissions: dict[tuple[str, str], Permission] = {}
    for document in draft.of(Kind.ACCESS):
        spot = Spot(document).at("permissions")
        roles: Mapping[str, Any] = document.data.get("permissions", {})
        if owned and roles:
            message = f"the rights of '{draft.name}' are those of its parent: what stands here has no effect"
            bench.desk.report(codes.UNUSED, spot, message, "remove the file", "warning")
            continue
        for role, verbs in roles.items():
            if role_named(bench, role, spot.at(role)) is not None:
                _check_names(bench, draft, pipelines, verbs, spot.at(role))
                permissions |= _of_role(bench, draft, role, verbs, spot.at(role))
    return MappingProxyType(permissions)


def confidentiality_of(bench: Bench, draft: Draft, *, owned: bool) -> Confidentiality | None:
    """The field that says how confidential a record is; lines of another entity have none of their own."""
    for document in draft.of(Kind.ACCESS):
        said = document.data.get("confidentiality")
        if said is None:
            continue
        spot = Spot(document).at("confidentiality", "field")
        if owned:
            message = f"records of '{draft.name}' are as confidential as their parents: what stands here has no effect"
            bench.desk.report(codes.UNUSED, spot, message, "remove it", "warning")
            return None
        return _mark(bench, draft, said["field"], spot)
    return None


def owners_of(bench: Bench, draft: Draft, *, owned: bool) -> tuple[str, ...]:
    """The fields that name owners beside `owner`; lines of another entity have none."""
    found: list[str] = []
    for document in draft.of(Kind.ACCESS):
        spot, said = Spot(document).at("owners"), document.data.get("owners", {})
        if owned and said:
            message = f"records of '{draft.name}' belong to whom their parents belong: what stands here has no effect"
            bench.desk.report(codes.UNUSED, spot, message, "remove it", "warning")
            continue
        for name in said:
            field = bench.field_named(draft, name, spot.at(name))
            if field is not None and (field.system or field.type not in DIRECTORY):
                message = f"'{name}' names no further owner"
                hint = "name a field of the type 'user' or 'group'; `owner` counts anyway"
                bench.desk.report(codes.UNFIT_FIELD, spot.at(name), message, hint)
            elif field is not None:
                found.append(field.name)
    return tuple(dict.fromkeys(found))


def check_clearances(bench: Bench, entities: Iterable[Entity]) -> None:
    """Report roles with a clearance that no entity's confidentiality knows."""
    marks = [entity.confidentiality for entity in entities if entity.confidentiality is not None]
    levels = dict.fromkeys(level for mark in marks for level in mark.levels)
    for document in bench.stack.of_kind(Kind.ROLE):
        clearance = document.data.get("clearance")
        if clearance is not None and clearance not in levels:
            message = f"no entity has records that are '{clearance}'"
            hint = f"there are {', '.join(levels)}" if levels else "there are none"
            bench.desk.report(codes.UNUSED, Spot(document).at("clearance"), message, hint, "warning")


def _mark(bench: Bench, draft: Draft, name: str, spot: Spot) -> Confidentiality | None:
    field = bench.field_named(draft, name, spot)
    if field is None:
        return None
    if field.type != _CHOICE or field.choices not in bench.choices:
        message = f"'{field.name}' is no choice: its values don't say what is more confidential"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "name a field of type choice")
        return None
    return Confidentiality(field.name, tuple(bench.choices[field.choices].choices))


def _check_names(
    bench: Bench, draft: Draft, pipelines: Mapping[str, Pipeline], verbs: Mapping[str, Any], spot: Spot
) -> None:
    """Report verbs that name a transition or conversion which isn't there."""
    transitions = list(dict.fromkeys(name for pipeline in pipelines.values() for name in pipeline.transitions))
    conversions = [document.names[-1] for document in draft.of(Kind.CONVERSION)]
    for key in verbs:
        verb, _, name = key.partition(":")
        if name and verb == Verb.TRANSITION and name not in transitions:
            what = f"transition of '{draft.name}'"
            bench.desk.unknown(codes.UNKNOWN_TRANSITION, spot.at(key), what, name, transitions)
        if name and verb == Verb.CONVERT and name not in conversions:
            what = f"conversion of '{draft.name}'"
            bench.desk.unknown(codes.UNKNOWN_CONVERSION, spot.at(key), what, name, conversions)


def _of_role(
    bench: Bench, draft: Draft, role: str, verbs: Mapping[str, Any], spot: Spot
) -> dict[tuple[str, str], Permission]:
    if bench.roles[role].administrator:
        message = f"'{role}' is an administrator and may do everything"
        bench.desk.report(codes.UNUSED, spot, message, "remove it here", "warning")
    found: dict[tuple[str, str], Permission] = {}
    said = {key: _permission(bench, draft, data, spot.at(key)) for key, data in verbs.items()}
    for verb in VERBS:
        key = verb.value if verb.value in said or verb in EXPLICIT else _EVERY
        if key in said:
            scope, condition, deny = said[key]
            found[role, verb] = Permission(role, draft.name, Verb(verb), scope, condition, deny)
    for key, (scope, condition, deny) in said.items():
        word, _, name = key.partition(":")
        if name:
            verb = Verb(word)
            found[role, verb_key(verb, name)] = Permission(role, draft.name, verb, scope, condition, deny, name)
    return found


def _permission(bench: Bench, draft: Draft, data: Any, spot: Spot) -> tuple[Scope, Expression | None, bool]:
    if isinstance(data, str):
        return Scope(data), None, False
    deny = bool(data.get("deny", False))
    if "where" not in data:
        return Scope(data["scope"]), None, deny
    wanted = Wanted(BOOLEAN, sql=True)
    condition = compile_formula(bench, draft.name, data["where"], spot.at("where"), wanted)
    # A model with a faulty condition is never served; nothing is given meanwhile.
    return (Scope.NONE if condition is None else Scope(data["scope"])), condition, deny
