"""Writes a typed tree as one Python function.

The function is built as a syntax tree, never as text: names and values of the expression enter it only as constants, so
nothing that a user writes can become code.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kalip.expressions import python_tree as py
from kalip.expressions import typed
from kalip.expressions.functions import json as json_functions
from kalip.expressions.functions import lists
from kalip.expressions.functions.arithmetic import NEGATIONS, OPERATIONS
from kalip.expressions.functions.json import ordered_json, same_json
from kalip.expressions.functions.numbers import EXACT

Evaluate = Callable[[Mapping[str, object], Any], Any]

_PLAIN: Final = (bool, int, str, type(None))
_ORDERS: Final[dict[str, tuple[ast.cmpop, Callable[[Any, Any], bool]]]] = {
    "<": (ast.Lt(), operator.lt),
    "<=": (ast.LtE(), operator.le),
    ">": (ast.Gt(), operator.gt),
    ">=": (ast.GtE(), operator.ge),
}
_QUANTIFIERS: Final = {"exists": lists.exists, "exists_one": lists.exists_one, "all": lists.holds_for_all}
_EXTREMES: Final[Mapping[str, Callable[..., Any]]] = {"min": min, "max": max}


def python_of(node: typed.Node) -> Evaluate:
    """Make the function of a record (dotted path to value) and a context that evaluates a typed tree."""
    writer = _Writer()
    code = ast.Expression(py.function(("record", "context"), writer.value(node)))
    scope = {"__builtins__": {}, "len": len, "tuple": tuple, **writer.constants}
    function: Evaluate = eval(compile(code, "<expression>", "eval"), scope)  # noqa: S307  built above, not read
    return function


class _Writer:
    """Writes parts as Python; `constants` are the values and functions that they name."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}
        self.temporaries = 0

    def value(self, node: typed.Node) -> ast.expr:
        """Write the exact value of a part."""
        return _WRITERS[type(node)](self, node)

    def truth(self, node: typed.Node) -> ast.expr:
        """Write a part of which only the truth is wanted."""
        if isinstance(node, typed.Junction):
            return py.junction(_operation(node), [self.truth(operand) for operand in node.operands])
        return self.value(node)

    def elements(self, node: typed.Node) -> ast.expr:
        """Write a list, empty for null."""
        value = self.value(node)
        if isinstance(node, (typed.Items, typed.Filter, typed.Transform)):
            return value
        return py.junction(py.OR, [value, py.tuple_of(())])

    def literal(self, node: typed.Literal) -> ast.expr:
        """Write a constant."""
        return py.constant(node.value) if isinstance(node.value, _PLAIN) else self._named(node.value)

    def field(self, node: typed.FieldValue) -> ast.expr:
        """Write what a record holds."""
        get = py.attribute(py.load(node.root or "record"), "get")
        return py.call(get, [py.constant(".".join(node.path))])

    def context(self, node: typed.ContextValue) -> ast.expr:
        """Write the moment, the day or what is known of the actor."""
        value = py.load("context")
        for name in node.name.split("_"):
            value = py.attribute(value, name)
        return value

    def actor_set(self, node: typed.ActorSet) -> ast.expr:
        """Write a set of the actor, asked when it is reached."""
        return py.call(py.attribute(py.load("context"), "members"), [py.constant(node.name)])

    def variable(self, node: typed.Variable) -> ast.expr:
        """Write a macro's variable."""
        return py.load(node.name)

    def to_decimal(self, node: typed.ToDecimal) -> ast.expr:
        """Write an integer as a decimal."""
        return self._applied(EXACT.create_decimal, (node.operand,))

    def invoke(self, node: typed.Invoke | typed.InvokeCustom) -> ast.expr:
        """Write a call of a function."""
        return self._applied(node.function.call, node.arguments)

    def arithmetic(self, node: typed.Arithmetic) -> ast.expr:
        """Write an arithmetic operator."""
        left, right = ("text" if side.type.kind == "record" else side.type.kind for side in (node.left, node.right))
        return self._applied(OPERATIONS[node.operator, left, right].call, (node.left, node.right))

    def negate(self, node: typed.Negate) -> ast.expr:
        """Write a minus sign."""
        return self._applied(NEGATIONS[node.operand.type.kind][0], (node.operand,))

    def order(self, node: typed.Order) -> ast.expr:
        """Write an ordered comparison, false for null."""
        symbol, function = _ORDERS[node.operator]
        if "json" in (node.left.type.kind, node.right.type.kind):
            return self._call(ordered_json, self._named(function), self.value(node.left), self.value(node.right))
        tests, values = self._guarded((node.left, node.right))
        return py.junction(py.AND, [*map(py.is_some, tests), py.compare(values[0], symbol, values[1])])

    def same(self, node: typed.Same) -> ast.expr:
        """Write an equality, where null is a value."""
        sides = (node.left, node.right)
        for side, other in (sides, sides[::-1]):
            if isinstance(side, typed.Literal) and side.value is None:
                return py.is_none(self.value(other))
        kinds = {side.type.kind for side in sides}
        if "json" in kinds or (kinds == {"list"} and _of_json(node.left, node.right)):
            return self._call(same_json, self.value(node.left), self.value(node.right))
        if "list" in kinds:
            return self._call(lists.same_list, self.value(node.left), self.value(node.right))
        return py.compare(self.value(node.left), py.EQUAL, self.value(node.right))

    def negation(self, node: typed.Not) -> ast.expr:
        """Write `!`."""
        return py.negation(self.truth(node.operand))

    def junction(self, node: typed.Junction) -> ast.expr:
        """Write `&&` or `||` so that it gives true or false, never null."""
        return py.junction(_operation(node), [self._exact(operand) for operand in node.operands])

    def choose(self, node: typed.Choose) -> ast.expr:
        """Write `condition ? then : otherwise`."""
        return py.choice(self.truth(node.condition), self.value(node.then), self.value(node.otherwise))

    def coalesce(self, node: typed.Coalesce) -> ast.expr:
        """Write the first that is not null."""
        result = self.value(node.operands[-1])
        for operand in reversed(node.operands[:-1]):
            first, again = self._held(operand)
            result = py.choice(py.is_some(first), again, result)
        return result

    def extreme(self, node: typed.Extreme) -> ast.expr:
        """Write the least or greatest of operands."""
        return self._applied(_EXTREMES[node.name], node.operands)

    def is_empty(self, node: typed.IsEmpty) -> ast.expr:
        """Write isEmpty."""
        kind = node.operand.type.kind
        if kind in ("text", "record", "list"):
            return py.negation(self.value(node.operand))
        if kind == "json":
            return self._call(json_functions.is_empty_json, self.value(node.operand))
        return py.is_none(self.value(node.operand))

    def among(self, node: typed.Among) -> ast.expr:
        """Write `in`."""
        element = node.list.type.element
        if node.item.type.kind == "json" or (element is not None and element.kind == "json"):
            first = self.value(node.item)
            return self._call(_among_json, first, self.elements(node.list))
        if isinstance(node.list, typed.Items) and all(isinstance(item, typed.Literal) for item in node.list.items):
            values = frozenset(item.value for item in node.list.items if isinstance(item, typed.Literal))
            return py.compare(self.value(node.item), py.IN, self._named(values))
        return py.compare(self.value(node.item), py.IN, self.elements(node.list))

    def items(self, node: typed.Items) -> ast.expr:
        """Write a list."""
        return py.tuple_of([self.value(item) for item in node.items])

    def entries(self, node: typed.Entries) -> ast.expr:
        """Write a map."""
        return py.dict_of([(key, self.value(value)) for key, value in node.entries])

    def item(self, node: typed.Item) -> ast.expr:
        """Write the element at a position."""
        return self._applied(lists.item_at, (node.list, node.index))

    def member(self, node: typed.Member) -> ast.expr:
        """Write a member of a JSON value."""
        return self._call(json_functions.member, self.value(node.operand), self.value(node.key))

    def aggregate(self, node: typed.Aggregate) -> ast.expr:
        """Write size, sum, min, max or avg of a list."""
        elements = self.elements(node.list)
        if node.name == "size":
            return py.call(py.load("len"), [elements])
        if node.name in ("min", "max"):
            return self._call(lists.least if node.name == "min" else lists.greatest, elements)
        return self._call(lists.AGGREGATES[node.name, node.list.type.held.kind], elements)

    def join(self, node: typed.Join) -> ast.expr:
        """Write the texts of a list with a separator."""
        elements = self.elements(node.list)
        if not node.separator.nullable:
            return self._call(lists.join, elements, self.value(node.separator))
        first, again = self._held(node.separator)
        return py.choice(py.is_none(first), py.constant(None), self._call(lists.join, elements, again))

    def quantifier(self, node: typed.Quantifier) -> ast.expr:
        """Write exists, exists_one or all."""
        condition = py.function((node.variable,), self.truth(node.condition))
        return self._call(_QUANTIFIERS[node.name], self.elements(node.list), condition)

    def filtered(self, node: typed.Filter) -> ast.expr:
        """Write the elements for which a condition holds."""
        condition = py.function((node.variable,), self.truth(node.condition))
        return self._call(lists.filtered, self.elements(node.list), condition)

    def transformed(self, node: typed.Transform) -> ast.expr:
        """Write a value made of each element."""
        change = py.function((node.variable,), self.value(node.value))
        return self._call(lists.transformed, self.elements(node.list), change)

    def _named(self, value: object) -> ast.expr:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return py.load(name)

    def _call(self, function: Callable[..., Any], *arguments: ast.expr) -> ast.expr:
        return py.call(self._named(function), arguments)

    def _exact(self, node: typed.Node) -> ast.expr:
        value = self.value(node)
        return py.compare(value, py.IS, py.constant(True)) if node.nullable else value

    def _applied(self, function: Callable[..., Any], operands: Sequence[typed.Node]) -> ast.expr:
        """Call a function, or give null when an argument is null."""
        tests, values = self._guarded(operands)
        call = self._call(function, *values)
        if not tests:
            return call
        return py.choice(py.junction(py.OR, list(map(py.is_none, tests))), py.constant(None), call)

    def _guarded(self, operands: Sequence[typed.Node]) -> tuple[list[ast.expr], list[ast.expr]]:
        """Write the nullable operands, to be tested, and then all of them, to be read after the tests passed."""
        tests: list[ast.expr] = []
        values: list[ast.expr] = []
        for operand in operands:
            if operand.nullable:
                first, again = self._held(operand)
                tests.append(first)
                values.append(again)
            else:
                values.append(self.value(operand))
        return tests, values

    def _held(self, node: typed.Node) -> tuple[ast.expr, ast.expr]:
        """Write a part to be read twice: first where it is computed, then where it is read again."""
        if isinstance(node, typed.Variable):
            return py.load(node.name), py.load(node.name)
        self.temporaries += 1
        name = f"t{self.temporaries}"
        return py.kept(name, self.value(node)), py.load(name)


