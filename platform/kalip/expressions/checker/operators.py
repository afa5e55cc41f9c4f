"""Checks operators: what may be added, compared and chosen between, and folds what is constant."""

import operator
from collections.abc import Callable
from typing import Any, Final

from kalip.expressions import nodes
from kalip.expressions.checker.base import CheckerBase, boolean, coerced, null, span_of, unified
from kalip.expressions.functions.arithmetic import NEGATIONS, OPERATIONS
from kalip.expressions.functions.dates import date_of_text
from kalip.expressions.functions.json import JSON_ITEMS
from kalip.expressions.functions.numbers import decimal_of_text
from kalip.expressions.typed import (
    Among,
    Arithmetic,
    Choose,
    FieldValue,
    Invoke,
    Items,
    Junction,
    Literal,
    Negate,
    Node,
    Not,
    Order,
    Quantifier,
    Same,
)
from kalip.expressions.types import BOOLEAN, TEXT, UNKNOWN, Type, is_list_of_records, is_number, is_ordered, unify

ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MAX_JOINED: Final = 100
"""How many texts may be put together: each may be a million characters long."""
_DONE: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "divide"}


class OperatorChecks(CheckerBase):
    """The part of the checker that knows operators."""

    __slots__ = ()

    def unary(self, node: nodes.Unary) -> Node:
        """Check `!x` and `-x`."""
        if node.operator == "!":
            operand = self.condition(node.operand, "!")
            if isinstance(operand, Literal) and operand.type.kind != "unknown":
                return boolean(span_of(node), not operand.value)
            return Not(span_of(node), BOOLEAN, False, operand)
        operand = self.check(node.operand)
        if operand.type.kind in ("unknown", "null"):
            return operand
        if operand.type.kind not in NEGATIONS:
            return self.fault(node, f"{operand.type.name} has no negative", "")
        call, nullable = NEGATIONS[operand.type.kind]
        result = Type(operand.type.kind)
        if isinstance(operand, Literal):
            value = None if operand.value is None else call(operand.value)
            return Literal(span_of(node), result, value is None, value)
        return Negate(span_of(node), result, operand.nullable or nullable, operand)

    def binary(self, node: nodes.Binary) -> Node:
        """Check an arithmetic operator, a comparison or `in`."""
        left, right = self.check(node.left), self.check(node.right)
        if "unknown" in (left.type.kind, right.type.kind):
            return Literal(span_of(node), BOOLEAN if node.operator in _COMPARING else UNKNOWN, True, None)
        if node.operator == "in":
            return self._among(node, left, right)
        if node.operator in ("==", "!="):
            return self._same(node, left, right)
        if node.operator in ORDERS:
            return self._order(node, left, right)
        return self._arithmetic(node, left, right)

    def chain(self, node: nodes.Chain) -> Node:
        """Check `&&` and `||`, leaving out what is constant."""
        operands = [self.condition(operand, node.operator) for operand in node.operands]
        decisive = node.operator == "||"
        kept: list[Node] = []
        for operand in operands:
            if not isinstance(operand, Literal) or operand.type.kind == "unknown":
                kept.append(operand)
            elif bool(operand.value) is decisive:
                return boolean(span_of(node), decisive)
        if not kept:
            return boolean(span_of(node), not decisive)
        if len(kept) == 1:
            # A junction is never null, so a lone condition that may be is still asked for its truth.
            only = kept[0]
            return only if not only.nullable else Not(only.span, BOOLEAN, False, Not(only.span, BOOLEAN, False, only))
        return Junction(span_of(node), BOOLEAN, False, node.operator, tuple(kept))

    def ternary(self, node: nodes.Ternary) -> Node:
        """Check `condition ? then : otherwise`."""
        condition = self.condition(node.condition, "the condition of ?")
        then, otherwise = self.check(node.then), self.check(node.otherwise)
        type_ = self.one_type(node, (then, otherwise), "both branches of ?")
        if type_ is None or type_.kind == "unknown":
            return Literal(span_of(node), UNKNOWN, True, None)
        then, otherwise = coerced(then, type_), coerced(otherwise, type_)
        if isinstance(condition, Literal) and condition.type.kind != "unknown":
            return then if condition.value else otherwise
        return Choose(span_of(node), type_, then.nullable or otherwise.nullable, condition, then, otherwise)

    def one_type(self, node: nodes.Node, operands: tuple[Node, ...], who: str) -> Type | None:
        """Find the one type of operands that stand for one another; notes a fault when there is none."""
        type_ = unified(operands)
        if type_ is None:
            names = " and ".join(dict.fromkeys(operand.type.name for operand in operands))
            self.fault(node, f"{who} must be of one type, not {names}", "")
        elif is_list_of_records(type_):
            self.fault(node, f"{who} can't be collections of records", "write size(…) or exists(…) of each")
            return None
        return type_ if type_ is None or len(operands) == 1 or type_.kind != "decimal" else Type("decimal")

    def _arithmetic(self, node: nodes.Binary, left: Node, right: Node) -> Node:
        if left.type.kind == "null" or right.type.kind == "null":
            return null(span_of(node), right.type if left.type.kind == "null" else left.type)
        if (
            is_number(left.type)
            and is_number(right.type)
            and (node.operator == "/" or left.type.kind != right.type.kind)
        ):
            left, right = coerced(left, Type("decimal")), coerced(right, Type("decimal"))
        kinds = tuple("text" if side.type.kind == "record" else side.type.kind for side in (left, right))
        operation = OPERATIONS.get((node.operator, kinds[0], kinds[1]))
        if operation is None:
            message = f"cannot {_DONE[node.operator]} {left.type.name} and {right.type.name}"
            return self.fault(node, message, _arithmetic_hint(node.operator, left.type, right.type))
        if isinstance(left, Literal) and isinstance(right, Literal):
            known = left.value is not None and right.value is not None
            value = operation.call(left.value, right.value) if known else None
            return Literal(span_of(node), operation.result, value is None, value)
        if operation.result.kind == "text":
            self.joined += 1
            if self.joined == MAX_JOINED + 1:
                return self.fault(node, f"more than {MAX_JOINED} texts are put together", "make fields of the parts")
        nullable = operation.nullable and not _is_certain(node.operator, right)
        return Arithmetic(
            span_of(node), operation.result, nullable or left.nullable or right.nullable, node.operator, left, right
        )

    def _same(self, node: nodes.Binary, left: Node, right: Node) -> Node:
        left, right = self._comparable(node, left, right)
        if left.type.kind == "unknown":
            return left
        same: Node = Same(span_of(node), BOOLEAN, False, left, right)
        if isinstance(left, Literal) and isinstance(right, Literal):
            same = boolean(span_of(node), left.value == right.value)
        if node.operator == "==":
            return same
        if isinstance(same, Literal):
            return boolean(span_of(node), not same.value)
        return Not(span_of(node), BOOLEAN, False, same)

    def _order(self, node: nodes.Binary, left: Node, right: Node) -> Node:
        if "null" in (left.type.kind, right.type.kind):
            return boolean(span_of(node), False)
        left, right = self._comparable(node, left, right)
        if left.type.kind == "unknown":
            return left
        if not (is_ordered(left.type) or left.type.kind == "record"):
            return self.fault(node, f"{left.type.name} has no order", "compare with == or !=")
        if isinstance(left, Literal) and isinstance(right, Literal):
            known = left.value is not None and right.value is not None
            return boolean(span_of(node), known and ORDERS[node.operator](left.value, right.value))
        return Order(span_of(node), BOOLEAN, False, node.operator, left, right)

    def _comparable(self, node: nodes.Binary, left: Node, right: Node) -> tuple[Node, Node]:
        type_ = unify(left.type, right.type)
        if type_ is None:
            message = f"cannot compare {left.type.name} with {right.type.name}"
            fault = self.fault(
                node, message, _comparison_hint({left.type.kind, right.type.kind}, _text_in(left, right))
            )
            return fault, fault
        if is_list_of_records(left.type) or is_list_of_records(right.type):
            fault = self.fault(node, "a collection of records is not compared", "write size(…) == 0 or exists(…)")
            return fault, fault
        number = Type("decimal") if type_.kind == "decimal" else type_
        return coerced(left, number), coerced(right, number)

    def _among(self, node: nodes.Binary, item: Node, items: Node) -> Node:
        if items.type.kind == "json":
            items = Invoke(items.span, JSON_ITEMS.result, True, JSON_ITEMS, (items,))
        if items.type.kind == "null":
            return boolean(span_of(node), False)
        if items.type.element is None:
            hint = "write x.contains(y)" if items.type.kind == "text" else "write it in brackets, as in [a, b]"
            return self.fault(node, f"'in' needs a list, not {items.type.name}", hint)
        type_ = unify(item.type, items.type.element)
        if type_ is None:
            message = f"cannot find {item.type.name} in {items.type.name}"
            return self.fault(node, message, _membership_hint(item, items, items.type.element))
        if is_list_of_records(items.type):
            return self._record_among(node, item, items)
        number = Type("decimal") if type_.kind == "decimal" else type_
        list_type = Type("list", element=number)
        return Among(span_of(node), BOOLEAN, False, coerced(item, number), coerced(items, list_type))

    def _record_among(self, node: nodes.Binary, item: Node, items: Node) -> Node:
        variable = self.bind("", items)
        own = FieldValue(items.span, TEXT, True, variable.id, ("id",))
        self.uses.element_paths[variable.collection].add("id")
        same = Same(span_of(node), BOOLEAN, False, own, coerced(item, TEXT))
        return Quantifier(span_of(node), BOOLEAN, False, "exists", items, variable.id, same)


