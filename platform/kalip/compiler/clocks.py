"""Makes the clocks of an entity: service levels with targets and alarms."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.calendars import calendar_named, span_of
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.rule_actions import Ground, steps_of
from kalip.expressions import BOOLEAN, Expression
from kalip.metadata import Kind
from kalip.model import Alarm, Clock, Span, Target

_HOLDS = Wanted(BOOLEAN)


def clocks_of(bench: Bench, draft: Draft) -> Mapping[str, Clock]:
    """The clocks of an entity by name."""
    found: dict[str, Clock] = {}
    for document in draft.of(Kind.RULES):
        for name, data in document.data.get("clocks", {}).items():
            clock = _clock(bench, draft, name, data, Spot(document).at("clocks", name))
            if clock is not None:
                found[name] = clock
    return MappingProxyType(found)


def _clock(bench: Bench, draft: Draft, name: str, data: Mapping[str, Any], spot: Spot) -> Clock | None:
    start = compile_formula(bench, draft.name, data["start"], spot.at("start"), _HOLDS)
    stop = compile_formula(bench, draft.name, data["stop"], spot.at("stop"), _HOLDS)
    pause = compile_formula(bench, draft.name, data["pause"], spot.at("pause"), _HOLDS) if "pause" in data else None
    calendar = calendar_named(bench, data.get("calendar", ""), spot.at("calendar"))
    targets = tuple(_target(bench, draft, key, each, spot.at("targets", key)) for key, each in data["targets"].items())
    alarms = [_alarm(bench, draft, key, each, spot.at("alarms", key)) for key, each in data.get("alarms", {}).items()]
    if start is None or stop is None:
        return None
    if start.source == stop.source:
        message = "the clock would stop in the moment in which it starts"
        bench.desk.report(codes.BAD_CLOCK, spot.at("stop"), message, "let other conditions start and stop it")
    if calendar and not bench.calendars[calendar].day_length:
        message = f"nobody ever works in the calendar '{calendar}'"
        bench.desk.report(codes.BAD_CLOCK, spot.at("calendar"), message, "give its week working hours")
    for place, target in enumerate(targets[:-1]):
        if target.condition is None:
            message = f"'{target.name}' holds for every record: the targets after it never count"
            bench.desk.report(
                codes.UNUSED, spot.at("targets", targets[place + 1].name), message, "put it last", "warning"
            )
            break
    ordered = sorted((each for each in alarms if each is not None), key=_moment)
    return Clock(
        name,
        draft.name,
        label_of(data, name),
        start,
        stop,
        targets,
        pause,
        calendar,
        tuple(ordered),
        data.get("active", True),
    )


def _target(bench: Bench, draft: Draft, name: str, data: Mapping[str, Any], spot: Spot) -> Target:
    condition: Expression | None = None
    if "if" in data:
        condition = compile_formula(bench, draft.name, data["if"], spot.at("if"), _HOLDS)
    within = span_of(data["within"])
    if within == Span():
        bench.desk.report(codes.BAD_CLOCK, spot.at("within"), "this is no time at all", "write a time: `PT4H`, `P1D`")
    return Target(name, within, condition)


def _alarm(bench: Bench, draft: Draft, name: str, data: Mapping[str, Any], spot: Spot) -> Alarm | None:
    if ("share" in data) == ("after" in data):
        message = "an alarm has one moment: a share of the time, or a time after it"
        bench.desk.report(codes.BAD_CLOCK, spot, message, "write one of 'share' and 'after'")
        return None
    if "times" in data and "every" not in data:
        bench.desk.report(codes.UNUSED, spot.at("times"), "the alarm doesn't come again", "add 'every'", "warning")
    every = span_of(data["every"]) if "every" in data else None
    if every == Span():
        bench.desk.report(codes.BAD_CLOCK, spot.at("every"), "this is no time at all", "write a time: `PT4H`, `P1D`")
        every = None
    return Alarm(
        name,
        steps_of(Ground(bench, draft, Wanted()), data["then"], spot.at("then")),
        data.get("share"),
        span_of(data["after"]) if "after" in data else None,
        every,
        data.get("times", 10) if every is not None else 0,
        text_of(data, "label"),
    )


def _moment(alarm: Alarm) -> tuple[int, float]:
    if alarm.share is not None:
        return 0, alarm.share
    return 1, (alarm.after or Span()).plain().total_seconds()
