"""Writes another name into the text of an expression, all else as it was. Knows tokens, not what they mean together."""

from itertools import pairwise

from kalip.expressions.lexer import Token, tokens_of

_BEFORE, _DOT = ("name", "old"), ("symbol", ".")


def names_replaced(source: str, old: str, new: str, *, at_head: bool) -> str:
    """The expression, or path, with one name in the place of another.

    `at_head`: where a path starts with it (`mail`, `old.mail`); otherwise where it follows a step (`company.mail`).
    """
    tokens, _ = tokens_of(source)
    start = Token("end", "", 0, 0)
    heads = {second.offset for first, second in pairwise([start, *tokens]) if (first.kind, first.value) != _DOT}
    following_old = {
        third.offset
        for first, second, third in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if (first.kind, first.value) == _BEFORE and (second.kind, second.value) == _DOT and first.offset in heads
    }
    for token in reversed(tokens):
        is_head = token.offset in heads or token.offset in following_old
        if token.kind == "name" and token.value == old and is_head == at_head:
            source = source[: token.offset] + new + source[token.end :]
    return source
