"""What was planned about a record: calls, meetings and the like of any entity whose calendar says what it is about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import url_for

from kalip.access import may
from kalip.fields import AnyReference
from kalip.fields.literals import literal_of
from kalip.model import CalendarView, Entity, Field, Verb
from kalip.records import ListRecords, Row, Work, list_page
from kalip.web.cells import Reader, column_reader, record_url, style_of
from kalip.web.locale import current_locale, gettext
from kalip.web.shell import icon_of

_MOST = 20
_COMING = 5


@dataclass(frozen=True, slots=True)
class Activity:
    """Something planned: `when` in words, `kind` and `tone` by its colour, `made` and `who` when and by whom."""

    id: str
    title: str
    href: str
    icon: str
    when: str
    kind: str
    tone: str
    made: datetime
    who: str
    stage: str


@dataclass(frozen=True, slots=True)
class Adding:
    """A way to plan something about the record."""

    label: str
    href: str
    icon: str


def activities_between(
    work: Work, entity: Entity, record_id: str, since: datetime | None, before: datetime | None
) -> tuple[Activity, ...]:
    """What was planned about a record from one moment to another, latest first; one list for each kind of activity."""
    bounds = [f"created_at >= {literal_of(since)}"] if since else []
    bounds += [f"created_at < {literal_of(before)}"] if before else []
    found = [
        each for owner, view in _views(work, entity) for each in _read(work, owner, view, (entity, record_id), bounds)
    ]
    return tuple(sorted(found, key=lambda each: each.made, reverse=True))


def coming_activities(work: Work, entity: Entity, record_id: str) -> tuple[Activity, ...]:
    """The next that is planned about a record, in the order of time."""
    found: list[Activity] = []
    for owner, view in _views(work, entity):
        day = "today()"
        still = (
            f"{view.start} >= now()" if owner.attributes[view.start].type == "datetime" else f"{view.start} >= {day}"
        )
        if view.day:
            still = f"{still} || ({view.start} == null && {view.day} >= {day})"
        sort = (view.day or view.start, view.start) if view.day else (view.start,)
        found += _read(work, owner, view, (entity, record_id), [f"({still})"], sort)[:_COMING]
    return tuple(found)


def ways_to_add(work: Work, entity: Entity, record_id: str) -> tuple[Adding, ...]:
    """What may be planned about a record: by the kinds of each calendar."""
    return tuple(
        each
        for owner, view in _views(work, entity)
        if may(work.served, work.actor, Verb.CREATE, owner.name)
        for each in _adding(work, owner, view, entity.name, record_id)
    )


def _views(work: Work, entity: Entity) -> Iterator[tuple[Entity, CalendarView]]:
    """The entities whose records are about this one's, each with the calendar that says so."""
    for owner in work.seen.entities.values():
        for view in owner.calendars.values():
            if view.about is not None and _points(owner.attributes[view.about], entity.name):
                if may(work.served, work.actor, Verb.READ, owner.name):
                    yield owner, view
                break


def _ties(work: Work, owner: Entity, view: CalendarView, entity: str) -> tuple[str, ...]:
    """The fields by which activities hang on records of an entity: what they are about, and what conversions set."""
    also = [
        name
        for each in work.seen.entities.values()
        for conversion in each.conversions.values()
        for related in conversion.related
        if related.entity == owner.name
        for name in related.also
        if name in owner.attributes
    ]
    return tuple(name for name in dict.fromkeys((str(view.about), *also)) if _points(owner.attributes[name], entity))


def _named(work: Work, owner: Entity, name: str, about: tuple[Entity, str]) -> str:
    """The condition that a field names a record."""
    field = owner.attributes[name]
    value = about[1] if field.type == "reference" else AnyReference(about[0].name, about[1])
    return f"{name} == {work.served.types[field.type].literal(field, value)}"


def _points(field: Field, entity: str) -> bool:
    return field.target == entity if field.type == "reference" else not field.targets or entity in field.targets


def _read(  # noqa: PLR0913, PLR0917 one question's facts, passed once
    work: Work,
    owner: Entity,
    view: CalendarView,
    about: tuple[Entity, str],
    conditions: Iterable[str],
    sort: tuple[str, ...] = ("-created_at",),
) -> list[Activity]:
    same = " || ".join(_named(work, owner, name, about) for name in _ties(work, owner, view, about[0].name))
    extra = [view.colour] if view.colour else []
    extra += ["stage"] if owner.pipelines else []
    fields = dict.fromkeys((view.title, *view.times, "created_at", "created_by", *extra))
    condition = " && ".join(
        (f"({same})", *conditions, *([f"({view.filter.source})"] if view.filter is not None else []))
    )
    found = list_page(work, ListRecords(owner.name, tuple(fields), condition, tuple(dict.fromkeys(sort)), _MOST))
    style = style_of(work, found.titles)
    readers = {
        column.path: column_reader(work.served, work.model.entities[column.entity], column.field, column.path, style)
        for column in found.columns
    }
    return [_activity(owner, view, row, readers) for row in found.rows]


def _activity(owner: Entity, view: CalendarView, row: Row, readers: dict[str, Reader]) -> Activity:
    def text(path: str | None) -> str:
        return readers[path](row.values.get(path)).text if path in readers else ""

    made = row.values["created_at"]
    colour = readers[view.colour](row.values.get(view.colour)) if view.colour else None
    return Activity(
        id=row.id,
        title=text(view.title) or row.title or gettext("(no name)"),
        href=record_url(owner.name, row.id),
        icon=icon_of(owner),
        when=text(view.start) or text(view.day),
        kind=colour.text if colour is not None else owner.label.get(current_locale()),
        tone=colour.tone if colour is not None else "tone",
        made=made if isinstance(made, datetime) else datetime.min.replace(tzinfo=UTC),
        who=text("created_by"),
        stage=text("stage"),
    )


def _adding(work: Work, owner: Entity, view: CalendarView, entity: str, record_id: str) -> Iterator[Adding]:
    locale = current_locale()
    field = owner.attributes[str(view.about)]
    given: dict[str, Any] = {"entity": owner.name, str(view.about): record_id}
    if field.type == "any_reference":
        given[f"{view.about}.entity"] = entity
    kind = owner.attributes[view.colour] if view.colour else None
    choices = work.model.choices.get(kind.choices or "") if kind is not None else None
    if kind is None or choices is None:
        yield Adding(owner.label.get(locale), url_for("record.new", **given), icon_of(owner))
        return
    for name, choice in choices.choices.items():
        if not choice.retired:
            href = url_for("record.new", **{**given, kind.name: name})
            yield Adding(choice.label.get(locale), href, icon_of(owner))
