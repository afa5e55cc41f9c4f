"""The functions that storage registers in each SQLite connection.

They are the Python meaning of the language itself, on the representation that SQLite holds, so that the two can't
differ.
"""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from kalip.expressions.encoding import canonical, decimal_held, decode, encode
from kalip.expressions.functions import numbers
from kalip.expressions.functions.arithmetic import OPERATIONS
from kalip.expressions.functions.builtin import Builtin, fitting
from kalip.expressions.functions.registry import ALL_BUILTINS
from kalip.expressions.types import Type

Registered = tuple[str, int, Callable[..., Any]]

_DECIMALS: Final = {
    "add": numbers.add,
    "subtract": numbers.subtract,
    "multiply": numbers.multiply,
    "divide": numbers.divide,
    "remainder": numbers.remainder,
}
_INTEGERS: Final = {
    "add_integer": numbers.add_integers,
    "subtract_integer": numbers.subtract_integers,
    "multiply_integer": numbers.multiply_integers,
}
_DATES: Final = {
    "kalip_between_days": ("-", "date", "date"),
    "kalip_move_date": ("+", "date", "duration"),
    "kalip_move_date_back": ("-", "date", "duration"),
    "kalip_move_datetime": ("+", "datetime", "duration"),
    "kalip_move_datetime_back": ("-", "datetime", "duration"),
}


def sqlite_functions() -> tuple[Registered, ...]:
    """List name, number of arguments (-1 for any) and function; all are deterministic and never raise."""
    return (
        *(_of_builtin(builtin) for builtin in ALL_BUILTINS if builtin.postgresql and not builtin.sqlite),
        *((f"kalip_{name}", 4, _on_decimals(call)) for name, call in _DECIMALS.items()),
        *((f"kalip_{name}", 2, _on_known(call)) for name, call in _INTEGERS.items()),
        *((name, 2, _on_dates(key)) for name, key in _DATES.items()),
        ("kalip_compare", 4, _on_known(_compare)),
        ("kalip_decimal", 2, _on_known(lambda held, scale: canonical(decimal_held(held, scale)))),
        ("kalip_scaled", 3, _on_known(_scaled)),
        ("kalip_min_decimal", -1, _on_known(lambda *held: min(held, key=Decimal))),
        ("kalip_max_decimal", -1, _on_known(lambda *held: max(held, key=Decimal))),
        ("kalip_minimum_decimal", 1, lambda array: min(_known(array), key=Decimal, default=None)),
        ("kalip_maximum_decimal", 1, lambda array: max(_known(array), key=Decimal, default=None)),
        ("kalip_sum_integer", 1, lambda array: numbers.sum_integers(_known(array))),
        ("kalip_sum_decimal", 2, lambda array, scale: canonical(numbers.sum_decimals(_decimals(array, scale)))),
        ("kalip_average", 2, _average),
    )


def _of_builtin(builtin: Builtin) -> Registered:
    """Register a function of the language; each decimal argument comes with its scale."""
    parameters, result, call = builtin.parameters, builtin.result, builtin.call

    def function(*held: Any) -> object:
        values = _values(parameters, held)
        return None if None in values else encode(call(*values), result)

    arity = sum(2 if parameter.kind == "decimal" else 1 for parameter in parameters)
    return builtin.sqlite_name, arity, function


def _values(parameters: Sequence[Type], held: Sequence[Any]) -> list[Any]:
    values = []
    given = iter(held)
    for parameter in parameters:
        value = next(given)
        values.append(decode(value, parameter, next(given) if parameter.kind == "decimal" else 0))
    return values


def _on_decimals(call: Callable[[Decimal, Decimal], Decimal | None]) -> Callable[..., str | None]:
    def function(left: int | str | None, left_scale: int, right: int | str | None, right_scale: int) -> str | None:
        if left is None or right is None:
            return None
        value = call(decimal_held(left, left_scale), decimal_held(right, right_scale))
        return None if value is None else canonical(value)

    return function


def _on_known(call: Callable[..., Any]) -> Callable[..., Any]:
    def function(*held: Any) -> Any:
        return None if None in held else call(*held)

    return function


def _on_dates(key: tuple[str, str, str]) -> Callable[[Any, Any], object]:
    operation = OPERATIONS[key]
    left_type, right_type = Type(key[1]), Type(key[2])

    def function(left: Any, right: Any) -> object:
        if left is None or right is None:
            return None
        return encode(operation.call(decode(left, left_type), decode(right, right_type)), operation.result)

    return function


def _compare(left: int | str, left_scale: int, right: int | str, right_scale: int) -> int:
    first, second = decimal_held(left, left_scale), decimal_held(right, right_scale)
    return (first > second) - (first < second)


def _scaled(held: int | str, scale: int, wanted: int) -> int | None:
    rounded = numbers.round_to(decimal_held(held, scale), wanted)
    return None if rounded is None else fitting(int(rounded.scaleb(wanted, numbers.EXACT)))


def _known(array: str) -> list[Any]:
    return [value for value in json.loads(array) if value is not None]


def _decimals(array: str, scale: int) -> list[Decimal]:
    return [decimal_held(value, scale) for value in _known(array)]


def _average(array: str, scale: int) -> str | None:
    mean = numbers.average(_decimals(array, scale))
    return None if mean is None else canonical(mean)
