"""Who may arrange what in the organisation, and what texts, people and periods must be like."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kalip.base.errors import AccessDenied, NotFound, RecordRejected, Violation
from kalip.fields import FieldFault
from kalip.fields.texts import clean_text
from kalip.records.accounts.mine import require_whole
from kalip.records.journal import append, make_event
from kalip.records.organisation.leads import leads
from kalip.records.services import Work
from kalip.storage import User, get_user

LONGEST_PERIOD: Final = timedelta(days=3 * 366)
_CODE: Final = re.compile(r"\w[\w.\-]{0,63}")


def arranging(work: Work, user_id: str) -> None:
    """Raise AccessDenied unless it is about oneself, about somebody whom one leads, or an administrator asks.

    One who acts for another arranges nothing in that name: a substitute must not name the next one. Nor does a token
    for some roles or entities, which would give on more than it has.
    """
    me = work.actor
    require_whole(me)
    if me.administrator and me.on_behalf is None:
        return
    if me.on_behalf is not None or me.id is None or not (me.id == user_id or leads(work, me.id, user_id)):
        raise AccessDenied("You may arrange this only for yourself and for those whom you lead.")


def refuse(faults: Iterable[Violation]) -> None:
    """Raise RecordRejected when there are faults."""
    found = list(faults)
    if found:
        raise RecordRejected(found)


def clean(pointer: str, text: object, longest: int, faults: list[Violation], label: str = "") -> str:
    """One line or a note without blanks around it; with a `label` an empty one is a fault."""
    try:
        cleaned = clean_text(text.strip() if isinstance(text, str) else text, longest) or ""
    except FieldFault as fault:
        faults.append(fault.violation(pointer))
        return ""
    if label and not cleaned:
        faults.append(Violation(pointer, "required", "{label} is required.", {"label": label}))
    return cleaned


def clean_code(text: object, faults: list[Violation]) -> str:
    """A code: letters, digits, dots, hyphens and underscores."""
    code = clean("/code", text, 64, faults, "Code")
    if code and not _CODE.fullmatch(code):
        message = "A code has letters, digits, dots, hyphens and underscores, at most 64."
        faults.append(Violation("/code", "pattern", message))
    return code


def taken(pointer: str = "/code") -> Violation:
    """The fault of a code that another one has."""
    return Violation(pointer, "not_unique", "Another one has this code already.")


def check_person(work: Work, pointer: str, user_id: str, faults: list[Violation]) -> User | None:
    """An active user."""
    user = get_user(work.session, user_id)
    if user is None or not user.active:
        faults.append(Violation(pointer, "not_found", "There is no such person, or the person is kept out."))
        return None
    return user


def check_period(starts: datetime, ends: datetime, faults: list[Violation]) -> tuple[datetime, datetime]:
    """A period that ends after it begins, in UTC."""
    if starts.tzinfo is None or ends.tzinfo is None:
        message = "The moment must name its time zone, such as 2026-01-31T08:30:00Z."
        faults.append(Violation("/starts" if starts.tzinfo is None else "/ends", "no_time_zone", message))
        return starts, ends
    if ends <= starts:
        faults.append(Violation("/ends", "out_of_range", "The end lies before the beginning."))
    elif ends - starts > LONGEST_PERIOD:
        faults.append(Violation("/ends", "out_of_range", "A period lasts at most three years."))
    return starts.astimezone(UTC), ends.astimezone(UTC)


def missing(kind: str, key: str) -> NotFound:
    """There is no unit, group, … with an id."""
    return NotFound("There is no {kind} '{id}'.", params={"kind": kind, "id": key[:60]})


def tell(
    work: Work, kind: str, place: tuple[str, str], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> None:
    """Keep an event of the organisation; of a change only what differs."""
    if before is not None and after is not None:
        names = [name for name in after if before.get(name) != after[name]]
        if not names:
            return
        before, after = {name: before.get(name) for name in names}, {name: after[name] for name in names}
    append(work, [make_event(work, kind, *place, (_plain(before), _plain(after)))])


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: each.isoformat() if hasattr(each, "isoformat") else each for name, each in values.items()}
