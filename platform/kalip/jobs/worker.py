"""A process that does nothing but background work: from Redis where there is one, else from the rows alone."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from types import FrameType
from typing import Final

from kalip.jobs.crew import Crew
from kalip.jobs.redis_queue import RedisQueue, perform_by
from kalip.storage import claim_one

GRACE: Final = 30.0
"""Seconds that jobs may take to look up after the worker was told to stop."""


def work(crew: Crew, queue: RedisQueue | None) -> bool:
    """Do background work in this process until SIGTERM or SIGINT; False when a job had to be left behind."""
    stopping = _Stopping(crew)
    signal.signal(signal.SIGTERM, stopping.hear)
    signal.signal(signal.SIGINT, stopping.hear)
    crew.start()
    try:
        if queue is None:
            while not crew.stopping:
                time.sleep(0.2)
        else:
            perform_by(_Performer(crew, stopping).perform)
            queue.work(crew.queues, lambda: stopping.busy, lambda: crew.stopping)
    except _Stopped:
        pass
    return crew.stop(GRACE)


class _Stopped(BaseException):
    """Raised by the signal into a thread that waits for work."""


class _Stopping:
    """What a signal does: a job that runs may look up first."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.busy = False

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        again = self._crew.stopping
        self._crew.ask_to_stop()
        if not self.busy or again:
            raise _Stopped


class _Performer:
    """Runs what RQ delivers, when its row still waits for it."""

    def __init__(self, crew: Crew, stopping: _Stopping) -> None:
        self._crew = crew
        self._stopping = stopping

    def perform(self, job_id: str, attempt: int) -> None:
        office = self._crew.office
        self._stopping.busy = True
        try:
            now = office.services.clock()
            with office.services.database.beside() as session:
                job = claim_one(session, job_id, attempt, self._crew.name, now, now + office.timing.lease)
            if job is not None:
                self._crew.run(job)
        finally:
            self._stopping.busy = False


def supervise(command: Sequence[str], processes: int) -> None:
    """Keep so many processes running that a command starts, until SIGTERM or SIGINT; one that dies is started anew."""
    children: list[subprocess.Popen[bytes]] = []
    told = False

    def hear(number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True
        for child in children:
            child.send_signal(number)

    signal.signal(signal.SIGTERM, hear)
    signal.signal(signal.SIGINT, hear)
    while not told:
        children[:] = [child for child in children if child.poll() is None]
        children += [subprocess.Popen(command, env=os.environ) for _ in range(processes - len(children))]  # noqa: S603
        time.sleep(0.5)
    for child in children:
        child.wait()
