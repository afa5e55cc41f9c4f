"""A condition is taken apart into those that must hold together, and no further."""

from kalip.expressions import BOOLEAN, INTEGER, Expression, ExpressionError, MappingScope, compile_expression, pieces_of

SCOPE = MappingScope({"a": INTEGER, "b": INTEGER})


def compiled(source: str) -> Expression:
    return compile_expression(source, SCOPE, expects=BOOLEAN)


def sources(source: str) -> list[str]:
    return [each.source for each in pieces_of(compiled(source), compiled)]


def test_it_works() -> None:
    assert sources("a > 1 && (b < 2 || a == b)") == ["a > 1", "b < 2 || a == b"]


def test_what_is_one_stays_one() -> None:
    assert sources("a > 1 || b < 2") == ["a > 1 || b < 2"]


def test_a_piece_that_means_nothing_alone_leaves_the_whole() -> None:
    def stubborn(source: str) -> Expression:
        raise ExpressionError(source, ())

    whole = compiled("a > 1 && b < 2")
    assert pieces_of(whole, stubborn) == (whole,)
