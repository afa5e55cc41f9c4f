"""SQL for SQLite.

Comparisons, logic and integer arithmetic are SQLite's own, so that indexes serve them; what SQLite would round or let
overflow goes through the functions of `sqlite_functions`. A decimal is a scaled integer as long as it surely fits, else
canonical text.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, Literal

from kalip.expressions import typed
from kalip.expressions.encoding import canonical, encode
from kalip.expressions.functions.builtin import INT_MAX, INT_MIN, Builtin
from kalip.expressions.sql.fragments import INTEGER_BOUND, MOMENT_BOUND, Fragment, Rows
from kalip.expressions.sql.writer import SqlWriter
from kalip.expressions.types import DEFAULT_SCALE, Type

_INTEGERS: Final = ("integer", "duration")
_NAMES: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}


class SqliteWriter(SqlWriter):
    """Writes for SQLite."""

    dialect: Literal["sqlite"] = "sqlite"
    same = "IS"
    differs = "IS NOT"
    gather = "json_group_array"

    def result(self, tree: typed.Node) -> str:
        """Write the whole, a decimal as an integer scaled as its type says."""
        value = self.value(tree)
        return self._scaled(value, tree.type) if tree.type.kind == "decimal" else value.text

    def literal(self, value: Any, type_: Type) -> Fragment:
        """Write a constant."""
        if value is None:
            return Fragment("NULL", True, 0, 0)
        if type_.kind == "decimal":
            return self._decimal(value)
        encoded = encode(value, type_)
        bound = abs(encoded) if isinstance(encoded, int) else INTEGER_BOUND
        return Fragment(self.param(encoded), True, 0, bound)

    def _decimal(self, value: Decimal) -> Fragment:
        text = canonical(value)
        scale = len(text.partition(".")[2])
        scaled = int(value.scaleb(scale))
        if INT_MIN <= scaled <= INT_MAX:
            return Fragment(self.param(scaled), True, scale, abs(scaled))
        return Fragment(self.param(text), True, None)

    def integer(self, value: int) -> str:
        """Write an integer constant."""
        return self.param(value)

    def context_value(self, name: str, type_: Type) -> Fragment:
        """Write a value of the context."""
        self.context.add(name)
        return Fragment(f":{name}", True, 0, MOMENT_BOUND if type_.kind == "datetime" else INTEGER_BOUND)

    def column(self, text: str, type_: Type) -> Fragment:
        """Write a column as a value of its type."""
        if type_.kind == "decimal":
            return Fragment(text, True, _scale_of(type_))
        return Fragment(text, True, 0, MOMENT_BOUND if type_.kind == "datetime" else INTEGER_BOUND)

    def boolean(self, value: Fragment, *, column: bool) -> str:
        """Write a boolean value as a condition; a bare column is compared, as only then its index is used."""
        return f"{value.text} = 1" if column else value.text

    def widened(self, operand: Fragment) -> Fragment:
        """Write an integer as a decimal."""
        return operand

    def as_integer(self, node: typed.Node) -> tuple[Fragment, int | None]:
        """Write a decimal as the integer that is held for it, with its scale; None when none is."""
        value = self.value(node)
        return value, value.scale

    def united(self, operands: Sequence[Fragment], type_: Type) -> list[Fragment]:
        """Write values that stand for one another in one representation."""
        if type_.kind != "decimal":
            return list(operands)
        scale = _common_scale(operands)
        if scale is None:
            return [self._as_text(operand) for operand in operands]
        return [_rescaled(operand, scale) for operand in operands]

    def invoked(self, function: Builtin, arguments: Sequence[Fragment]) -> Fragment:
        """Write a call of a function of the language."""
        if function.name == "decimal" and function.parameters[0].kind == "decimal":
            return arguments[0]
        scale = None if function.result.kind == "decimal" else 0
        if function.sqlite:
            return Fragment(self.filled(function.sqlite, arguments), False, scale)
        texts: list[str] = []
        for argument, parameter in zip(arguments, function.parameters, strict=True):
            texts += _pair(argument) if parameter.kind == "decimal" else [argument.text]
        return Fragment(f"{function.sqlite_name}({', '.join(texts)})", False, scale)

    def custom_argument(self, operand: Fragment, type_: Type) -> str:
        """Write an argument of a plugin's function in the representation of its type."""
        return self._scaled(operand, type_) if type_.kind == "decimal" else operand.text

    def operation(self, node: typed.Arithmetic, left: Fragment, right: Fragment) -> Fragment:
        """Write an arithmetic operator."""
        kinds = (node.left.type.kind, node.right.type.kind)
        if node.type.kind == "decimal":
            return _decimal_operation(node.operator, left, right)
        if node.type.kind == "text":
            return Fragment(f"({left.text} || {right.text})")
        if kinds == ("datetime", "datetime"):
            return Fragment(f"({left.text} - {right.text})", bound=2 * MOMENT_BOUND)
        if node.type.kind in _INTEGERS and all(kind in _INTEGERS for kind in kinds):
            return _integer_operation(node.operator, left, right)
        if kinds == ("date", "date"):
            return Fragment(f"kalip_between_days({left.text}, {right.text})", bound=2 * MOMENT_BOUND)
        point, by = (right, left) if kinds[0] == "duration" else (left, right)
        name = f"kalip_move_{node.type.kind}{'_back' if node.operator == '-' else ''}"
        return Fragment(f"{name}({point.text}, {by.text})", bound=MOMENT_BOUND)

    def negated(self, type_: Type, operand: Fragment) -> Fragment:
        """Write a number or duration with the other sign."""
        if type_.kind == "decimal":
            return _decimal_operation("-", Fragment("0", True, 0, 0), operand)
        return _integer_operation("-", Fragment("0", True, 0, 0), operand)

    def extreme(self, name: str, type_: Type, operands: Sequence[Fragment]) -> Fragment:
        """Write the least or greatest of some values."""
        operands = self.united(operands, type_)
        function = name if operands[0].scale is not None else f"kalip_{name}_decimal"
        text = f"{function}({', '.join(operand.text for operand in operands)})"
        return Fragment(text, False, operands[0].scale, max(operand.bound for operand in operands))

    def aggregated(self, node: typed.Aggregate, rows: Rows, element: Fragment) -> Fragment:
        """Write sum, min, max or avg over rows."""
        array = rows.select(f"json_group_array({element.text})")
        scale = element.scale or 0
        if node.name == "avg":
            return Fragment(f"kalip_average({array}, {scale})", scale=None)
        if node.name == "sum" and node.type.kind == "decimal":
            return Fragment(f"kalip_sum_decimal({array}, {scale})", scale=None)
        if node.name == "sum":
            return Fragment(f"kalip_sum_integer({array})")
        if element.scale is None:
            return Fragment(f"kalip_{node.name}imum_decimal({array})", scale=None)
        return Fragment(rows.select(f"{node.name}({element.text})"), False, element.scale, element.bound)

    def ordered(self, operator: str, left: Fragment, right: Fragment, type_: Type) -> str:
        """Write an ordered comparison, null when a side is null."""
        if type_.kind != "decimal":
            return f"{left.text} {operator} {right.text}"
        scale = _common_scale((left, right))
        if scale is not None:
            return f"{_rescaled(left, scale).text} {operator} {_rescaled(right, scale).text}"
        return f"kalip_compare({', '.join((*_pair(left), *_pair(right)))}) {operator} 0"

    def equal(self, operator: str, left: Fragment, right: Fragment, type_: Type) -> str:
        """Write an equality with `=`, or with the operators that treat null as a value."""
        if type_.kind == "decimal":
            left, right = self.united((left, right), type_)
        return f"{left.text} {operator} {right.text}"

    def list_rows(self, value: str, element: Type) -> Rows:
        """Write the elements of a JSON array."""
        alias = self.alias()
        return Rows(f"json_each({value}) AS {alias}", (), self.column(f"{alias}.value", element))

    def _as_text(self, operand: Fragment) -> Fragment:
        if operand.scale is None or operand.text == "NULL":
            return Fragment(operand.text, operand.atomic, None)
        return Fragment(f"kalip_decimal({', '.join(_pair(operand))})", scale=None)

    def _scaled(self, operand: Fragment, type_: Type) -> str:
        wanted = _scale_of(type_)
        if operand.scale is not None and operand.scale <= wanted and _fits(operand, wanted):
            return _rescaled(operand, wanted).text
        return f"kalip_scaled({', '.join(_pair(operand))}, {wanted})"


