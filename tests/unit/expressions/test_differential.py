"""Python, SQLite and PostgreSQL give the same answer for random records and expressions."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from kalip.expressions import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, TEXT, MappingScope, compile_expression
from kalip.expressions.encoding import encode
from tests.contract.databases import NamedColumns, engine_of, select_where
from tests.support.expressions import CONTEXT

SCOPE = MappingScope(
    {
        "amount": DECIMAL,
        "price": DECIMAL,
        "number": INTEGER,
        "name": TEXT,
        "city": TEXT,
        "rush": BOOLEAN,
        "due": DATE,
        "seen": DATETIME,
    }
)
SCALE = 6
TEXTS = ("", "a", "İstanbul", "ışık", "IŞIK", "Ada 1", "договор", "x%y_z")
AMOUNTS = tuple(map(Decimal, ("0", "0.1", "-2.5", "10000", "0.000001", "99999999.99")))
NUMBERS = (-3, 0, 1, 2, 7, 10_000)
DAYS = (date(2024, 2, 29), date(2026, 11, 24), date(2026, 12, 31))
MOMENTS = tuple(datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (0, 12, 23))


def _rows() -> list[dict[str, Any]]:
    """Records that hold every value of each kind and null, each beside different ones of the others."""
    kinds = {
        "amount": (None, *AMOUNTS),
        "price": (*AMOUNTS[::-1], None),
        "number": (None, *NUMBERS),
        "name": (*TEXTS, None),
        "city": (None, *TEXTS[::-1]),
        "rush": (True, False, None),
        "due": (None, *DAYS),
        "seen": (*MOMENTS, None),
    }
    return [
        {name: values[(at * step) % len(values)] for step, (name, values) in enumerate(kinds.items(), 1)}
        for at in range(60)
    ]


ROWS = _rows()
numbers = st.recursive(
    st.sampled_from(["amount", "price", "number", "1", "2.5", "0", "-3", "size(name)"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(inner, inner).map(lambda parts: f"coalesce({parts[0]}, {parts[1]})"),
        inner.map(lambda each: f"abs({each})"),
    ),
    max_leaves=4,
)
texts = st.recursive(
    st.sampled_from(["name", "city", '"a"', '"İstanbul"', '"ı"', '""']),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]} + {parts[1]})"),
        inner.map(lambda each: f"lower({each})"),
        inner.map(lambda each: f"upper({each})"),
        inner.map(lambda each: f"trim({each})"),
    ),
    max_leaves=3,
)
days = st.sampled_from(["due", "today()", 'date("2026-11-24")', "(due + days(1))", "addMonths(due, 1)", "date(seen)"])
moments = st.sampled_from(["seen", "now()", '(seen + duration("90m"))', '(now() - duration("1h"))'])
ORDERS = ["<", "<=", ">", ">=", "==", "!="]


def _compared(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(values, st.sampled_from(ORDERS), values).map(" ".join)


conditions = st.recursive(
    st.one_of(
        _compared(numbers),
        _compared(texts),
        _compared(days),
        _compared(moments),
        st.just("rush"),
        st.sampled_from(["name", "amount", "due", "rush", "seen"]).map(lambda name: f"{name} == null"),
        st.tuples(texts, st.sampled_from(["contains", "startsWith", "endsWith"]), texts).map(
            lambda parts: f"{parts[0]}.{parts[1]}({parts[2]})"
        ),
        numbers.map(
            lambda each: (
                f"({each}) in [1, 2, 7]" if "." not in each and "amount" not in each and "price" not in each else "rush"
            )
        ),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        inner.map(lambda each: f"!({each})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
    ),
    max_leaves=5,
)


def test_python_and_sql_agree(database_url: str) -> None:
    with engine_of(database_url) as engine:
        table = _filled(engine)

        @seed(20261126)
        @settings(
            max_examples=300,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(conditions)
        def agree(source: str) -> None:
            expression = compile_expression(source, SCOPE)
            assert expression.sql_obstacles == ()
            dialect: Any = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
            found = select_where(engine, table, expression.sql(dialect, NamedColumns()), CONTEXT)
            assert found == [at for at, row in enumerate(ROWS) if expression.evaluate(row, CONTEXT)], source

        agree()


def _filled(engine: sa.Engine) -> sa.Table:
    sqlite = engine.dialect.name == "sqlite"
    kinds: dict[str, Any] = {
        "amount": sa.BigInteger() if sqlite else sa.Numeric(30, SCALE),
        "price": sa.BigInteger() if sqlite else sa.Numeric(30, SCALE),
        "number": sa.BigInteger(),
        "name": sa.Text(),
        "city": sa.Text(),
        "rush": sa.Integer() if sqlite else sa.Boolean(),
        "due": sa.Text() if sqlite else sa.Date(),
        "seen": sa.BigInteger() if sqlite else sa.DateTime(timezone=True),
    }
    table = sa.Table(
        "tried",
        sa.MetaData(),
        sa.Column("at", sa.Integer, primary_key=True),
        *(sa.Column(*pair) for pair in kinds.items()),
    )
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(
            sa.insert(table), [{"at": at, **(_held(row) if sqlite else row)} for at, row in enumerate(ROWS)]
        )
    return table


def _held(row: dict[str, Any]) -> dict[str, object]:
    types = {"number": INTEGER, "name": TEXT, "city": TEXT, "rush": BOOLEAN, "due": DATE, "seen": DATETIME}
    held = {name: encode(row[name], type_) for name, type_ in types.items()}
    for name in ("amount", "price"):
        held[name] = None if row[name] is None else int(row[name].scaleb(SCALE))
    return held


def test_durations_between_moments_are_exact() -> None:
    expression = compile_expression("seen - now()", SCOPE)
    assert expression.evaluate({"seen": CONTEXT.now + timedelta(microseconds=1)}, CONTEXT) == timedelta(microseconds=1)
