"""Finds in the event log what people are to be told of. One event tells one person once, whatever it is to him."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.errors import NotFound
from kalip.base.text import Text
from kalip.records import ARCHIVED, CREATED, RESTORED, TRANSITIONED, UPDATED, Consumer, Job, JobRun, Services, Work, run
from kalip.records.history import SILENT
from kalip.records.journal import COMMENTED, SHARE_ENDED, SHARED
from kalip.records.reading import get_record
from kalip.storage import Event, list_users
from kalip.storage.events import event_with_id
from kalip.storage.notifications import FollowLevel, followers_of, set_follow
from kalip.storage.tasks import Task, get_task, note_reminded, tasks_due
from kalip.workflow.notifications.sharing import notice_of
from kalip.workflow.notifications.telling import Notice, notify
from kalip.workflow.tasks import TASK

TELL: Final = "notifications.tell"
DUE: Final = "notifications.due"
_CHANGES: Final = frozenset((UPDATED, TRANSITIONED, ARCHIVED, RESTORED))
_OWNED: Final = frozenset((CREATED, UPDATED))
_SHARES: Final = frozenset((SHARED, SHARE_ENDED))
_TASKS: Final = frozenset(
    ("task.created", "task.assigned", "task.delegated", "task.given_back", "task.completed", "task.cancelled")
)


def jobs_for(work: Work, events: Sequence[Event]) -> Sequence[Job]:
    """A job for each event that somebody may have to be told of; one statement for the followers of each entity."""
    changed: dict[str, set[str]] = {}
    for event in events:
        if event.kind in _CHANGES:
            changed.setdefault(event.entity, set()).add(event.record_id)
    watched = {
        (entity, record_id)
        for entity, ids in changed.items()
        for record_id, people in followers_of(work.session, entity, sorted(ids)).items()
        if "watch" in people.values()
    }
    return [
        Job(TELL, {"event": event.id}, f"{TELL}:{event.id}")
        for event in events
        if event.kind == COMMENTED
        or _new_owner(event)
        or (event.kind in _CHANGES and (event.entity, event.record_id) in watched)
        or event.kind in _SHARES
        or (event.entity == TASK and event.kind in _TASKS)
    ]


def tell(services: Services, job: JobRun) -> Mapping[str, Any]:
    """Tell people of one event; told already is told once."""
    number = int(job.arguments["event"])
    return {"told": run(services, SYSTEM, lambda work: tell_of(work, number))}


def tell_of(work: Work, number: int) -> int:
    """Tell people of the event with a number, in the work's transaction; how many are told anew."""
    event = event_with_id(work.session, number)
    if event is None:
        return 0
    if event.entity == TASK:
        return _of_task(work, event)
    if event.entity not in work.model.entities:
        return 0
    if event.kind == COMMENTED:
        return _of_comment(work, event)
    if event.kind in _SHARES:
        notice = notice_of(work, event)
        return notify(work, notice) if notice is not None else 0
    told = 0
    owner = _new_owner(event)
    if owner:
        told += notify(work, _notice(event, [owner], "assigned", "{actor} gave you {record}."))
    watchers = [user for user, level in _followers(work, event).items() if level == "watch"]
    if event.kind in _CHANGES and watchers:
        told += notify(work, _of_change(work, event, watchers))
    return told


def remind(services: Services, _job: JobRun) -> Mapping[str, Any]:
    """Tell the holders of tasks that are due, once for each date."""
    with services.database.read() as session:
        due = tasks_due(session, services.clock())
    return {"reminded": sum(run(services, SYSTEM, lambda work, task=task: _remind(work, task)) for task in due)}  # type: ignore[misc]


def _remind(work: Work, task: Task) -> int:
    if not note_reminded(work.session, task, work.now) or task.due_at is None:
        return 0
    key = f"task-due:{task.id}:{int(task.due_at.timestamp())}"
    text = "A task is due: {title}"
    notice = Notice((), "due", text, key, {"title": task.title}, task.entity, task.record_id, task.id)
    return notify(work, replace(notice, users=_holders(work, task), quiet=task.user_id is None))


