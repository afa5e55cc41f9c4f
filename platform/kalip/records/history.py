"""A record's history, read from the event log: who changed what, in the words of today's model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kalip.base.names import humanize
from kalip.base.text import Text
from kalip.model import DIRECTORY, USER, Entity, Verb
from kalip.records.commands import Change, Comment, EventPage, EventView, Shown, Titles
from kalip.records.covers import Covers, covers_of_records
from kalip.records.filters import allowed_rows
from kalip.records.journal import (
    COMMENT_REMOVED,
    COMMENTED,
    CONVERTED,
    ERASED,
    MERGES,
    MESSAGES,
    PURGED,
    SHARE_ENDED,
    SHARED,
    STEP_CHANGED,
    TASK_ENDED,
    TASK_GIVEN,
)
from kalip.records.naming import find_field, visible_entity
from kalip.records.reads import note_values
from kalip.records.rules import ANY_REFERENCE, REFERENCE, REFERENCES
from kalip.records.saving.loading import missing
from kalip.records.services import Work
from kalip.records.titles import add_missing
from kalip.storage import Event, events_for, select_one
from kalip.storage import EventPage as Events
from kalip.storage.events import REDACTED_NAMES

# Kept with each row and told by the event itself.
SILENT = frozenset(("updated_at", "updated_by", "created_at", "created_by", "stage_since", "stage_due", REDACTED_NAMES))

_ONLY: Mapping[Shown, tuple[str, ...]] = {"comments": (COMMENTED,)}
# What tells something else than changed fields.
_FACTS = frozenset(
    (CONVERTED, ERASED, PURGED, TASK_GIVEN, TASK_ENDED, STEP_CHANGED, SHARED, SHARE_ENDED, *MERGES, *MESSAGES)
)
_FIELDLESS = _FACTS | {COMMENTED, COMMENT_REMOVED}
# That a comment was taken back is told by the comment's own entry.
_WITHOUT: Mapping[Shown, tuple[str, ...]] = {"all": (COMMENT_REMOVED,), "changes": tuple(sorted(_FIELDLESS))}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which part of a history to read; `shown` chooses kinds for a person's eyes, "everything" is the log as it is."""

    limit: int = 50
    cursor: str | None = None
    shown: Shown = "everything"


def record_events(
    work: Work, entity_name: str, record_id: str, *, limit: int = 50, cursor: str | None = None
) -> EventPage:
    """The events of a record, latest first. Whether the actor may see the record is asked before: `require_visible`."""
    return history_of(work, visible_entity(work, entity_name), record_id, Stretch(limit, cursor))


def history_of(work: Work, entity: Entity, record_id: str, stretch: Stretch, known: Titles | None = None) -> EventPage:
    """A stretch of a visible record's history, latest first; see `events_shown` for `known`."""
    only, without = _ONLY.get(stretch.shown, ()), _WITHOUT.get(stretch.shown, ())
    limit, cursor = stretch.limit, stretch.cursor
    found = events_for(work.session, entity.name, record_id, limit, cursor, only=only, without=without)
    return events_shown(work, entity, found, known)


def events_shown(work: Work, entity: Entity | None, page: Events, known: Titles | None = None) -> EventPage:
    """Events in words, with the titles of what they name; those that are not known yet are read and added.

    Without an entity they are of a task: what they hold stands in `facts`.
    """
    wanted: dict[str, list[str]] = {USER: []}
    views = []
    covers = {} if entity is None else covers_of_records(work, entity, [each.record_id for each in page.events])
    for event in page.events:
        wanted[USER] += [each for each in (event.actor, event.on_behalf) if each]
        cover = covers.get(event.record_id or "")
        changes = () if cover is None or event.kind in _FIELDLESS else tuple(_changes(work, cover, event))
        for change in changes:
            for value in (change.old, change.new):
                _want(change, value, wanted)
                if change.field is not None:
                    note_values(work, event.entity, event.record_id, {change.field.name: value})
        views.append((event, changes))
    for event, _ in views:
        for told in _made_by(event):
            wanted.setdefault(str(told.get("entity")), []).append(str(told.get("id")))
    titles = known or Titles()
    add_missing(work, titles, wanted)
    items = tuple(
        EventView(
            id=str(event.id),
            kind=event.kind,
            at=event.at,
            actor=event.actor,
            actor_name=titles.of(USER, event.actor) if event.actor else "",
            on_behalf=event.on_behalf,
            correlation=event.correlation,
            changes=changes,
            comment=_comment(event) if event.kind == COMMENTED else None,
            facts=_facts(work, event, titles) if entity is None or event.kind in _FACTS else {},
            on_behalf_name=titles.of(USER, event.on_behalf) if event.on_behalf else "",
        )
        for event, changes in views
    )
    return EventPage(items, titles, page.next)


