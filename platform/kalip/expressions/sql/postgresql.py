"""SQL for PostgreSQL.

Numbers are exact there by nature; what can leave 64 bits or the calendar is computed in a wider type and checked, as
PostgreSQL would raise an error where the language says null. Text is ordered by code point.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

from kalip.expressions import typed
from kalip.expressions.encoding import microseconds_of
from kalip.expressions.functions.builtin import INT_MAX, INT_MIN, Builtin
from kalip.expressions.functions.dates import IN_DATES, IN_MOMENTS
from kalip.expressions.functions.numbers import DIVISION_SCALE
from kalip.expressions.sql.fragments import MOMENT_BOUND, Fragment, Rows
from kalip.expressions.sql.writer import SqlWriter
from kalip.expressions.types import Type

_TYPES: Final = {
    "null": "TEXT",
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "decimal": "NUMERIC",
    "text": "TEXT",
    "record": "TEXT",
    "date": "DATE",
    "datetime": "TIMESTAMPTZ",
    "time": "TIME",
    "duration": "BIGINT",
    "list": "JSONB",
}
_INTEGERS: Final = ("integer", "duration")
_DAY: Final = 86_400_000_000
_HOUR: Final = 3_600_000_000
# Twice this is more than the calendar holds, and still within what PostgreSQL adds without an error.
_REACH: Final = 2 * MOMENT_BOUND

_FITTING: Final = f"CASE WHEN {{0}} BETWEEN {INT_MIN} AND {INT_MAX} THEN CAST({{0}} AS BIGINT) END"
# Whole numbers divide exactly, so the quotient is rounded once, half away from zero.
_QUOTIENT: Final = (
    f"sign({{0}}) * sign({{1}}) * div(2 * abs({{0}}) * {10**DIVISION_SCALE} + abs({{1}}), 2 * abs(NULLIF({{1}}, 0)))"
    f" * 0.{'0' * (DIVISION_SCALE - 1)}1"
)
# Hours and microseconds, as days would depend on the session's zone and microseconds alone on floating point.
_INTERVAL: Final = f"({{1}} / {_HOUR}) * interval '1 hour' + ({{1}} % {_HOUR}) * interval '1 microsecond'"
_MOVED_MOMENT: Final = f"CASE WHEN {{1}} BETWEEN -{_REACH} AND {_REACH} THEN {{0}} %s ({_INTERVAL}) END"
_MOVED_DATE: Final = f"CASE WHEN {{1}} BETWEEN -{_REACH} AND {_REACH} THEN {{0}} %s CAST({{1}} / {_DAY} AS INTEGER) END"


class PostgresqlWriter(SqlWriter):
    """Writes for PostgreSQL."""

    dialect: Literal["postgresql"] = "postgresql"
    same = "IS NOT DISTINCT FROM"
    differs = "IS DISTINCT FROM"
    gather = "jsonb_agg"

    def result(self, tree: typed.Node) -> str:
        """Write the whole."""
        return self.value(tree).text

    def literal(self, value: Any, type_: Type) -> Fragment:
        """Write a constant."""
        if value is None:
            return Fragment(f"CAST(NULL AS {_TYPES[type_.kind]})", True, bound=0)
        if type_.kind == "boolean":
            return Fragment("TRUE" if value else "FALSE", True)
        if type_.kind == "duration":
            value = microseconds_of(value)
        bound = abs(value) if isinstance(value, int) else INT_MAX
        return Fragment(f"CAST({self.param(value)} AS {_TYPES[type_.kind]})", True, bound=bound)

    def integer(self, value: int) -> str:
        """Write an integer constant."""
        return f"CAST({self.param(value)} AS BIGINT)"

    def context_value(self, name: str, type_: Type) -> Fragment:
        """Write a value of the context."""
        self.context.add(name)
        return Fragment(f"CAST(:{name} AS {_TYPES[type_.kind]})", True)

    def column(self, text: str, type_: Type) -> Fragment:
        """Write a column as a value of its type."""
        return Fragment(text, True)

    def widened(self, operand: Fragment) -> Fragment:
        """Write an integer as a decimal."""
        return Fragment(f"CAST({operand.text} AS NUMERIC)", operand.atomic)

    def united(self, operands: Sequence[Fragment], type_: Type) -> list[Fragment]:
        """Write values that stand for one another in one representation."""
        return list(operands)

    def invoked(self, function: Builtin, arguments: Sequence[Fragment]) -> Fragment:
        """Write a call of a function of the language."""
        return Fragment(self.filled(function.postgresql, arguments))

    def custom_argument(self, operand: Fragment, type_: Type) -> str:
        """Write an argument of a plugin's function in the representation of its type."""
        return operand.text

    def operation(self, node: typed.Arithmetic, left: Fragment, right: Fragment) -> Fragment:
        """Write an arithmetic operator."""
        kinds = (node.left.type.kind, node.right.type.kind)
        if node.type.kind == "decimal":
            return self._decimal_operation(node.operator, left, right)
        if node.type.kind == "text":
            return Fragment(f"({left.text} || {right.text})")
        if kinds == ("datetime", "datetime"):
            epochs = (f"EXTRACT(EPOCH FROM {side.text}) * 1000000" for side in (left, right))
            return Fragment(f"CAST({' - '.join(epochs)} AS BIGINT)", bound=_REACH)
        if kinds == ("date", "date"):
            return Fragment(f"(CAST({left.text} - {right.text} AS BIGINT) * {_DAY})", bound=_REACH)
        if node.type.kind in _INTEGERS:
            return self._integer_operation(node.operator, left, right)
        point, by = (right, left) if kinds[0] == "duration" else (left, right)
        moved, checked = (_MOVED_DATE, IN_DATES) if node.type.kind == "date" else (_MOVED_MOMENT, IN_MOMENTS)
        return Fragment(self.filled(checked, [Fragment(self.filled(moved.replace("%s", node.operator), [point, by]))]))

    def negated(self, type_: Type, operand: Fragment) -> Fragment:
        """Write a number or duration with the other sign."""
        if type_.kind == "decimal":
            return Fragment(f"(- {operand.text})")
        return self._integer_operation("-", Fragment("0", True, bound=0), operand)

    def extreme(self, name: str, type_: Type, operands: Sequence[Fragment]) -> Fragment:
        """Write the least or greatest of some values."""
        collation = _collation(type_)
        places = [f"{{{at}}}" for at in range(len(operands))]
        known = " AND ".join(f"{place} IS NOT NULL" for place in places)
        function = "LEAST" if name == "min" else "GREATEST"
        values = ", ".join(f"{place}{collation}" for place in places)
        template = f"CASE WHEN {known} THEN {function}({values}) END"
        return Fragment(self.filled(template, operands), bound=max(operand.bound for operand in operands))

    def aggregated(self, node: typed.Aggregate, rows: Rows, element: Fragment) -> Fragment:
        """Write sum, min, max or avg over rows."""
        if node.name in ("min", "max"):
            value = f"{element.text}{_collation(node.list.type.held)}"
            return Fragment(rows.select(f"{node.name}({value})"), bound=element.bound)
        total = f"COALESCE(SUM(CAST({element.text} AS NUMERIC)), 0)"
        if node.name == "avg":
            count = f"CAST(COUNT({element.text}) AS NUMERIC)"
            alias = self.alias()
            quotient = _QUOTIENT.format(f"{alias}.s", f"{alias}.n")
            sums = rows.select(f"{total} AS s, {count} AS n")
            return Fragment(f"(SELECT {quotient} FROM {sums} AS {alias})")  # noqa: S608  our own pieces
        whole = Fragment(rows.select(total))
        return whole if node.type.kind == "decimal" else Fragment(self.filled(_FITTING, [whole]))

    def ordered(self, operator: str, left: Fragment, right: Fragment, type_: Type) -> str:
        """Write an ordered comparison, null when a side is null."""
        return f"{left.text}{_collation(type_)} {operator} {right.text}{_collation(type_)}"

    def equal(self, operator: str, left: Fragment, right: Fragment, type_: Type) -> str:
        """Write an equality with `=`, or with the operators that treat null as a value."""
        return f"{left.text} {operator} {right.text}"

    def list_rows(self, value: str, element: Type) -> Rows:
        """Write the elements of a JSON array."""
        alias = self.alias()
        text = f"{alias}.value"
        held = f"CAST({text} AS BIGINT)" if element.kind == "integer" else text
        return Rows(f"jsonb_array_elements_text({value}) AS {alias}(value)", (), Fragment(held, True))

    def _decimal_operation(self, operator: str, left: Fragment, right: Fragment) -> Fragment:
        if operator == "/":
            return Fragment(self.filled(_QUOTIENT, [left, right]))
        if operator == "%":
            return Fragment(f"MOD({left.text}, NULLIF({right.text}, 0))")
        return Fragment(f"({left.text} {operator} {right.text})")

    def _integer_operation(self, operator: str, left: Fragment, right: Fragment) -> Fragment:
        if operator == "%":
            return Fragment(f"MOD({left.text}, NULLIF({right.text}, 0))", bound=right.bound)
        bound = left.bound * right.bound if operator == "*" else left.bound + right.bound
        if bound <= INT_MAX:
            return Fragment(f"({left.text} {operator} {right.text})", bound=bound)
        wide = Fragment(f"(CAST({left.text} AS NUMERIC) {operator} {right.text})")
        return Fragment(self.filled(_FITTING, [wide]))


def _collation(type_: Type) -> str:
    return ' COLLATE "C"' if type_.kind in ("text", "record") else ""
