"""Reads the event log for consumers: their jobs are put in and their places moved on in one transaction.

An event that a consumer fails on becomes a job of its own, so that it holds up no other and is lost to nobody: it is
tried again with pauses, and dead when it keeps failing, for people to see.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.errors import NotFound
from kalip.records import Consumer, Job, JobHandler, JobRun, Services, Work, enqueue, enqueue_all, run
from kalip.storage import (
    Event,
    Mark,
    RevisionChanged,
    Unavailable,
    consumers_behind,
    event_with_id,
    events_after,
    hold_consumers,
    move_consumers,
)

READ_EVENT: Final = "jobs.read_event"
BATCH: Final = 200

_log = logging.getLogger(__name__)


def read_events(services: Services, consumers: Sequence[Consumer]) -> int:
    """Read what is new for every consumer; how many events. Safe on any number of nodes at once."""
    names = [each.name for each in consumers]
    total = 0
    while waiting := services.database.glance(partial(consumers_behind, names=names)):
        read = _read_together(services, [each for each in consumers if each.name in waiting])
        total += read
        if read == 0:
            # New and at the end of the log, or held by another node.
            break
    return total


def handlers_of(consumers: Sequence[Consumer]) -> Mapping[str, JobHandler]:
    """The handler of events that a consumer failed on."""
    known = {consumer.name: consumer for consumer in consumers}

    def read_again(services: Services, job: JobRun) -> Mapping[str, Any]:
        consumer = known.get(str(job.arguments["consumer"]))
        if consumer is None:
            return {"left": "nobody reads under this name any more"}
        return run(services, SYSTEM, partial(_read_again, consumer, job))

    return {READ_EVENT: read_again}


def _read_together(services: Services, consumers: Sequence[Consumer]) -> int:
    """Read a batch for all of them in one transaction; each for itself where one fails."""
    try:
        return run(services, SYSTEM, partial(_read, consumers, BATCH))
    except (Unavailable, RevisionChanged):
        return 0
    except Exception:  # noqa: BLE001 - told apart next
        return sum(_read_alone(services, consumer) for consumer in consumers)


def _read_alone(services: Services, consumer: Consumer) -> int:
    for limit in (BATCH, 1):
        try:
            return run(services, SYSTEM, partial(_read, [consumer], limit))
        except (Unavailable, RevisionChanged):
            return 0
        except Exception:  # noqa: BLE001 - whatever it is, other events and consumers go on
            _log.exception("the consumer %s failed on the event log", consumer.name)
    return run(services, SYSTEM, partial(_set_aside, consumer))


def _read(consumers: Sequence[Consumer], limit: int, work: Work) -> int:
    total = 0
    for mark, together in _held(work, consumers).items():
        events, after = events_after(work.session, mark, limit)
        if events:
            for consumer in together:
                enqueue_all(work, consumer.jobs_for(work, events))
            move_consumers(work.session, [each.name for each in together], after, work.now)
        total += len(events) * len(together)
    return total


def _held(work: Work, consumers: Sequence[Consumer]) -> Mapping[Mark, list[Consumer]]:
    """The consumers that are held now, by their places: what is there is read once for all of them."""
    marks = hold_consumers(work.session, [each.name for each in consumers], work.now)
    found: dict[Mark, list[Consumer]] = {}
    for consumer in consumers:
        if consumer.name in marks:
            found.setdefault(marks[consumer.name], []).append(consumer)
    return found


def _set_aside(consumer: Consumer, work: Work) -> int:
    mark = hold_consumers(work.session, [consumer.name], work.now).get(consumer.name)
    if mark is None:
        return 0
    events, after = events_after(work.session, mark, 1)
    for event in events:
        arguments = {"consumer": consumer.name, "event": event.id}
        enqueue(work, Job(READ_EVENT, arguments, f"{READ_EVENT}:{consumer.name}:{event.id}"))
    move_consumers(work.session, [consumer.name], after, work.now)
    return len(events)


def _read_again(consumer: Consumer, job: JobRun, work: Work) -> Mapping[str, Any]:
    event: Event | None = event_with_id(work.session, int(job.arguments["event"]))
    if event is None:
        raise NotFound("The event is not in the log any more.")
    result = {"jobs": enqueue_all(work, consumer.jobs_for(work, [event]))}
    job.finish(work, result)
    return result
