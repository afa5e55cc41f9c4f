"""Winds the clocks of records: starts, pauses and stops them as their conditions say, and works out when they ring."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.errors import KalipError, NotFound
from kalip.base.ids import new_id
from kalip.expressions import Expression
from kalip.model import Alarm, Calendar, Clock, On, Rule, Span, Target, When
from kalip.records import Hopeless, Job, JobRun, Services, Work, enqueue, run
from kalip.records.saving import Draft, evaluate
from kalip.storage import Event
from kalip.storage.clocks import StoredClock, add_clock, due_clocks, get_clock, record_clocks, save_clock
from kalip.storage.rule_runs import StoredRun, begin_run, end_run_of_rule
from kalip.workflow.rules.firing import TRANSIENT, perform
from kalip.workflow.rules.scene import Scene

AT_ONCE: Final = 200
SOUND: Final = "rules.sound"
AGAIN: Final = timedelta(minutes=15)
"""After which time a clock is looked at again that should have rung but whose record says that it rests."""
RUNNING, PAUSED = ("running", "paused")
_MICROSECOND: Final = timedelta(microseconds=1)


def wind(work: Work, event: Event) -> None:
    """Bring the clocks of an event's record to what they are since the event; commits nothing."""
    entity = work.model.entities.get(event.entity)
    clocks = [clock for clock in entity.clocks.values() if clock.active] if entity is not None else []
    if not clocks:
        return
    try:
        draft = _scene(work, clocks[0], event.record_id, event).look(_expressions(clocks), as_of_event=True)
    except NotFound:
        draft = None
    latest: dict[str, StoredClock] = {}
    for each in record_clocks(work.session, event.entity, event.record_id, lock=True):
        latest.setdefault(each.clock, each)
    for clock in clocks:
        _Winding(work, clock, event, draft).wind(latest.get(clock.name))


@dataclass(frozen=True, slots=True)
class _Winding:
    """One clock of a record at the moment of an event; `draft` is None when the record is gone."""

    work: Work
    clock: Clock
    event: Event
    draft: Draft | None

    def holds(self, condition: Expression | None) -> bool:
        """Whether a condition is true."""
        return condition is not None and self.draft is not None and evaluate(self.work, self.draft, condition) is True

    def target(self) -> Target | None:
        """The first target that holds for the record."""
        return next((each for each in self.clock.targets if each.condition is None or self.holds(each.condition)), None)

    def wind(self, known: StoredClock | None) -> None:
        """Bring the clock to what it is since the event."""
        gone = self.draft is None or self.draft.before.get("archived_at") is not None
        if known is not None and known.state in (RUNNING, PAUSED):
            changed = self._stop(known) if gone else self._change(known)
            if changed != known:
                save_clock(self.work.session, changed)
        elif not gone and self.holds(self.clock.start) and not self.holds(self.clock.stop):
            self._start(known)

    def _stop(self, known: StoredClock) -> StoredClock:
        return _stopped(self.work, self.clock, known, self.event.at)

    def _change(self, known: StoredClock) -> StoredClock:
        clock, work, at = self.clock, self.work, self.event.at
        if self.holds(clock.stop):
            return self._stop(known)
        paused = self.holds(clock.pause)
        if paused:
            return _paused(work, clock, known, at) if known.state == RUNNING else known
        if known.state == PAUSED:
            known = _running(work, clock, known, at)
        target = self.target()
        if target is None or target.name == known.target or known.breached_at is not None:
            return known
        # A ticket that becomes urgent has less time.
        within = length_of(work, clock, target.within) // _MICROSECOND
        return _set(work, clock, replace(known, target=target.name, within=within))

    def _start(self, known: StoredClock | None) -> None:
        work, clock, event, target = self.work, self.clock, self.event, self.target()
        if target is None or (known is not None and known.started_at >= event.at):
            return
        made = StoredClock(
            new_id(),
            event.entity,
            event.record_id,
            clock.name,
            known.cycle + 1 if known is not None else 1,
            "paused",
            target.name,
            length_of(work, clock, target.within) // _MICROSECOND,
            0,
            event.at,
        )
        add_clock(work.session, made if self.holds(clock.pause) else _running(work, clock, made, event.at))


def length_of(work: Work, clock: Clock, span: Span) -> timedelta:
    """A span in the clock's time."""
    calendar = work.model.calendars.get(clock.calendar)
    return calendar.length(span) if calendar is not None else span.plain()


def _running(work: Work, clock: Clock, known: StoredClock, at: datetime) -> StoredClock:
    return _set(work, clock, replace(known, state="running", running_since=at))


