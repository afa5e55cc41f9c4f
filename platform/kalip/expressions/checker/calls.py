"""Checks calls: the functions of the language, those added from outside, and which overload is meant."""

from typing import Final

from kalip.expressions import nodes
from kalip.expressions.checker.base import coerced, span_of
from kalip.expressions.checker.operators import OperatorChecks
from kalip.expressions.functions.builtin import Builtin, Function
from kalip.expressions.functions.lists import AGGREGATES
from kalip.expressions.functions.registry import ALIASES, BUILTINS, SPECIAL
from kalip.expressions.scope import suggestion
from kalip.expressions.typed import (
    Aggregate,
    Coalesce,
    ContextValue,
    Extreme,
    FieldValue,
    Invoke,
    InvokeCustom,
    IsEmpty,
    Join,
    Literal,
    Member,
    Node,
    Not,
    Same,
)
from kalip.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    INTEGER,
    NULL,
    TEXT,
    UNKNOWN,
    Type,
    is_list_of_records,
    is_ordered,
    is_textual,
    unify,
)

_COUNTS: Final = {"now": (0, 0), "today": (0, 0), "has": (1, 1), "isEmpty": (1, 1), "size": (1, 1), "sum": (1, 1)} | {
    "avg": (1, 1),
    "join": (1, 2),
    "min": (1, 100),
    "max": (1, 100),
    "coalesce": (1, 100),
}


