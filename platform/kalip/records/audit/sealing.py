"""Seals the event log every few minutes, and forgets what the site keeps for a time only."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from kalip.base.errors import ConfigurationError
from kalip.records.jobs import JobHandler, JobRun, Recurring
from kalip.records.services import Services
from kalip.storage.event_search import old_events
from kalip.storage.seals import (
    OF_EVENTS,
    Seal,
    last_seal,
    newest_event_id,
    remove_events,
    seal_next,
    writers_of_events,
)

SEAL: Final = "audit.seal"
FORGET: Final = "audit.forget"
PATIENCE: Final = 20.0
"""Seconds to wait for transactions that may still add events of lower numbers; otherwise the next time."""
_LOOK: Final = 0.05
_AT_ONCE: Final = 1_000
_SHORTEST_DAYS: Final = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """How many days events of a kind are kept: one kind, or all that begin with `kind` and a dot."""

    kind: str
    days: int


def kept_of(text: str) -> tuple[Kept, ...]:
    """Read `sign_in=180 record.read=365`. ConfigurationError when it is written otherwise."""
    found = []
    for each in text.split():
        kind, sign, days = each.partition("=")
        if not (kind and sign and days.isascii() and days.isdigit() and int(days) >= _SHORTEST_DAYS):
            raise ConfigurationError(
                "'{text}' doesn't say how long events are kept",
                params={"text": each[:60]},
                hint="write kinds and days apart by spaces: sign_in=180 record.read=365",
            )
        found.append(Kept(kind, int(days)))
    return tuple(found)


def handlers_of(kept: tuple[Kept, ...]) -> Mapping[str, JobHandler]:
    """What seals, and what forgets events that are older."""
    return {SEAL: _seal, FORGET: partial(_forget, kept)}


def seal_events(services: Services, stopped: Callable[[], bool] = lambda: False) -> int:
    """Seal all events below which nothing can come to light any more; how many. Commits by itself, batch by batch.

    Any number of nodes may do so at once. 0 when a transaction under way takes too long: then the next call does it.
    """
    database = services.database
    newest = database.glance(newest_event_id)
    writers = database.glance(writers_of_events)
    until = time.monotonic() + PATIENCE
    while writers:
        if time.monotonic() > until or stopped():
            return 0
        time.sleep(_LOOK)
        writers &= database.glance(writers_of_events)
    count = 0
    while not stopped():
        with database.beside() as session:
            seal = seal_next(session, newest, services.clock())
        if seal is None:
            break
        count += seal.count
    return count


def newest_seal(services: Services) -> Seal | None:
    """The last link of the chain, whose number and hash are to be noted outside of the database."""
    return services.database.glance(last_seal)


def forget_events(
    services: Services, kept: tuple[Kept, ...], *, dry_run: bool = False, stopped: Callable[[], bool] = lambda: False
) -> dict[str, int]:
    """Remove sealed events that are older than they are kept; how many of each kind. Commits batch by batch.

    The newest batch stays as it is, so that numbers are never given again. Only counts with `dry_run`.
    """
    now = services.clock()
    newest = services.database.glance(lambda session: last_seal(session, OF_EVENTS))
    counts = {each.kind: 0 for each in kept}
    if newest is None:
        return counts
    for each in kept:
        before = now - timedelta(days=each.days)
        after = 0
        while not stopped():
            ids = _old_ids(services, each.kind, before, after, newest.first_id)
            if not ids:
                break
            after = ids[-1]
            if dry_run:
                counts[each.kind] += len(ids)
                continue
            about = {"why": f"kept for {each.days} days: {each.kind}", "kind": each.kind, "days": each.days}
            with services.database.beside() as session:
                counts[each.kind] += remove_events(session, ids, about, now)
    return counts


def _old_ids(services: Services, kind: str, before: datetime, after: int, below: int) -> list[int]:
    return services.database.glance(lambda session: old_events(session, (kind,), before, after, below, _AT_ONCE))


def _seal(services: Services, job: JobRun) -> Mapping[str, Any]:
    count = seal_events(services, job.cancelled)
    last = newest_seal(services)
    return {"events": count, "seal": last.number if last else 0, "hash": last.hash if last else ""}


def _forget(kept: tuple[Kept, ...], services: Services, job: JobRun) -> Mapping[str, Any]:
    return forget_events(services, kept, stopped=job.cancelled)


RECURRING: Final = (
    Recurring("audit.seal", SEAL, every=300),
    Recurring("audit.forget", FORGET, cron="41 3 * * *"),
)
