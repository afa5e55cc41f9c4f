"""EspoCRM's dynamic logic in Kalip's language: groups of conditions on attributes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from kalip.runtime.plugins import Operand, Untranslatable, among, compares, equals, is_empty, is_filled

_DEEPEST: Final = 20
_ORDERS: Final = {
    "greaterThan": ">",
    "lessThan": "<",
    "greaterThanOrEquals": ">=",
    "lessThanOrEquals": "<=",
}
_TEXTS: Final = {"startsWith": "startsWith", "endsWith": "endsWith"}
_DAYS: Final = {"isToday": "==", "inFuture": ">", "inPast": "<"}

Find = Callable[[str], Operand | None]


def condition(said: object, find: Find) -> str:
    """An object with a `conditionGroup`, all of whose conditions must hold. Raises Untranslatable with the reason."""
    group = said.get("conditionGroup") if isinstance(said, dict) else said
    if not isinstance(group, list) or not group:
        raise Untranslatable("it has no conditions")
    return _all(group, " && ", find, 0)


def _all(group: list[Any], sign: str, find: Find, depth: int) -> str:
    parts = [_one(each, find, depth + 1) for each in group]
    if not parts:
        raise Untranslatable("a group has no conditions")
    return parts[0] if len(parts) == 1 else f"({sign.join(parts)})"


def _one(said: object, find: Find, depth: int) -> str:
    if not isinstance(said, dict) or depth > _DEEPEST:
        raise Untranslatable("a condition is not understood")
    kind = said.get("type", "equals")
    value = said.get("value")
    if kind in ("and", "or"):
        group = value if isinstance(value, list) else []
        return _all(group, " && " if kind == "and" else " || ", find, depth)
    if kind == "not":
        inner = _all(value, " && ", find, depth) if isinstance(value, list) else _one(value, find, depth + 1)
        return f"!({inner})"
    return _compared(str(kind), _field(said, find), value)


def _field(said: Mapping[str, Any], find: Find) -> Operand:
    name = said.get("attribute") or said.get("field")
    if not isinstance(name, str):
        raise Untranslatable("a condition names no attribute")
    if name.startswith("$user"):
        raise Untranslatable(f"'{name}' is of the person, not of the record")
    found = find(name)
    if found is None:
        raise Untranslatable(f"'{name}' has no place here")
    return found


def _compared(kind: str, field: Operand, value: object) -> str:
    if kind in ("isEmpty", "isNotEmpty"):
        # In EspoCRM no is a value too; people mean the box that isn't ticked.
        return is_empty(field) if kind == "isEmpty" else is_filled(field)
    if kind in ("isTrue", "isFalse"):
        return equals(field, True, negated=kind == "isFalse") if field.kind == "boolean" else _ticked(kind, field)
    if kind in ("equals", "notEquals"):
        return equals(field, value, negated=kind == "notEquals")
    if kind in ("in", "notIn"):
        return among(field, value if isinstance(value, list) else [value], negated=kind == "notIn")
    if kind in ("contains", "has", "notContains", "notHas"):
        return _contains(field, value, negated=kind.startswith("not"))
    if kind in _ORDERS:
        return compares(field, _ORDERS[kind], value)  # type: ignore[arg-type]  # one of the orders
    if kind in _TEXTS and field.kind == "text" and isinstance(value, str):
        return f"{_TEXTS[kind]}({field.path}, {equals(field, value).partition(' == ')[2]})"
    if kind in _DAYS and field.kind in ("date", "datetime"):
        return _day(kind, field)
    raise Untranslatable(f"the comparison '{kind[:30]}' is not known here")


def _ticked(kind: str, field: Operand) -> str:
    return is_filled(field) if kind == "isTrue" else is_empty(field)


def _contains(field: Operand, value: object, *, negated: bool) -> str:
    if field.kind == "list" and field.values is not None:
        return equals(field, value, negated=negated)
    if field.kind == "text" and isinstance(value, str) and value:
        test = f"contains({field.path}, {equals(field, value).partition(' == ')[2]})"
        return f"!({test})" if negated else test
    raise Untranslatable(f"what '{field.path}' contains can't be asked here")


def _day(kind: str, field: Operand) -> str:
    if field.kind == "date":
        return f"{field.path} {_DAYS[kind]} today()"
    if kind == "isToday":
        return f"date({field.path}) == today()"
    return f"{field.path} {_DAYS[kind]} now()"
