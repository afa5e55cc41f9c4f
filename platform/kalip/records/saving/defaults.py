"""Fills in what a new record doesn't say: constants, default expressions, owner, pipeline and first stage."""

from collections.abc import Iterable
from decimal import Decimal

from kalip.fields import FieldFault
from kalip.records.rules import EntityRules
from kalip.records.saving.drafts import Draft, put
from kalip.records.saving.evaluation import evaluate
from kalip.records.saving.placing import PLACE, arrival_values, kept_fields, queue_field, start_pipeline
from kalip.records.services import Work


def fill_defaults(work: Work, draft: Draft) -> set[str]:
    """Fill the defaults of a new record's draft; gives the names of the fields that got one.

    Expressions are worked out in the order of the fields, so that one may use those before it.
    """
    filled = set(_system(work, draft))
    title = draft.rules.entity.title
    draft.after.update(draft.rules.flatten(draft.values))
    for field in draft.rules.defaults:
        # A title that is left empty is given like one that nobody spoke of: a record needs something to be called.
        nameless = field.name == title and draft.values.get(title) in (None, "")
        if not nameless and (field.name in draft.values or field.name in draft.explicit):
            continue
        if field.default_expression is not None:
            result = evaluate(work, draft, field.default_expression)
        else:
            result = _constant(draft.rules, field.name, field.default)
        value = as_value(draft.rules, field.name, result)
        if value is not None:
            draft.values[field.name] = value
            draft.after.update(draft.rules.flatten({field.name: value}))
            filled.add(field.name)
    filled.update(_start(work, draft))
    return filled


def as_value(rules: EntityRules, name: str, result: object) -> object:
    """An expression's result as a value of a field: numbers widened, a currency added to an amount."""
    if result is None:
        return None
    field, kind = rules.attributes[name], rules.types[name]
    parts = kind.parts(field)
    if parts[0].type.kind == "decimal" and isinstance(result, int):
        result = Decimal(result)
    if len(parts) == 1 or isinstance(result, tuple):
        return result
    return kind.from_parts(field, (result, *(field.options.get(part.name) for part in parts[1:])))


def _constant(rules: EntityRules, name: str, raw: object) -> object:
    try:
        return rules.types[name].parse(rules.attributes[name], raw)
    except FieldFault:
        # Defaults are checked by the compiler; what is already a Python value passes as it is.
        return raw


def _system(work: Work, draft: Draft) -> Iterable[str]:
    system, values = draft.rules.entity.system, draft.values
    if "owner" in system and "owner" not in draft.explicit and work.actor.id is not None:
        values["owner"] = work.actor.principal
        yield "owner"
    # Defaults may read where the record starts, though their own values may yet lead it elsewhere.
    pipeline = draft.rules.entity.pipelines.get(draft.said_pipeline or str(draft.command.pipeline))
    pipeline = pipeline or draft.rules.entity.default_pipeline
    if pipeline is not None and "stage" not in draft.grounds.forced:
        values.update(pipeline=pipeline.name, stage=pipeline.first.name, stage_since=work.now)
        yield from PLACE


def _start(work: Work, draft: Draft) -> Iterable[str]:
    """Put the record where it starts, now that its values are known."""
    if "stage" in draft.grounds.forced:
        return
    pipeline = start_pipeline(work, draft)
    if pipeline is None:
        return
    stage = pipeline.stages.get(draft.grounds.start) or pipeline.first
    put(draft, arrival_values(work, draft, pipeline, stage))
    empty = queue_field(draft, stage)
    if empty is not None:
        draft.late[empty] = None
    yield from kept_fields(draft.rules.entity)
