"""Ends tasks: with an outcome, or not at all. Of two who end one at once the first wins, and the other is told."""

from collections.abc import Sequence
from dataclasses import replace

from kalip.access import Actor
from kalip.base.errors import Conflict, KalipError, RecordRejected, Violation
from kalip.base.names import did_you_mean
from kalip.fields.moments import moment_text
from kalip.model import Verb
from kalip.records import UPDATED, Grounds, ItemResult, Overtaken, SaveRecord, Services, Work, run, save_record
from kalip.records.filters import allowed_rows, matching
from kalip.records.readers import active_people, work_of
from kalip.records.reading import fetch_row
from kalip.records.saving import Draft
from kalip.records.saving.locking import refuse_if_locked
from kalip.storage import get_user
from kalip.storage.tasks import CANCELLED, DONE, OPEN, Task
from kalip.storage.tasks import change_task as write_task
from kalip.workflow.tasks.checking import PERSON, clean, clean_note
from kalip.workflow.tasks.commands import LONGEST_NOTE, CompleteTask, Outcome, TaskTaken, outcomes_of
from kalip.workflow.tasks.logging import CANCELLED as TASK_CANCELLED
from kalip.workflow.tasks.logging import COMPLETED, log
from kalip.workflow.tasks.rights import find_visible, require_right


def complete_task(work: Work, command: CompleteTask) -> Task:
    """End a task with an outcome and give it as it is then; again with the same outcome by the same person: as it is.

    The fields that the outcome asks for are saved into the record by the same command as everywhere; the task is all
    the right that it needs. RecordRejected for what is missing, TaskTaken when somebody else ended it first.
    """
    task = find_visible(work, command.id)
    if task.state != OPEN:
        return _ended_already(work, task, command)
    require_right(work, task, "complete")
    name, outcome = _chosen(task, command)
    faults: list[Violation] = []
    needed = "This outcome needs a comment." if outcome.comment else ""
    comment = clean("/comment", command.comment, LONGEST_NOTE, faults, required=needed)
    faults += _unknown(command, outcome)
    if faults:
        raise RecordRejected(faults)
    if outcome.fields:
        _fill_in(work, task, command, outcome)
    done = replace(
        task,
        state=DONE,
        outcome=name,
        comment=comment or None,
        done_at=work.now,
        done_by=work.actor.id,
        on_behalf=_principal(work, task),
    )
    _write(work, task, done)
    facts = {"state": DONE, "outcome": name, "comment": done.comment, "source": task.source, "key": task.key}
    log(work, COMPLETED, done, {"state": OPEN}, facts)
    return done


def cancel_task(work: Work, task_id: str, reason: str = "") -> Task:
    """End a task without an outcome, as who gave it or an administrator; one that is cancelled stays so."""
    task = find_visible(work, task_id)
    if task.state == CANCELLED:
        return task
    if task.state != OPEN:
        raise _taken(work, task)
    require_right(work, task, "cancel")
    faults: list[Violation] = []
    said = clean_note(reason, faults)
    if faults:
        raise RecordRejected(faults)
    me = work.actor
    ended = replace(
        task, state=CANCELLED, comment=said or None, done_at=work.now, done_by=me.id, on_behalf=me.on_behalf
    )
    _write(work, task, ended)
    log(work, TASK_CANCELLED, ended, {"state": OPEN}, {"state": CANCELLED, "comment": ended.comment})
    return ended


def complete_many(services: Services, actor: Actor, commands: Sequence[CompleteTask]) -> tuple[ItemResult, ...]:
    """End many tasks, each in a transaction of its own; what became of each, in their order."""
    results = []
    for index, command in enumerate(commands):
        try:
            run(services, actor, lambda work, command=command: complete_task(work, command))  # type: ignore[misc]
        except KalipError as error:
            results.append(ItemResult(index, command.id, None, error))
        else:
            results.append(ItemResult(index, command.id))
    return tuple(results)


def _ended_already(work: Work, task: Task, command: CompleteTask) -> Task:
    mine = task.done_by is not None and task.done_by == work.actor.id
    if task.state == DONE and mine and command.outcome in (None, task.outcome):
        return task
    raise _taken(work, task)


