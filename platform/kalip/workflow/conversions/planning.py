"""What a conversion would do, worked out by the same saves as the deed but written nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kalip.base.errors import AccessDenied, KalipError, NotFound, TransitionRefused, Violation
from kalip.model import ConversionTarget, Field
from kalip.records import Work
from kalip.records.covers import covers_of
from kalip.records.saving import Draft
from kalip.workflow.conversions.commands import (
    Candidate,
    ConversionPlan,
    ConversionRefused,
    ConvertRecord,
    LostValue,
    Standing,
    TargetChoice,
    TargetPlan,
)
from kalip.workflow.conversions.gaps import gaps_of
from kalip.workflow.conversions.making import (
    Links,
    TargetSave,
    permitted_pipelines,
    planned,
    target_save,
    usual_pipeline,
)
from kalip.workflow.conversions.selecting import (
    Past,
    Selected,
    Selection,
    as_converted,
    links_of,
    past_of,
    select_targets,
)
from kalip.workflow.conversions.sources import SourceReading, read_source
from kalip.workflow.conversions.twins import find_twins, values_of_save

_NOT_TOLD = frozenset({"pipeline", "stage", "stage_since", "stage_due"})
WRONG = "Some fields are missing or wrong for this conversion."


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is known before anything is made: the source, what was made before, what is to be made."""

    reading: SourceReading
    past: Past
    selection: Selection


def prepare_conversion(work: Work, command: ConvertRecord) -> Prepared:
    """Read the source and the choice. Raises what makes a conversion unknowable: NotFound, AccessDenied, stale."""
    past = past_of(work, command.entity, command.id, command.conversion)
    reading = read_source(work, command, converted=bool(past.done))
    return Prepared(reading, past, select_targets(reading, past))


def conversion_plan(work: Work, command: ConvertRecord) -> ConversionPlan:
    """Work out a conversion without making it: what would be made, what is missing, what goes nowhere.

    Raises NotFound, AccessDenied and StaleVersion; any other refusal is told by the plan.
    """
    prepared = prepare_conversion(work, command)
    reading, past, selection = prepared.reading, prepared.past, prepared.selection
    plans = _target_plans(work, prepared)
    error = source_refusal(work, reading) or next(
        (each.denied for each in plans if each.selected and each.denied), None
    )
    violations = [*selection.violations, *source_violations(reading)]
    for each in plans:
        violations += each.violations if each.selected else ()
    missing = tuple(
        fault.pointer.removeprefix("/values/") for fault in source_violations(reading) if _is_missing(fault)
    )
    if error is None and violations:
        error = ConversionRefused(WRONG, violations=violations)
    return ConversionPlan(
        conversion=reading.conversion,
        allowed=error is None,
        error=error,
        violations=tuple(violations),
        targets=plans,
        asked=_asked(work, reading, missing),
        missing=missing,
        lost=tuple(_lost(work, reading, selection)),
        sets=covers_of(work, reading.before).values(reading.decision.sets) if reading.decision is not None else {},
        steps=reading.conversion.steps,
        open=as_converted(past.open) if past.open is not None else None,
        done=tuple(as_converted(each) for each in past.done),
        gaps=gaps_of(work, reading.entity, reading.conversion),
    )


def source_refusal(work: Work, reading: SourceReading) -> KalipError | None:
    """Why the record itself isn't converted, apart from fields that are missing or wrong; None when nothing is."""
    conversion = reading.conversion
    if not reading.possible:
        message = conversion.when_message.get(work.actor.locale)
        return ConversionRefused(message or "This record can't be converted yet.")
    error = reading.before.error
    if isinstance(error, TransitionRefused):
        return ConversionRefused(error.template, hint=error.hint, params=error.params)
    return error


def source_violations(reading: SourceReading) -> list[Violation]:
    """The faults of the record's own values, as the conversion's call names them."""
    found = [prefixed(fault, "/values") for fault in reading.before.faults()]
    conversion = reading.conversion
    if conversion.needs_owner and reading.before.after.get("owner") is None:
        found.append(Violation("/values/owner", "required", "Somebody must own the record before it is converted."))
    return found


def prefixed(fault: Violation, prefix: str) -> Violation:
    """A violation of one record as one of the whole call."""
    return replace(fault, pointer=f"{prefix}{fault.pointer}")


def choose_pipeline(
    work: Work, selected: Selected, save: TargetSave, links: Links
) -> tuple[tuple[str, ...], str, Violation | None]:
    """The pipelines that may be chosen, the one that is taken, and what is wrong with the choice."""
    target = selected.target
    entity = work.entity(target.entity)
    if not entity.pipelines or selected.existing is not None:
        return (), "", None
    permitted = permitted_pipelines(work, target, save, links)
    said = selected.choice.pipeline
    pointer = f"/targets/{target.name}/pipeline"
    if said is not None and said not in permitted:
        known = ", ".join(permitted)
        template = "There is no pipeline '{value}'; choose one of: {known}."
        return permitted, "", Violation(pointer, "unknown_choice", template, {"value": said[:60], "known": known})
    return permitted, said or usual_pipeline(entity, target, permitted), None


def placed_in(save: TargetSave, pipeline: str) -> TargetSave:
    """The save with the pipeline where the record starts."""
    return replace(save, command=replace(save.command, pipeline=pipeline or None))


