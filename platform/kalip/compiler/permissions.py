"""Makes the permissions of an entity."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.lists import role_named
from kalip.expressions import BOOLEAN
from kalip.metadata import Kind
from kalip.model import VERBS, Permission, Scope, Verb

_EVERY = "all"


def permissions_of(bench: Bench, draft: Draft, *, owned: bool) -> Mapping[tuple[str, str], Permission]:
    """What each role may do, by role and verb; `all` is spelled out."""
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
                permissions |= _of_role(bench, draft, role, verbs, spot.at(role))
    return MappingProxyType(permissions)


def _of_role(
    bench: Bench, draft: Draft, role: str, verbs: Mapping[str, Any], spot: Spot
) -> dict[tuple[str, str], Permission]:
    if bench.roles[role].administrator:
        message = f"'{role}' is an administrator and may do everything"
        bench.desk.report(codes.UNUSED, spot, message, "remove it here", "warning")
    found: dict[tuple[str, str], Permission] = {}
    said = {key: _permission(bench, draft, data, spot.at(key)) for key, data in verbs.items()}
    for verb in VERBS:
        key = verb.value if verb.value in said else _EVERY
        if key in said:
            scope, condition = said[key]
            found[role, verb] = Permission(role, draft.name, Verb(verb), scope, condition)
    return found


def _permission(bench: Bench, draft: Draft, data: Any, spot: Spot) -> Any:
    if isinstance(data, str):
        return Scope(data), None
    condition = None
    if "where" in data:
        wanted = Wanted(BOOLEAN, sql=True)
        condition = compile_formula(bench, draft.name, data["where"], spot.at("where"), wanted)
        if condition is None:
            return Scope.NONE, None
    return Scope(data["scope"]), condition
