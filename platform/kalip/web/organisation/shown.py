"""What several pages of the organisation show: periods in words, people, units to choose from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import url_for

from kalip.base.errors import Violation
from kalip.records import SavedRecord, Titles, Work
from kalip.records.organisation import AwayNotice, Branch
from kalip.records.organisation.assigning import given_to_absent, people_fields
from kalip.storage.organisation import Position
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext
from kalip.web.session import reading, services
from kalip.web.shell import Crumb, Shell, shell_of
from kalip.web.tones import tone_of_id

_STEP: Final = "  "


@dataclass(frozen=True, slots=True)
class Who:
    """A person: `href` leads to one's place in the organisation, for those who may see it."""

    id: str
    name: str
    tone: str
    note: str = ""
    href: str = ""


def placed(titles: Titles, user_id: str) -> Who:
    """A person with the way to one's place in the organisation."""
    href = url_for("org_people.show_person", user_id=user_id)
    return Who(user_id, titles.of("user", user_id), tone_of_id(user_id), href=href)


def state_of(position: Position, today: date) -> str:
    """Whether a position is over, held now, or coming."""
    if position.in_force(today):
        return "now"
    return "coming" if position.since is not None and position.since > today else "over"


def shell_below_tree(work: Work, title: str) -> Shell:
    """What surrounds a page that belongs to the tree."""
    tree = Crumb(gettext("Organisation"), url_for("organisation.show_tree"))
    return shell_of(work, title, [Crumb(gettext("Administration")), tree, Crumb(title)])


def period_text(starts: datetime, ends: datetime, timezone: str) -> str:
    """A period in days of a time zone, the last one included."""
    zone = ZoneInfo(timezone)
    first = starts.astimezone(zone).date()
    last = (ends.astimezone(zone) - timedelta(microseconds=1)).date()
    return days_text(first, last)


def days_text(first: date | None, last: date | None) -> str:
    """Days in words; nothing where both are open."""
    if first is not None and last is not None:
        return day_text(first) if first == last else f"{day_text(first)} – {day_text(last)}"
    if first is not None:
        return gettext("since {day}", day=day_text(first))
    return gettext("until {day}", day=day_text(last)) if last is not None else ""


def day_text(day: date) -> str:
    """A day in the person's language."""
    return str(format_date(day, "d MMM y", locale=current_locale()))


def away_text(work: Work, notice: AwayNotice) -> str:
    """That a person is away, until which day, and who stands in."""
    last = (notice.until - timedelta(microseconds=1)).astimezone(ZoneInfo(work.actor.timezone)).date()
    names = ", ".join(name for _, name in notice.stand_ins)
    if names:
        text = "{name} is away through {day}; {others} stands in."
        return gettext(text, name=notice.name, day=day_text(last), others=names)
    return gettext("{name} is away through {day}.", name=notice.name, day=day_text(last))


def away_said(saved: SavedRecord) -> str:
    """A warning where a save has given a record to somebody who is away; empty otherwise."""
    if not people_fields(services().runtime.pin().model, saved):
        return ""
    with reading() as work:
        return " ".join(away_text(work, each) for each in given_to_absent(work, saved))


def read_day(text: str, pointer: str, faults: list[Violation]) -> date | None:
    """A day as a form sends it; nothing for nothing."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(Violation(pointer, "not_a_date", "There is no such day."))
        return None


def begin_of(day: date, timezone: str) -> datetime:
    """The first moment of a day somewhere."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def end_of(day: date, timezone: str) -> datetime:
    """The first moment after a day somewhere."""
    return begin_of(day + timedelta(days=1), timezone)


def unit_options(
    tree: Iterable[Branch], chosen: str = "", *, without: frozenset[str] = frozenset()
) -> tuple[Option, ...]:
    """Units to choose from, those below others moved in."""
    return tuple(
        Option(each.unit.id, f"{_STEP * each.depth}{each.unit.name}", each.unit.id == chosen)
        for each in tree
        if each.unit.id not in without
    )


def calendar_options(work: Work, chosen: str | None) -> tuple[Option, ...]:
    """Working calendars to choose from."""
    locale = current_locale()
    return (
        Option("", gettext("As the unit above"), not chosen),
        *(Option(name, each.label.get(locale), name == chosen) for name, each in work.model.calendars.items()),
    )


def reason_labels() -> Mapping[str, str]:
    """Why people are away."""
    return {
        "vacation": gettext("Vacation"),
        "illness": gettext("Illness"),
        "travel": gettext("Business trip"),
        "other": gettext("Something else"),
    }


def kind_labels() -> Mapping[str, tuple[str, str]]:
    """What a substitute may do, and what that means."""
    return {
        "inform": (gettext("Is informed"), gettext("Gets copies of notifications.")),
        "tasks": (
            gettext("Does the tasks"),
            gettext("Also sees and ends the tasks, with the substitute's own rights."),
        ),
        "all": (
            gettext("Acts with all rights"),
            gettext("May also act in this person's place. Everything is recorded as done for this person."),
        ),
    }
