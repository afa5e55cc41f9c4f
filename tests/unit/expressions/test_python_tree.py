"""The small pieces of Python that code is made of."""

import ast

from kalip.expressions import python_tree as tree


def run(body: ast.expr, **values: object) -> object:
    expression = ast.fix_missing_locations(ast.Expression(body))
    return eval(compile(expression, "<test>", "eval"), dict(values))  # noqa: S307 - our own tree


def test_it_works() -> None:
    assert run(tree.choice(tree.is_none(tree.load("a")), tree.constant(1), tree.constant(2)), a=None) == 1
    assert run(tree.is_some(tree.load("a")), a=None) is False


def test_junctions_and_comparisons() -> None:
    both = tree.junction(ast.And(), [tree.compare(tree.load("a"), ast.Gt(), tree.constant(1)), tree.load("b")])
    assert run(both, a=2, b=True) is True
    assert run(tree.negation(both), a=1, b=True) is True


def test_collections_and_functions() -> None:
    assert run(tree.tuple_of([tree.constant(1), tree.load("a")]), a=2) == (1, 2)
    assert run(tree.dict_of([("k", tree.constant(1))])) == {"k": 1}
    twice = tree.function(["x"], tree.tuple_of([tree.load("x"), tree.load("x")]))
    assert run(tree.call(twice, [tree.constant(3)])) == (3, 3)
    assert run(tree.attribute(tree.load("a"), "real"), a=5) == 5


def test_a_value_is_kept_for_later() -> None:
    kept = tree.kept("x", tree.constant(4))
    assert run(tree.tuple_of([kept, tree.load("x")])) == (4, 4)
