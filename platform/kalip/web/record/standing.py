"""Where a record stands, for its page: stage bar, time limit, checklist, other pipelines, the queue."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from flask import url_for

from kalip.model import Entity, Pipeline, Verb
from kalip.records import RecordPage, Titles, Work, add_missing
from kalip.web.locale import current_locale, gettext
from kalip.web.record.stages import StageBar, stage_bar
from kalip.web.record.timeline import moment
from kalip.workflow import ShownStep, StageStay, Standing, stage_history, standing_of


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the checklist. `note` says who did it and when, `barred` why it can't be ticked off now.

    The addresses are empty where the person may do nothing; `skip` only for optional steps, `remove` for added ones.
    """

    label: str
    help: str
    required: bool
    state: str
    note: str
    barred: str
    href: str
    skip: bool
    remove: str


@dataclass(frozen=True, slots=True)
class Steps:
    """The checklist. `add` is where steps are added by hand, empty where none are."""

    rows: tuple[StepRow, ...]
    done: int
    add: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A stage of the record's past, or the present one."""

    label: str
    pipeline: str
    since: str
    machine: str
    length: str
    who: str
    present: bool


@dataclass(frozen=True, slots=True)
class StandingContext:
    """The part of the page that is about the pipeline; it is swapped as one. `due` is empty without a time limit."""

    bar: StageBar
    pipeline: str
    due: str
    due_at: str
    overdue: bool
    since: str
    steps: Steps | None
    offers: tuple[tuple[str, str], ...]
    suited: tuple[str, str] | None
    take: str
    history: str


def standing_context(work: Work, page: RecordPage, pipeline: Pipeline, *, looking: bool) -> StandingContext:
    """Work it out for a page that changes things, or only looks."""
    entity, record, locale = page.entity, page.record, current_locale()
    found = Standing() if record.archived else standing_of(work, entity.name, record.id)
    allowed = Verb.TRANSITION in page.rights
    changing = not page.rights.isdisjoint((Verb.TRANSITION, Verb.UPDATE)) and not looking
    place: dict[str, Any] = {"entity": entity.name, "record_id": record.id}
    due = record.values.get("stage_due")
    since = record.values.get("stage_since")
    live = not record.archived
    return StandingContext(
        bar=stage_bar(entity, pipeline, record, found.moves, allowed=allowed),
        pipeline=pipeline.label.get(locale) if len(entity.pipelines) > 1 else "",
        due=due_text(work, due),
        due_at=moment(work, due) if isinstance(due, datetime) else "",
        overdue=is_overdue(work, due),
        since=length_text(work.now - since) if isinstance(since, datetime) else "",
        steps=_steps(work, place, found, changing=changing) if live else None,
        offers=tuple(
            (each.pipeline.label.get(locale), url_for("pipelines.ask", **place, pipeline=each.pipeline.name))
            for each in (found.pipelines if live else ())
        ),
        suited=(found.suited.label.get(locale), url_for("pipelines.ask", **place, pipeline=found.suited.name))
        if found.suited is not None
        else None,
        take=url_for("pipelines.take", **place) if found.takeable else "",
        history=url_for("pipelines.show_stays", **place),
    )


def stays_of(work: Work, entity: Entity, record_id: str) -> tuple[Stay, ...]:
    """The stages that a record went through, latest first. NotFound when the actor may not see it."""
    found = stage_history(work, entity.name, record_id)
    titles = Titles()
    add_missing(work, titles, {"user": [each.actor for each in found if each.actor]})
    return tuple(_stay(work, entity, each, titles) for each in reversed(found))


def is_overdue(work: Work, due: object) -> bool:
    """Whether a time limit has passed."""
    return isinstance(due, datetime) and due <= work.now


def due_text(work: Work, due: object) -> str:
    """How much time is left, or by how much it is over; empty without a limit."""
    if not isinstance(due, datetime):
        return ""
    if due <= work.now:
        return gettext("Overdue by {time}", time=length_text(work.now - due))
    return gettext("{time} left", time=length_text(due - work.now))


def length_text(length: timedelta) -> str:
    """A length of time in one unit: 3 days, 5 hours."""
    return str(format_timedelta(length, locale=current_locale(), threshold=1.2))


def _steps(work: Work, place: dict[str, Any], found: Standing, *, changing: bool) -> Steps | None:
    checklist = found.checklist
    if not checklist.steps and not checklist.open_ended:
        return None
    titles = Titles()
    add_missing(work, titles, {"user": [each.by for each in checklist.steps if each.by]})
    rows = tuple(_row(work, place, each, titles, changing=changing) for each in checklist.steps)
    add = url_for("pipelines.add", **place) if checklist.open_ended and changing else ""
    return Steps(rows, checklist.done, add)


def _row(work: Work, place: dict[str, Any], step: ShownStep, titles: Titles, *, changing: bool) -> StepRow:
    locale = current_locale()
    usable = changing and not step.barred and (step.state != "open" or not step.waits_for)
    said = ""
    if step.state != "open" and step.at is not None:
        who = titles.of("user", step.by or "") or gettext("Kalip")
        said = f"{who} · {moment(work, step.at)}"
    return StepRow(
        label=step.label.get(locale),
        help=step.help.get(locale),
        required=step.required,
        state=step.state,
        note=" · ".join(filter(None, (said, step.note))),
        barred=_barred(step, locale),
        href=url_for("pipelines.tick", **place, name=step.name) if usable else "",
        skip=usable and not step.required and step.state == "open",
        remove=url_for("pipelines.remove", **place, name=step.name) if changing and step.added else "",
    )


def _barred(step: ShownStep, locale: str) -> str:
    if step.barred:
        return gettext("Only {roles} may do this.", roles=step.barred)
    if step.waits_for and step.state == "open":
        return gettext("After: {steps}", steps=", ".join(each.get(locale) for each in step.waits_for))
    return ""


def _stay(work: Work, entity: Entity, stay: StageStay, titles: Titles) -> Stay:
    locale = current_locale()
    pipeline = entity.pipelines.get(stay.pipeline)
    stage = pipeline.stage(stay.stage) if pipeline is not None else None
    return Stay(
        label=stage.label.get(locale) if stage is not None else stay.stage,
        pipeline=(pipeline.label.get(locale) if pipeline is not None else stay.pipeline)
        if len(entity.pipelines) > 1
        else "",
        since=moment(work, stay.since),
        machine=stay.since.isoformat(),
        length=length_text(stay.duration),
        who=titles.of("user", stay.actor or "") or gettext("Kalip"),
        present=stay.until is None,
    )
