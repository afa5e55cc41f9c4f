"""What all parts of the checker share: the scope, the macro variables in force, and the faults found so far."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kalip.expressions import nodes
from kalip.expressions.errors import Fault
from kalip.expressions.functions.builtin import Function
from kalip.expressions.scope import Scope
from kalip.expressions.typed import FieldValue, Filter, Items, Literal, Node, Span, ToDecimal, Uses
from kalip.expressions.types import BOOLEAN, NULL, UNKNOWN, Type, unify


@dataclass(frozen=True, slots=True)
class MacroVariable:
    """A macro's variable: `scope` and `collection` (its dotted path) are set when its values are records."""

    id: str
    type: Type
    scope: Scope | None = None
    collection: str = ""


@dataclass(slots=True)
class CheckerBase(ABC):
    """The state of one check.

    `rounds` is how often the part that is checked now is evaluated for lists that are written out; `joined` counts the
    texts that are put together.
    """

    scope: Scope
    functions: Mapping[str, Function]
    faults: list[Fault] = field(default_factory=list)
    uses: Uses = field(default_factory=Uses)
    variables: dict[str, MacroVariable] = field(default_factory=dict)
    macros: int = 0
    macro_depth: int = 0
    rounds: int = 1
    joined: int = 0

    @abstractmethod
    def check(self, node: nodes.Node) -> Node:
        """Give the typed tree of a part; what is faulty has the unknown type."""

    def fault(self, node: nodes.Node | Span, message: str, hint: str = "") -> Node:
        """Note a fault at a part and give what stands in its place."""
        self.faults.append(Fault(message, hint, node.offset, node.length))
        return Literal(Span(node.offset, node.length), UNKNOWN, True, None)

    def bind(self, name: str, items: Node) -> MacroVariable:
        """Put a macro's variable in force for the elements of a list."""
        self.macros += 1
        element = items.type.element or UNKNOWN
        id_ = f"v{self.macros}"
        if element.entity is None:
            variable = MacroVariable(id_, element)
        else:
            collection = collection_key(items, tuple(self.variables.values()))
            self.uses.element_paths.setdefault(collection, set())
            variable = MacroVariable(id_, element, self.scope.element(element.entity), collection)
        self.variables = {**self.variables, name: variable}
        return variable

    def condition(self, node: nodes.Node, of: str) -> Node:
        """Check a part that must be true or false."""
        checked = self.check(node)
        if checked.type.kind in ("boolean", "null", "unknown"):
            return checked
        hints = {
            "text": 'compare it, as in name != ""',
            "json": "compare it, as in value == true",
            "integer": "compare it, as in count > 0",
            "list": "write size(list) > 0",
        }
        return self.fault(node, f"{of} needs true or false, not {checked.type.name}", hints.get(checked.type.kind, ""))


def span_of(node: nodes.Node) -> Span:
    """Give the place of a part as written."""
    return Span(node.offset, node.length)


def collection_key(items: Node, variables: tuple[MacroVariable, ...]) -> str:
    """Give the dotted path of the collection that a list of records comes from, filtered or not."""
    if isinstance(items, Filter):
        return collection_key(items.list, variables)
    if not isinstance(items, FieldValue):
        raise TypeError(f"{type(items).__name__} gives no collection of records")
    parents = [variable.collection for variable in variables if variable.id == items.root]
    return ".".join((*parents, *items.path))


def boolean(span: Span, value: bool) -> Literal:  # noqa: FBT001  the value itself
    """Make true or false."""
    return Literal(span, BOOLEAN, False, value)


def null(span: Span, type_: Type = NULL) -> Literal:
    """Make a null of a type."""
    return Literal(span, type_, True, None)


def coerced(node: Node, to: Type) -> Node:
    """Widen integers to decimals where that is wanted, and give a bare null its type."""
    if node.type.kind == "null":
        return null(node.span, to)
    if to.kind == "decimal" and node.type.kind == "integer":
        if isinstance(node, Literal):
            return Literal(node.span, to, node.nullable, None if node.value is None else Decimal(node.value))
        return ToDecimal(node.span, to, node.nullable, node)
    if isinstance(node, Items) and to.element is not None:
        return Items(node.span, to, False, tuple(coerced(item, to.element) for item in node.items))
    return node


def unified(operands: tuple[Node, ...]) -> Type | None:
    """Find the type that holds all operands, None when there is none."""
    result: Type | None = NULL
    for operand in operands:
        result = None if result is None else unify(result, operand.type)
    return result
