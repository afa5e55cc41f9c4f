"""Writes the event rows of changes, and remembers them for the announcement after the commit."""

from collections.abc import Sequence
from dataclasses import replace

from kalip.records.commands import Record
from kalip.records.services import Work
from kalip.storage import Event, append_events

CREATED, UPDATED = "record.created", "record.updated"
ARCHIVED, RESTORED = "record.archived", "record.restored"
TRANSITIONED = "record.transitioned"
COMMENTED, COMMENT_REMOVED = "record.commented", "record.comment_removed"
TASK_GIVEN, TASK_ENDED = "record.task_given", "record.task_ended"
STEP_CHANGED = "record.step_changed"
CONVERTED, UNCONVERTED = "record.converted", "record.conversion_undone"
MERGED, ABSORBED, UNMERGED = "record.merged", "record.absorbed", "record.merge_undone"
NOT_DUPLICATE, MAYBE_DUPLICATE = "record.told_apart", "record.told_alike"
MERGES = (MERGED, ABSORBED, UNMERGED, NOT_DUPLICATE, MAYBE_DUPLICATE)
MAIL_SENT, MAIL_RECEIVED = "record.mail_sent", "record.mail_received"
FORM_RECEIVED = "record.form_received"
SHARED, SHARE_ENDED = "record.shared", "record.share_ended"
ERASED, PURGED = "record.erased", "record.purged"
MESSAGES = (MAIL_SENT, MAIL_RECEIVED, FORM_RECEIVED)
KINDS = (
    CREATED, UPDATED, ARCHIVED, RESTORED, TRANSITIONED, COMMENTED, COMMENT_REMOVED, TASK_GIVEN, TASK_ENDED,
    STEP_CHANGED, CONVERTED, UNCONVERTED, *MERGES, *MESSAGES, SHARED, SHARE_ENDED, ERASED, PURGED,
)  # fmt: skip


def append(work: Work, events: Sequence[Event]) -> None:
    """Keep events in the work's transaction."""
    if events:
        append_events(work.session, events)
        work.events.extend(events)


def append_one(work: Work, event: Event) -> Event:
    """Keep one event in the work's transaction and give it with its number."""
    kept = replace(event, id=work.session.events.append(event))
    work.events.append(kept)
    return kept


def make_event(
    work: Work, kind: str, entity: str, record_id: str, changes: tuple[Record | None, Record | None]
) -> Event:
    """An event of now, by the actor; `changes` are the changed fields' JSON values before and after."""
    return Event(
        kind=kind,
        entity=entity,
        record_id=record_id,
        actor=work.actor.id,
        at=work.now,
        on_behalf=work.actor.on_behalf,
        before=changes[0],
        after=changes[1],
        correlation=work.correlation,
        revision=work.model.revision,
    )