class CallChecks(OperatorChecks):
    """The part of the checker that knows functions."""

    __slots__ = ()

    def call(self, node: nodes.Call, receiver: nodes.Node | None) -> Node:
        """Check a call; a receiver is the first argument."""
        written = node.arguments if receiver is None else (receiver, *node.arguments)
        name = ALIASES.get(node.name, node.name)
        if name == "has":
            return self._has(node, written)
        arguments = tuple(self.check(argument) for argument in written)
        if any(argument.type.kind == "unknown" for argument in arguments):
            return Literal(span_of(node), UNKNOWN, True, None)
        if name in _COUNTS and not self._special_applies(name, arguments):
            return self._overloaded(node, name, arguments)
        if name in _COUNTS:
            return self._special(node, name, arguments)
        if name in BUILTINS:
            return self._overloaded(node, name, arguments)
        custom = self.functions.get(node.name)
        if custom is not None:
            return self._custom(node, custom, arguments)
        hint = suggestion(node.name, (*BUILTINS, *SPECIAL, *ALIASES, *self.functions))
        return self.fault(_name_of(node), f"unknown function '{node.name}'", hint)

    def _special_applies(self, name: str, arguments: tuple[Node, ...]) -> bool:
        """Tell size of a list, which is known here, from size of a text or JSON value."""
        return name != "size" or len(arguments) != 1 or arguments[0].type.kind not in ("text", "record", "json", "null")

    def _special(self, node: nodes.Call, name: str, arguments: tuple[Node, ...]) -> Node:
        least, most = _COUNTS[name]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            return self.fault(node, f"'{name}' takes {wanted} arguments, not {len(arguments)}")
        if name in ("now", "today"):
            self.uses.volatile = True
            return ContextValue(span_of(node), DATETIME if name == "now" else DATE, False, name)
        if name == "isEmpty":
            return IsEmpty(span_of(node), BOOLEAN, False, arguments[0])
        if name == "coalesce":
            return self._coalesce(node, arguments)
        if name in ("min", "max") and (len(arguments) > 1 or arguments[0].type.kind != "list"):
            return self._extreme(node, name, arguments)
        return self._of_list(node, name, arguments)

    def _has(self, node: nodes.Call, written: tuple[nodes.Node, ...]) -> Node:
        if len(written) != 1:
            return self.fault(node, f"'has' takes 1 argument, not {len(written)}")
        argument = self.check(written[0])
        if argument.type.kind == "unknown":
            return argument
        if not isinstance(argument, (FieldValue, Member, ContextValue)):
            return self.fault(written[0], "'has' asks for a field", "write has(company.name)")
        if is_list_of_records(argument.type):
            return self.fault(written[0], "a collection of records is always there", "write size(…) > 0")
        same = Same(span_of(node), BOOLEAN, False, argument, Literal(argument.span, NULL, True, None))
        return Not(span_of(node), BOOLEAN, False, same)

    def _coalesce(self, node: nodes.Call, arguments: tuple[Node, ...]) -> Node:
        type_ = self.one_type(node, arguments, "all arguments of 'coalesce'")
        if type_ is None:
            return Literal(span_of(node), UNKNOWN, True, None)
        operands = tuple(coerced(argument, type_) for argument in arguments)
        nullable = all(operand.nullable for operand in operands)
        return Coalesce(span_of(node), type_, nullable, operands)

    def _extreme(self, node: nodes.Call, name: str, arguments: tuple[Node, ...]) -> Node:
        type_ = self.one_type(node, arguments, f"all arguments of '{name}'")
        if type_ is None:
            return Literal(span_of(node), UNKNOWN, True, None)
        if not is_ordered(type_) or type_.kind == "json":
            return self.fault(node, f"{type_.name} has no order")
        operands = tuple(coerced(argument, type_) for argument in arguments)
        if len(operands) == 1:
            return operands[0]
        return Extreme(span_of(node), type_, any(operand.nullable for operand in operands), name, operands)

    def _of_list(self, node: nodes.Call, name: str, arguments: tuple[Node, ...]) -> Node:
        values = arguments[0]
        element = values.type.element
        if element is None:
            return self.fault(node, f"'{name}' takes a list, not {values.type.name}")
        if name == "size":
            return Aggregate(span_of(node), INTEGER, False, name, values)
        if is_list_of_records(values.type):
            return self.fault(node, f"'{name}' takes a list of values", f"write list.map(x, x.amount).{name}()")
        if name == "join":
            return self._join(node, arguments, element)
        if name in ("sum", "avg") and element.kind != "null" and (name, element.kind) not in AGGREGATES:
            return self.fault(node, f"'{name}' can't add up a {values.type.name}")
        if name in ("min", "max") and element.kind != "null" and (not is_ordered(element) or element.kind == "json"):
            return self.fault(node, f"{element.name} has no order")
        if element.kind == "null":
            values, element = coerced(values, Type("list", element=INTEGER)), INTEGER
        result = DECIMAL if name == "avg" else Type(element.kind)
        nullable = not (name == "sum" and element.kind == "decimal")
        return Aggregate(span_of(node), result, nullable, name, values)

    def _join(self, node: nodes.Call, arguments: tuple[Node, ...], element: Type) -> Node:
        separator = arguments[1] if len(arguments) == 2 else Literal(span_of(node), TEXT, False, "")
        if not is_textual(separator.type) or not (is_textual(element) or element.kind == "null"):
            return self.fault(node, "'join' takes a list of text and a text")
        return Join(span_of(node), TEXT, separator.nullable, arguments[0], separator)

    def _overloaded(self, node: nodes.Call, name: str, arguments: tuple[Node, ...]) -> Node:
        for exact in (True, False):
            for builtin in BUILTINS[name]:
                if _takes(builtin.parameters, arguments, exact=exact):
                    return self._invoke(node, builtin, arguments)
        given = ", ".join(argument.type.name for argument in arguments)
        forms = dict.fromkeys(", ".join(kind.name for kind in builtin.parameters) for builtin in BUILTINS[name])
        hint = "it takes " + " or ".join(f"({form})" for form in forms)
        return self.fault(node, f"'{node.name}' does not take ({given})", hint)

    def _invoke(self, node: nodes.Call, builtin: Builtin, arguments: tuple[Node, ...]) -> Node:
        operands = tuple(map(coerced, arguments, builtin.parameters))
        constant = [operand.value for operand in operands if isinstance(operand, Literal)]
        if len(constant) < len(operands):
            if builtin.name == "matches" and isinstance(operands[1], Literal) and operands[1].value is not None:
                self._checked_pattern(node, builtin, operands[1].value)
            nullable = builtin.nullable or any(operand.nullable for operand in operands)
            return Invoke(span_of(node), builtin.result, nullable, builtin, operands)
        value = None if None in constant else builtin.call(*constant)
        if value is None and builtin.complaint and None not in constant:
            return self.fault(node, builtin.complaint)
        return Literal(span_of(node), builtin.result, value is None, value)

    def _checked_pattern(self, node: nodes.Call, builtin: Builtin, pattern: str) -> None:
        if builtin.call("", pattern) is None:
            self.fault(node.arguments[-1], builtin.complaint, "groups, classes, alternatives and repetitions are")

    def _custom(self, node: nodes.Call, function: Function, arguments: tuple[Node, ...]) -> Node:
        if not _takes(function.parameters, arguments, exact=False):
            given = ", ".join(argument.type.name for argument in arguments)
            wanted = ", ".join(parameter.name for parameter in function.parameters)
            return self.fault(node, f"'{node.name}' does not take ({given})", f"it takes ({wanted})")
        operands = tuple(map(coerced, arguments, function.parameters))
        return InvokeCustom(span_of(node), function.result, True, function, operands)


def _takes(parameters: tuple[Type, ...], arguments: tuple[Node, ...], *, exact: bool) -> bool:
    if len(parameters) != len(arguments):
        return False
    return all(
        _fits(parameter, argument.type, exact=exact) for parameter, argument in zip(parameters, arguments, strict=True)
    )


def _fits(parameter: Type, argument: Type, *, exact: bool) -> bool:
    if argument.kind == parameter.kind:
        return parameter.element is None or unify(parameter, argument) is not None
    if exact:
        return False
    widened = (argument.kind, parameter.kind) in (("integer", "decimal"), ("record", "text"), ("text", "record"))
    return widened or argument.kind == "null" or (parameter.kind == "json" and argument.kind != "list")


def _name_of(node: nodes.Call) -> nodes.Name:
    return nodes.Name(node.name_offset, len(node.name), node.name)
