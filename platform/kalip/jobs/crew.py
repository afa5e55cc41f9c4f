"""The threads that look after background work in a process: a keeper, a heartbeat, and runners where jobs run here.

Any number of processes on any number of nodes may have a crew: whatever it does is held by rows of the database.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from kalip.jobs.bell import Bell
from kalip.jobs.leases import Leases
from kalip.jobs.reading import read_events
from kalip.jobs.running import Office, free_lost, run_job
from kalip.jobs.schedule import fire_due
from kalip.storage import StoredJob, claim_job, oldest_due

# Seconds in which commits gather before anybody looks: who saves must not wait for those who look after each save.
_BREATH: Final = 0.25
_AFTER_FAULT: Final = 2.0

_log = logging.getLogger(__name__)


class Crew:
    """Background threads. `feed` tells a queue elsewhere what is due, where jobs don't run here."""

    def __init__(
        self,
        office: Office,
        bell: Bell,
        *,
        runners: int,
        queues: Sequence[str] = (),
        feed: Callable[[], object] | None = None,
    ) -> None:
        self.office = office
        self.bell = bell
        self.leases = Leases(office)
        self.queues = tuple(queues)
        self._feed = feed
        self._turn = Bell()
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._name = f"{os.uname().nodename}:{os.getpid()}"
        self._looked = time.monotonic()
        # Daemons: a process that is told to end doesn't wait for a handler that never looks up.
        self._beating = threading.Thread(target=self._beat, name="kalip-heartbeat", daemon=True)
        self._working = [threading.Thread(target=self._keep, name="kalip-keeper", daemon=True)]
        self._working += [
            threading.Thread(target=self._run, args=(number,), name=f"kalip-runner-{number}", daemon=True)
            for number in range(runners)
        ]

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    @property
    def name(self) -> str:
        """What its process is called in the rows of jobs."""
        return self._name

    def start(self) -> None:
        """Start the threads."""
        for thread in (self._beating, *self._working):
            thread.start()

    def ask_to_stop(self) -> None:
        """Take no more jobs; those that run are interrupted when they look up. Returns at once."""
        self._stop.set()
        self.bell.ring()
        self._turn.ring()

    def stop(self, grace: float) -> bool:
        """Stop, and wait for the jobs that run; False when the grace (seconds) was too short for one."""
        self.ask_to_stop()
        until = time.monotonic() + grace
        for thread in self._working:
            thread.join(max(0.0, until - time.monotonic()))
        self._ended.set()
        return not any(thread.is_alive() for thread in self._working)

    def tick(self) -> int:
        """Read the event log, fire what recurs, free what was lost, feed the queue; how much there was to do."""
        office = self.office
        done = read_events(office.services, office.background.consumers)
        done += fire_due(office.services, office.background.recurring)
        done += self._free_lost()
        if self._feed is not None:
            self._feed()
        return done

    def run_next(self, worker: str) -> bool:
        """Run the job whose turn it is; False when there is none."""
        job = self._take(worker)
        if job is None:
            return False
        self.run(job)
        return True

    def run(self, job: StoredJob) -> str:
        """Run a job that was taken; its outcome."""
        with self.leases.hold(job):
            return run_job(self.office, job, self._stop.is_set)

    def _take(self, worker: str) -> StoredJob | None:
        services = self.office.services
        now = services.clock()
        if services.database.glance(lambda session: oldest_due(session, now)) is None:
            return None
        with services.database.beside() as session:
            return claim_job(session, worker, now, now + self.office.timing.lease, self.queues)

    def _free_lost(self) -> int:
        """Free what was lost, unless this process itself couldn't look for so long that nobody could."""
        passed = time.monotonic() - self._looked
        if passed < self.office.timing.heartbeat.total_seconds():
            return 0
        self._looked = time.monotonic()
        return free_lost(self.office) if passed < self.office.timing.lease.total_seconds() else 0

    def _keep(self) -> None:
        heard = 0
        while not self.stopping:
            busy = _guarded(self.tick)
            # Runners look when the keeper has looked, not at each commit.
            self._turn.ring()
            if not busy:
                heard = self.bell.wait(heard, self.office.timing.poll.total_seconds())
            self._stop.wait(_BREATH)

    def _run(self, number: int) -> None:
        worker = f"{self._name}:{number}"
        heard = 0
        while not self.stopping:
            if not _guarded(lambda: self.run_next(worker)):
                heard = self._turn.wait(heard, self.office.timing.poll.total_seconds())

    def _beat(self) -> None:
        while not self._ended.wait(self.office.timing.heartbeat.total_seconds()):
            _guarded(self.leases.renew)


def _guarded(work: Callable[[], object]) -> object:
    """What work gives; a thread goes on whatever happens, as the database may be away for a while."""
    try:
        return work()
    except Exception:  # noqa: BLE001 - logged, and tried again
        _log.exception("background work failed")
        time.sleep(_AFTER_FAULT)
        return None
