"""Takes a condition apart into those that must hold together."""

from collections.abc import Callable

from kalip.expressions.errors import ExpressionError
from kalip.expressions.expression import Expression
from kalip.expressions.typed import Junction


def pieces_of(whole: Expression, compiled: Callable[[str], Expression]) -> tuple[Expression, ...]:
    """The conditions that must all hold for one to hold; itself where it can't be taken apart.

    `compiled` makes an expression of a piece's source, in the scope of the whole.
    """
    tree, source = whole.tree, whole.source
    if not isinstance(tree, Junction) or tree.operator != "&&":
        return (whole,)
    spans = (each.span for each in tree.operands)
    try:
        return tuple(compiled(source[each.offset : each.offset + each.length]) for each in spans)
    except ExpressionError:
        return (whole,)