def _taken(work: Work, task: Task) -> TaskTaken:
    person = get_user(work.session, task.done_by) if task.done_by else None
    params = {
        "name": person.name if person else "Kalip",
        "at": moment_text(task.done_at) if task.done_at else "",
        "outcome": str(outcomes_of(task)[task.outcome].label) if task.outcome else "",
    }
    if task.state == CANCELLED:
        return TaskTaken("{name} cancelled this task at {at}.", params=params)
    return TaskTaken("{name} completed this task at {at}: {outcome}.", params=params)


def _chosen(task: Task, command: CompleteTask) -> tuple[str, Outcome]:
    outcomes = outcomes_of(task)
    name = command.outcome
    if name is None and len(outcomes) == 1:
        name = next(iter(outcomes))
    if name in outcomes:
        return str(name), outcomes[str(name)]
    if name is None:
        raise RecordRejected([Violation("/outcome", "required", "Choose how the task ends.")])
    params = {"outcome": name[:60], "hint": did_you_mean(name[:60], outcomes)}
    raise RecordRejected(
        [Violation("/outcome", "unknown_choice", "The task has no outcome '{outcome}'. {hint}", params)]
    )


def _unknown(command: CompleteTask, outcome: Outcome) -> list[Violation]:
    return [
        Violation(
            f"/values/{name[:60]}", "unknown_field", "This outcome doesn't ask for '{path}'.", {"path": name[:60]}
        )
        for name in command.values
        if name not in outcome.fields
    ]


def _fill_in(work: Work, task: Task, command: CompleteTask, outcome: Outcome) -> None:
    entity, record_id = str(task.entity), str(task.record_id)
    names = [name for name in outcome.fields if name in work.entity(entity).fields]
    values = {name: value for name, value in command.values.items() if name in names}
    try:
        if values:
            accepted = SaveRecord(entity, values, record_id, None, command.source, accept_duplicates=True)
            save_record(work, accepted, _grounds(work, task, frozenset(values)))
    except RecordRejected as error:
        moved = [replace(each, pointer=f"/values{each.pointer}") for each in error.violations]
        raise RecordRejected(moved) from None
    stored = fetch_row(work, work.entity(entity), record_id, names, "json") if names else {}
    missing = [name for name in names if stored.get(name) in (None, "", [], {})]
    if missing:
        fields = work.entity(entity).fields
        raise RecordRejected(
            [
                Violation(f"/values/{name}", "required", "{label} is required.", {"label": fields[name].label})
                for name in missing
            ]
        )


def _grounds(work: Work, task: Task, names: frozenset[str]) -> Grounds:
    """What the outcome asks for the task's holder may say, whatever his rights, if whoever asks for it may say it.

    What nobody vouches for is saved with the holder's own rights.
    """
    if not _vouched(work, task, names):
        return Grounds()
    return Grounds(Verb.READ, UPDATED, decide=_refuse_closed, given=names)


def _vouched(work: Work, task: Task, names: frozenset[str]) -> bool:
    if task.source != PERSON:
        return True
    giver = active_people(work, [task.created_by]).get(task.created_by) if task.created_by else None
    if giver is None:
        return False
    theirs, entity = work_of(work, giver), str(task.entity)
    filters = allowed_rows(theirs, Verb.UPDATE, entity)
    if filters is None or (filters and not matching(theirs, entity, [str(task.record_id)], filters)):
        return False
    sight = theirs.sight(entity)
    return all(map(sight.ever_writes, names))


def _refuse_closed(work: Work, draft: Draft) -> None:
    """Leave a record alone that is archived, or that a conversion has locked."""
    if draft.before.get("archived_at") is not None:
        draft.error = Conflict("The record is archived; restore it first.", params={"id": draft.id})
    else:
        refuse_if_locked(work, draft)


def _principal(work: Work, task: Task) -> str | None:
    """In whose place the actor ends the task: the one who gave it on, or the one who has it."""
    if task.user_id is not None and task.user_id != work.actor.id:
        return task.user_id
    return work.actor.on_behalf or task.delegated_by


def _write(work: Work, task: Task, ended: Task) -> None:
    names = ("state", "outcome", "comment", "done_at", "done_by", "on_behalf")
    if not write_task(work.session, task, **{name: getattr(ended, name) for name in names}):
        raise Overtaken("Somebody else changed this task meanwhile.")
