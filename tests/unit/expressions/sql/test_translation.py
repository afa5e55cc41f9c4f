"""From a typed tree to SQL."""

from tests.support.expressions import FlatColumns, compiled


def test_it_works() -> None:
    expression = compiled("amount > 1")
    assert expression.sql("sqlite", FlatColumns(), "f").params == {"f1": 1_000_000}


def test_in_select_null_stays_null() -> None:
    expression = compiled("open || amount > 1")
    exact = expression.sql("sqlite", FlatColumns(), exact=True)
    assert exact.text != expression.sql("sqlite", FlatColumns()).text


def test_other_values_come_as_values() -> None:
    assert '"name"' in compiled("name + 'x'").sql("postgresql", FlatColumns()).text
