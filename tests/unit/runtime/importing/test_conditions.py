"""Conditions of other systems, typed."""

from collections.abc import Callable

import pytest

from kalip.runtime.importing.conditions import (
    Operand,
    Untranslatable,
    among,
    compares,
    equals,
    is_empty,
    is_falsy,
    is_filled,
    is_truthy,
    quoted,
)

YES = Operand("yes", "boolean")
COUNT = Operand("count", "number")
NAME = Operand("name", "text")
KIND = Operand("kind", "choice", {"In Work": "in_work", "": "none"})
LINES = Operand("lines", "list")
COLOURS = Operand("colours", "list", {"Red": "red"})
DAY = Operand("day", "date")
CITY = Operand("city", "record", title=Operand("city.name", "text"))
PERSON = Operand("person", "record")


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (is_filled(YES), "yes == true"),
        (is_empty(LINES), "size(lines) == 0"),
        (is_filled(NAME), "name != null"),
        (is_truthy(COUNT), "(count != null && count != 0)"),
        (is_falsy(COUNT), "(count == null || count == 0)"),
        (is_falsy(YES), "yes != true"),
        (equals(YES, 1), "yes == true"),
        (equals(YES, "0"), "yes != true"),
        (equals(YES, "", negated=True), "yes == true"),
        (equals(COUNT, "2.5"), "count == 2.5"),
        (equals(NAME, "O'Neil\\\n", negated=True), "name != 'O\\'Neil\\\\\\n'"),
        (equals(NAME, None), "name == null"),
        (equals(KIND, "In Work"), "kind == 'in_work'"),
        (equals(KIND, ""), "kind == null"),
        (equals(COLOURS, "Red", negated=True), "!('red' in colours)"),
        (equals(DAY, "2026-01-31"), "day == date('2026-01-31')"),
        (equals(CITY, "Bursa"), "city.name == 'Bursa'"),
        (among(NAME, ["a", "b"]), "name in ['a', 'b']"),
        (among(KIND, ["In Work", "Gone"], negated=True), "!(kind in ['in_work'])"),
        (among(NAME, ["a", None]), "(name == 'a' || name == null)"),
        (among(YES, [1, 0], negated=True), "(yes != true && yes == true)"),
        (among(CITY, ["Bursa"]), "city.name in ['Bursa']"),
        (compares(COUNT, ">=", True), "count >= 1"),
        (quoted("\t\r"), "'\\t\\r'"),
    ],
)
def test_it_is_said(made: str, text: str) -> None:
    assert made == text


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: equals(COUNT, "many"), "'many' is no number"),
        (lambda: equals(KIND, "Gone"), "'kind' has no value 'Gone'"),
        (lambda: among(KIND, ["Gone"]), "'kind' has none of these values"),
        (lambda: equals(DAY, "soon"), "'soon' is no day"),
        (lambda: equals(YES, "maybe"), "'maybe' is neither yes nor no"),
        (lambda: equals(PERSON, "Ada"), "'person' can't be compared with 'Ada'"),
        (lambda: compares(NAME, "<", 1), "'name' has no order"),
    ],
)
def test_it_can_not_be_said(make: Callable[[], str], reason: str) -> None:
    with pytest.raises(Untranslatable, match=reason):
        make()
