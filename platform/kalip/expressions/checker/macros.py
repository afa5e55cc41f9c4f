"""Checks the macros, which name the elements of a list, and puts all parts of the checker together."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from kalip.expressions import nodes
from kalip.expressions.checker.base import boolean, coerced, null, span_of, unified
from kalip.expressions.checker.calls import CallChecks
from kalip.expressions.checker.names import NameChecks
from kalip.expressions.errors import ExpressionError
from kalip.expressions.functions.builtin import Function
from kalip.expressions.functions.json import JSON_ITEMS
from kalip.expressions.scope import Scope
from kalip.expressions.typed import Entries, Filter, Invoke, Items, Literal, Node, Quantifier, Transform, Uses
from kalip.expressions.types import (
    BOOLEAN,
    DECIMAL,
    INTEGER,
    JSON,
    TEXT,
    UNKNOWN,
    Type,
    is_list_of_records,
    list_of,
    unify,
)

MAX_MACRO_DEPTH: Final = 3
MAX_ROUNDS: Final = 10_000
"""How often macros may go through lists that are written out: three of a thousand items would be a thousand million."""
MACROS: Final = frozenset(("exists", "exists_one", "all", "filter", "map"))
_NAMESPACES: Final = frozenset(("math", "strings", "lists"))


class Checker(NameChecks, CallChecks):
    """The whole checker."""

    __slots__ = ()

    def check(self, node: nodes.Node) -> Node:
        """Give the typed tree of a part; what is faulty has the unknown type."""
        return _CHECKS[type(node)](self, node)

    def constant(self, node: nodes.Constant) -> Node:
        """Check a literal."""
        value = node.value
        if value is None:
            return null(span_of(node))
        if isinstance(value, bool):
            return boolean(span_of(node), value)
        if isinstance(value, int):
            return Literal(span_of(node), INTEGER, False, value)
        return Literal(span_of(node), TEXT if isinstance(value, str) else DECIMAL, False, value)

    def called(self, node: nodes.Call) -> Node:
        """Check a macro or a call."""
        if node.receiver is not None and node.name in MACROS:
            return self._macro(node, node.receiver)
        receiver = node.receiver
        if isinstance(receiver, nodes.Name) and receiver.name in _NAMESPACES and self._is_free(receiver.name):
            receiver = None
        return self.call(node, receiver)

    def _is_free(self, name: str) -> bool:
        return name not in self.variables and self.scope.lookup((name,)) is None

    def _macro(self, node: nodes.Call, receiver: nodes.Node) -> Node:
        wanted = (2, 3) if node.name == "map" else (2,)
        if len(node.arguments) not in wanted or not isinstance(node.arguments[0], nodes.Name):
            return self.fault(
                node, f"'{node.name}' takes a name and a condition", f"write x.{node.name}(y, y.amount > 0)"
            )
        values = self.check(receiver)
        if values.type.kind == "unknown":
            return values
        if values.type.kind == "json":
            values = Invoke(values.span, JSON_ITEMS.result, True, JSON_ITEMS, (values,))
        if values.type.element is None:
            return self.fault(receiver, f"'{node.name}' takes a list, not {values.type.name}")
        if self.macro_depth == MAX_MACRO_DEPTH:
            return self.fault(
                node, f"macros are nested deeper than {MAX_MACRO_DEPTH}", "make a field of the inner part"
            )
        if self.rounds * _written_out(values) > MAX_ROUNDS:
            return self.fault(
                node,
                f"macros go through lists more than {MAX_ROUNDS} times",
                "write shorter lists, or a condition that needs no macro",
            )
        return self._within(node, node.arguments[0].name, values)

    def _within(self, node: nodes.Call, name: str, values: Node) -> Node:
        outer, rounds = self.variables, self.rounds
        self.rounds *= _written_out(values)
        self.macro_depth += 1
        variable = self.bind(name, values).id
        if node.name == "map":
            checked = self._map(node, values, variable)
        else:
            condition = self.condition(node.arguments[1], f"'{node.name}'")
            if node.name == "filter":
                checked = Filter(span_of(node), values.type, False, values, variable, condition)
            else:
                checked = Quantifier(span_of(node), BOOLEAN, False, node.name, values, variable, condition)
        self.macro_depth -= 1
        self.variables, self.rounds = outer, rounds
        return checked

    def _map(self, node: nodes.Call, values: Node, variable: str) -> Node:
        if len(node.arguments) == 3:
            condition = self.condition(node.arguments[1], "'map'")
            values = Filter(span_of(node), values.type, False, values, variable, condition)
        value = self.check(node.arguments[-1])
        if value.type.kind == "list":
            return self.fault(node.arguments[-1], "a list of lists is not known", "map to one value")
        element = TEXT if value.type.kind == "record" else value.type
        return Transform(span_of(node), list_of(element), False, values, variable, value)

    def items(self, node: nodes.ListOf) -> Node:
        """Check `[a, b]`."""
        items = tuple(self.check(item) for item in node.items)
        element = unified(items)
        if element is None:
            names = " and ".join(dict.fromkeys(item.type.name for item in items))
            return self.fault(node, f"a list holds values of one type, not {names}")
        if element.kind in ("list", "unknown"):
            return self.fault(node, "a list of lists is not known") if element.kind == "list" else _unknown(node)
        element = {"decimal": DECIMAL, "record": TEXT}.get(element.kind, element)
        return Items(span_of(node), list_of(element), False, tuple(coerced(item, element) for item in items))

    def entries(self, node: nodes.MapOf) -> Node:
        """Check `{"key": value}`."""
        entries: list[tuple[str, Node]] = []
        for written, value in node.entries:
            if not isinstance(written, nodes.Constant) or not isinstance(written.value, str):
                return self.fault(written, "the key of a map is a text", 'write {"key": value}')
            checked = self.check(value)
            if is_list_of_records(checked.type):
                return self.fault(value, "a map can't hold a collection of records", "write map(x, x.name)")
            entries.append((written.value, checked))
        return Entries(span_of(node), JSON, False, tuple(entries))


_CHECKS: Final[Mapping[type[nodes.Node], Callable[[Checker, Any], Node]]] = {
    nodes.Constant: Checker.constant,
    nodes.Name: Checker.name,
    nodes.Select: Checker.name,
    nodes.Index: Checker.index,
    nodes.Unary: Checker.unary,
    nodes.Binary: Checker.binary,
    nodes.Chain: Checker.chain,
    nodes.Ternary: Checker.ternary,
    nodes.Call: Checker.called,
    nodes.ListOf: Checker.items,
    nodes.MapOf: Checker.entries,
}


def check(
    source: str, tree: nodes.Node, scope: Scope, functions: Mapping[str, Function], expects: Type | None
) -> tuple[Node, Uses]:
    """Check a whole tree; raises ExpressionError with all faults."""
    checker = Checker(scope, functions)
    typed = checker.check(tree)
    if not checker.faults:
        typed = _expected(checker, typed, expects)
    if checker.faults:
        raise ExpressionError(source, tuple(checker.faults))
    return typed, checker.uses


def _expected(checker: Checker, typed: Node, expects: Type | None) -> Node:
    if is_list_of_records(typed.type):
        return checker.fault(typed.span, "a collection of records is not a value", "write size(…), exists(…) or map(…)")
    if expects is None or expects.kind == "json":
        return typed
    type_ = unify(expects, typed.type)
    if type_ is None or (type_.kind == "decimal" and expects.kind == "integer") or typed.type.kind == "json":
        hints = {
            "boolean": "compare it with something",
            "text": "write string(x)",
            "integer": "write int(x)",
            "decimal": "write decimal(x)",
            "date": "write date(x)",
            "datetime": "write datetime(x)",
        }
        message = f"this is {typed.type.name}, where {expects.name} is wanted"
        return checker.fault(typed.span, message, hints.get(expects.kind, ""))
    return coerced(typed, expects)


def _written_out(values: Node) -> int:
    """How many items of a list are written in the expression; 1 for a list that comes from a record."""
    if isinstance(values, (Filter, Transform)):
        return _written_out(values.list)
    return max(1, len(values.items)) if isinstance(values, Items) else 1


def _unknown(node: nodes.Node) -> Node:
    return Literal(span_of(node), UNKNOWN, True, None)
