from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.expressions import Context, MappingScope, compile_expression
from kalip.fields.literals import duration_literal, literal_of, text_literal

CONTEXT = Context(datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def value_of(literal: str) -> Any:
    return compile_expression(literal, MappingScope({})).evaluate({}, CONTEXT)


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, -5, 2**63 - 1, -(2**63), Decimal("12.50"), Decimal("-0.000001"), Decimal(7), "",
        'a"b\\c\n\r\t',
        date(1, 1, 1), datetime(2026, 1, 31, 8, 30, 0, 20, UTC), time(8, 30), timedelta(days=-3, microseconds=5),
        ("a", "b"),
    ],
)  # fmt: skip
def test_the_language_reads_it_back(value: Any) -> None:
    read = value_of(literal_of(value))
    assert (tuple(read) if isinstance(read, list) else read) == value


@given(TEXTS)
def test_any_text_reads_back(text: str) -> None:
    assert value_of(text_literal(text)) == text


@given(st.timedeltas(-timedelta(days=10**6), timedelta(days=10**6)))
def test_any_duration_reads_back(length: timedelta) -> None:
    assert value_of(duration_literal(length)) == length


def test_what_has_no_literal_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        literal_of(object())