def _paused(work: Work, clock: Clock, known: StoredClock, at: datetime) -> StoredClock:
    used = known.used + passed(work, clock, known, at) // _MICROSECOND
    return replace(known, state="paused", used=used, running_since=None, due_at=None, next_at=None)


def _stopped(work: Work, clock: Clock, known: StoredClock, at: datetime) -> StoredClock:
    used = known.used + passed(work, clock, known, at) // _MICROSECOND
    late = used > known.within or known.breached_at is not None
    state = "missed" if late else "met"
    return replace(known, state=state, used=used, running_since=None, stopped_at=at, next_at=None)  # type: ignore[arg-type]


def passed(work: Work, clock: Clock, known: StoredClock, at: datetime) -> timedelta:
    """The time of the clock's present spell up to a moment."""
    if known.running_since is None or at <= known.running_since:
        return timedelta()
    calendar = work.model.calendars.get(clock.calendar)
    return calendar.between(known.running_since, at) if calendar is not None else at - known.running_since


def _set(work: Work, clock: Clock, known: StoredClock) -> StoredClock:
    """The clock with the moments at which it is due and rings next."""
    since, calendar = known.running_since, work.model.calendars.get(clock.calendar)
    if since is None:
        return replace(known, due_at=None, next_at=None)
    due = _after(calendar, since, timedelta(microseconds=known.within - known.used))
    return replace(known, due_at=due, next_at=_rings(calendar, clock, known, due))


def _rings(calendar: Calendar | None, clock: Clock, known: StoredClock, due: datetime | None) -> datetime | None:
    """When the next alarm is, or the breach itself where no alarm stands for it."""
    since = known.running_since
    if since is None:
        return None
    moments = [due] if known.breached_at is None else []
    if known.alarm < len(clock.alarms):
        moments.append(_moment(calendar, clock.alarms[known.alarm], known, since))
    present = [moment for moment in moments if moment is not None]
    return min(present) if present else None


