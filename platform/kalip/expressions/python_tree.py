"""Builds pieces of Python's own syntax tree, each with the place that Python's compiler asks for.

Knows Python's syntax; refuses to know the expression language.
"""

import ast
from collections.abc import Sequence
from typing import Any, Final

_HERE: Final[dict[str, Any]] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}

IS: Final = ast.Is()
IS_NOT: Final = ast.IsNot()
EQUAL: Final = ast.Eq()
IN: Final = ast.In()
AND: Final = ast.And()
OR: Final = ast.Or()
_NOT: Final = ast.Not()
_LOAD: Final = ast.Load()
_STORE: Final = ast.Store()


def constant(value: object) -> ast.expr:
    """Write a value that Python has a literal for."""
    return ast.Constant(value, **_HERE)  # type: ignore[arg-type]  # any object may stand in a tree


def load(name: str) -> ast.expr:
    """Read a variable."""
    return ast.Name(name, _LOAD, **_HERE)


def kept(name: str, value: ast.expr) -> ast.expr:
    """Give a value and keep it in a variable."""
    return ast.NamedExpr(ast.Name(name, _STORE, **_HERE), value, **_HERE)


def attribute(value: ast.expr, name: str) -> ast.expr:
    """Read an attribute."""
    return ast.Attribute(value, name, _LOAD, **_HERE)


def call(function: ast.expr, arguments: Sequence[ast.expr]) -> ast.expr:
    """Call with positional arguments."""
    return ast.Call(function, list(arguments), [], **_HERE)


def compare(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
    """Compare two values."""
    return ast.Compare(left, [operator], [right], **_HERE)


def junction(operator: ast.boolop, operands: Sequence[ast.expr]) -> ast.expr:
    """Join operands with `and` or `or`; a lone one stands for itself."""
    return operands[0] if len(operands) == 1 else ast.BoolOp(operator, list(operands), **_HERE)


def negation(operand: ast.expr) -> ast.expr:
    """Write `not`."""
    return ast.UnaryOp(_NOT, operand, **_HERE)


def choice(condition: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """Write `then if condition else otherwise`."""
    return ast.IfExp(condition, then, otherwise, **_HERE)


def tuple_of(items: Sequence[ast.expr]) -> ast.expr:
    """Write a tuple."""
    return ast.Tuple(list(items), _LOAD, **_HERE)


def dict_of(entries: Sequence[tuple[str, ast.expr]]) -> ast.expr:
    """Write a dictionary with texts as keys."""
    return ast.Dict([constant(key) for key, _ in entries], [value for _, value in entries], **_HERE)


def function(parameters: Sequence[str], body: ast.expr) -> ast.expr:
    """Write a lambda."""
    arguments = [ast.arg(name, **_HERE) for name in parameters]
    return ast.Lambda(ast.arguments([], arguments, None, [], [], None, []), body, **_HERE)


def is_none(value: ast.expr) -> ast.expr:
    """Tell whether a value is None."""
    return compare(value, IS, constant(None))


def is_some(value: ast.expr) -> ast.expr:
    """Tell whether a value is not None."""
    return compare(value, IS_NOT, constant(None))
