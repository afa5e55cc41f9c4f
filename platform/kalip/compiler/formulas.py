"""Compiles expressions of documents: faults and uses go to the desk, earlier names are replaced by present ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench
from kalip.compiler.desk import Spot
from kalip.compiler.scope import OLD, EntityScope, RootedScope
from kalip.expressions import Expression, ExpressionError, Fault, Function, Type, compile_expression
from kalip.expressions.typed import Among, FieldValue, Items, Literal, Node, Same
from kalip.model import Field

_ROUNDS = 20
_NO_ROOTS: Mapping[str, Type] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the place of an expression wants: a type, that SQL can say it, whether `old.` means something there.

    `roots` are names known beside the record's fields; with `bare` there is no record, only they are known.
    """

    type: Type | None = None
    sql: bool = False
    old: bool = False
    roots: Mapping[str, Type] = field(default_factory=lambda: _NO_ROOTS)
    bare: bool = False


@dataclass(frozen=True, slots=True)
class _Edit:
    offset: int
    length: int
    text: str


def compile_formula(bench: Bench, entity: str, source: str, spot: Spot, wanted: Wanted) -> Expression | None:
    """Compile an expression over an entity's records; None when it has a fault, which is reported."""
    scope = bench.scope(entity, old=wanted.old)
    if wanted.roots or wanted.bare:
        scope = RootedScope(scope, wanted.roots, bare=wanted.bare)
    try:
        expression = _compiled(bench, scope, source, spot, wanted.type)
    except ExpressionError as error:
        if not bench.desk.is_doubtful(source):
            for fault in error.faults:
                _report(bench, spot, source, fault, codes.BAD_EXPRESSION)
        return None
    edits = _checked_literals(bench, entity, expression, spot)
    if edits:
        return compile_formula(bench, entity, _edited(expression.source, edits), spot, wanted)
    _put_down_uses(bench, entity, expression, spot)
    if wanted.sql:
        for fault in expression.sql_obstacles:
            _report(bench, spot, source, fault, codes.NOT_IN_SQL)
    return expression


def compile_with_present_names(
    source: str, scope: EntityScope, *, expects: Type | None, functions: Mapping[str, Function]
) -> tuple[Expression, dict[str, str]]:
    """Compile; names that fields had before are replaced by the present ones, and told as old to present.

    Raises ExpressionError with what remains.
    """
    renamed: dict[str, str] = {}
    for _ in range(_ROUNDS):
        try:
            return compile_expression(source, scope, expects=expects, functions=functions), renamed
        except ExpressionError as error:
            edits = []
            for fault in error.faults:
                name = source[fault.offset : fault.offset + fault.length]
                if name in scope.renamed:
                    edits.append(_Edit(fault.offset, fault.length, scope.renamed[name]))
                    renamed[name] = scope.renamed[name]
            if not edits:
                raise
            source = _edited(source, edits)
    return compile_expression(source, scope, expects=expects, functions=functions), renamed


def _compiled(bench: Bench, scope: EntityScope, source: str, spot: Spot, expects: Type | None) -> Expression:
    expression, renamed = compile_with_present_names(source, scope, expects=expects, functions=bench.functions)
    for old, present in renamed.items():
        bench.desk.old(spot, old, present)
    return expression


def _report(bench: Bench, spot: Spot, source: str, fault: Fault, code: str) -> None:
    place = "" if fault.offset == 0 and fault.length >= len(source) else f" (at character {fault.offset + 1})"
    bench.desk.report(code, spot, f"{fault.message}{place}", fault.hint)


def _edited(source: str, edits: list[_Edit]) -> str:
    for edit in sorted(edits, key=lambda each: -each.offset):
        source = source[: edit.offset] + edit.text + source[edit.offset + edit.length :]
    return source


def _put_down_uses(bench: Bench, entity: str, expression: Expression, spot: Spot) -> None:
    for path in expression.paths:
        _use_path(bench, entity, path, spot)
    for collection, paths in expression.element_paths.items():
        target = _use_path(bench, entity, collection, spot)
        for path in paths if target else ():
            _use_path(bench, target or "", path, spot)


