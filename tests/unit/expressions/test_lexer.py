"""Tokens of a source, with their places."""

from kalip.expressions.lexer import tokens_of


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
