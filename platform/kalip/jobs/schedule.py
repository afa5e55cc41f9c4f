"""Fires recurring work: once over all nodes, and after a time without runners as it was declared."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from croniter import croniter

from kalip.access import SYSTEM
from kalip.records import Job, Recurring, Services, Work, enqueue_all, run
from kalip.storage import declare_recurring, forget_recurring, hold_due, known_recurring, note_fired

_LATE: Final = timedelta(minutes=5)
"""Work that skips what was missed still fires when it is no later than that."""
_MOST: Final = 1_000


def fire_due(services: Services, recurring: Sequence[Recurring]) -> int:
    """Fire what is due; how many jobs that made. Safe on any number of nodes at once."""
    now = services.clock()
    known = services.database.glance(known_recurring)
    new = [each for each in recurring if known.get(each.name, ("",))[0] != timing_text(each)]
    if new or known.keys() - {each.name for each in recurring}:
        _declare(services, recurring, new, now)
    due = [each for each in recurring if each not in new and known[each.name][1] <= now]
    return sum(run(services, SYSTEM, partial(_fire, each)) for each in due)


def next_after(recurring: Recurring, moment: datetime) -> datetime:
    """When recurring work is due next. ValueError when it says neither or both of `cron` and `every`."""
    if (recurring.cron is None) == (recurring.every is None):
        raise ValueError(f"{recurring.name} needs either cron or every")
    if recurring.cron is not None:
        found: datetime = croniter(recurring.cron, moment.astimezone(UTC)).get_next(datetime)
        return found
    # Counted from a fixed moment: however often nodes start, it stays in step.
    every = timedelta(seconds=recurring.every or 1)
    past = (moment - datetime.fromtimestamp(0, UTC)) // every
    return datetime.fromtimestamp(0, UTC) + every * (past + 1)


def timing_text(recurring: Recurring) -> str:
    """What recurring work was declared as."""
    return f"cron {recurring.cron}" if recurring.cron is not None else f"every {recurring.every}"


def _declare(services: Services, all_work: Sequence[Recurring], new: Sequence[Recurring], now: datetime) -> None:
    with services.database.beside() as session:
        for each in new:
            declare_recurring(session, each.name, timing_text(each), next_after(each, now))
        forget_recurring(session, [each.name for each in all_work])


def _fire(recurring: Recurring, work: Work) -> int:
    due = hold_due(work.session, recurring.name, timing_text(recurring), work.now)
    if due is None:
        return 0
    missed = [due]
    while (following := next_after(recurring, missed[-1])) <= work.now:
        missed.append(following)
        if len(missed) > _MOST:
            del missed[0]
    fired = _chosen(recurring, missed, work.now) if recurring.wanted(work.services) else ()
    note_fired(work.session, recurring.name, following, work.now)
    return enqueue_all(work, [_job(recurring, each) for each in fired])


def _chosen(recurring: Recurring, missed: Sequence[datetime], now: datetime) -> Sequence[datetime]:
    if recurring.missed == "all":
        return missed
    if recurring.missed == "skip" and now - missed[-1] > _LATE:
        return ()
    return missed[-1:]


def _job(recurring: Recurring, due: datetime) -> Job:
    moment = due.isoformat()
    return Job(recurring.kind, {"due": moment}, f"recurring:{recurring.name}:{moment}", queue=recurring.queue)