_WRITERS: Final[Mapping[type[typed.Node], Callable[[_Writer, Any], ast.expr]]] = {
    typed.Literal: _Writer.literal,
    typed.FieldValue: _Writer.field,
    typed.ContextValue: _Writer.context,
    typed.ActorSet: _Writer.actor_set,
    typed.Variable: _Writer.variable,
    typed.ToDecimal: _Writer.to_decimal,
    typed.Invoke: _Writer.invoke,
    typed.InvokeCustom: _Writer.invoke,
    typed.Arithmetic: _Writer.arithmetic,
    typed.Negate: _Writer.negate,
    typed.Order: _Writer.order,
    typed.Same: _Writer.same,
    typed.Not: _Writer.negation,
    typed.Junction: _Writer.junction,
    typed.Choose: _Writer.choose,
    typed.Coalesce: _Writer.coalesce,
    typed.Extreme: _Writer.extreme,
    typed.IsEmpty: _Writer.is_empty,
    typed.Among: _Writer.among,
    typed.Items: _Writer.items,
    typed.Entries: _Writer.entries,
    typed.Item: _Writer.item,
    typed.Member: _Writer.member,
    typed.Aggregate: _Writer.aggregate,
    typed.Join: _Writer.join,
    typed.Quantifier: _Writer.quantifier,
    typed.Filter: _Writer.filtered,
    typed.Transform: _Writer.transformed,
}


def _operation(node: typed.Junction) -> ast.boolop:
    return py.AND if node.operator == "&&" else py.OR


def _among_json(item: Any, values: tuple[Any, ...]) -> bool:
    return any(same_json(item, value) for value in values)


def _of_json(*lists_: typed.Node) -> bool:
    return any(side.type.element is not None and side.type.element.kind == "json" for side in lists_)
