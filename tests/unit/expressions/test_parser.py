"""The grammar, and the bounds on what is read."""

import time

import pytest

from kalip.expressions import ExpressionError
from kalip.expressions.nodes import Binary, Call, Chain, Constant, ListOf, Name, Ternary
from kalip.expressions.parser import MAX_DEPTH, MAX_ITEMS, MAX_LENGTH, parse


def fault_of(source: str) -> str:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    return str(caught.value.faults[0])


def test_it_works() -> None:
    tree = parse("a > 1 ? b : c")
    assert isinstance(tree, Ternary)
    assert isinstance(tree.condition, Binary)


def test_multiplication_binds_closer_than_addition_and_and_closer_than_or() -> None:
    tree = parse("1 + 2 * 3")
    assert isinstance(tree, Binary)
    assert tree.operator == "+"
    either = parse("a || b && c")
    assert isinstance(either, Chain)
    assert either.operator == "||"
    assert isinstance(either.operands[0], Name)


def test_calls_and_literals() -> None:
    assert isinstance(parse("size(name)"), Call)
    assert isinstance(parse("null"), Constant)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("", "the expression is empty: write true to always hold"),
        ("1 +", "the expression ends too early: expected a value"),
        ("a and b", "unexpected 'and': write &&"),
        ("1 ++ 2", "unexpected '+': expected a value"),
        ("1 <> 2", "unexpected '<>': write !="),
        ("(1", "the expression ends too early: expected ')'"),
        ("1 2", "unexpected '2': expected an operator or the end"),
        ("true ? 1", "the expression ends too early: expected ':'"),
    ],
)
def test_faults_name_the_way_out(source: str, fault: str) -> None:
    assert fault_of(source) == fault


@pytest.mark.parametrize(
    "source",
    ["(" * 1_900 + "1" + ")" * 1_900, "!" * 3_000 + "a", "[" * 3_000, "-" * 3_000 + "1", "a" + ".b" * 1_900],
)
def test_what_is_too_deep_is_told_at_once(source: str) -> None:
    began = time.process_time()
    assert fault_of(source).startswith(f"nested deeper than {MAX_DEPTH} levels")
    assert time.process_time() - began < 2


def test_what_is_too_long_is_told() -> None:
    assert "longer than" in fault_of("x" * (MAX_LENGTH + 1))


@pytest.mark.parametrize(
    "source", ["f(" * 4_900, "{'a':" * 1_900, "a?b:" * 2_400 + "c", "a[" * 4_900, "1+" * 4_900 + "1"]
)
def test_each_way_of_nesting_is_bounded(source: str) -> None:
    assert fault_of(source).startswith(f"nested deeper than {MAX_DEPTH} levels")


def test_what_is_just_shallow_enough_is_read() -> None:
    assert isinstance(parse("f(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1)), Call)


def test_lists_are_bounded() -> None:
    assert isinstance(parse("[" + "1," * MAX_ITEMS + "]"), ListOf)
    with pytest.raises(ExpressionError) as caught:
        parse("[" + "1," * (MAX_ITEMS + 1) + "]")
    fault = caught.value.faults[0]
    assert (fault.message, fault.offset) == ("more than 1000 items in one list", 2 * MAX_ITEMS + 1)


def test_subtraction_associates_to_the_left_and_the_ternary_to_the_right() -> None:
    difference = parse("9 - 3 - 2")
    assert isinstance(difference, Binary)
    assert isinstance(difference.left, Binary)
    choice = parse("a ? 1 : b ? 2 : 3")
    assert isinstance(choice, Ternary)
    assert isinstance(choice.otherwise, Ternary)


def test_a_choice_as_the_first_branch_is_put_in_parentheses() -> None:
    assert isinstance(parse("a ? (b ? 1 : 2) : 3"), Ternary)
    assert fault_of("a ? b ? 1 : 2 : 3") == ("unexpected '?': put the inner choice in parentheses: a ? (b ? 1 : 2) : 3")


@pytest.mark.parametrize("word", ["in", "true", "null"])
def test_a_word_in_backquotes_is_a_name(word: str) -> None:
    name = parse(f"`{word}`")
    assert isinstance(name, Name)
    assert name.name == word
    assert fault_of(f"a `{word}` b").startswith(f"unexpected '{word}'")


def test_the_smallest_integer_can_be_written_and_one_beyond_the_largest_not() -> None:
    smallest = parse("-9223372036854775808")
    assert isinstance(smallest, Constant)
    assert smallest.value == -(2**63)
    assert "does not fit in 64 bits" in fault_of("9223372036854775808")
