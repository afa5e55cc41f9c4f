"""Plans fields of another type: looks at every value, counts what doesn't convert, and names some of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from kalip.base.text import Text
from kalip.model import Field
from kalip.storage.catalogue import LiveColumn
from kalip.storage.convert_steps import ChangeType, KeepUnconverted, Prior, turns
from kalip.storage.draft import Draft
from kalip.storage.retype import Retype, retype, type_by_kind
from kalip.storage.tables import EntityTable
from kalip.storage.terms import CONVERTED, RESULT, Terms, terms_of

MOST_SAMPLES: Final = 20


def plan_type(
    draft: Draft, wanted: EntityTable, entries: Mapping[str, LiveColumn], live: Mapping[str, LiveColumn]
) -> bool:
    """Plan the conversion of a field; false when there is none, or nothing to convert."""
    new, main = tuple(entries.values()), live.get("")
    field = wanted.entity.attributes[new[0].field]
    if main is None or field.system or main.target or new[0].target:
        return False
    terms = Terms.read(main.terms)
    old_type = terms.type if terms is not None else type_by_kind(main.kind)
    same_kinds = {part: each.kind for part, each in live.items()} == {part: each.kind for part, each in entries.items()}
    if same_kinds and (terms is None or old_type == field.type):
        return False
    old = _in_order(draft, old_type, live)
    change = retype(draft.served.types, old_type, [each.kind for each in old], field)
    if change is None:
        return False
    step = _look(draft, wanted, (old, new), change, _prior(draft, main, new, field))
    if step is None:
        return False
    if step.failures and field.unconverted == "refuse":
        draft.refusals.append(_refusal(wanted, field, step))
        return True
    draft.steps.append(step)
    if step.failures and field.unconverted_into:
        _keep(draft, wanted, field, step)
    return True


def _look(
    draft: Draft,
    wanted: EntityTable,
    columns: tuple[Sequence[LiveColumn], Sequence[LiveColumn]],
    change: Retype,
    prior: Prior | None,
) -> ChangeType | None:
    """The step with what it counts; None when every value is right as it stands."""
    old, new = columns
    rows = failures = losses = 0
    samples: list[str] = []
    changed = [each.kind for each in old] != [each.kind for each in new]
    for batch in turns(draft.session, change, old, prior):
        for turn in batch:
            rows += 1
            changed = changed or turn.new is None or turn.new.parts != turn.old
            if turn.new is None:
                failures += 1
                if len(samples) < MOST_SAMPLES:
                    samples.append(change.sample(turn.old))
            elif not turn.new.exact and not turn.left:
                losses += 1
    if not changed:
        return None
    return ChangeType(
        old=tuple(old),
        new=tuple(new),
        retired=tuple(draft.retired(each.name) for each in old),
        result=draft.retired(new[0].name),
        entity=wanted.entity.name,
        types=(change.old, change.field.type),
        rows=rows,
        failures=failures,
        losses=losses,
        samples=tuple(samples),
        prior=prior,
        retype=change,
    )


def _in_order(draft: Draft, old_type: str, live: Mapping[str, LiveColumn]) -> list[LiveColumn]:
    """The columns in the order of the old type's parts; just the main one when the type is gone with its plugin."""
    if old_type not in draft.served.types:
        return [live[""]]
    stub = Field("value", old_type, Text())
    names = [part.name for part in draft.served.types[old_type].parts(stub)]
    return [live[name] for name in names if name in live]


def _prior(draft: Draft, main: LiveColumn, new: Sequence[LiveColumn], field: Field) -> Prior | None:
    asides = [
        (each, terms)
        for each in draft.columns[main.table]
        if each.retired_at is not None and each.field == main.field and (terms := Terms.read(each.terms)) is not None
    ]
    for result, _terms in ((each, terms) for each, terms in asides if terms.aside == RESULT):
        held = {
            each.part: each
            for each, terms in asides
            if terms.aside == CONVERTED and terms.result == result.name and terms.type == field.type
        }
        fits = [each.kind for each in new] == [held[each.part].kind for each in new if each.part in held]
        if fits and result.kind == main.kind:
            return Prior(tuple(held[each.part] for each in new), result)
    return None


def _keep(draft: Draft, wanted: EntityTable, field: Field, step: ChangeType) -> None:
    into = wanted.fields[field.unconverted_into][0]
    target = wanted.entity.attributes[field.unconverted_into]
    column = LiveColumn(wanted.name, into.name, target.name, "", into.kind, terms=terms_of(wanted.entity, target).text)
    draft.steps.append(
        KeepUnconverted(
            into=column,
            several_lines=target.type == "long_text",
            entity=wanted.entity.name,
            rows=step.failures,
            change=step,
        )
    )


def _refusal(wanted: EntityTable, field: Field, step: ChangeType) -> str:
    rest = f"; and {step.failures - MOST_SAMPLES} more" if step.failures > MOST_SAMPLES else ""
    return (
        f"{wanted.entity.name}.{field.name}: {step.failures} of {step.rows} values don't convert from "
        f"{step.types[0]} to {step.types[1]}; correct them first: {'; '.join(step.samples)}{rest}"
    )
