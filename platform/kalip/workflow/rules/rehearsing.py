"""Runs rules inside one transaction that is undone later: for the tests that packs bring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kalip.base.errors import KalipError
from kalip.base.ids import new_id
from kalip.model import Rule
from kalip.records import Work
from kalip.storage import Event, Mark, events_after, list_jobs
from kalip.storage.clocks import due_clocks
from kalip.workflow.rules.clocks import AT_ONCE, ring_in, wind
from kalip.workflow.rules.events import record_of
from kalip.workflow.rules.firing import RUN, Firing, fire_in
from kalip.workflow.rules.matching import RuleBook, rule_at
from kalip.workflow.rules.sweeping import moments_of, read_page

MOST_ROUNDS = 100
_BEGINNING = Mark(0)


@dataclass(slots=True)
class Rehearsal:
    """Rules at work in somebody's transaction. `seen` is up to where events were looked at, `errors` what failed.

    `work_as` gives the work in the rights of a user by id (None: the system) at a moment (None: the present one).
    """

    work_as: Callable[[str | None, datetime | None], Work]
    seen: Mark = _BEGINNING
    errors: list[KalipError] = field(default_factory=list)

    def skip(self) -> None:
        """Leave what has happened so far alone."""
        session = self.work_as(None, None).session
        while True:
            events, self.seen = events_after(session, self.seen)
            if not events:
                return

    def run(self, before: datetime, now: datetime) -> None:
        """Do all that the events so far, and the time from one moment to another, lead to."""
        work = self.work_as(None, now)
        book = work.served.project(RuleBook)
        self._events(work, book, before)
        for rule in book.timed.values():
            for moment in moments_of(rule.when, before, now):
                self._sweep(work, rule, before, moment)
        for _ in range(MOST_ROUNDS):
            rang = self._ring(work)
            waited = self._waiting(work, now)
            if not (self._events(work, book, now) or rang or waited):
                return

    def _events(self, work: Work, book: RuleBook, now: datetime) -> int:
        found = 0
        while True:
            events, self.seen = events_after(work.session, self.seen)
            if not events:
                return found
            for event in events:
                found += 1
                self._event(work, book, event, now)
            if found > MOST_ROUNDS * 10:
                return 0

    def _event(self, work: Work, book: RuleBook, event: Event, now: datetime) -> None:
        if event.entity in book.clocked and event.record_id:
            wind(work, event)
        for rule in book.started_by(event):
            self._fire(rule, Firing(rule.address, str(event.id), record_of(event), event.id), now, event.actor)

    def _sweep(self, work: Work, rule: Rule, before: datetime, moment: datetime) -> None:
        cursor: str | None = None
        while True:
            page, cursor = read_page(work, rule, before, moment, cursor)
            for occasion in page:
                firing = Firing(rule.address, occasion.key, occasion.record_id, since=occasion.since)
                self._fire(rule, firing, work.now, None)
            if cursor is None:
                return

    def _ring(self, work: Work) -> int:
        rang: Sequence[tuple[str, datetime]] = due_clocks(work.session, work.now, AT_ONCE)
        for clock_id, moment in rang:
            ring_in(work, clock_id, moment)
        return len(rang)

    def _waiting(self, work: Work, now: datetime) -> int:
        done = 0
        for job in list_jobs(work.session, states=["waiting"], kind=RUN, limit=500)[::-1]:
            firing = Firing(**job.arguments)
            rule = rule_at(work.model.entities, firing.rule)
            if job.run_at <= now and rule is not None:
                done += self._fire(rule, firing, max(job.run_at, now), None)
        return done

    def _fire(self, rule: Rule, firing: Firing, now: datetime, caused_by: str | None) -> bool:
        user = caused_by if rule.run_as == "actor" else None
        # Each firing is a command of its own: by that a chain of rules is known.
        work = replace(self.work_as(user, now), correlation=new_id())
        try:
            with work.session.savepoint():
                return fire_in(work, firing) is not None
        except KalipError as error:
            self.errors.append(error)
            return False