def _moment(calendar: Calendar | None, alarm: Alarm, known: StoredClock, since: datetime) -> datetime | None:
    after = timedelta(microseconds=known.within)
    if alarm.share is not None:
        after = timedelta(microseconds=known.within * alarm.share // 100)
    elif alarm.after is not None:
        after += calendar.length(alarm.after) if calendar is not None else alarm.after.plain()
    if alarm.every is not None and known.times:
        after += (calendar.length(alarm.every) if calendar is not None else alarm.every.plain()) * known.times
    return _after(calendar, since, after - timedelta(microseconds=known.used))


def _after(calendar: Calendar | None, since: datetime, length: timedelta) -> datetime | None:
    if calendar is None:
        return since + length
    return since if length <= timedelta() else calendar.add(since, length)


def due(services: Services) -> list[tuple[str, datetime]]:
    """The clocks that ring by now, each with the moment at which it should have."""
    now = services.clock()
    return services.database.glance(lambda session: due_clocks(session, now, AT_ONCE))


def ring(services: Services, clock_id: str, moment: datetime) -> None:
    """Do what a clock's alarm says, once for each moment: its actions and its next moment in one transaction."""
    run(services, SYSTEM, partial(ring_in, clock_id=clock_id, moment=moment), correlation=new_id())


def ring_in(work: Work, clock_id: str, moment: datetime) -> None:
    """The same in the caller's work."""
    stored = get_clock(work.session, clock_id, lock=True)
    if stored is None or stored.next_at != moment:
        return
    entity = work.model.entities.get(stored.entity)
    clock = entity.clocks.get(stored.clock) if entity is not None else None
    if clock is None or not clock.active:
        save_clock(work.session, replace(stored, next_at=None))
        return
    if _is_at_rest(work, clock, stored):
        # The event that says so has yet to be read, or none does: nothing rings until it is looked at again.
        save_clock(work.session, replace(stored, next_at=work.now + AGAIN))
        return
    calendar = work.model.calendars.get(clock.calendar)
    breached = stored.breached_at
    if breached is None and stored.due_at is not None and stored.due_at <= work.now:
        breached = stored.due_at
    rung = replace(stored, breached_at=breached)
    if rung.alarm < len(clock.alarms):
        alarm = clock.alarms[rung.alarm]
        at = _moment(calendar, alarm, stored, stored.running_since or moment)
        if at is not None and at <= work.now:
            if _sound(work, clock, alarm, rung) is not None:
                enqueue(work, _again(rung, alarm))
            again = alarm.every is not None and rung.times < alarm.times
            rung = replace(rung, times=rung.times + 1) if again else replace(rung, alarm=rung.alarm + 1, times=0)
    save_clock(work.session, replace(rung, next_at=_rings(calendar, clock, rung, rung.due_at)))


def _is_at_rest(work: Work, clock: Clock, stored: StoredClock) -> bool:
    """Whether the record as it is now stops or pauses the clock, or is gone."""
    try:
        draft = _scene(work, clock, stored.record_id, None).look(_expressions([clock]))
    except NotFound:
        return True
    said = (clock.stop, *((clock.pause,) if clock.pause is not None else ()))
    return draft.before.get("archived_at") is not None or any(evaluate(work, draft, each) is True for each in said)


def sound_again(services: Services, job_run: JobRun) -> Mapping[str, Any]:
    """Do what an alarm says that failed when it rang, unless its clock has come to rest meanwhile.

    Hopeless when only another record or another alarm could help: it waits for somebody to look.
    """
    clock_id, name, times = (job_run.arguments[key] for key in ("clock", "alarm", "times"))
    said = partial(_sound_again, clock_id=str(clock_id), name=str(name), times=int(times))
    error = run(services, SYSTEM, said, correlation=new_id())
    if isinstance(error, KalipError):
        raise Hopeless("{alarm}: {reason}", params={"alarm": name, "reason": error.message}) from error
    if error is not None:
        raise error
    return {}


def _again(stored: StoredClock, alarm: Alarm) -> Job:
    """The job that tries an alarm again."""
    place = {"clock": stored.id, "alarm": alarm.name, "times": stored.times}
    return Job(SOUND, place, f"rules:{_occasion(stored, alarm)}:again")


def _sound_again(work: Work, clock_id: str, name: str, times: int) -> Exception | None:
    stored = get_clock(work.session, clock_id, lock=True)
    entity = work.model.entities.get(stored.entity) if stored is not None else None
    clock = entity.clocks.get(stored.clock) if stored is not None and entity is not None else None
    alarm = next((each for each in clock.alarms if each.name == name), None) if clock is not None else None
    if stored is None or clock is None or alarm is None:
        return None
    rung = replace(stored, times=times)
    if stored.state == RUNNING and not _is_at_rest(work, clock, stored):
        return _sound(work, clock, alarm, rung)
    begun = _begin(work, clock, alarm, rung)
    if begun is not None:
        ended = replace(begun, state="skipped", reason="The clock has come to rest meanwhile.", finished_at=work.now)
        end_run_of_rule(work.session, ended)
    return None


def _occasion(stored: StoredClock, alarm: Alarm) -> str:
    return f"clock:{stored.id}:{alarm.name}:{stored.times}"


def _begin(work: Work, clock: Clock, alarm: Alarm, stored: StoredClock) -> StoredRun | None:
    """The run of an alarm in the run log; None when it has come to an end before."""
    return begin_run(
        work.session,
        StoredRun(
            id=new_id(),
            occasion=_occasion(stored, alarm),
            rule=f"{clock.address}.{alarm.name}",
            entity=stored.entity,
            record_id=stored.record_id,
            state="running",
            created_at=work.now,
            correlation=work.correlation,
            revision=work.model.revision,
        ),
    )


def _sound(work: Work, clock: Clock, alarm: Alarm, stored: StoredClock) -> Exception | None:
    """Run an alarm's actions, entered in the run log like those of a rule; what made them fail, which undoes them."""
    begun = _begin(work, clock, alarm, stored)
    if begun is None:
        return None
    scene = _scene(work, clock, stored.record_id, None, f"{begun.occasion}:{begun.rule}")
    params = {"clock": clock.name, "alarm": alarm.name}
    failed: Exception | None = None
    try:
        with work.session.savepoint():
            steps = perform(scene, alarm.steps)
    except NotFound as error:
        ended = replace(begun, state="skipped", reason=error.template, params=dict(error.params))
    except Exception as error:
        if isinstance(error, TRANSIENT):
            raise
        failed = error
        params["reason"] = getattr(error, "message", str(error))
        ended = replace(begun, state="failed", reason="The alarm failed: {reason}", params=params)
    else:
        ended = replace(begun, state="done", reason="The clock {clock} rang: {alarm}.", params=params, steps=steps)
    end_run_of_rule(work.session, replace(ended, finished_at=work.now))
    return failed


def _scene(work: Work, clock: Clock, record_id: str, event: Event | None, key: str = "") -> Scene:
    # Actions know rules: a clock's alarm is one that nothing else starts.
    rule = Rule(clock.name, clock.entity, clock.label, When(On.REACHED), ())
    return Scene(work, rule, key, record_id, event)


def _expressions(clocks: Iterable[Clock]) -> list[Expression]:
    found: list[Expression] = []
    for clock in clocks:
        said = (clock.start, clock.stop, clock.pause, *(target.condition for target in clock.targets))
        found += [each for each in said if each is not None]
    return found
