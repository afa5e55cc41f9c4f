"""Filters in people's words: apart, together, and what can't be said so."""

import pytest

from kalip.base.text import Text
from kalip.fields import FieldType, builtin_types
from kalip.model import Field
from kalip.web.lists.conditions import conjoin, join_groups, read, read_groups, split, unwrap, write

TYPES = builtin_types()


def a_field(name: str, kind: str) -> tuple[Field, FieldType]:
    return Field(name, kind, Text.of(name)), TYPES[kind]


KNOWN = {
    "name": a_field("name", "text"),
    "amount": a_field("amount", "decimal"),
    "due": a_field("due", "date"),
    "open": a_field("open", "boolean"),
    "company.name": a_field("name", "text"),
}


def test_it_works() -> None:
    condition = read('name.lower().contains("ac".lower())', KNOWN)
    assert condition is not None
    assert (condition.path, condition.operator.name, condition.operands) == ("name", "contains", ("ac",))


@pytest.mark.parametrize("path", ["name", "amount", "due", "open", "company.name"])
def test_every_operator_reads_back_what_it_wrote(path: str) -> None:
    field, kind = KNOWN[path]
    samples = {"text": 'a "b" && c', "decimal": "12.50", "date": "2026-01-31", "boolean": True}
    for operator in kind.operators(field):
        sample = {"days": 7, "text": "x || y"}
        operands = [sample.get(each, samples[field.type]) for each in operator.operands]
        if operator.many:
            operands = operands * 2
        text = write(path, field, kind, operator.name, operands)
        found = read(text, KNOWN)
        assert found is not None, text
        again = write(found.path, field, kind, found.operator.name, found.operands)
        assert again == text
        assert found.path == path


def test_text_inside_quotes_and_brackets_is_never_split() -> None:
    assert split('a == "x && y" && (b || c)', "&&") == ('a == "x && y"', "b || c")
    assert split("f(a || b) || [c || d]", "||") == ("f(a || b)", "[c || d]")


def test_only_brackets_around_the_whole_are_taken_off() -> None:
    assert unwrap("((a || b))") == "a || b"
    assert unwrap("(a) || (b)") == "(a) || (b)"
    assert unwrap('(")")') == '")"'


def test_groups_go_there_and_back() -> None:
    text = 'amount > 1000.0 && (name == "a" || name == "b")'
    groups = read_groups(text, KNOWN)
    assert groups is not None
    assert groups.join == "all"
    assert [[each.path for each in group] for group in groups.groups] == [["amount"], ["name", "name"]]
    assert join_groups(groups.join, [[each.source for each in group] for group in groups.groups]) == text


def test_alternatives_of_groups() -> None:
    groups = read_groups('amount > 10.0 && name == "a" || due < date("2026-01-01")', KNOWN)
    assert groups is not None
    assert groups.join == "any"
    assert len(groups.groups) == 2


@pytest.mark.parametrize(
    "text",
    ["amount * 2.0 > 10.0", "unknown == 1", "name == company.name", "!(open) ? true : false", "", "((", 'name == "'],
)
def test_what_has_no_such_shape_is_no_condition(text: str) -> None:
    assert read(text, KNOWN) is None


def test_more_than_groups_can_say() -> None:
    assert read_groups("amount * 2.0 > 10.0", KNOWN) is None
    assert read_groups('(name == "a" || (amount > 1.0 && open == true)) && due == null', KNOWN) is None


def test_alternatives_are_bracketed_when_joined() -> None:
    assert conjoin("a || b", "c") == "(a || b) && c"
    assert conjoin("", "c") == "c"
    assert conjoin() == ""
