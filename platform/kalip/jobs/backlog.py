"""How background work stands: what waits, since when, what is dead, who doesn't read."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from kalip.records import Services
from kalip.storage import ConsumerState, Session, consumer_states, count_jobs, oldest_due

OPEN: Final = ("waiting", "running", "dead")
STUCK: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs that wait, run or are dead; for how many seconds the oldest has been due; the readers of the event log."""

    states: dict[str, int] = field(default_factory=dict)
    overdue: float = 0.0
    consumers: tuple[ConsumerState, ...] = ()

    @property
    def is_stuck(self) -> bool:
        """Whether jobs have been due so long that nobody seems to run them."""
        return self.overdue > STUCK.total_seconds()

    @property
    def dead(self) -> int:
        """Jobs that somebody has to look at."""
        return self.states.get("dead", 0)


def backlog_of(services: Services) -> Backlog:
    """How background work stands now."""
    now = services.clock()
    with services.database.read() as session:
        return backlog_in(session, now)


def backlog_in(session: Session, now: datetime) -> Backlog:
    """The same in a session."""
    oldest = oldest_due(session, now)
    overdue = 0.0 if oldest is None else (now - oldest).total_seconds()
    return Backlog(count_jobs(session, OPEN), overdue, tuple(consumer_states(session)))
