"""Finds what SQL can't say with the same meaning."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Final

from kalip.expressions import typed
from kalip.expressions.errors import Fault

_LISTED: Final = ("text", "record", "integer")
_ADVICE: Final = "it works where records are evaluated one by one, not in filters and rights"

# SQLite's parser holds a hundred places and refuses what needs more; the statement around takes some.
STACK: Final = 84
_PLACES: Final = {
    typed.Invoke: 10,
    typed.Choose: 7,
    typed.Quantifier: 12,
    typed.Aggregate: 12,
    typed.Filter: 12,
    typed.Among: 8,
}
_PLACES_ELSEWHERE: Final = 4


def obstacles_of(tree: typed.Node) -> tuple[Fault, ...]:
    """List the obstacles in a tree in source order; none means that it translates."""
    found = [_fault(node, reason) for node in _parts(tree) if (reason := _reason(node))]
    if _stack(tree) > STACK:
        found.append(_fault(tree, "the expression is nested too deep for SQL"))
    if tree.type.kind in ("list", "json"):
        found.append(_fault(tree, f"SQL has no {tree.type.kind} as result"))
    return tuple(dict.fromkeys(sorted(found, key=lambda fault: fault.offset)))


def _parts(node: typed.Node) -> Iterator[typed.Node]:
    yield node
    for child in _children(node):
        yield from _parts(child)


def _children(node: typed.Node) -> Iterator[typed.Node]:
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, typed.Node):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                part = item[1] if isinstance(item, tuple) else item
                if isinstance(part, typed.Node):
                    yield part


def _stack(node: typed.Node) -> int:
    return _PLACES.get(type(node), _PLACES_ELSEWHERE) + max(map(_stack, _children(node)), default=0)


def _fault(node: typed.Node, reason: str) -> Fault:
    return Fault(reason, _ADVICE, node.span.offset, node.span.length)


def _reason(node: typed.Node) -> str:
    match node:
        case typed.FieldValue():
            return _field_reason(node)
        case typed.Invoke():
            return "" if node.function.postgresql else f"SQL can't say '{node.function.name}' of these arguments"
        case typed.InvokeCustom():
            return "" if node.function.sql else f"the function '{node.function.name}' has no SQL"
        case typed.Entries() | typed.Member():
            return "SQL can't look into a JSON value"
        case typed.Item():
            return "SQL can't count positions in a list"
        case typed.Join():
            return "SQL can't say 'join'"
        case typed.Same() if node.left.type.kind == "list" and not _asks_for_null(node):
            return "SQL can't compare lists"
        case typed.Choose() | typed.Coalesce() if node.type.kind == "list":
            return "SQL can't choose between lists"
        case typed.IsEmpty() if node.operand.type.kind == "json":
            return "SQL can't look into a JSON value"
    return _type_reason(node)


def _asks_for_null(node: typed.Same) -> bool:
    sides = (node.left, node.right)
    return any(isinstance(side, typed.Literal) and side.value is None for side in sides)


def _field_reason(node: typed.FieldValue) -> str:
    if not node.root and node.path[0] == "old":
        return "SQL doesn't know the record before the change"
    element = node.type.element
    if element is not None and element.kind not in _LISTED:
        return f"SQL can't look into a list of {element.name}"
    return _type_reason(node)


def _type_reason(node: typed.Node) -> str:
    return "SQL can't look into a JSON value" if node.type.kind == "json" else ""