_COMPARING: Final = frozenset(("in", "==", "!=", *ORDERS))


def _is_certain(operator_: str, right: Node) -> bool:
    """Tell whether division by this can't be by zero."""
    return operator_ in "/%" and isinstance(right, Literal) and bool(right.value)


def _arithmetic_hint(operator_: str, left: Type, right: Type) -> str:
    if operator_ == "+" and "text" in (left.kind, right.kind):
        return "write string(x) to add it to a text"
    if {left.kind, right.kind} & {"date", "datetime"} and is_number(right):
        return "write days(n) or hours(n)"
    if {left.kind, right.kind} == {"date", "datetime"}:
        return "write date(x) of the moment"
    if "json" in (left.kind, right.kind):
        return "write decimal(x), int(x) or string(x)"
    return ""


def _membership_hint(item: Node, items: Node, element: Type) -> str:
    if element.kind == "text" and is_number(item.type):
        return f'write "{item.value}"' if isinstance(item, Literal) else "write string(x)"
    return _comparison_hint({item.type.kind, element.kind}, _text_in(item, *_parts(items)))


def _parts(items: Node) -> tuple[Node, ...]:
    return items.items if isinstance(items, Items) else ()


def _text_in(*nodes: Node) -> str | None:
    """Give the first literal text."""
    return next((node.value for node in nodes if isinstance(node, Literal) and node.type == TEXT), None)


def _comparison_hint(kinds: set[str], literal: str | None) -> str:
    if kinds == {"date", "datetime"}:
        return "write date(x) of the moment"
    if kinds == {"date", "text"}:
        written = literal if literal is not None and date_of_text(literal) is not None else "2026-01-31"
        return f'write date("{written}")'
    if kinds == {"datetime", "text"}:
        return 'write datetime("2026-01-31T08:30:00Z")'
    if kinds == {"time", "text"}:
        return 'write time("08:30")'
    if kinds == {"duration", "text"}:
        return 'write duration("3d4h")'
    return _number_hint(kinds, literal)


def _number_hint(kinds: set[str], literal: str | None) -> str:
    if "text" in kinds and kinds & {"integer", "decimal"}:
        if literal is not None and decimal_of_text(literal) is not None:
            return f"write {literal} without quotes"
        return "write decimal(x) of the text"
    if "duration" in kinds and kinds & {"integer", "decimal"}:
        return "write days(n) or hours(n)"
    if "list" in kinds:
        return "write x in list"
    return ""
