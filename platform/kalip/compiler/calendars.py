"""Makes business calendars: the week, public holidays and own days."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import available_timezones

import holidays

from kalip.base.names import did_you_mean
from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.bench import Bench
from kalip.compiler.desk import Spot
from kalip.compiler.labels import label_of
from kalip.metadata import Kind, MergedDocument
from kalip.model import Calendar, Span

YEARS: Final = range(2020, 2046)
"""The years whose public holidays are looked up: rules are made for these."""
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN: Final = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
Shifts = tuple[tuple[time, time], ...]


def make_calendars(bench: Bench) -> None:
    """Make every calendar."""
    for document in bench.stack.of_kind(Kind.CALENDAR):
        bench.calendars[document.names[0]] = _calendar(bench, document)


def calendar_named(bench: Bench, name: str, spot: Spot) -> str:
    """A calendar's name; an empty one is reported, or nothing was said."""
    if not name:
        return ""
    if name not in bench.calendars:
        bench.desk.unknown(codes.UNKNOWN_CALENDAR, spot, "calendar", name, list(bench.calendars))
        return ""
    bench.desk.use(spot, f"calendar:{name}")
    return name


def span_of(text: str) -> Span:
    """A length of time that the schema has let through."""
    weeks, days, hours, minutes = (int(each or 0) for each in _SPAN.fullmatch(text).groups())  # type: ignore[union-attr]
    return Span(7 * weeks + days, timedelta(hours=hours, minutes=minutes))


def zone_named(bench: Bench, name: str, spot: Spot) -> str:
    """A time zone's name; UTC in place of one that is reported."""
    if name in _zones():
        return name
    hint = did_you_mean(name, sorted(_zones())) or "write a zone as in `Europe/Istanbul`"
    bench.desk.report(codes.BAD_CALENDAR, spot, f"there is no time zone '{name}'", hint)
    return "UTC"


def _calendar(bench: Bench, document: MergedDocument) -> Calendar:
    name, data, spot = document.names[0], document.data, Spot(document)
    week = {
        _WEEKDAYS.index(day): _shifts(bench, hours, spot.at("week", day)) for day, hours in data.get("week", {}).items()
    }
    days: dict[date, Shifts] = {}
    names: dict[date, str] = {}
    for country, said in data.get("holidays", {}).items():
        for day, label in _holidays(bench, country, said.get("region"), spot.at("holidays", country)):
            days[day], names[day] = (), label
    for text, said in data.get("days", {}).items():
        own = _date(bench, text, spot.at("days", text))
        if own is not None:
            hours = said.get("hours")
            days[own] = _shifts(bench, hours, spot.at("days", text, "hours")) if hours else ()
            names[own] = Text.of(said.get("label")).get()
    return Calendar(
        name,
        label_of(data, name),
        zone_named(bench, data.get("timezone", "UTC"), spot.at("timezone")),
        MappingProxyType(week),
        MappingProxyType(days),
        MappingProxyType(names),
    )


def _shifts(bench: Bench, hours: str, spot: Spot) -> Shifts:
    found: list[tuple[time, time]] = []
    before = -1
    for spell in hours.split(","):
        begin, end = (_minute(each) for each in spell.strip().split("-"))
        if begin < before or end <= begin:
            message = f"'{spell.strip()}' does not come after what stands before it"
            bench.desk.report(
                codes.BAD_CALENDAR, spot, message, "write spells of work in order: 09:00-12:30, 13:30-18:00"
            )
            return tuple(found)
        before = end
        found.append((time(begin // 60, begin % 60), time(end // 60 % 24, end % 60)))
    return tuple(found)


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _date(bench: Bench, text: str, spot: Spot) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        bench.desk.report(codes.BAD_CALENDAR, spot, f"'{text}' is no date", "write year, month and day: 2026-12-31")
        return None


def _holidays(bench: Bench, country: str, region: str | None, spot: Spot) -> Iterator[tuple[date, str]]:
    known: Mapping[str, Any] = holidays.list_supported_countries()
    if country not in known:
        hint = "write the country's two letters, or name the days under 'days'"
        bench.desk.report(codes.BAD_CALENDAR, spot, f"no public holidays are known of '{country}'", hint)
        return
    if region is not None and region not in known[country]:
        hint = f"there are {', '.join(known[country])}" if known[country] else "leave the region out"
        bench.desk.report(codes.BAD_CALENDAR, spot.at("region"), f"'{country}' has no region '{region}'", hint)
        return
    yield from _known_holidays(country, region)


@cache
def _known_holidays(country: str, region: str | None) -> tuple[tuple[date, str], ...]:
    # The years are named: a holiday that the library adds by itself would be another one in each process.
    found = holidays.country_holidays(country, subdiv=region, years=YEARS, expand=False)
    return tuple(sorted(found.items()))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
