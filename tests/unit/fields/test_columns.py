from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from kalip.fields import columns
from tests.contract.databases import engine_of

KINDS: dict[str, tuple[TypeEngine[Any], Any, Any]] = {
    "decimal": (columns.ScaledDecimal(4), Decimal("-12.5000"), -125000),
    "moment": (columns.UtcDateTime(), datetime(2026, 1, 31, 8, 30, 0, 5, UTC), 1769848200000005),
    "date": (columns.IsoDate(), date(999, 1, 2), "0999-01-02"),
    "time": (columns.IsoTime(), time(8, 30), "08:30:00"),
    "duration": (columns.Microseconds(), timedelta(days=-1, microseconds=1), -86399999999),
    "json": (columns.JsonValue(), {"b": [1, 1e20], "a": "ğ"}, '{"b":[1,1e+20],"a":"ğ"}'),
    "texts": (columns.JsonTexts(), ("ğ", "b"), '["ğ","b"]'),
    "text": (columns.text_column(), "ğ", "ğ"),
    "integer": (columns.integer_column(), 2**63 - 1, 2**63 - 1),
    "small": (columns.small_integer_column(), 5, 5),
    "boolean": (columns.boolean_column(), False, 0),
}


@pytest.fixture
def table(database_url: str) -> Iterator[tuple[sa.Engine, sa.Table]]:
    table = sa.Table("kinds", sa.MetaData(), *(sa.Column(name, kind) for name, (kind, _, _) in KINDS.items()))
    with engine_of(database_url) as engine:
        with engine.begin() as connection:
            table.create(connection)
        yield engine, table


def test_values_come_back(table: tuple[sa.Engine, sa.Table]) -> None:
    engine, kinds = table
    values = {name: value for name, (_, value, _) in KINDS.items()}
    with engine.begin() as connection:
        connection.execute(sa.insert(kinds).values(**values))
        row = connection.execute(sa.select(kinds)).one()._asdict()
        raw = connection.execute(sa.text("SELECT * FROM kinds")).one()._asdict()
    assert row == values
    assert {name: type(value) for name, value in row.items()} == {name: type(value) for name, value in values.items()}
    if engine.dialect.name == "sqlite":
        assert raw == {name: held for name, (_, _, held) in KINDS.items()}


def test_null_comes_back(table: tuple[sa.Engine, sa.Table]) -> None:
    engine, kinds = table
    with engine.begin() as connection:
        connection.execute(sa.insert(kinds).values(dict.fromkeys(KINDS)))
        assert set(connection.execute(sa.text("SELECT * FROM kinds")).one()) == {None}
        assert set(connection.execute(sa.select(kinds)).one()) == {None}


def test_the_empty_list_is_null(table: tuple[sa.Engine, sa.Table]) -> None:
    engine, kinds = table
    with engine.begin() as connection:
        connection.execute(sa.insert(kinds).values(texts=()))
        assert connection.execute(sa.text("SELECT count(*) FROM kinds WHERE texts IS NULL")).scalar() == 1


def test_moments_of_other_zones_are_kept_in_utc(table: tuple[sa.Engine, sa.Table]) -> None:
    engine, kinds = table
    with engine.begin() as connection:
        east = datetime(2026, 1, 31, 11, 30, tzinfo=timezone(timedelta(hours=3)))
        connection.execute(sa.insert(kinds).values(moment=east))
        moment = connection.execute(sa.select(kinds.c.moment)).scalar_one()
    assert moment.isoformat() == "2026-01-31T08:30:00+00:00"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("decimal", Decimal("1.23456")),
        ("decimal", Decimal("1e14")),
        ("decimal", Decimal("1e999999")),
        ("decimal", Decimal("NaN")),
        ("moment", datetime(2026, 1, 31, 8, 30)),  # noqa: DTZ001 - what is refused
    ],
)
def test_what_does_not_fit_is_refused(table: tuple[sa.Engine, sa.Table], name: str, value: Any) -> None:
    engine, kinds = table
    with engine.connect() as connection, pytest.raises(sa.exc.StatementError, match=r"fit|digits|zone"):
        connection.execute(sa.insert(kinds).values({name: value}))


def test_sums_are_exact(table: tuple[sa.Engine, sa.Table]) -> None:
    engine, kinds = table
    with engine.begin() as connection:
        connection.execute(sa.insert(kinds), [{"decimal": Decimal("0.1000")}] * 3)
        assert connection.execute(sa.select(sa.func.sum(kinds.c.decimal))).scalar_one() == Decimal("0.3")


def test_computed_decimals_are_rounded(database_url: str) -> None:
    with engine_of(database_url) as engine, engine.connect() as connection:
        number = "1235" if engine.dialect.name == "sqlite" else "12.345000"
        computed: Any = sa.literal_column(number, columns.ComputedDecimal(2))
        assert str(connection.execute(sa.select(computed)).scalar_one()) in ("12.35", "12.34")


def test_types_are_cached() -> None:
    kinds = [kind for kind, _, _ in KINDS.values() if isinstance(kind, sa.types.TypeDecorator)]
    assert all(kind.cache_ok for kind in kinds)
    # Two scales are two cache keys.
    assert columns.ScaledDecimal(2)._static_cache_key != columns.ScaledDecimal(4)._static_cache_key
