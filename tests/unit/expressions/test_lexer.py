"""Tokens of a source, with their places."""

from decimal import Decimal

import pytest

from kalip.expressions.lexer import INTEGER_MAX, tokens_of


def test_it_works() -> None:
    tokens, faults = tokens_of('amount >= 10.50 && name == "a"')
    assert faults == []
    assert [(token.offset, token.length) for token in tokens[:3]] == [(0, 6), (7, 2), (10, 5)]
    assert tokens[-1].kind == "end"


def test_comments_and_blanks_are_no_tokens() -> None:
    tokens, faults = tokens_of("1 // one\n + 2")
    assert faults == []
    assert len(tokens) == 4


def test_every_fault_is_told_with_its_place() -> None:
    _, faults = tokens_of("1 @ 2 # 'open")
    assert [fault.offset for fault in faults] == [2, 6, 8]
    assert faults[0].message == "unexpected character '@'"


def test_escapes() -> None:
    tokens, faults = tokens_of(r"'\n\u0131'")
    assert faults == []
    assert tokens[0].value == "\nı"


@pytest.mark.parametrize(
    ("source", "kind", "value"),
    [
        ("0xFf", "integer", 255),
        (str(INTEGER_MAX), "integer", INTEGER_MAX),
        (".5", "decimal", Decimal("0.5")),
        ("1e3", "decimal", Decimal(1000)),
        ("r'\\n'", "text", "\\n"),
        ("'''a\nb'''", "text", "a\nb"),
        (r"'\x41\101'", "text", "AA"),
        ("`true`", "name", "true"),
    ],
)
def test_literals(source: str, kind: str, value: object) -> None:
    tokens, faults = tokens_of(source)
    assert faults == []
    assert [(token.kind, token.value) for token in tokens] == [(kind, value), ("end", "")]


@pytest.mark.parametrize(
    ("source", "fault", "place"),
    [
        ("a = 1", "unexpected character '=': write ==", (2, 1)),
        ("1u", "unsigned number 1u: write 1", (0, 2)),
        ("2 * b'x'", "bytes are not known here: write a text, without b", (4, 1)),
        (r"'\q'", r"unknown escape \q: write \\ for a backslash", (0, 4)),
        (r"'\ud800'", "a text cannot hold half of a surrogate pair", (0, 8)),
        (r"'\x00'", "a text cannot hold the NUL character", (0, 6)),
        ("9" * 9_000, "the number does not fit in 64 bits: write it as a decimal, with .0", (0, 9_000)),
        ("1e51", "the number is too large or too fine", (0, 4)),
    ],
)
def test_what_cannot_be_held_is_told(source: str, fault: str, place: tuple[int, int]) -> None:
    _, faults = tokens_of(source)
    assert [(str(found), (found.offset, found.length)) for found in faults] == [(fault, place)]
