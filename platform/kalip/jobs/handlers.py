"""All background work there is: handlers by kind, consumers of the event log, recurring work, of every package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kalip.designer import going_on
from kalip.jobs import reading, tidying
from kalip.jobs.tidying import Keeping
from kalip.records import Consumer, JobHandler, Recurring, audit, bulk_jobs, bulk_undo, scanning
from kalip.records.organisation import syncing
from kalip.records.transfer import jobs as transfers
from kalip.runtime.directories import Directory
from kalip.workflow import bulk_jobs as bulk_moves
from kalip.workflow import intake, mails, notifications, privacy, rules, substituting
from kalip.workflow.conversions import at_once
from kalip.workflow.conversions import many as bulk_conversions

_USUAL: Final = Keeping()
_NONE: Final[Mapping[str, Directory]] = {}


@dataclass(frozen=True, slots=True)
class Background:
    """What runners can do, what is read from the event log, and what recurs."""

    handlers: Mapping[str, JobHandler]
    consumers: Sequence[Consumer] = ()
    recurring: Sequence[Recurring] = ()


def all_background(keeping: Keeping = _USUAL, directories: Mapping[str, Directory] = _NONE) -> Background:
    """The background work of all packages, with how long a site keeps things and whom it is kept in step with."""
    consumers: tuple[Consumer, ...] = (*notifications.CONSUMERS, *rules.CONSUMERS, *at_once.CONSUMERS)
    handlers = _joined(
        tidying.handlers_of(keeping),
        audit.handlers_of(keeping.events),
        reading.handlers_of(consumers),
        going_on.JOB_HANDLERS,
        syncing.handlers_of(directories),
        bulk_jobs.JOB_HANDLERS,
        bulk_undo.JOB_HANDLERS,
        scanning.JOB_HANDLERS,
        transfers.JOB_HANDLERS,
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
            *audit.RECURRING,
            *syncing.recurring_of(directories),
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
