"""The compiled expression, and how it is made from its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kalip.expressions.checker.macros import check
from kalip.expressions.context import Context, Dialect
from kalip.expressions.errors import Fault
from kalip.expressions.functions.builtin import Function
from kalip.expressions.parser import parse
from kalip.expressions.python_code import python_of
from kalip.expressions.scope import Scope
from kalip.expressions.sql.columns import Columns, Sql
from kalip.expressions.sql.obstacles import obstacles_of
from kalip.expressions.sql.translation import Wanted, translate
from kalip.expressions.typed import Node
from kalip.expressions.types import Type

_NO_FUNCTIONS: Mapping[str, Function] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; two of the same source and type are equal.

    `paths` are the dotted paths that it reads of the record, `element_paths` those it reads of the elements of each
    collection, by the collection's dotted path. `volatile`: it also depends on the moment or the actor. `evaluate`
    takes a record (dotted path to value; what is missing is null) and a context. `sql_obstacles` says what SQL can't;
    empty means that `sql` works.
    """

    source: str
    type: Type
    paths: frozenset[str] = field(compare=False)
    element_paths: Mapping[str, frozenset[str]] = field(compare=False)
    volatile: bool = field(compare=False)
    evaluate: Callable[[Mapping[str, object], Context], object] = field(compare=False, repr=False)
    sql_obstacles: tuple[Fault, ...] = field(compare=False)
    tree: Node = field(compare=False, repr=False)

    def sql(self, dialect: Dialect, columns: Columns, prefix: str = "e", *, exact: bool = False) -> Sql:
        """Translate to SQL with parameters named `prefix` and a number; raises ExpressionError on an obstacle.

        A condition is written for WHERE, where null counts as false; with `exact` it is written for SELECT and gives
        what `evaluate` gives. Other values come in the representation of their type: on SQLite a decimal is an integer
        scaled by the type's scale, or the default one.
        """
        return translate(self.source, self.tree, self.sql_obstacles, columns, Wanted(dialect, prefix, exact))


def compile_expression(
    source: str, scope: Scope, *, expects: Type | None = None, functions: Mapping[str, Function] = _NO_FUNCTIONS
) -> Expression:
    """Compile a source against a scope; raises ExpressionError with every fault found.

    With `expects` the value must be of that type, integers becoming decimals.
    """
    tree, uses = check(source, parse(source), scope, functions, expects)
    return Expression(
        source=source,
        type=tree.type,
        paths=frozenset(uses.paths),
        element_paths=MappingProxyType({path: frozenset(paths) for path, paths in uses.element_paths.items()}),
        volatile=uses.volatile,
        evaluate=python_of(tree),
        sql_obstacles=obstacles_of(tree),
        tree=tree,
    )
