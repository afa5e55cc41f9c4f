"""Looks for the occasions that no event tells of: stuck records, dates reached, schedules.

Each rule has a cursor: up to which moment its occasions were looked for. A tick moves it on and enters the job that
looks in between, in one transaction; so no moment is left out, after a time without runners neither, and none comes
twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from croniter import croniter

from kalip.access import SYSTEM
from kalip.expressions import Expression
from kalip.model import On, Rule, Sort, When, moved
from kalip.records import Job, JobRun, Services, Work, compile_filter, enqueue, run
from kalip.storage import Filter, Query, select_page
from kalip.storage.hooks import forget_messages
from kalip.storage.rule_runs import drop_rule_cursors, finished_runs, forget_runs, rule_cursors, set_rule_cursor
from kalip.workflow.rules.clocks import due, ring
from kalip.workflow.rules.events import fire_or_retry
from kalip.workflow.rules.firing import Firing
from kalip.workflow.rules.matching import RuleBook, rule_at
from kalip.workflow.rules.scene import told_as_json

TICK: Final = "rules.tick"
SWEEP: Final = "rules.sweep"
TIDY: Final = "rules.tidy"
KEPT: Final = timedelta(days=180)
"""How long runs that events caused, and the ids of messages that came in, are kept."""
EVERY: Final = 30
"""Seconds between two ticks."""
PAGE: Final = 500
MOST_MISSED: Final = 100
"""How many missed times of a schedule are made up for."""
_MOMENTS: Final = "{0} <= now() && {0} >= datetime(today())"
_DAYS: Final = "{0} <= today() && {0} >= date(now())"
_BACK: Final = timedelta(minutes=10)
"""How far a sweep looks back: what was saved while the one before it ran may bear an earlier moment."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A record whose time has come. `key` tells its occasions apart; `since` is when it came into its stage."""

    record_id: str
    key: str
    since: str | None = None


def tick(services: Services, job_run: JobRun) -> Mapping[str, Any]:  # noqa: ARG001 - has the family's signature
    """Enter the sweeps that are due and ring the clocks; how many."""
    sweeps = run(services, SYSTEM, _advance)
    rung = 0
    while clocks := due(services):
        for clock_id, moment in clocks:
            ring(services, clock_id, moment)
        rung += len(clocks)
    return {"sweeps": sweeps, "clocks": rung}


def tidy(services: Services, job_run: JobRun) -> Mapping[str, Any]:  # noqa: ARG001 - has the family's signature
    """Forget what is old: how many runs, and how many messages."""
    before = services.clock() - KEPT
    with services.database.beside() as session:
        return {"runs": forget_runs(session, before), "messages": forget_messages(session, before)}


def _advance(work: Work) -> int:
    rules = work.served.project(RuleBook).timed
    cursors = rule_cursors(work.session)
    drop_rule_cursors(work.session, cursors.keys() - rules.keys())
    entered = 0
    for address, rule in rules.items():
        before = cursors.get(address)
        if before is not None and before >= work.now:
            continue
        if not set_rule_cursor(work.session, address, before, work.now) or before is None:
            # A rule that is new here begins now: what was due before it came is left alone.
            continue
        for moment in moments_of(rule.when, before, work.now):
            arguments = {"rule": address, "after": before.isoformat(), "upto": moment.isoformat()}
            enqueue(work, Job(SWEEP, arguments, f"rules:{address}:{moment.isoformat()}"))
            entered += 1
    return entered


def moments_of(when: When, before: datetime, now: datetime) -> Iterator[datetime]:
    """The moments to look at: the present one, or those of a schedule since the last tick."""
    if when.on is not On.SCHEDULE:
        yield now
        return
    zone = ZoneInfo(when.timezone)
    times = croniter(when.cron, before.astimezone(zone), ret_type=datetime)
    found: list[datetime] = []
    while len(found) < MOST_MISSED and (moment := times.get_next(datetime)) <= now:
        found.append(moment)
    if when.missed == "skip":
        found = [moment for moment in found if now - moment <= timedelta(seconds=2 * EVERY)]
    yield from found if when.missed == "each" else found[-1:]


def sweep(services: Services, job_run: JobRun) -> Mapping[str, Any]:
    """Run a rule for every record whose time came in the job's span; those that it ran for before are left out."""
    address = str(job_run.arguments["rule"])
    after, upto = (datetime.fromisoformat(str(job_run.arguments[key])) for key in ("after", "upto"))
    rule = rule_at(services.runtime.pin().model.entities, address)
    if rule is None or not rule.active:
        return {"records": 0}
    count = 0
    for occasion in _occasions(services, rule, after, upto):
        if job_run.cancelled():
            break
        if address not in services.database.glance(partial(finished_runs, occasion=occasion.key)):
            fire_or_retry(services, Firing(address, occasion.key, occasion.record_id, since=occasion.since))
            count += 1
        if count % PAGE == 0:
            job_run.progress(count, 0)
    return {"records": count}


