"""All background work there is: handlers by kind, consumers of the event log, recurring work, of every package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kalip.designer import going_on
from kalip.jobs import reading, tidying
from kalip.records import Consumer, JobHandler, Recurring, bulk_jobs, scanning
from kalip.workflow import bulk_jobs as bulk_moves
from kalip.workflow import intake, mails, notifications, privacy, rules, substituting
from kalip.workflow.conversions import at_once
from kalip.workflow.conversions import many as bulk_conversions


@dataclass(frozen=True, slots=True)
class Background:
    """What runners can do, what is read from the event log, and what recurs."""

    handlers: Mapping[str, JobHandler]
    consumers: Sequence[Consumer] = ()
    recurring: Sequence[Recurring] = ()


def all_background(kept: timedelta) -> Background:
    """The background work of all packages; jobs that are done are kept so long."""
    consumers: tuple[Consumer, ...] = (*notifications.CONSUMERS, *rules.CONSUMERS, *at_once.CONSUMERS)
    handlers = _joined(
        tidying.handlers_of(kept),
        reading.handlers_of(consumers),
        going_on.JOB_HANDLERS,
        bulk_jobs.JOB_HANDLERS,
        scanning.JOB_HANDLERS,
        bulk_moves.JOB_HANDLERS,
        bulk_conversions.JOB_HANDLERS,
        at_once.JOB_HANDLERS,
        intake.JOB_HANDLERS,
        mails.JOB_HANDLERS,
        notifications.JOB_HANDLERS,
        rules.JOB_HANDLERS,
        privacy.JOB_HANDLERS,
        substituting.JOB_HANDLERS,
    )
    return Background(
        handlers,
        consumers,
        (
            *tidying.RECURRING,
            *scanning.RECURRING,
            *intake.RECURRING,
            *mails.RECURRING,
            *notifications.RECURRING,
            *rules.RECURRING,
            *privacy.RECURRING,
            *substituting.RECURRING,
        ),
    )


def _joined(*tables: Mapping[str, JobHandler]) -> dict[str, JobHandler]:
    found: dict[str, JobHandler] = {}
    for table in tables:
        if twice := found.keys() & table.keys():
            raise ValueError(f"two packages handle {sorted(twice)}")
        found.update(table)
    return found
