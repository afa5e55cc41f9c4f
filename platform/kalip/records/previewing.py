"""The live rules of a form: what is shown, required, locked and computed for the values typed so far."""

from collections.abc import Collection
from dataclasses import replace

from kalip.base.errors import NotFound
from kalip.model import Entity, FormView, Verb
from kalip.records.commands import Preview, Record, SaveRecord
from kalip.records.covers import covers_of
from kalip.records.naming import find_entity
from kalip.records.saving import Draft, Grounds, draft_commands, prepare
from kalip.records.saving.evaluation import evaluate, holds_before, work_out
from kalip.records.saving.fields import place_of_draft
from kalip.records.saving.validation import current_stage, locked_fields, required_fields
from kalip.records.services import Work
from kalip.storage import FILL_JOB, open_arguments


def preview_record(
    work: Work,
    command: SaveRecord,
    touched: Collection[str] | None = None,
    form: str | None = None,
    verb: Verb = Verb.UPDATE,
) -> Preview:
    """Work out a form without writing anything, in one round trip.

    Violations are those of `touched` fields (all when None), and of the whole record. Raises
    NotFound and AccessDenied as saving would; a stale version is not asked about. With the verb `read`
    the form is only looked at: by whoever sees the record, also when it is archived.
    """
    view = _form(find_entity(work, command.entity), form)
    conditions = tuple(
        section.visible_when
        for tab in (view.tabs if view is not None else ())
        for section in tab.sections
        if section.visible_when is not None
    )
    grounds = Grounds(verb=verb, reads=conditions, whole=True)
    (draft,) = draft_commands(work, [replace(command, version=None)], grounds)
    prepare(work, [draft])
    if isinstance(draft.error, NotFound):
        raise draft.error
    work_out(work, draft)
    covers = covers_of(work, draft)
    # Who fills a field in on a new record sees what was typed.
    typed = {name: value for name, value in draft.values.items() if draft.new and name in draft.explicit}
    return Preview(
        values={**covers.values(_values(draft)), **typed},
        computed=covers.values({name: draft.after.get(name) for name in draft.rules.derived}),
        visible=frozenset(name for name in _visible(work, draft) if _is_shown(work, draft, name)),
        required=required_fields(work, draft) - _being_filled(work, draft),
        readonly=_readonly(work, draft),
        hidden_sections=_hidden_sections(work, view, draft),
        violations=tuple(
            fault for fault in draft.faults() if touched is None or _field_of(fault.pointer) in ("", *touched)
        ),
        lines={
            name: tuple(covers_of(work, line).paths(line) for line in draft.lines[name].drafts)
            for name in draft.raw_lines
            if name in draft.lines
        },
    )


def _being_filled(work: Work, draft: Draft) -> frozenset[str]:
    """Fields of a record that a back-fill has yet to come to: nobody is asked for what it will fill in."""
    rules = draft.rules
    fields = [] if draft.new else [each for each in rules.entity.fields.values() if each.required and each.backfill]
    awaited = {each.name for each in fields if rules.value_of(each.name, draft.before) is None}
    if not awaited:
        return frozenset()
    fills = open_arguments(work.session, FILL_JOB)
    return frozenset(str(each["field"]) for each in fills if each["entity"] == draft.entity) & awaited


def _values(draft: Draft) -> Record:
    stored = {name: draft.rules.value_of(name, draft.before) for name in draft.rules.stored} if draft.before else {}
    return {**stored, **draft.values, **draft.old_links, **draft.links}


def _visible(work: Work, draft: Draft) -> frozenset[str]:
    hidden = {rule.field for rule in draft.rules.visible_when if evaluate(work, draft, rule.expression) is not True}
    stage = current_stage(draft)
    hidden |= stage.hidden if stage is not None else frozenset()
    return frozenset(draft.rules.entity.fields) - hidden


def _is_shown(work: Work, draft: Draft, name: str) -> bool:
    sight, place = work.sight(draft.entity), place_of_draft(draft)
    return sight.level(name, place) != "none" or (draft.new and sight.may_write(name, place, new=True))


def _readonly(work: Work, draft: Draft) -> frozenset[str]:
    rules = draft.rules
    fixed = {name for name in rules.entity.fields if name not in rules.writable or rules.attributes[name].readonly}
    for rule in rules.readonly_when:
        if draft.new:
            locked = evaluate(work, draft, rule.expression) is True
        else:
            locked = holds_before(work, draft, rule.expression)
        if locked:
            fixed.add(rule.field)
    sight = work.sight(draft.entity)
    place = place_of_draft(draft)
    fixed |= {
        name
        for name in sight.rights
        if not sight.may_write(name, place, new=draft.new) or (not draft.new and sight.level(name, place) != "read")
    }
    return frozenset(fixed) | locked_fields(draft)


def _form(entity: Entity, name: str | None) -> FormView | None:
    return entity.forms.get(name) if name else next(iter(entity.forms.values()), None)


def _hidden_sections(work: Work, view: FormView | None, draft: Draft) -> frozenset[str]:
    return frozenset(
        f"{tab.name}.{section.name}"
        for tab in (view.tabs if view is not None else ())
        for section in tab.sections
        if section.visible_when is not None and evaluate(work, draft, section.visible_when) is not True
    )


def _field_of(pointer: str) -> str:
    return pointer.lstrip("/").split("/", 1)[0]
