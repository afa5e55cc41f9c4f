"""What a conversion came to, and whether it can be taken back."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from kalip.base.errors import AccessDenied
from kalip.model import Entity
from kalip.records import Work, title_of
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.record.became import Result, pending_of, proceed_of, results_of, said_of
from kalip.web.record.timeline import day_of
from kalip.workflow.conversions import Blocker, Converted, UndoPlan, undo_plan


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps a conversion from being undone, and where it is."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    """What became of a record. `late` is said to somebody who came second. `undo` is empty where it can't be undone."""

    title: str
    record: str
    back: str
    said: str
    results: tuple[Result, ...]
    pending: tuple[str, ...]
    undo: str
    until: str
    hindrances: tuple[Hindrance, ...]
    late: str = ""
    proceed: str = ""


def result_page(work: Work, entity: Entity, done: Converted, late: str = "") -> ResultPage:
    """The page of one conversion. NotFound when the actor may not see the record."""
    conversion = entity.conversions.get(done.conversion)
    plan = _undo_plan(work, done)
    hindrances = tuple(_hindrances(plan)) if plan is not None else ()
    return ResultPage(
        title=conversion.label.get(current_locale()) if conversion is not None else done.conversion,
        record=title_of(work, entity.name, done.record_id) or gettext("(no name)"),
        back=record_url(entity.name, done.record_id),
        said=said_of(work, done),
        results=tuple(results_of(work, entity, [done])),
        pending=pending_of(entity, done),
        undo=undo_address(entity, done) if plan is not None and not hindrances else "",
        until=day_of(work, plan.until) if plan is not None and plan.until is not None else "",
        hindrances=hindrances,
        late=late,
        proceed=proceed_of(entity, done) if done.pending else "",
    )


def undo_address(entity: Entity, done: Converted) -> str:
    """Where a conversion is taken back."""
    return url_for("conversions.undo", entity=entity.name, record_id=done.record_id, conversion_id=done.id)


def _undo_plan(work: Work, done: Converted) -> UndoPlan | None:
    try:
        return undo_plan(work, done.id)
    except AccessDenied:
        return None


def _hindrances(plan: UndoPlan) -> Iterable[Hindrance]:
    for each in plan.blockers:
        yield Hindrance(blocker_text(each), _blocker_href(each))


def blocker_text(blocker: Blocker) -> str:
    """Why a conversion can't be undone, in the reader's language."""
    return gettext(blocker.template, **blocker.params)


def _blocker_href(blocker: Blocker) -> str:
    return record_url(blocker.entity, blocker.record_id) if blocker.entity and blocker.record_id else ""