def choice_for(reading: SourceReading, selected: Selected) -> str:
    """What to do about records that mean the same."""
    return selected.choice.duplicates or reading.command.duplicates or selected.target.duplicates


def _target_plans(work: Work, prepared: Prepared) -> tuple[TargetPlan, ...]:
    reading, past, selection = prepared.reading, prepared.past, prepared.selection
    links = links_of(reading, past, {})
    coming: dict[str, str] = {}
    plans = []
    for name, target in reading.conversion.targets.items():
        standing = selection.standings[name]
        selected = selection.chosen(name)
        if standing in ("made", "closed"):
            plans.append(_standing_plan(target, standing, links.get(name)))
            continue
        asked = selected or Selected(target, (reading.command.targets or {}).get(name) or TargetChoice(), None)
        if selected is None and standing == "linked":
            asked = replace(asked, existing=links.get(name))
        plan, draft_id = _plan_target(work, prepared, asked, {**links, **coming}, set(coming.values()))
        later = name in selection.later
        chosen = name in reading.chosen and standing == "offered" and not past.done
        plans.append(replace(plan, standing=standing, chosen=chosen, selected=selected is not None or later))
        if asked.existing is not None:
            links[name] = asked.existing
        elif selected is not None:
            coming[name] = draft_id
    return tuple(plans)


def _standing_plan(target: ConversionTarget, standing: Standing, existing: str | None) -> TargetPlan:
    return TargetPlan(target, standing, False, False, existing, (), "", {}, (), ())


def _plan_target(
    work: Work, prepared: Prepared, selected: Selected, links: Links, coming: set[str]
) -> tuple[TargetPlan, str]:
    reading, target = prepared.reading, selected.target
    pointer = f"/targets/{target.name}"
    plan = TargetPlan(target, "offered", False, False, selected.existing, (), "", {}, (), ())
    unborn = {name: each for name, each in links.items() if each in coming}
    try:
        save = target_save(work, reading, selected, links)
        pipelines, pipeline, fault = choose_pipeline(work, selected, save, unborn)
        save = placed_in(save, pipeline)
        draft = planned(work, save, unborn)
    except AccessDenied as error:
        return replace(plan, denied=error), ""
    except NotFound:
        missing = Violation(f"{pointer}/existing", "not_found", "There is no such record, or you may not see it.")
        return replace(plan, violations=(missing,)), ""
    faults = [] if save.idle else [prefixed(each, f"{pointer}/values") for each in draft.faults()]
    denied = None if save.idle else draft.error
    wanted = selected.existing is None and not selected.choice.new
    candidates = find_twins(work, target.entity, values_of_save(work, save)) if wanted else ()
    if candidates and choice_for(reading, selected) == "ask":
        faults.append(_twin_fault(pointer, candidates))
    if fault is not None:
        # What a stage demands is known once it is known which.
        faults = [*(each for each in faults if not _is_missing(each)), fault]
    values = f"{pointer}/values/"
    shown = replace(
        plan,
        pipelines=pipelines,
        pipeline=pipeline,
        values=covers_of(work, draft).values(planned_values(draft)),
        missing=tuple(each.pointer.removeprefix(values) for each in faults if _is_missing(each)),
        violations=tuple(faults),
        candidates=candidates,
        differences=tuple(save.differences),
        denied=denied,
    )
    return shown, draft.id


def planned_values(draft: Draft) -> dict[str, object]:
    """What a draft would write, as JSON values; lines as lists of objects."""
    rules = draft.rules
    found = {name: rules.to_json(name, value) for name, value in draft.values.items() if name not in _NOT_TOLD}
    found |= {name: list(ids) for name, ids in draft.links.items()}
    for name, change in draft.lines.items():
        found[name] = [
            {each: line.rules.to_json(each, value) for each, value in line.values.items() if each != line.via}
            for line in change.drafts
        ]
    return {name: value for name, value in found.items() if value is not None}


def _twin_fault(pointer: str, candidates: Iterable[Candidate]) -> Violation:
    ids = ", ".join(each.id for each in candidates)
    template = "A record that seems to mean the same exists already: take it, or make a new one all the same."
    return Violation(f"{pointer}/existing", "duplicate", template, {"ids": ids})


def _asked(work: Work, reading: SourceReading, missing: tuple[str, ...]) -> tuple[Field, ...]:
    decision = reading.decision
    move = decision.transition if decision is not None else None
    names = dict.fromkeys((*(move.ask if move is not None else ()), *missing))
    seen = work.seen.entities[reading.entity.name]
    return tuple(field for name in names if (field := seen.attribute(name)) is not None)


def _lost(work: Work, reading: SourceReading, selection: Selection) -> Iterable[LostValue]:
    """Values of declared fields that none of the targets to be made takes."""
    carried: set[str] = set()
    for name in {*(each.target.name for each in selection.now), *selection.later}:
        target = reading.conversion.targets[name]
        carried |= {target.existing, target.result, *reading.mapped[name].used}
    rules, covers = reading.before.rules, covers_of(work, reading.before)
    for name, value in reading.filled.items():
        known = reading.entity.fields.get(name)
        if known is not None and covers.level(name) != "none" and name not in carried and value is not False:
            shown = list(value) if isinstance(value, tuple) and name in (*rules.links, *rules.children) else None
            yield LostValue(known, covers.shown(name, shown if shown is not None else rules.to_json(name, value)))


def _is_missing(fault: Violation) -> bool:
    return fault.code == "required"
