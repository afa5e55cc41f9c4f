"""Comments: what people write beside a record. Each is an event of its history: one order, one right to see both.

Whoever may read a record may comment on it, archived or not. The record itself, its version included, stays as it is.
"""

from kalip.base.errors import AccessDenied, NotFound, RecordRejected, Violation
from kalip.fields import FieldFault
from kalip.fields.moments import moment_text
from kalip.fields.texts import clean_text
from kalip.model import Entity
from kalip.records.commands import EventView, Record
from kalip.records.history import events_shown, require_visible
from kalip.records.journal import COMMENT_REMOVED, COMMENTED, append, append_one, make_event
from kalip.records.mentions import find_mentions
from kalip.records.services import Work
from kalip.storage import Event, EventPage, find_event, rewrite_event

LONGEST_COMMENT = 10_000


def comment(work: Work, entity_name: str, record_id: str, text: object) -> EventView:
    """Write a comment and give its entry; RecordRejected for a text that is empty, too long or none."""
    entity = require_visible(work, entity_name, record_id)
    said = _checked(text)
    after: Record = {"text": said}
    if meant := find_mentions(work, said, entity.name, record_id):
        after["mentions"] = [[each.user, each.written] for each in meant]
    event = append_one(work, make_event(work, COMMENTED, entity.name, record_id, (None, after)))
    return _shown(work, entity, event)


def remove_comment(work: Work, entity_name: str, record_id: str, comment_id: str) -> EventView:
    """Take one's own comment back, or anybody's as an administrator: its entry stays, its text is erased.

    NotFound when the record has no such comment, or its text is gone already.
    """
    entity = require_visible(work, entity_name, record_id)
    event = find_event(work.session, entity.name, record_id, comment_id)
    if event is None or event.kind != COMMENTED or "text" not in (event.after or {}):
        raise _missing(comment_id)
    if not may_remove(work, event.actor):
        raise AccessDenied("You may take back your own comments only.")
    left = {"removed_at": moment_text(work.now), "removed_by": work.actor.id}
    if not rewrite_event(work.session, event, left, "comment taken back", work.now):
        raise _missing(comment_id)
    append(work, [make_event(work, COMMENT_REMOVED, entity.name, record_id, (None, {"comment": comment_id}))])
    found = find_event(work.session, entity.name, record_id, comment_id)
    return _shown(work, entity, found or event)


def may_remove(work: Work, author: str | None) -> bool:
    """Whether the actor may take a comment of this author back."""
    return work.actor.administrator or (author is not None and author == work.actor.id)


def _checked(text: object) -> str:
    try:
        cleaned = clean_text(text.strip() if isinstance(text, str) else text, LONGEST_COMMENT)
    except FieldFault as fault:
        raise RecordRejected([fault.violation("/text")]) from None
    if not cleaned:
        raise RecordRejected([Violation("/text", "required", "A comment can't be empty.")])
    return cleaned


def _shown(work: Work, entity: Entity, event: Event) -> EventView:
    return events_shown(work, entity, EventPage((event,), None)).items[0]


def _missing(comment_id: str) -> NotFound:
    return NotFound("There is no comment '{id}'.", params={"id": comment_id[:60]})
