"""Reads raw values: finds the fields they are meant for and turns them into Python values, faults collected."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import marshmallow

from kalip.base.names import did_you_mean
from kalip.fields import FieldFault
from kalip.records.naming import find_field
from kalip.records.rules import STAGE_FIELDS
from kalip.records.saving.drafts import Draft
from kalip.records.saving.fields import is_closed, is_masked_value, refuse
from kalip.records.services import Work


def parse(work: Work, draft: Draft) -> None:
    """Fill the draft's values, raw lines and raw links from its command; unknown names are violations."""
    raw: dict[str, object] = {}
    for written, value in draft.command.values.items():
        name = _resolve(work, draft, written)
        if name is None:
            continue
        if name in draft.rules.children:
            draft.raw_lines[name] = value
        elif name in draft.rules.links:
            draft.raw_links[name] = _submitted(value)
        else:
            raw[name] = value
    draft.explicit.update(raw, draft.raw_lines, draft.raw_links)
    if draft.command.source == "json":
        _load_json(draft, raw)
    else:
        _load_text(work, draft, raw)


def _resolve(work: Work, draft: Draft, written: str) -> str | None:
    rules = draft.rules
    field = find_field(work.served, rules.entity, written)
    if field is None:
        hint = did_you_mean(written, sorted(rules.writable))
        template = "There is no field '{name}'" + (f": {hint}" if hint else ".")
        draft.blame(written.replace("~", "~0").replace("/", "~1"), "unknown_field", template, name=written)
        return None
    if field.name != written:
        work.deprecated.append(f"{rules.entity.name}.{written} is now {rules.entity.name}.{field.name}")
    if field.name in STAGE_FIELDS:
        if field.name == "pipeline" and draft.new:
            _choose_pipeline(draft, draft.command.values[written])
            return None
        draft.blame(field.name, "use_transition", "The stage is changed by a transition only.")
        return None
    if field.name not in rules.writable:
        draft.blame(field.name, "readonly", "This field is kept by the system.")
        return None
    if is_closed(work, draft, field.name):
        refuse(draft, field.name)
        return None
    return None if is_masked_value(work, draft, field.name, draft.command.values[written]) else field.name


def _submitted(value: object) -> object:
    # A form has the texts of each part of a field; those of the main part are the ids.
    return [text for text in value[""] if text] if isinstance(value, Mapping) and "" in value else value


def _choose_pipeline(draft: Draft, value: object) -> None:
    pipelines = draft.rules.entity.pipelines
    submitted = _submitted(value)
    if submitted in ([], "", None):
        return  # left to the record's values
    raw = submitted[0] if isinstance(submitted, list) else submitted
    if isinstance(raw, str) and raw in pipelines:
        draft.said_pipeline = raw
    else:
        template = "There is no pipeline '{value}'; choose one of: {known}."
        draft.blame("pipeline", "unknown_choice", template, value=raw, known=", ".join(pipelines))


def _load_json(draft: Draft, raw: Mapping[str, object]) -> None:
    try:
        draft.values.update(draft.rules.schema.load(raw))
    except marshmallow.ValidationError as error:
        if isinstance(error.valid_data, Mapping):
            draft.values.update(error.valid_data)
        messages = error.messages if isinstance(error.messages, Mapping) else {"": error.messages}
        for name, faults in messages.items():
            _blame_all(draft, name, faults)


def _blame_all(draft: Draft, name: str, faults: object) -> None:
    for fault in faults if isinstance(faults, Sequence) and not isinstance(faults, str) else (faults,):
        if isinstance(fault, FieldFault):
            draft.violations.append(fault.violation(f"{draft.pointer}/{name}"))
        else:
            draft.blame(name, "invalid", "{fault}", fault=str(fault))
    draft.values.pop(name, None)


def _load_text(work: Work, draft: Draft, raw: Mapping[str, object]) -> None:
    timezone = ZoneInfo(work.actor.timezone)
    for name, written in raw.items():
        field, kind = draft.rules.attributes[name], draft.rules.types[name]
        try:
            if isinstance(written, str):
                value = kind.parse_text(field, written, work.actor.locale, timezone)
            elif isinstance(written, Mapping):
                value = kind.parse_inputs(field, written, work.actor.locale, timezone)
            else:
                value = kind.parse(field, written)
        except FieldFault as fault:
            _blame_all(draft, name, (fault,))
            continue
        if faults := kind.validate(field, value):
            _blame_all(draft, name, faults)
        else:
            draft.values[name] = value
