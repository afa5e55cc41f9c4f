"""What SQL is made of: its text, parameters and context."""

from tests.support.expressions import FlatColumns, sql


def test_it_works() -> None:
    found = sql("amount > 10")
    assert found.text == '("amount" > :e1)'
    assert found.params == {"e1": 10_000_000}
    assert found.context == frozenset()


def test_collections_bring_their_rows() -> None:
    collection = FlatColumns().collection(("lines",))
    found = sql("lines.exists(l, l.price > 1)").text
    assert collection.from_sql in found
    assert collection.where_sql in found


def test_the_context_is_named() -> None:
    assert sql("due == today()").context == {"ctx_today"}
