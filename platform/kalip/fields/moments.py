"""Days, times, moments and durations as text: ISO always, and as a locale or a person writes them."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from kalip.fields.fault import FieldFault
from kalip.fields.locales import ascii_digits, date_order, locale_of
from kalip.fields.operators import EMPTINESS, ORDER, Operator, words

MAX_DAYS = 1_000_000
"""The longest duration, in days."""

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN_DATE = re.compile(r"([0-9]{1,4})\s*[./\- ]\s*([0-9]{1,2})\s*[./\- ]\s*([0-9]{1,4})\.?")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?(?:\s*([ap])\.?\s?m\.?)?", re.IGNORECASE)
_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_ISO_DURATION = re.compile(
    r"([+-])?P(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,12})(?:\.([0-9]{1,6}))?S)?)?"
)
_HOURS_MINUTES = re.compile(r"([+-])?([0-9]{1,6}):([0-5][0-9])(?::([0-5][0-9]))?")
_AMOUNT = re.compile(r"([0-9]{1,9}(?:[.,][0-9]{1,3})?)\s*([^\W\d_]+)\.?,?\s*")
_UNITS = {
    "weeks": ("w", "week", "weeks", "hf", "hafta", "н", "нед", "неделя", "недели", "недель"),
    "days": ("d", "day", "days", "g", "gün", "д", "дн", "день", "дня", "дней"),
    "hours": ("h", "hr", "hrs", "hour", "hours", "sa", "saat", "ч", "час", "часа", "часов"),
    "minutes": ("m", "min", "mins", "minute", "minutes", "dk", "dakika", "мин", "минута", "минуты", "минут"),
    "seconds": ("s", "sec", "secs", "second", "seconds", "sn", "saniye", "с", "сек", "секунда", "секунды", "секунд"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_WEEK_START = "addDays(today(), 1 - weekday(today()))"
_MONTH_START = "addDays(today(), 1 - day(today()))"
_RELATIVE = (
    ("today", words("is today", "bugün", "сегодня"), "today()", "addDays(today(), 1)"),
    ("yesterday", words("is yesterday", "dün", "вчера"), "addDays(today(), -1)", "today()"),
    ("tomorrow", words("is tomorrow", "yarın", "завтра"), "addDays(today(), 1)", "addDays(today(), 2)"),
    ("this_week", words("is this week", "bu hafta", "на этой неделе"), _WEEK_START, f"addDays({_WEEK_START}, 7)"),
    ("this_month", words("is this month", "bu ay", "в этом месяце"), _MONTH_START, f"addMonths({_MONTH_START}, 1)"),
    (
        "last_month",
        words("is last month", "geçen ay", "в прошлом месяце"),
        f"addMonths({_MONTH_START}, -1)",
        _MONTH_START,
    ),
    (
        "this_year",
        words("is this year", "bu yıl", "в этом году"),
        f"addMonths({_MONTH_START}, 1 - month(today()))",
        f"addMonths({_MONTH_START}, 13 - month(today()))",
    ),
    (
        "last_days",
        words("in the last … days", "son … gün", "за последние … дней"),
        "addDays(today(), 1 - {0})",
        "addDays(today(), 1)",
    ),
    (
        "next_days",
        words("in the next … days", "önümüzdeki … gün", "в ближайшие … дней"),
        "today()",
        "addDays(today(), {0})",
    ),
)
_OLDER = ("older_than_days", words("more than … days ago", "… günden eski", "более … дней назад"), "{path} < %s")


def date_operators() -> tuple[Operator, ...]:
    """Order, the empty ones, and days relative to today."""
    return (*_absolute(), *_relative("{}"))


def datetime_operators() -> tuple[Operator, ...]:
    """As for days; a day begins at midnight in UTC, as everywhere in the expression language."""
    return (*_absolute(), *_relative("datetime({})"))


def parse_iso_date(text: str) -> date:
    """Read YYYY-MM-DD. Raises FieldFault."""
    if _ISO_DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise FieldFault("not_a_date", "Expected a day such as 2026-01-31.")


def parse_written_date(text: str, locale: str) -> date:
    """Read a day as ISO, or numerically in the order of a locale: 31.1.2026 in Turkish. Raises FieldFault."""
    plain = ascii_digits(text[:64])
    if _ISO_DATE.fullmatch(plain):
        return parse_iso_date(plain)
    order = date_order(locale_of(locale))
    match = _WRITTEN_DATE.fullmatch(plain)
    fault = FieldFault(
        "not_a_date", "'{text}' is not a day; write it like {example}.", {"text": text[:64], "example": _example(order)}
    )
    if match is None:
        raise fault
    numbers = dict(zip(order, match.groups(), strict=True))
    if len(numbers["y"]) not in (2, 4) or len(numbers["d"]) > 2 or len(numbers["m"]) > 2:
        raise fault
    try:
        return date(_year(numbers["y"]), int(numbers["m"]), int(numbers["d"]))
    except ValueError:
        raise fault from None


def parse_clock(text: str) -> time:
    """Read a time of day: 08:30, 8.30, 08:30:15, 8:30 pm. Raises FieldFault."""
    match = _CLOCK.fullmatch(ascii_digits(text[:64]))
    if match is not None:
        hour, minute, second, half = int(match[1]), int(match[2]), int(match[3] or 0), (match[4] or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif half:
            hour = 99
        try:
            return time(hour, minute, second)
        except ValueError:
            pass
    raise FieldFault("not_a_time", "Expected a time of day such as 08:30.")


def parse_moment(text: str, timezone: tzinfo | None = None) -> datetime:
    """Read an RFC 3339 moment into UTC; without `timezone` it must name its own. Raises FieldFault."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise FieldFault("not_a_moment", "Expected a moment such as 2026-01-31T08:30:00Z.")
    zone = (match[3] or "").upper()
    if not zone and timezone is None:
        raise FieldFault("no_time_zone", "The moment must name its time zone, such as 2026-01-31T08:30:00Z.")
    clock, _, fraction = match[2].partition(".")
    try:
        moment = datetime.fromisoformat(
            f"{match[1]}T{clock}.{fraction[:6]:0<6}{zone}" if fraction else f"{match[1]}T{clock}{zone}"
        )
    except ValueError:
        raise FieldFault("not_a_moment", "There is no such day or time.") from None
    return in_utc(moment if zone else moment.replace(tzinfo=timezone))


