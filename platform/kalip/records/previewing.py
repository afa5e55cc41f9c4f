"""The live rules of a form: what is shown, required, locked and computed for the values typed so far."""

from collections.abc import Collection

from kalip.access import require
from kalip.base.errors import KalipError, NotFound
from kalip.model import Entity, FormView, Verb
from kalip.records.commands import Preview, Record, SaveRecord
from kalip.records.saving import Draft, draft_commands, prepare
from kalip.records.saving.evaluation import evaluate, holds_before, work_out
from kalip.records.saving.validation import required_fields
from kalip.records.services import Work


def preview_record(
    work: Work, command: SaveRecord, touched: Collection[str] | None = None, form: str | None = None
) -> Preview:
    """Work out a form without writing anything, in one round trip.

    Violations are those of `touched` fields (all when None), and of the whole record. Raises
    NotFound and AccessDenied as saving would; a stale version is not asked about.
    """
    (draft,) = draft_commands(work, [_without_version(command)])
    prepare(work, [draft])
    if isinstance(draft.error, NotFound):
        raise draft.error
    rules = draft.rules
    work_out_all(work, draft)
    return Preview(
        values=_values(draft),
        computed={name: draft.after.get(name) for name in rules.derived},
        visible=_visible(work, draft),
        required=required_fields(work, draft),
        readonly=_readonly(work, draft),
        hidden_sections=_hidden_sections(work, rules.entity, draft, form),
        violations=tuple(
            fault for fault in draft.faults() if touched is None or _field_of(fault.pointer) in ("", *touched)
        ),
    )


def work_out_all(work: Work, draft: Draft) -> None:
    """Fill in computed fields and rollups."""
    work_out(work, draft)
    for name in draft.rules.derived:
        if name not in draft.after:
            draft.after[name] = derived_value(work, draft, name)


def _without_version(command: SaveRecord) -> SaveRecord:
    return SaveRecord(command.entity, command.values, command.id, None, command.source, command.pipeline)


def _values(draft: Draft) -> Record:
    values = {name: draft.rules.value_of(name, draft.before) for name in draft.rules.stored} if draft.before else {}
    return {**values, **draft.values}


def _visible(work: Work, draft: Draft) -> frozenset[str]:
    hidden = {rule.field for rule in draft.rules.visible_when if evaluate(work, draft, rule.expression) is not True}
    return frozenset(draft.rules.entity.fields) - hidden


def _readonly(work: Work, draft: Draft) -> frozenset[str]:
    rules = draft.rules
    fixed = {name for name in rules.entity.fields if name not in rules.writable or rules.attributes[name].readonly}
    for rule in rules.readonly_when:
        holds = evaluate(work, draft, rule.expression) is True if draft.new else holds_before(work, draft, rule.expression)
        if holds:
            fixed.add(rule.field)
    return frozenset(fixed)


def _hidden_sections(work: Work, entity: Entity, draft: Draft, form: str | None) -> frozenset[str]:
    view: FormView | None = entity.forms.get(form) if form else next(iter(entity.forms.values()), None)
    if view is None:
        return frozenset()
    return frozenset(
        f"{tab.name}.{section.name}"
        for tab in view.tabs
        for section in tab.sections
        if section.visible_when is not None and evaluate(work, draft, section.visible_when) is not True
    )


def _field_of(pointer: str) -> str:
    return pointer.lstrip("/").split("/", 1)[0]