def _use_path(bench: Bench, entity: str, path: str, spot: Spot) -> str | None:
    """Put down the fields on a path; the entity that its last field points to."""
    target: str | None = entity
    for step in path.removeprefix(f"{OLD}.").split("."):
        found = bench.field(target, step) if target else None
        if target is None or found is None:
            break
        bench.desk.use(spot, f"field:{target}.{found.name}")
        target = found.target
    return target


def _checked_literals(bench: Bench, entity: str, expression: Expression, spot: Spot) -> list[_Edit]:
    """Look whether values compared with choices, stages and pipelines exist; edits for those that were renamed."""
    if "'" not in expression.source and '"' not in expression.source:
        return []
    edits: list[_Edit] = []
    for value, literal in _comparisons(expression.tree):
        known = _values_of(bench, entity, value)
        edit = None if known is None else _checked_literal(bench, known, literal, spot)
        if edit is not None:
            edits.append(edit)
    return edits


@dataclass(frozen=True, slots=True)
class Values:
    """The values that a field can have: what each is called in uses, and earlier names."""

    code: str
    what: str
    uses: Mapping[str, tuple[str, ...]]
    old: Mapping[str, str]


def _checked_literal(bench: Bench, known: Values, literal: Literal, spot: Spot) -> _Edit | None:
    value = literal.value
    if not isinstance(value, str):
        return None
    if value in known.uses:
        for used in known.uses[value]:
            bench.desk.use(spot, used)
        return None
    present = known.old.get(value)
    if present is not None:
        bench.desk.old(spot, value, present)
        return _Edit(literal.span.offset, literal.span.length, f"'{present}'")
    bench.desk.unknown(known.code, spot, known.what, value, list(known.uses))
    return None


def _comparisons(tree: Node) -> Iterator[tuple[FieldValue, Literal]]:
    pairs: tuple[tuple[Node, Node], ...]
    for node in _nodes(tree):
        if isinstance(node, Same):
            pairs = ((node.left, node.right), (node.right, node.left))
        elif isinstance(node, Among) and isinstance(node.list, Items):
            pairs = tuple((node.item, each) for each in node.list.items)
        elif isinstance(node, Among):
            pairs = ((node.list, node.item),)
        else:
            continue
        for value, literal in pairs:
            if isinstance(value, FieldValue) and isinstance(literal, Literal):
                yield value, literal


def _nodes(node: Any) -> Iterator[Node]:
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple):
            pending += current
        elif isinstance(current, Node):
            yield current
            pending += [getattr(current, each.name) for each in fields(current)[3:]]


def _values_of(bench: Bench, entity: str, value: FieldValue) -> Values | None:
    """The closed values of the field at a path of the record itself."""
    if value.root:
        return None
    path = value.path[1:] if value.path[:1] == (OLD,) else value.path
    for step in path[:-1]:
        through = bench.field(entity, step)
        target = bench.leads_to(through) if through else None
        if target is None:
            return None
        entity = target
    found = bench.field(entity, path[-1])
    return None if found is None else values_of_field(bench, entity, found)


def values_of_field(bench: Bench, entity: str, field: Field) -> Values | None:
    """The closed values of a field: its choices, or the stages or pipelines of its entity."""
    if field.choices is not None:
        list_ = bench.choices[field.choices]
        uses = {value: (f"choice:{list_.name}.{value}",) for value in list_.choices}
        old = {former: value for value, choice in list_.choices.items() for former in choice.was}
        return Values(codes.UNKNOWN_CHOICE, f"choice of '{list_.name}'", uses, old)
    if not field.system or field.name not in ("stage", "pipeline"):
        return None
    pipelines = bench.drafts[entity].pipelines
    if field.name == "pipeline":
        names = {name: (f"pipeline:{entity}.{name}",) for name in pipelines}
        before = {old: name for name, document in pipelines.items() for old in document.data.get("was", ())}
        return Values(codes.UNKNOWN_PIPELINE, f"pipeline of '{entity}'", names, before)
    stages: dict[str, tuple[str, ...]] = {}
    former: dict[str, str] = {}
    for name, document in pipelines.items():
        for stage, data in document.data["stages"].items():
            stages[stage] = (*stages.get(stage, ()), f"stage:{entity}.{name}.{stage}")
            former |= dict.fromkeys(data.get("was", ()), stage)
    return Values(codes.UNKNOWN_STAGE, f"stage of '{entity}'", stages, former)