def parse_written_moment(text: str, locale: str, timezone: tzinfo) -> datetime:
    """Read a moment as RFC 3339, or a day and a time as a locale writes them, in a time zone. Raises FieldFault."""
    plain = ascii_digits(text[:64])
    if _RFC3339.fullmatch(plain):
        return parse_moment(plain, timezone)
    day, clock = _day_and_clock(plain)
    at = parse_clock(clock) if clock else time()
    return in_utc(datetime.combine(parse_written_date(day, locale), at, timezone))


def in_utc(moment: datetime) -> datetime:
    """An aware moment in UTC. Raises FieldFault outside of the years 1 to 9999."""
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise FieldFault("out_of_range", "The moment must lie in the years 1 to 9999.") from None


def parse_duration(text: str) -> timedelta:
    """Read an ISO 8601 duration of weeks, days, hours, minutes and seconds. Raises FieldFault."""
    match = _ISO_DURATION.fullmatch(text[:64])
    if match is None or not any(match.groups()[1:]):
        raise FieldFault("not_a_duration", "Expected a duration such as P1DT2H30M.")
    sign, weeks, days, hours, minutes, seconds, fraction = match.groups()
    parts = {"weeks": weeks, "days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
    length = _bounded({unit: int(count or 0) for unit, count in parts.items()})
    length = checked_duration(length + timedelta(microseconds=int((fraction or "").ljust(6, "0"))))
    return -length if sign == "-" else length


def parse_written_duration(text: str) -> timedelta:
    """Read ISO 8601, hours and minutes (`3:30`), or amounts (`1d 3h 30min`, `2 saat`). Raises FieldFault."""
    plain = ascii_digits(text[:64])
    if plain.lstrip("+-").startswith("P"):
        return parse_duration(plain)
    if match := _HOURS_MINUTES.fullmatch(plain):
        length = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
        return -length if match[1] == "-" else length
    return _amounts(plain)


def checked_duration(length: timedelta) -> timedelta:
    """The same duration when it is short enough to be stored. Raises FieldFault."""
    if abs(length.days) > MAX_DAYS:
        raise FieldFault("too_long", "A duration is at most {days} days.", {"days": MAX_DAYS})
    return length


def iso_duration(length: timedelta) -> str:
    """Write a duration by ISO 8601, in days, hours, minutes and seconds: P1DT2H30M."""
    if length < timedelta():
        return "-" + iso_duration(-length)
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{length.microseconds:06}".rstrip("0") if length.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{length.days}D" if length.days else ""
    return f"P{days}" + (f"T{clock}" if clock else "") if days or clock else "PT0S"


def moment_text(moment: datetime) -> str:
    """Write a UTC moment by RFC 3339 with Z."""
    return moment.isoformat()[:-6] + "Z"


def maybe_moment_text(moment: datetime | None) -> str | None:
    """The same of a moment that may be missing."""
    return None if moment is None else moment_text(moment)


def _absolute() -> tuple[Operator, ...]:
    before = {"less": words("is before", "öncesi", "раньше"), "more": words("is after", "sonrası", "позже")}
    until = {
        "at_most": words("is on or before", "en geç", "не позже"),
        "at_least": words("is on or after", "en erken", "не раньше"),
    }
    said = before | until
    return tuple(
        Operator(each.name, said.get(each.name, each.label), each.template, each.operands)
        for each in ORDER
        if each not in EMPTINESS
    )


def _relative(wrapped: str) -> tuple[Operator, ...]:
    made = []
    for name, text, start, end in _RELATIVE:
        low, high = wrapped.replace("{}", start), wrapped.replace("{}", end)
        made.append(
            Operator(name, text, f"{{path}} >= {low} && {{path}} < {high}", ("days",) if "{0}" in start + end else ())
        )
    name, text, template = _OLDER
    made.append(Operator(name, text, template % wrapped.replace("{}", "addDays(today(), -{0})"), ("days",)))
    return (*made, *EMPTINESS)


def _example(order: str) -> str:
    parts = {"d": "31", "m": "01", "y": "2026"}
    return ("." if order == "dmy" else "/").join(parts[letter] for letter in order)


def _year(text: str) -> int:
    # Two digits as POSIX reads them: 69 to 99 are of the last century.
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year < 69 else 1900)


def _day_and_clock(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*[0-9])[,T]?\s+([0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?:\s*[apAP]\.?\s?[mM]\.?)?)", text)
    return (match[1], match[2]) if match else (text, "")


def _amounts(text: str) -> timedelta:
    total, position, seen = timedelta(), 0, False
    while match := _AMOUNT.match(text, position):
        unit = _UNIT_OF.get(match[2].lower())
        if unit is None:
            break
        total += _bounded({unit: float(match[1].replace(",", "."))})
        position, seen = match.end(), True
    if not seen or position != len(text):
        raise FieldFault(
            "not_a_duration", "'{text}' is not a duration; write it like 1d 2h 30min or 2:30.", {"text": text}
        )
    return checked_duration(total)


def _bounded(parts: dict[str, int] | dict[str, float]) -> timedelta:
    try:
        return checked_duration(timedelta(**parts))
    except OverflowError:
        raise FieldFault("too_long", "A duration is at most {days} days.", {"days": MAX_DAYS}) from None
