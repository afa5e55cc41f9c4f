"""Cursors: what was written is read; anything else is refused, never more."""

import base64
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.base.errors import BadRequest
from kalip.storage.cursor import read_cursor, write_cursor

KINDS = ("text", "integer", "boolean", "decimal:2", "moment", "date", "time", "duration")
VALUES = (
    "Işık", -5, True, Decimal("-1.50"), datetime(2026, 1, 2, 3, 4, 5, 6, UTC), date(2026, 1, 2), time(3, 4),
    timedelta(microseconds=7),
)  # fmt: skip


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode()


def test_there_and_back() -> None:
    assert read_cursor(write_cursor("o", KINDS, VALUES), "o", KINDS) == list(VALUES)
    nothing = [None] * len(KINDS)
    assert read_cursor(write_cursor("o", KINDS, nothing), "o", KINDS) == nothing


@given(
    st.sampled_from(KINDS), st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists)
)
def test_any_json_is_read_or_refused(kind: str, held: Any) -> None:
    with suppress(BadRequest, orjson.JSONEncodeError):
        read_cursor(encoded(["o", held]), "o", (kind,))


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        read_cursor(text, "o", ("text",))


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("text", 1), ("text", "a\0"), ("integer", "1"), ("integer", True), ("integer", 2**63), ("boolean", 1),
        ("decimal:2", "NaN"), ("decimal:2", "x"), ("decimal:2", 1.5), ("moment", "2026-01-01T00:00:00"), ("date", "x"),
        ("time", 5), ("duration", "1"), ("duration", 2**63),
    ],
)  # fmt: skip
def test_values_of_another_kind_are_refused(kind: str, held: Any) -> None:
    with pytest.raises(BadRequest):
        read_cursor(encoded(["o", held]), "o", (kind,))
