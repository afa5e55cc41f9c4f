"""Writes a typed tree as one Python function.

The function is built as a syntax tree, never as text: names and values of the expression enter it only as constants, so
nothing that a user writes can become code.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

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


def python_of(node: typed.Node) -> Evaluate:
    """Make the function of a record (dotted path to value) and a context that evaluates a typed tree."""
    writer = _Writer()
    body = writer.value(node)
    arguments = _arguments("record", "context")
    code = ast.Expression(ast.Lambda(arguments, body))
    for part in ast.walk(code):
        if isinstance(part, (ast.expr, ast.arg)):
            part.lineno = part.end_lineno = 1
            part.col_offset = part.end_col_offset = 0
    scope = {"__builtins__": {}, "len": len, "tuple": tuple, **writer.constants}
    function: Evaluate = eval(compile(code, "<expression>", "eval"), scope)  # noqa: S307  built above, not read
    return function


class _Writer:
    """Writes parts as Python; `constants` are the values and functions that they name."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}
        self.temporaries = 0
        self.writers: dict[type[typed.Node], Callable[[Any], ast.expr]] = {
            typed.Literal: self._literal,
            typed.FieldValue: self._field,
            typed.ContextValue: self._context,
            typed.Variable: self._variable,
            typed.ToDecimal: lambda node: self._applied(EXACT.create_decimal, (node.operand,)),
            typed.Invoke: lambda node: self._applied(node.function.call, node.arguments),
            typed.InvokeCustom: lambda node: self._applied(node.function.call, node.arguments),
            typed.Arithmetic: self._arithmetic,
            typed.Negate: lambda node: self._applied(NEGATIONS[node.operand.type.kind][0], (node.operand,)),
            typed.Order: self._order,
            typed.Same: self._same,
            typed.Not: lambda node: ast.UnaryOp(ast.Not(), self.truth(node.operand)),
            typed.Junction: self._junction,
            typed.Choose: self._choose,
            typed.Coalesce: self._coalesce,
            typed.Extreme: lambda node: self._applied({"min": min, "max": max}[node.name], node.operands),
            typed.IsEmpty: self._is_empty,
            typed.Among: self._among,
            typed.Items: lambda node: ast.Tuple([self.value(item) for item in node.items], ast.Load()),
            typed.Entries: self._entries,
            typed.Item: lambda node: self._applied(lists.item_at, (node.list, node.index)),
            typed.Member: lambda node: self._call(
                json_functions.member, self.value(node.operand), self.value(node.key)
            ),
            typed.Aggregate: self._aggregate,
            typed.Join: self._join,
            typed.Quantifier: self._quantifier,
            typed.Filter: lambda node: self._call(lists.filtered, self.elements(node.list), self._condition(node)),
            typed.Transform: self._transform,
        }

    def value(self, node: typed.Node) -> ast.expr:
        """Write the exact value of a part."""
        return self.writers[type(node)](node)

    def truth(self, node: typed.Node) -> ast.expr:
        """Write a part of which only the truth is wanted."""
        if isinstance(node, typed.Junction):
            operation: ast.boolop = ast.And() if node.operator == "&&" else ast.Or()
            return ast.BoolOp(operation, [self.truth(operand) for operand in node.operands])
        return self.value(node)

    def elements(self, node: typed.Node) -> ast.expr:
        """Write a list, empty for null."""
        value = self.value(node)
        if isinstance(node, (typed.Items, typed.Filter, typed.Transform)):
            return value
        return ast.BoolOp(ast.Or(), [value, ast.Tuple([], ast.Load())])

    def _literal(self, node: typed.Literal) -> ast.expr:
        return self._constant(node.value)

    def _constant(self, value: object) -> ast.expr:
        if isinstance(value, _PLAIN):
            return ast.Constant(value)
        return self._named(value)

    def _named(self, value: object) -> ast.expr:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return _load(name)

    def _call(self, function: Callable[..., Any], *arguments: ast.expr) -> ast.expr:
        return ast.Call(self._named(function), list(arguments), [])

    def _field(self, node: typed.FieldValue) -> ast.expr:
        get = ast.Attribute(_load(node.root or "record"), "get", ast.Load())
        return ast.Call(get, [ast.Constant(".".join(node.path))], [])

    def _context(self, node: typed.ContextValue) -> ast.expr:
        value: ast.expr = _load("context")
        for attribute in node.name.split("_"):
            value = ast.Attribute(value, attribute, ast.Load())
        return value

    def _variable(self, node: typed.Variable) -> ast.expr:
        return _load(node.name)

    def _held(self, node: typed.Node) -> tuple[ast.expr, ast.expr]:
        """Write a part to be read twice: first where it is computed, then where it is read again."""
        if isinstance(node, typed.Variable):
            return _load(node.name), _load(node.name)
        self.temporaries += 1
        name = f"t{self.temporaries}"
        return ast.NamedExpr(ast.Name(name, ast.Store()), self.value(node)), _load(name)

    def _guarded(self, operands: tuple[typed.Node, ...]) -> tuple[list[tuple[ast.expr, bool]], list[ast.expr]]:
        """Write operands with the tests by which the nullable ones are known to be there."""
        tests: list[tuple[ast.expr, bool]] = []
        values: list[ast.expr] = []
        for operand in operands:
            if operand.nullable:
                first, again = self._held(operand)
                tests.append((first, True))
                values.append(again)
            else:
                values.append(self.value(operand))
        return tests, values

    def _applied(self, function: Callable[..., Any], operands: tuple[typed.Node, ...]) -> ast.expr:
        """Call a function, or give null when an argument is null."""
        tests, values = self._guarded(operands)
        call = self._call(function, *values)
        if not tests:
            return call
        checks = [_is_none(test) for test, _ in tests]
        missing = checks[0] if len(checks) == 1 else ast.BoolOp(ast.Or(), checks)
        return ast.IfExp(missing, ast.Constant(None), call)

    def _arithmetic(self, node: typed.Arithmetic) -> ast.expr:
        kinds = ["text" if side.type.kind == "record" else side.type.kind for side in (node.left, node.right)]
        return self._applied(OPERATIONS[node.operator, kinds[0], kinds[1]].call, (node.left, node.right))

    def _order(self, node: typed.Order) -> ast.expr:
        symbol, function = _ORDERS[node.operator]
        if "json" in (node.left.type.kind, node.right.type.kind):
            return self._call(ordered_json, self._named(function), self.value(node.left), self.value(node.right))
        tests, values = self._guarded((node.left, node.right))
        compared = ast.Compare(values[0], [symbol], [values[1]])
        if not tests:
            return compared
        return ast.BoolOp(ast.And(), [*(_is_some(test) for test, _ in tests), compared])

    def _same(self, node: typed.Same) -> ast.expr:
        sides = (node.left, node.right)
        for side, other in (sides, sides[::-1]):
            if isinstance(side, typed.Literal) and side.value is None:
                return _is_none(self.value(other))
        kinds = {side.type.kind for side in sides}
        if "json" in kinds or (kinds == {"list"} and _of_json(node.left, node.right)):
            return self._call(same_json, self.value(node.left), self.value(node.right))
        if "list" in kinds:
            return self._call(lists.same_list, self.value(node.left), self.value(node.right))
        return ast.Compare(self.value(node.left), [ast.Eq()], [self.value(node.right)])

    def _junction(self, node: typed.Junction) -> ast.expr:
        operation: ast.boolop = ast.And() if node.operator == "&&" else ast.Or()
        return ast.BoolOp(operation, [self._exact(operand) for operand in node.operands])

    def _exact(self, node: typed.Node) -> ast.expr:
        value = self.value(node)
        return ast.Compare(value, [ast.Is()], [ast.Constant(True)]) if node.nullable else value

    def _choose(self, node: typed.Choose) -> ast.expr:
        return ast.IfExp(self.truth(node.condition), self.value(node.then), self.value(node.otherwise))

    def _coalesce(self, node: typed.Coalesce) -> ast.expr:
        result = self.value(node.operands[-1])
        for operand in reversed(node.operands[:-1]):
            first, again = self._held(operand)
            result = ast.IfExp(_is_some(first), again, result)
        return result

    def _is_empty(self, node: typed.IsEmpty) -> ast.expr:
        kind = node.operand.type.kind
        if kind in ("text", "record", "list"):
            return ast.UnaryOp(ast.Not(), self.value(node.operand))
        if kind == "json":
            return self._call(json_functions.is_empty_json, self.value(node.operand))
        return _is_none(self.value(node.operand))

    def _among(self, node: typed.Among) -> ast.expr:
        element = node.list.type.element
        if node.item.type.kind == "json" or (element is not None and element.kind == "json"):
            first = self.value(node.item)
            return self._call(_among_json, first, self.elements(node.list))
        if isinstance(node.list, typed.Items) and all(isinstance(item, typed.Literal) for item in node.list.items):
            values = frozenset(item.value for item in node.list.items if isinstance(item, typed.Literal))
            return ast.Compare(self.value(node.item), [ast.In()], [self._named(values)])
        return ast.Compare(self.value(node.item), [ast.In()], [self.elements(node.list)])

    def _entries(self, node: typed.Entries) -> ast.expr:
        keys: list[ast.expr | None] = [ast.Constant(key) for key, _ in node.entries]
        return ast.Dict(keys, [self.value(value) for _, value in node.entries])

    def _aggregate(self, node: typed.Aggregate) -> ast.expr:
        elements = self.elements(node.list)
        if node.name == "size":
            return ast.Call(_load("len"), [elements], [])
        if node.name in ("min", "max"):
            return self._call(lists.least if node.name == "min" else lists.greatest, elements)
        assert node.list.type.element is not None
        return self._call(lists.AGGREGATES[node.name, node.list.type.element.kind], elements)

    def _join(self, node: typed.Join) -> ast.expr:
        elements = self.elements(node.list)
        if not node.separator.nullable:
            return self._call(lists.join, elements, self.value(node.separator))
        first, again = self._held(node.separator)
        return ast.IfExp(_is_none(first), ast.Constant(None), self._call(lists.join, elements, again))

    def _quantifier(self, node: typed.Quantifier) -> ast.expr:
        return self._call(_QUANTIFIERS[node.name], self.elements(node.list), self._condition(node))

    def _condition(self, node: typed.Quantifier | typed.Filter) -> ast.expr:
        return ast.Lambda(_arguments(node.variable), self.truth(node.condition))

    def _transform(self, node: typed.Transform) -> ast.expr:
        change = ast.Lambda(_arguments(node.variable), self.value(node.value))
        return self._call(lists.transformed, self.elements(node.list), change)


def _among_json(item: Any, values: tuple[Any, ...]) -> bool:
    return any(same_json(item, value) for value in values)


def _of_json(*lists_: typed.Node) -> bool:
    return any(side.type.element is not None and side.type.element.kind == "json" for side in lists_)


def _load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _arguments(*names: str) -> ast.arguments:
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])


def _is_none(value: ast.expr) -> ast.expr:
    return ast.Compare(value, [ast.Is()], [ast.Constant(None)])


def _is_some(value: ast.expr) -> ast.expr:
    return ast.Compare(value, [ast.IsNot()], [ast.Constant(None)])
