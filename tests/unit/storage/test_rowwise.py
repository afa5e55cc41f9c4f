"""Each row gets a value of its own, of every kind that a column can hold."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from kalip.storage import Database
from kalip.storage.catalogue import LiveColumn
from kalip.storage.ddl import Ddl
from kalip.storage.rowwise import table_of_columns, write_each

VALUES: list[tuple[str, object]] = [
    ("text", "İstanbul ' \" \\ {1}"),
    ("decimal:2", Decimal("-12.30")),
    ("integer", 2**62),
    ("integer32", 7),
    ("boolean", False),
    ("moment", datetime(2026, 11, 26, 21, 50, 1, 5, tzinfo=UTC)),
    ("date", date(2026, 11, 26)),
    ("time", time(9, 30)),
    ("duration", timedelta(hours=3)),
    ("texts", ("a", "b,c")),
    ("json", {"b": [1, {"a": None}], "a": "x"}),
]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[kind for kind, _ in VALUES])
def test_it_works(database: Database, kind: str, value: object) -> None:
    columns = (
        LiveColumn("thing", "it", "it", "", kind, None, None),
        LiveColumn("thing", "beside", "beside", "", "text", None, None),
    )
    with database.write() as session:
        ddl = Ddl(session)
        ddl.run("CREATE TABLE thing (id TEXT PRIMARY KEY)")
        for column in columns:
            ddl.add_column(column)
        ddl.run("INSERT INTO thing (id) VALUES ('one'), ('two'), ('three')")
        write_each(session, columns, [("one", (value, "x")), ("two", (None, "y"))])
        write_each(session, columns, [])
        table = table_of_columns(*columns)
        rows = session.run(select(table.c.id, table.c.it, table.c.beside).order_by(table.c.id)).all()
    assert [tuple(row) for row in rows] == [("one", value, "x"), ("three", None, None), ("two", None, "y")]
