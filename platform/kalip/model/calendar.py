"""Business calendars: when people work, and how deadlines are counted in that time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from kalip.base.text import Text

LONGEST_SEARCH = 3_660
"""Days looked through for working time: a calendar without any in ten years has none."""
_ZERO = timedelta()
_DAY = timedelta(days=1)
Shift = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as metadata says it: `days` count working days where a calendar counts, else 24 hours."""

    days: int = 0
    time: timedelta = _ZERO

    def plain(self) -> timedelta:
        """The span on the clock, without a calendar."""
        return timedelta(days=self.days) + self.time


NO_TIME = Span()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time: `week` maps weekday (0 is Monday) to its shifts in order, in the time of `timezone`.

    `days` are single dates with shifts of their own: none on a day off. A shift ends after it begins, at 00:00 for
    the end of its day.
    """

    name: str
    label: Text
    timezone: str
    week: Mapping[int, tuple[Shift, ...]]
    days: Mapping[date, tuple[Shift, ...]] = field(default_factory=lambda: MappingProxyType({}))
    day_names: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def day_length(self) -> timedelta:
        """The working time that one working day of a span stands for: a week's time by its working days."""
        lengths = [sum((_length(shift) for shift in shifts), _ZERO) for shifts in self.week.values() if shifts]
        return sum(lengths, _ZERO) / len(lengths) if lengths else _ZERO

    def length(self, span: Span) -> timedelta:
        """A span in working time."""
        return self.day_length * span.days + span.time

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """When people work on a day."""
        return self.days.get(day, self.week.get(day.weekday(), ()))

    def add(self, moment: datetime, working: timedelta) -> datetime | None:
        """The moment at which so much working time has passed since; None when it never does.

        Nothing to add gives the moment itself. A negative time counts back.
        """
        if working < _ZERO:
            return self._back(moment, -working)
        if working == _ZERO:
            return moment
        left = working
        for begin, end in self._ahead(moment):
            length = end - begin
            if length >= left:
                return begin + left
            left -= length
        return None

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """The working time from one moment to a later one; negative when it is earlier."""
        if end < begin:
            return -self.between(end, begin)
        passed = _ZERO
        for opened, closed in self._ahead(begin):
            if opened >= end:
                break
            passed += min(closed, end) - opened
        return passed

    def is_open(self, moment: datetime) -> bool:
        """Whether people work at a moment."""
        opened = next(self._ahead(moment), None)
        return opened is not None and opened[0] <= moment

    def _back(self, moment: datetime, left: timedelta) -> datetime | None:
        for begin, end in self._behind(moment):
            length = end - begin
            if length >= left:
                return end - left
            left -= length
        return None

    def _ahead(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working time from a moment on, as UTC intervals in order."""
        day = moment.astimezone(ZoneInfo(self.timezone)).date() - _DAY
        for number in range(LONGEST_SEARCH):
            for begin, end in self._intervals(day + timedelta(days=number)):
                if end > moment:
                    yield max(begin, moment), end

    def _behind(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = moment.astimezone(ZoneInfo(self.timezone)).date() + _DAY
        for number in range(LONGEST_SEARCH):
            for begin, end in reversed(self._intervals(day - timedelta(days=number))):
                if begin < moment:
                    yield begin, min(end, moment)

    def _intervals(self, day: date) -> list[tuple[datetime, datetime]]:
        zone = ZoneInfo(self.timezone)
        found = []
        for opened, closed in self.shifts_on(day):
            last = day + _DAY if closed == time() else day
            begin = datetime.combine(day, opened, zone).astimezone(UTC)
            end = datetime.combine(last, closed, zone).astimezone(UTC)
            if end > begin:
                found.append((begin, end))
        return found


def _length(shift: Shift) -> timedelta:
    opened, closed = (timedelta(hours=each.hour, minutes=each.minute, seconds=each.second) for each in shift)
    return (closed or _DAY) - opened


def moved(moment: datetime, span: Span, calendar: Calendar | None, *, back: bool = False) -> datetime | None:
    """A moment moved by a span, in working time where a calendar counts; None when a calendar has none."""
    sign = -1 if back else 1
    if calendar is None:
        return moment + sign * span.plain()
    return calendar.add(moment, sign * calendar.length(span))
