"""Types, and which of two values a common one has."""

import pytest

from kalip.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    INTEGER,
    JSON,
    NULL,
    TEXT,
    UNKNOWN,
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


def test_lists_unify_by_their_elements_and_what_is_faulty_fits_everywhere() -> None:
    assert unify(list_of(INTEGER), list_of(DECIMAL)) == list_of(DECIMAL)
    assert unify(list_of(INTEGER), list_of(TEXT)) is None
    assert unify(record_of("a"), record_of("b")) == TEXT
    assert unify(JSON, DATE) == JSON
    assert unify(UNKNOWN, DATE) == UNKNOWN


def test_only_lists_hold_something() -> None:
    assert list_of(TEXT).held == TEXT
    with pytest.raises(TypeError, match="text is not a list"):
        _ = TEXT.held
