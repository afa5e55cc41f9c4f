"""Works out expressions over a draft: fills in computed fields, rollups, lines and related records as needed."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kalip.expressions import Expression
from kalip.model import Field
from kalip.records.commands import Record
from kalip.records.rules import ANY_REFERENCE, OLD, ROLLUP
from kalip.records.saving.drafts import Draft
from kalip.records.services import Work


def evaluate(work: Work, draft: Draft, expression: Expression) -> object:
    """The value of an expression for the record as it will be; `old.` paths give it as it was."""
    fill(work, draft, expression)
    return expression.evaluate(draft.after, work.context)


def holds_before(work: Work, draft: Draft, expression: Expression) -> bool:
    """Whether a condition is true for the record as it is stored."""
    missing = {path: None for path in expression.paths if path not in draft.before}
    return expression.evaluate({**missing, **draft.before}, work.context) is True


def fill(work: Work, draft: Draft, expression: Expression) -> None:
    """Put the paths that an expression reads into the draft's `after`."""
    for path in expression.paths:
        if path not in draft.after:
            draft.after[path] = _value(work, draft, path)
    for path in expression.element_paths:
        if path not in draft.after:
            draft.after[path] = _collection(draft, path)


def work_out(work: Work, draft: Draft) -> None:
    """Fill in all computed fields and rollups."""
    for name in draft.rules.derived:
        draft.after[name] = _value(work, draft, name)


def settled(draft: Draft, name: str, result: object) -> object:
    """An expression's result as the computed field has it: decimals rounded to its places."""
    return draft.rules.types[name].from_parts(draft.rules.attributes[name], (result,))


def rolled_up(field: Field, rows: Sequence[Mapping[str, object]], work: Work) -> object:
    """A rollup's value over lines given as path to part value."""
    where = field.options.get("where")
    if where is not None:
        rows = [row for row in rows if where.evaluate(row, work.context) is True]
    function = field.options.get("function", "count")
    if function == "count":
        return len(rows)
    path = str(field.options.get("field"))
    values = [row[path] for row in rows if row.get(path) is not None]
    return _reduce(str(function), values)


def _value(work: Work, draft: Draft, path: str) -> object:
    if path.startswith(OLD):
        return draft.before.get(path.removeprefix(OLD))
    head, _, rest = path.partition(".")
    field = draft.rules.attributes.get(head)
    if field is None or head in draft.rules.children or head in draft.rules.links:
        return _collection(draft, path)
    if field.type == ROLLUP and not rest:
        return _rollup(work, draft, field)
    if field.computed is not None and not rest:
        return settled(draft, head, evaluate(work, draft, field.computed))
    if not rest or path in draft.rules.part_paths[head]:
        return draft.before.get(path)
    return _related(draft, head, rest)


def _rollup(work: Work, draft: Draft, field: Field) -> object:
    change = draft.lines.get(str(field.options.get("of")))
    if change is None and not draft.new:
        return draft.before.get(field.name)
    return settled(draft, field.name, rolled_up(field, change.rows() if change is not None else (), work))


def _related(draft: Draft, head: str, rest: str) -> object:
    if head == draft.via and draft.parent is not None:
        return draft.parent.after.get(rest, draft.before.get(f"{head}.{rest}"))
    if head not in draft.values:
        return draft.before.get(f"{head}.{rest}")
    field = draft.rules.attributes[head]
    record_id = str(draft.values[head]) if draft.values[head] is not None else ""
    if field.type == ANY_REFERENCE:
        return None
    return draft.related.get((str(field.names), record_id), {}).get(rest)


def _collection(draft: Draft, path: str) -> object:
    name = path.removeprefix(OLD)
    old = name != path
    if name in draft.rules.children:
        change = draft.lines.get(name)
        if change is None:
            return ()
        return tuple(change.existing.values() if old else change.rows())
    target = str(draft.rules.attributes[name].target)
    ids: Iterable[str] = draft.old_links.get(name, ())
    if not old and name in draft.links:
        ids = draft.links[name]
    return tuple(_linked(draft, target, each) for each in ids)


def _linked(draft: Draft, target: str, record_id: str) -> Record:
    return {"id": record_id, **draft.related.get((target, record_id), {})}


def _reduce(function: str, values: list[Any]) -> object:
    if function == "sum":
        return sum(values[1:], start=values[0]) if values else Decimal(0)
    if not values:
        return None
    if function == "last":
        return values[-1]
    if function == "avg":
        return sum(map(Decimal, values), start=Decimal(0)) / len(values)
    return min(values) if function == "min" else max(values)