def _of_comment(work: Work, event: Event) -> int:
    after = event.after or {}
    if "text" not in after:
        return 0  # taken back meanwhile
    record, followers = (event.entity, event.record_id), _followers(work, event)
    mentioned = [str(user) for user, _ in after.get("mentions", ())]
    text = "{actor} mentioned you in a comment on {record}."
    told = notify(work, _notice(event, mentioned, "mentioned", text, quote=str(after["text"])))
    for user in dict.fromkeys((*([event.actor] if event.actor else ()), *mentioned)):
        set_follow(work.session, user, record, "talk", work.now, first=True)
    owner = _owner(work, event)
    following = [user for user, level in followers.items() if level != "off"]
    following += [owner] if owner and owner not in followers else []
    text = "{actor} commented on {record}."
    return told + notify(work, _notice(event, following, "comment", text, quote=str(after["text"])))


def _of_change(work: Work, event: Event, watchers: Collection[str]) -> Notice:
    texts = {
        ARCHIVED: "{actor} archived {record}.",
        RESTORED: "{actor} restored {record}.",
        TRANSITIONED: "{actor} moved {record} to {stage}.",
        UPDATED: "{actor} changed {record}: {fields}",
    }
    params: dict[str, Any] = {}
    changed: list[str] | None = None
    entity, after = work.entity(event.entity), event.after or {}
    if event.kind == TRANSITIONED:
        name = str(after.get("stage", ""))
        found = (each.stages[name].label for each in entity.pipelines.values() if name in each.stages)
        params["stage"] = dict(next(found, Text.of(name)).pairs)
    if event.kind == UPDATED:
        changed = [name for name in dict.fromkeys((*after, *(event.before or {}))) if name not in SILENT]
    notice = _notice(event, list(watchers), "changed", texts[event.kind])
    return replace(notice, params=params, changed=changed)


def _of_task(work: Work, event: Event) -> int:
    task = get_task(work.session, event.record_id)
    if task is None or event.kind not in _TASKS:
        return 0
    users, text, params = _holders(work, task), "{actor} gave you a task: {title}", {"title": task.title}
    if event.kind in ("task.completed", "task.cancelled"):
        givers = (task.created_by, task.delegated_by) if event.kind == "task.completed" else (task.user_id,)
        users = [each for each in givers if each]
        text = "{actor} ended a task that you gave: {title}"
        if event.kind == "task.cancelled":
            text = "{actor} cancelled your task: {title}"
    elif task.user_id is None:
        role = work.model.roles.get(task.role or "")
        params["role"] = dict(role.label.pairs) if role else task.role or ""  # type: ignore[assignment]
        text = "A task waits to be taken ({role}): {title}"
    notice = Notice(users, "task", text, f"event:{event.id}", params, task.entity, task.record_id, task.id, event.actor)
    waits = task.user_id is None and event.kind not in ("task.completed", "task.cancelled")
    return notify(work, replace(notice, quiet=waits))


def _holders(work: Work, task: Task) -> list[str]:
    """Who has a task; of one that waits in a queue, whoever may take it."""
    if task.user_id is not None:
        return [task.user_id]
    return [user.id for user in list_users(work.session, active=True) if task.role in user.roles]


def _notice(event: Event, users: Sequence[str], kind: Any, text: str, quote: str = "") -> Notice:
    key = f"event:{event.id}"
    return Notice(users, kind, text, key, {}, event.entity, event.record_id, by=event.actor or "system", quote=quote)


def _new_owner(event: Event) -> str:
    """The person who was given a record by this event; empty when none was, or who did it took it."""
    owner = (event.after or {}).get("owner") if event.kind in _OWNED else None
    return owner if isinstance(owner, str) and owner != event.actor else ""


def _owner(work: Work, event: Event) -> str:
    if "owner" not in work.entity(event.entity).attributes:
        return ""
    try:
        return str(get_record(work, event.entity, event.record_id, ("owner",)).get("owner") or "")
    except NotFound:
        return ""


def _followers(work: Work, event: Event) -> Mapping[str, FollowLevel]:
    return followers_of(work.session, event.entity, [event.record_id]).get(event.record_id, {})


CONSUMER: Final = Consumer("notifications", jobs_for)
