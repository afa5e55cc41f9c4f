"""The typed tree: an expression whose every part has a meaning and a type.

Made by the checker, read by both code writers; knows nothing of either.
"""

from dataclasses import dataclass, field
from typing import Any

from kalip.expressions.functions.builtin import Builtin, Function
from kalip.expressions.types import Type


@dataclass(frozen=True, slots=True)
class Span:
    """Where in the source a part stands."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Node:
    """A part with its type; `nullable` is false where a value is certain."""

    span: Span
    type: Type
    nullable: bool


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class FieldValue(Node):
    """What a record holds at a path; `root` is empty for the record itself, else a macro's variable."""

    root: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContextValue(Node):
    """now, today, actor_id, actor_email, actor_roles, actor_locale or actor_groups."""

    name: str


@dataclass(frozen=True, slots=True)
class ActorSet(Node):
    """A set of texts about the actor that stands in other tables, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """The element of a list of values inside a macro."""

    name: str


@dataclass(frozen=True, slots=True)
class ToDecimal(Node):
    """An integer widened."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Invoke(Node):
    """A function of the language."""

    function: Builtin
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InvokeCustom(Node):
    """A function registered by a plugin."""

    function: Function
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`+ - * / %` on operands made alike by the checker, except where dates and durations meet."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """A number or duration with the other sign."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Order(Node):
    """`< <= > >=`: false when a side is null."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Same(Node):
    """`==`, where null is a value."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`!`: true for false and for null."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """`&&` or `||` over two or more conditions."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choose(Node):
    """`condition ? then : otherwise`, where a null condition is false."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Coalesce(Node):
    """The first of its operands that is not null."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """The least or greatest of operands of one type, null when one is null; `name` is min or max."""

    name: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class IsEmpty(Node):
    """True for null, empty text and empty list."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Among(Node):
    """`item in list`."""

    item: Node
    list: Node


@dataclass(frozen=True, slots=True)
class Items(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entries(Node):
    """`{"key": value}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Item(Node):
    """`list[index]`, null outside of the list."""

    list: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Member(Node):
    """A member of a JSON value, null when it isn't there."""

    operand: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`name` over a list: size, sum, min, max or avg; nulls inside are skipped, except by size."""

    name: str
    list: Node


@dataclass(frozen=True, slots=True)
class Join(Node):
    """The texts of a list with a separator between them; nulls inside are skipped."""

    list: Node
    separator: Node


@dataclass(frozen=True, slots=True)
class Quantifier(Node):
    """`name` of exists, exists_one and all: a condition on the elements of a list."""

    name: str
    list: Node
    variable: str
    condition: Node


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """The elements of a list for which a condition holds."""

    list: Node
    variable: str
    condition: Node


@dataclass(frozen=True, slots=True)
class Transform(Node):
    """A value made of each element of a list."""

    list: Node
    variable: str
    value: Node


@dataclass(slots=True)
class Uses:
    """What an expression reads: paths of the record, paths of the elements by collection, and the moment or actor."""

    paths: set[str] = field(default_factory=set)
    element_paths: dict[str, set[str]] = field(default_factory=dict)
    volatile: bool = False