def _scale_of(type_: Type) -> int:
    return DEFAULT_SCALE if type_.scale is None else type_.scale


def _pair(operand: Fragment) -> list[str]:
    """Give a decimal with its scale, as the functions take it."""
    return [operand.text, str(operand.scale or 0)]


def _fits(operand: Fragment, scale: int) -> bool:
    return operand.scale is not None and operand.bound * 10 ** (scale - operand.scale) <= INT_MAX


def _rescaled(operand: Fragment, scale: int) -> Fragment:
    if operand.scale == scale or operand.text == "NULL":
        return Fragment(operand.text, operand.atomic, scale, operand.bound)
    factor = 10 ** (scale - operand.places)
    return Fragment(f"({operand.text} * {factor})", False, scale, operand.bound * factor)


def _common_scale(operands: Sequence[Fragment]) -> int | None:
    """Find the scale at which all operands surely fit in 64 bits."""
    scales = [operand.scale for operand in operands if operand.text != "NULL"]
    if not scales:
        return 0
    known = [scale for scale in scales if scale is not None]
    if len(known) < len(scales):
        return None
    scale = max(known)
    return scale if all(_fits(operand, scale) for operand in operands if operand.text != "NULL") else None


def _decimal_operation(operator: str, left: Fragment, right: Fragment) -> Fragment:
    if operator in "+-":
        scale = _common_scale((left, right))
        if scale is not None:
            first, second = _rescaled(left, scale), _rescaled(right, scale)
            if first.bound + second.bound <= INT_MAX:
                return Fragment(f"({first.text} {operator} {second.text})", False, scale, first.bound + second.bound)
    if operator == "*" and left.scale is not None and right.scale is not None and left.bound * right.bound <= INT_MAX:
        return Fragment(f"({left.text} * {right.text})", False, left.scale + right.scale, left.bound * right.bound)
    return Fragment(f"kalip_{_NAMES[operator]}({', '.join((*_pair(left), *_pair(right)))})", scale=None)


def _integer_operation(operator: str, left: Fragment, right: Fragment) -> Fragment:
    if operator == "%":
        return Fragment(f"({left.text} % {right.text})", bound=right.bound)
    bound = left.bound * right.bound if operator == "*" else left.bound + right.bound
    text = f"({left.text} {operator} {right.text})"
    if bound <= INT_MAX:
        return Fragment(text, bound=bound)
    if left.atomic and right.atomic:
        # What overflows becomes a float in SQLite, by which it is told.
        return Fragment(f"(CASE WHEN typeof{text} = 'integer' THEN {text} END)")
    return Fragment(f"kalip_{_NAMES[operator]}_integer({left.text}, {right.text})")
