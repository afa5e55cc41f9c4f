"""Checks names: fields and their parts, the actor, macro variables and members of JSON values."""

from collections.abc import Sequence
from dataclasses import dataclass

from kalip.expressions import nodes
from kalip.expressions.checker.base import CheckerBase, MacroVariable, span_of
from kalip.expressions.functions.registry import ALIASES, BUILTINS, SPECIAL
from kalip.expressions.scope import ACTOR, ACTOR_SETS, Scope, suggestion
from kalip.expressions.typed import ActorSet, ContextValue, FieldValue, Item, Literal, Member, Node, Span, Variable
from kalip.expressions.types import JSON, TEXT, is_list_of_records, list_of


@dataclass(frozen=True, slots=True)
class _Segment:
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Root:
    """Whose path is followed: the record, or the element that a macro's variable stands for."""

    scope: Scope
    variable: str
    collection: str


class NameChecks(CheckerBase):
    """The part of the checker that knows names."""

    __slots__ = ()

    def name(self, node: nodes.Name | nodes.Select) -> Node:
        """Check a name or a chain of names."""
        operand, segments = _followed(node)
        if operand is not None:
            checked = self.check(operand)
            return self._unknown(node) if checked.type.kind == "unknown" else self._members(checked, segments, ())
        variable = self.variables.get(segments[0].name)
        if variable is not None:
            return self._of_variable(variable, segments)
        if segments[0].name == "actor":
            return self._of_actor(segments)
        return self._of_record(_Root(self.scope, "", ""), segments)

    def index(self, node: nodes.Index) -> Node:
        """Check `list[position]` or `json["key"]`."""
        operand, index = self.check(node.operand), self.check(node.index)
        kind = operand.type.kind
        if isinstance(operand, ActorSet):
            return self.fault(node, "a set has no order", f"write x in actor.{operand.name}")
        if "unknown" in (kind, index.type.kind):
            return self._unknown(node)
        if kind == "json" and index.type.kind in ("text", "integer", "json"):
            return Member(span_of(node), JSON, True, operand, index)
        if kind == "list" and index.type.kind == "integer" and not is_list_of_records(operand.type):
            return Item(span_of(node), operand.type.held, True, operand, index)
        if is_list_of_records(operand.type):
            return self.fault(node, "a collection of records has no positions", "write exists, filter or map")
        return self.fault(node, f"{operand.type.name} has no element at {index.type.name}", "")

    def _unknown(self, node: nodes.Node) -> Node:
        checked = self.fault(node, "")
        self.faults.pop()
        return checked

    def _members(self, operand: Node, segments: list[_Segment], names: tuple[str, ...]) -> Node:
        if operand.type.kind == "json":
            for segment in segments:
                key = Literal(segment.span, TEXT, False, segment.name)
                span = Span(operand.span.offset, segment.span.offset + segment.span.length - operand.span.offset)
                operand = Member(span, JSON, True, operand, key)
            return operand
        segment = segments[0]
        if operand.type.kind == "list":
            hint = f"write exists(x, x.{segment.name} == …) or map(x, x.{segment.name})"
            return self.fault(segment.span, "a list has no fields of its own", hint)
        if names or operand.type.kind == "record":
            return self.fault(segment.span, f"unknown name '{segment.name}'", suggestion(segment.name, names))
        hint = f"write {segment.name}()" if segment.name in BUILTINS else ""
        return self.fault(segment.span, f"{operand.type.name} has no '{segment.name}'", hint)

    def _of_actor(self, segments: list[_Segment]) -> Node:
        self.uses.volatile = True
        whole = _whole(segments)
        if len(segments) == 1:
            return self.fault(whole, "the actor is not a value", "write actor.id")
        path = tuple(segment.name for segment in segments)
        if self.scope.lookup(path) is not None and path[1] not in ACTOR:
            return ActorSet(whole, list_of(TEXT), False, ".".join(path[1:]))
        if path[1] in ACTOR_SETS:
            found = ActorSet(_whole(segments[:2]), list_of(TEXT), False, path[1])
            return found if len(segments) == 2 else self._members(found, segments[2:], ())
        type_ = ACTOR.get(path[1])
        if type_ is None:
            known = (*ACTOR, *ACTOR_SETS)
            hint = suggestion(path[1], known) or f"known are {', '.join(known)}"
            return self.fault(segments[1].span, f"unknown name '{segments[1].name}'", hint)
        value = ContextValue(_whole(segments[:2]), type_, False, f"actor_{segments[1].name}")
        return value if len(segments) == 2 else self._members(value, segments[2:], ())

    def _of_variable(self, variable: MacroVariable, segments: list[_Segment]) -> Node:
        if variable.scope is not None:
            root = _Root(variable.scope, variable.id, variable.collection)
            if len(segments) == 1:
                self._use(root, ("id",))
                return FieldValue(_whole(segments), variable.type, True, variable.id, ("id",))
            return self._of_record(root, segments[1:])
        value = Variable(segments[0].span, variable.type, True, variable.id)
        if len(segments) == 1 or variable.type.kind == "unknown":
            return value
        return self._members(value, segments[1:], ())

    def _of_record(self, root: _Root, segments: list[_Segment]) -> Node:
        path = tuple(segment.name for segment in segments)
        for known in range(len(path), 0, -1):
            type_ = root.scope.lookup(path[:known])
            if type_ is not None:
                break
        else:
            return self._unknown_name(root, segments)
        self._use(root, path[:known])
        value = FieldValue(_whole(segments[:known]), type_, True, root.variable, path[:known])
        if known == len(path):
            return value
        return self._members(value, segments[known:], tuple(root.scope.names(path[:known])))

    def _use(self, root: _Root, path: tuple[str, ...]) -> None:
        dotted = ".".join(path)
        if root.variable:
            self.uses.element_paths.setdefault(root.collection, set()).add(dotted)
        else:
            self.uses.paths.add(dotted)

    def _unknown_name(self, root: _Root, segments: list[_Segment]) -> Node:
        first = segments[0]
        if first.name == "old" and not root.variable:
            return self._unknown_before(segments, root.scope.names(("old",)))
        known = (*root.scope.names(()), *(() if root.variable else (*self.variables, "actor")))
        hint = suggestion(first.name, known)
        if not hint and (first.name in BUILTINS or first.name in SPECIAL or first.name in ALIASES):
            hint = f"write {first.name}()"
        return self.fault(first.span, f"unknown name '{first.name}'", hint)

    def _unknown_before(self, segments: list[_Segment], known: Sequence[str]) -> Node:
        if not known:
            return self.fault(segments[0].span, "'old' is not known here", "there is no record before the change")
        if len(segments) == 1:
            return self.fault(segments[0].span, "the record before the change is not a value", f"write old.{known[0]}")
        wrong = segments[1]
        return self.fault(wrong.span, f"unknown name '{wrong.name}'", suggestion(wrong.name, known))


def _followed(node: nodes.Node) -> tuple[nodes.Node | None, list[_Segment]]:
    """Cut a chain of names into its segments, and what they follow when that isn't a name itself."""
    if isinstance(node, nodes.Name):
        return None, [_Segment(node.name, span_of(node))]
    if isinstance(node, nodes.Select):
        operand, before = _followed(node.operand)
        return operand, [*before, _Segment(node.name, Span(node.name_offset, len(node.name)))]
    return node, []


def _whole(segments: list[_Segment]) -> Span:
    last = segments[-1].span
    return Span(segments[0].span.offset, last.offset + last.length - segments[0].span.offset)
