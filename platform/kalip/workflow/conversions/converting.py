"""Carries a conversion out: every record by the ordinary save, all of them in the caller's one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kalip.base.errors import Conflict, KalipError, NotFound, RecordRejected, TransitionRefused, Violation
from kalip.base.ids import new_id
from kalip.fields import AnyReference
from kalip.model import Verb
from kalip.records import Grounds, Overtaken, SaveRecord, Work
from kalip.records.journal import CONVERTED, append, make_event
from kalip.records.saving import Draft, draft_commands, save_drafts
from kalip.storage import (
    StoredConversion,
    StoredResult,
    add_conversion,
    find_conversion_by_key,
    save_results,
    update_conversion,
)
from kalip.workflow.conversions.along import take_along
from kalip.workflow.conversions.commands import ConversionRefused, Converted, ConvertRecord
from kalip.workflow.conversions.making import TargetSave, attach_files, own_files, target_save
from kalip.workflow.conversions.planning import (
    WRONG,
    Prepared,
    choice_for,
    choose_pipeline,
    conversion_plan,
    placed_in,
    planned_values,
    prefixed,
    prepare_conversion,
    source_refusal,
    source_violations,
)
from kalip.workflow.conversions.selecting import DONE, OPEN, Selected, as_converted, links_of
from kalip.workflow.conversions.sources import SourceReading
from kalip.workflow.conversions.twins import find_twins, values_of_save


@dataclass(slots=True)
class _Deed:
    """A conversion under way: what was made so far, and what its entry in the history tells."""

    work: Work
    prepared: Prepared
    made: dict[str, StoredResult] = field(default_factory=dict)
    told: dict[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def reading(self) -> SourceReading:
        return self.prepared.reading

    def links(self) -> dict[str, str]:
        made = {name: each.record_id for name, each in self.made.items()}
        return links_of(self.reading, self.prepared.past, made)


def convert_record(work: Work, command: ConvertRecord) -> Converted:
    """Convert a record: all targets, or the next step's; commits nothing, and makes either all or nothing.

    Raises ConversionRefused with every fault, AccessDenied for a target that the actor may not make, Conflict for a
    record that is converted already, NotFound and StaleVersion as a save does. A command with a `key` that was carried
    out is answered with what it came to.
    """
    if command.key is not None:
        known = find_conversion_by_key(work.session, command.key)
        if known is not None:
            return _repeated(known, command)
    events, correlation = len(work.events), work.correlation
    try:
        with work.session.savepoint():
            return _convert(work, command)
    except RecordRejected as rejected:
        del work.events[events:]
        # All faults at once, those of records that were not come to as well.
        plan = conversion_plan(work, command)
        raise ConversionRefused(WRONG, violations=plan.violations or rejected.violations) from rejected
    except KalipError:
        del work.events[events:]
        raise
    finally:
        # One of many that goes on with an earlier deed takes nothing else along into it.
        work.correlation = correlation


def _convert(work: Work, command: ConvertRecord) -> Converted:
    prepared = prepare_conversion(work, command)
    reading, past = prepared.reading, prepared.past
    if past.done and not prepared.selection.now and command.targets is None:
        latest = past.done[-1]
        params = {"entity": command.entity, "id": command.id, "conversion": latest.id}
        raise Conflict("The record is converted already.", code="W111", params=params)
    refusal = source_refusal(work, reading)
    if refusal is not None:
        raise refusal
    violations = [*prepared.selection.violations, *source_violations(reading)]
    if violations:
        raise RecordRejected(violations)
    stored = _claimed(work, prepared)
    # What is made in later steps belongs to the same deed.
    work.correlation = stored.correlation
    deed = _Deed(work, prepared)
    for selected in prepared.selection.now:
        _make(deed, selected)
    save_results(work.session, stored.id, deed.made.values())
    return _finish(deed, stored) if not prepared.selection.later else _pause(deed, stored)


def _repeated(known: StoredConversion, command: ConvertRecord) -> Converted:
    if (known.entity, known.record_id, known.name) != (command.entity, command.id, command.conversion):
        raise Conflict("This key was used for another conversion.", code="W112", params={"key": command.key})
    return as_converted(known)


def _claimed(work: Work, prepared: Prepared) -> StoredConversion:
    """The entry of the conversion: the one that is open, else a new one that nobody else can make at the same time."""
    reading, past, command = prepared.reading, prepared.past, prepared.reading.command
    if past.open is not None:
        return past.open
    name = reading.conversion.name
    stored = StoredConversion(
        id=new_id(),
        entity=reading.entity.name,
        record_id=command.id,
        name=name,
        state=OPEN,
        claim=f"{reading.entity.name}/{command.id}/{name}/{len(past.done) + 1}",
        key=command.key,
        actor=work.actor.id,
        started_at=work.now,
        correlation=work.correlation,
    )
    if not add_conversion(work.session, stored):
        raise Overtaken("The record is being converted by somebody else.", params={"id": command.id})
    return stored


def _make(deed: _Deed, selected: Selected) -> None:
    """Make one target, or fill in the record that is taken in its place."""
    work, target = deed.work, selected.target
    links = deed.links()
    save = _save_of(deed, selected, links)
    _, pipeline, fault = choose_pipeline(work, selected, save, {})
    if fault is not None:
        raise RecordRejected([fault])
    selected = _settled_twins(deed, selected, save)
    if selected.existing is not None:
        save = _save_of(deed, selected, links)
        pipeline = ""
        if save.idle:
            version = save.version
            deed.made[target.name] = StoredResult(target.name, target.entity, selected.existing, False, version)
            deed.told[target.name] = {"entity": target.entity, "id": selected.existing, "made": False}
            return
    save = own_files(work, placed_in(save, pipeline))
    draft = _saved(deed, target.name, save.command, save.grounds)
    attach_files(work, save, target.entity, draft.id)
    version = int(str(draft.before.get("version", 0))) + (1 if draft.new or not draft.is_idle else 0)
    deed.made[target.name] = StoredResult(target.name, target.entity, draft.id, draft.new, version, save.before)
    told: dict[str, object] = {"entity": target.entity, "id": draft.id, "made": draft.new}
    if pipeline:
        told["pipeline"] = pipeline
    deed.told[target.name] = {**told, "values": planned_values(draft)}


def _save_of(deed: _Deed, selected: Selected, links: Mapping[str, str]) -> TargetSave:
    try:
        return target_save(deed.work, deed.reading, selected, links)
    except NotFound:
        pointer = f"/targets/{selected.target.name}/existing"
        fault = Violation(pointer, "not_found", "There is no such record, or you may not see it.")
        raise RecordRejected([fault]) from None


def _settled_twins(deed: _Deed, selected: Selected, save: TargetSave) -> Selected:
    """The choice once records that mean the same are known: those that convert twins wait for each other here."""
    if selected.existing is not None:
        return selected
    how = choice_for(deed.reading, selected)
    # Asked even where the answer changes nothing: who makes the same at this moment waits until this is done.
    found = find_twins(deed.work, selected.target.entity, values_of_save(deed.work, save), hold=True)
    if not found or how == "make" or selected.choice.new:
        return selected
    if how == "use" and len(found) == 1:
        return replace(selected, existing=found[0].id)
    pointer = f"/targets/{selected.target.name}/existing"
    template = "A record that seems to mean the same exists already: take it, or make a new one all the same."
    raise RecordRejected([Violation(pointer, "duplicate", template, {"ids": ", ".join(each.id for each in found)})])


def _saved(deed: _Deed, target: str, command: SaveRecord, grounds: Grounds) -> Draft:
    (draft,) = draft_commands(deed.work, [command], grounds)
    outcome = save_drafts(deed.work, [draft])[0]
    if isinstance(outcome, RecordRejected):
        raise RecordRejected([prefixed(each, f"/targets/{target}/values") for each in outcome.violations])
    if isinstance(outcome, KalipError):
        raise outcome
    return draft


def _pause(deed: _Deed, stored: StoredConversion) -> Converted:
    """Leave the rest for later: what was typed for the record itself is kept, its stage stays."""
    work, reading = deed.work, deed.reading
    version = int(str(reading.before.before["version"]))
    if reading.command.values:
        draft = _save_source(work, reading, Grounds(verb=Verb.CONVERT, named=reading.conversion.name), {})
        version = int(str(draft.before["version"])) + (0 if draft.is_idle else 1)
    kept = _merged(deed, stored)
    paused = replace(stored, pending=tuple(deed.prepared.selection.later), results=kept, version=version)
    update_conversion(work.session, paused)
    return as_converted(paused)


def _finish(deed: _Deed, stored: StoredConversion) -> Converted:
    """Take along what belongs to the record, move it, and tell its history."""
    work, reading = deed.work, deed.reading
    results = _merged(deed, stored)
    moved = take_along(work, reading, {each.target: each for each in results})
    forced = _result_values(reading, results)
    decision = reading.decision
    own = Grounds(verb=Verb.CONVERT, named=reading.conversion.name)
    grounds = own if decision is None else replace(decision.grounds(), verb=Verb.CONVERT, named=own.named)
    draft = _save_source(work, reading, grounds, forced)
    version = int(str(draft.before["version"])) + (0 if draft.is_idle else 1)
    rules = draft.rules
    before = {name: rules.to_json(name, rules.value_of(name, draft.before)) for name in draft.values}
    told = {**{each.target: {"entity": each.entity, "id": each.record_id} for each in results}, **deed.told}
    after: dict[str, object] = {"conversion": reading.conversion.name, "id": stored.id, "targets": told}
    append(work, [make_event(work, CONVERTED, reading.entity.name, reading.command.id, (None, after))])
    done = replace(
        stored,
        state=DONE,
        pending=(),
        moved=moved,
        before=before,
        version=version,
        finished_at=work.now,
        results=results,
    )
    update_conversion(work.session, done)
    return as_converted(done)


def _merged(deed: _Deed, stored: StoredConversion) -> tuple[StoredResult, ...]:
    return (*(each for each in stored.results if each.target not in deed.made), *deed.made.values())


def _result_values(reading: SourceReading, results: Sequence[StoredResult]) -> dict[str, object]:
    """The source's references to what was made."""
    found: dict[str, object] = {}
    for each in results:
        name = reading.conversion.targets[each.target].result if each.target in reading.conversion.targets else ""
        if name:
            known = reading.entity.fields[name]
            found[name] = AnyReference(each.entity, each.record_id) if known.targets else each.record_id
    return found


def _save_source(work: Work, reading: SourceReading, grounds: Grounds, forced: Mapping[str, object]) -> Draft:
    """Save the record that is converted as it was read: who changed it meanwhile makes the whole be tried again."""
    read_at = int(str(reading.before.before["version"]))
    command = replace(reading.save_command(), version=None)
    (draft,) = draft_commands(work, [command], replace(grounds, forced={**grounds.forced, **forced}))
    outcome = save_drafts(work, [draft])[0]
    if int(str(draft.before.get("version", read_at))) != read_at:
        raise Overtaken("The record was changed meanwhile.", params={"id": draft.id})
    if isinstance(outcome, RecordRejected):
        raise RecordRejected([prefixed(each, "/values") for each in outcome.violations])
    if isinstance(outcome, TransitionRefused):
        raise ConversionRefused(outcome.template, hint=outcome.hint, params=outcome.params)
    if isinstance(outcome, KalipError):
        raise outcome
    return draft
