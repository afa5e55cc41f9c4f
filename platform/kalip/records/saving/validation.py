"""What a record must be to be saved: required, read-only, unique, checks and the stage's demands."""

from collections.abc import Iterable

from kalip.model import Stage
from kalip.records.saving.drafts import Draft, label_of
from kalip.records.saving.evaluation import evaluate, holds_before
from kalip.records.saving.fields import refuse_fields
from kalip.records.saving.placing import unmet
from kalip.records.saving.uniqueness import value_after
from kalip.records.services import Work

REQUIRED = "{label} is required."


def validate(work: Work, draft: Draft) -> None:
    """Gather everything that speaks against a draft, except what only the database can tell."""
    refuse_fields(work, draft)
    _readonly(work, draft)
    _forced(draft)
    _enter(work, draft)
    hidden = hidden_fields(work, draft)
    faulty = {
        fault.pointer.removeprefix(draft.pointer).split("/")[1]
        for fault in draft.violations
        if fault.pointer != draft.pointer
    }
    for name in _missing(work, draft, hidden | faulty):
        draft.blame(name, "required", REQUIRED, label=label_of(work, draft, name))
    for check in draft.rules.checks_touched(draft.changed, new=draft.new):
        if evaluate(work, draft, check.expression) is False:
            draft.blame(check.field, "check", check.message.get(work.actor.locale) or check.name, check=check.name)


def hidden_fields(work: Work, draft: Draft) -> frozenset[str]:
    """The fields whose condition to be shown is not true: they can't be required."""
    relevant = (rule for rule in draft.rules.visible_when if draft.new or _concerns(draft, rule.field, rule.depends))
    stage = current_stage(draft)
    here = stage.hidden if stage is not None else frozenset()
    return here | frozenset(rule.field for rule in relevant if evaluate(work, draft, rule.expression) is not True)


def required_fields(work: Work, draft: Draft) -> frozenset[str]:
    """The fields that must be filled for the record as it will be, whether shown or not."""
    always = (name for name, field in draft.rules.entity.fields.items() if field.required)
    sometimes = (rule.field for rule in draft.rules.required_when if evaluate(work, draft, rule.expression) is True)
    stage = current_stage(draft)
    return frozenset((*always, *sometimes, *(stage.required if stage is not None else ())))


def locked_fields(draft: Draft) -> frozenset[str]:
    """The fields that can't be changed in the stage where the record is; a new record is in none yet."""
    stage = None if draft.new else draft.rules.stage(draft.before.get("pipeline"), draft.before.get("stage"))
    return stage.readonly if stage is not None else frozenset()


def current_stage(draft: Draft) -> Stage | None:
    """The stage in which the record will be."""
    if draft.entering is not None:
        return draft.entering
    return draft.rules.stage(draft.after.get("pipeline"), draft.after.get("stage"))


def is_empty(draft: Draft, name: str) -> bool:
    """Whether a field will hold nothing."""
    rules = draft.rules
    if name in rules.children:
        return not (draft.lines[name].rows() if name in draft.lines else ())
    if name in rules.links:
        return not draft.links.get(name, draft.old_links.get(name, ()))
    if rules.attributes[name].computed is not None:
        return False
    return value_after(draft, name) in (None, "", ())


def _enter(work: Work, draft: Draft) -> None:
    """A new record comes into its stage like any other; moves are asked before."""
    stage = current_stage(draft) if draft.new and not draft.grounds.placed else None
    condition = unmet(work, draft, stage.entry) if stage is not None else None
    if condition is not None:
        draft.blame("", "entry", condition.message.get(work.actor.locale) or condition.name)


def _missing(work: Work, draft: Draft, hidden: frozenset[str]) -> Iterable[str]:
    asked = dict.fromkeys(_asked(work, draft))
    return [name for name in asked if name not in hidden and is_empty(draft, name) and not _is_numbered(draft, name)]


def _asked(work: Work, draft: Draft) -> Iterable[str]:
    rules, changed = draft.rules, draft.changed
    yield from (
        name for name, field in rules.entity.fields.items() if field.required and (draft.new or name in changed)
    )
    for rule in rules.required_when:
        if (draft.new or _concerns(draft, rule.field, rule.depends)) and evaluate(work, draft, rule.expression) is True:
            yield rule.field
    stage = current_stage(draft)
    if stage is not None and not draft.grounds.placed:
        whole = draft.new or draft.entering is not None
        yield from (name for name in stage.required if whole or name in changed)
    yield from draft.demanded


def _concerns(draft: Draft, name: str, depends: frozenset[str]) -> bool:
    changed = draft.changed
    return name in changed or not depends.isdisjoint(changed)


def _is_numbered(draft: Draft, name: str) -> bool:
    return draft.new and name in draft.rules.numbered


def _readonly(work: Work, draft: Draft) -> None:
    if work.actor.id is None:
        return
    said = draft.explicit & draft.changed
    fixed = {name for name in said if draft.rules.attributes[name].readonly}
    fixed |= (said & locked_fields(draft)) - draft.asked
    for rule in draft.rules.readonly_when:
        # A record that was locked stays so, even when the same change would unlock it.
        if rule.field in said and (
            evaluate(work, draft, rule.expression) is True if draft.new else holds_before(work, draft, rule.expression)
        ):
            fixed.add(rule.field)
    for name in sorted(fixed):
        draft.blame(name, "readonly", "{label} can't be changed.", label=label_of(work, draft, name))


def _forced(draft: Draft) -> None:
    for name, value in draft.grounds.forced.items():
        if name not in draft.rules.stored:
            continue
        for fault in draft.rules.types[name].validate(draft.rules.attributes[name], value):
            draft.violations.append(fault.violation(f"{draft.pointer}/{name}"))
