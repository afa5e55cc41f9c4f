"""Types, and which of two values a common one has."""

from kalip.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    INTEGER,
    NULL,
    TEXT,
    decimal_of,
    is_list_of_records,
    is_number,
    is_ordered,
    list_of,
    record_of,
    unify,
)


def test_it_works() -> None:
    assert unify(INTEGER, DECIMAL) == DECIMAL
    assert unify(NULL, TEXT) == TEXT
    assert unify(DATE, DATETIME) is None


def test_names() -> None:
    assert TEXT.name == "text"
    assert "text" in list_of(TEXT).name


def test_kinds() -> None:
    assert is_number(decimal_of(2))
    assert not is_number(BOOLEAN)
    assert is_ordered(DATE)
    assert not is_ordered(BOOLEAN)
    assert is_list_of_records(list_of(record_of("line")))
    assert not is_list_of_records(list_of(TEXT))