def _occasions(services: Services, rule: Rule, after: datetime, upto: datetime) -> Iterator[Occasion]:
    cursor: str | None = None
    while True:
        page, cursor = run(
            services, SYSTEM, partial(read_page, rule=rule, after=after, upto=upto, cursor=cursor), write=False
        )
        yield from page
        if cursor is None:
            return


def read_page(work: Work, rule: Rule, after: datetime, upto: datetime, cursor: str | None) -> "Found":
    """Records whose time came between two moments, and where the next page begins."""
    return {On.STUCK: _stuck, On.REACHED: _reached, On.SCHEDULE: _scheduled}[rule.when.on](
        work, rule, after, upto, cursor
    )


Found = tuple[list[Occasion], str | None]


def _stuck(work: Work, rule: Rule, after: datetime, upto: datetime, cursor: str | None) -> Found:
    when, calendar = rule.when, work.model.calendars.get(rule.when.calendar)
    first = moved(after - _BACK, when.span, calendar, back=True)
    last = moved(upto, when.span, calendar, back=True)
    if first is None or last is None:
        return [], None
    stages = ", ".join(repr(stage) for stage in when.stages)
    source = f"stage in [{stages}]" + (f" && pipeline == {when.pipeline!r}" if when.pipeline else "")
    source += f" && {_MOMENTS.format('stage_since')}"
    bounds = _Bounds(last, first.astimezone(UTC).date(), cursor)
    rows, following = _page(work, rule, source, "stage_since", bounds)
    found: list[Occasion] = []
    for row in rows:
        since = row["stage_since"]
        if since is None or since <= first:
            return found, None
        key = f"stuck:{row['id']}:{told_as_json(since)}"
        found.append(Occasion(str(row["id"]), key, str(told_as_json(since))))
    return found, following


def _reached(work: Work, rule: Rule, after: datetime, upto: datetime, cursor: str | None) -> Found:
    when, calendar = rule.when, work.model.calendars.get(rule.when.calendar)
    # The moment is so long before the date as the date is after the moment.
    first = moved(after - _BACK, when.span, calendar, back=not when.before)
    last = moved(upto, when.span, calendar, back=not when.before)
    if first is None or last is None:
        return [], None
    name = when.date
    is_day = work.entity(rule.entity).attribute(name).type == "date"  # type: ignore[union-attr]
    zone, at = ZoneInfo(when.timezone), time(when.at // 60, when.at % 60)
    source, bounds = _MOMENTS.format(name), _Bounds(last, first.astimezone(UTC).date(), cursor)
    least: Any = first
    if is_day:
        least = _day(first, zone, at)
        source, bounds = _DAYS.format(name), _Bounds(datetime.combine(least, time(), UTC), _day(last, zone, at), cursor)
    rows, following = _page(work, rule, source, name, bounds)
    found: list[Occasion] = []
    for row in rows:
        value = row[name]
        if value is None or value <= least:
            return found, None
        found.append(Occasion(str(row["id"]), f"date:{row['id']}:{name}:{told_as_json(value)}"))
    return found, following


def _scheduled(work: Work, rule: Rule, after: datetime, upto: datetime, cursor: str | None) -> Found:  # noqa: ARG001
    rows, following = _page(work, rule, "", "", _Bounds(upto, None, cursor))
    return [Occasion(str(row["id"]), f"cron:{upto.isoformat()}:{row['id']}") for row in rows], following


def _day(moment: datetime, zone: ZoneInfo, at: time) -> date:
    """The last day that has been reached at a moment, where days are reached at a time of theirs."""
    local = moment.astimezone(zone)
    return local.date() if local.time() >= at else local.date() - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Between what records are read: `now()` and `today()` of the condition; and where the page begins.

    What bounds them is said by these two, so that the statement stays the same from sweep to sweep.
    """

    moment: datetime
    day: date | None
    cursor: str | None


def _page(work: Work, rule: Rule, source: str, by: str, bounds: _Bounds) -> tuple[list[dict[str, Any]], str | None]:
    """Records in the order of their moments, the latest first; a rule of a schedule asks its condition here too."""
    conditions: list[Expression] = [compile_filter(work.served, rule.entity, source)] if source else []
    if rule.when.on is On.SCHEDULE and rule.condition is not None:
        conditions.append(rule.condition)
    fields = (by, "id") if by else ("id",)
    query = Query(
        rule.entity,
        fields,
        tuple(Filter(each) for each in conditions),
        tuple(Sort(each, descending=True) for each in fields),
        PAGE,
        bounds.cursor,
    )
    context = replace(work.context, now=bounds.moment, today=bounds.day or work.context.today)
    page = select_page(work.session, work.served, query, context, form="values")
    return page.rows, page.next
