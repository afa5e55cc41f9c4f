"""Runs what tells people of events, as a worker would: from the beginning of the log, so told twice is told once."""

from kalip.access import SYSTEM
from kalip.records import Services, Work, run
from kalip.storage import Mark, events_after
from kalip.workflow.notifications import tell_of
from kalip.workflow.notifications.events import jobs_for


def catch_up(services: Services) -> int:
    """Let the consumer read the whole log and run its jobs; how much was told anew."""

    def numbers(work: Work) -> list[int]:
        found: list[int] = []
        events, mark = events_after(work.session, Mark(0))
        while events:
            found += [int(job.arguments["event"]) for job in jobs_for(work, events)]
            events, mark = events_after(work.session, mark)
        return found

    return sum(
        run(services, SYSTEM, lambda work, number=number: tell_of(work, number))  # type: ignore[misc]
        for number in run(services, SYSTEM, numbers)
    )
