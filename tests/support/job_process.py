"""A process that runs jobs of the sales site, for tests that kill it.

`python -m tests.support.job_process <database url> <Redis url or -> <file>`: each event of a new deal makes a job,
which makes a company of that name in the transaction that ends it, and writes its key to the file before that, as a
mail would go out. `SECONDS` says how long a runner holds a job.
"""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from kalip.access import SYSTEM
from kalip.jobs import Background, Bell, Crew, Office, RedisQueue, Timing, work
from kalip.records import CREATED, Consumer, Job, JobRun, Recurring, SaveRecord, Services, Work, run, save_record
from kalip.runtime import Runtime
from kalip.storage import Event, make_database
from tests.support.builders import a_served
from tests.support.site import sales_pack

SECONDS = 3
TIMING = Timing(lease=timedelta(seconds=SECONDS), poll=timedelta(seconds=0.1), pause=timedelta(seconds=0.2))
RECURRING = (Recurring("often", "tick", every=1, missed="all"),)


def jobs_for(_work: Work, events: Sequence[Event]) -> list[Job]:
    """A job for each new deal."""
    made = [event for event in events if event.kind == CREATED and event.entity == "deal"]
    return [Job("firing", {"deal": event.record_id}, f"firing:{event.record_id}") for event in made]


CONSUMERS = (Consumer("firings", jobs_for),)


def background(sent: Path) -> Background:
    """The handlers, with an effect in the database and one outside."""

    def fire(services: Services, job: JobRun) -> None:
        with sent.open("a") as file:
            file.write(f"{job.key}\n")

        def change(work: Work) -> None:
            save_record(work, SaveRecord("company", {"name": job.key}))
            job.finish(work)

        run(services, SYSTEM, change)

    def tick(_services: Services, _job: JobRun) -> None:
        """The row of the job is all that counts."""

    return Background({"firing": fire, "tick": tick}, CONSUMERS, RECURRING)


def main(url: str, redis: str, sent: str) -> Any:
    """Run jobs until told to stop."""
    served = a_served(sales_pack())
    bell = Bell()
    services = Services(make_database(url), Runtime(lambda _: served, lambda: served.model.revision), wake=bell.ring)
    office = Office(services, background(Path(sent)), TIMING)
    queue = None if redis == "-" else RedisQueue(redis, office)
    crew = Crew(office, bell, runners=0 if queue else 2, feed=queue.feed if queue else None)
    return work(crew, queue)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 3)
