"""SQL for PostgreSQL."""

from decimal import Decimal

from tests.support.expressions import sql


def test_it_works() -> None:
    found = sql("amount > 10", "postgresql")
    assert found.text == '("amount" > CAST(:e1 AS NUMERIC))'
    assert found.params == {"e1": Decimal(10)}


def test_lists_are_unfolded() -> None:
    assert "jsonb_array_elements_text" in sql("'a' in tags", "postgresql").text


def test_values_are_never_part_of_the_text() -> None:
    found = sql("name == 'x\\' OR 1=1 --'", "postgresql")
    assert "OR 1=1" not in found.text
    assert list(found.params.values()) == ["x' OR 1=1 --"]