def require_visible(work: Work, entity_name: str, record_id: str) -> Entity:
    """Give the entity, or raise NotFound when the actor may not see the record."""
    entity = visible_entity(work, entity_name)
    filters = allowed_rows(work, Verb.READ, entity.name)
    if (
        filters is None
        or select_one(work.session, work.served, entity.name, record_id, work.context, ("id",), filters) is None
    ):
        raise missing(entity.name, record_id)
    return entity


def parse_moment(value: object) -> datetime | None:
    """A moment as events hold it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _made_by(event: Event) -> Sequence[Mapping[str, object]]:
    """The records of which a conversion's event tells."""
    targets = (event.after or {}).get("targets") if event.kind == CONVERTED else None
    return tuple(each for each in targets.values() if isinstance(each, Mapping)) if isinstance(targets, Mapping) else ()


def _facts(work: Work, event: Event, titles: Titles) -> dict[str, object]:
    """What an event holds; of the values that a conversion gave to other records those that the actor may see there."""
    facts = dict(event.after or {})
    if _made_by(event) and isinstance(facts["targets"], Mapping):
        facts["targets"] = {name: _result(work, told, titles) for name, told in facts["targets"].items()}
    return facts


def _result(work: Work, told: object, titles: Titles) -> object:
    if not isinstance(told, Mapping) or not isinstance(told.get("values"), Mapping):
        return told
    rest = {name: each for name, each in told.items() if name != "values"}
    entity, record_id = str(told.get("entity")), str(told.get("id"))
    if entity not in work.model.entities or not titles.knows(entity, record_id):
        return rest
    values = covers_of_records(work, work.entity(entity), [record_id])[record_id].values(told["values"])
    note_values(work, entity, record_id, values)
    return {**rest, "values": values}


def _comment(event: Event) -> Comment:
    after = event.after or {}
    meant = tuple((str(user), str(written)) for user, written in after.get("mentions", ()))
    return Comment(after.get("text"), after.get("removed_by"), meant)


def _changes(work: Work, cover: Covers, event: Event) -> Iterable[Change]:
    """What of an event's changes the actor may see; fields that the model no longer has are for administrators."""
    before: Mapping[str, object] = event.before or {}
    after: Mapping[str, object] = event.after or {}
    for name in dict.fromkeys((*after, *before)):
        if name in SILENT:
            continue
        field = find_field(work.served, cover.entity, name)
        if field is None and not work.actor.administrator:
            continue
        label = field.label if field is not None else Text.of(humanize(name))
        old, new = before.get(name), after.get(name)
        if field is not None:
            if cover.level(field.name) == "none":
                continue
            old, new = cover.shown(field.name, old), cover.shown(field.name, new)
        yield Change(name, label, field, old, new)


def _want(change: Change, value: object, wanted: dict[str, list[str]]) -> None:
    field = change.field
    if field is None or value is None:
        return
    if field.type == ANY_REFERENCE and isinstance(value, Mapping):
        wanted.setdefault(str(value.get("entity")), []).append(str(value.get("id")))
    elif field.type in (REFERENCE, *DIRECTORY):
        wanted.setdefault(str(field.names), []).append(str(value))
    elif field.type == REFERENCES and isinstance(value, list):
        wanted.setdefault(str(field.target), []).extend(map(str, value))
