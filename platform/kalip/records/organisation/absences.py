"""When people are away, and what one is told who gives work to somebody who is."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from kalip.base.errors import AccessDenied, Violation
from kalip.base.ids import new_id
from kalip.records.accounts.mine import require_whole
from kalip.records.organisation.checking import arranging, check_period, check_person, clean, missing, refuse, tell
from kalip.records.organisation.commands import ABSENCE, LONGEST_NOTE, REASONS, SaveAbsence
from kalip.records.services import Work
from kalip.storage import get_user
from kalip.storage.organisation import led_by
from kalip.storage.substitutions import (
    Absence,
    absences_after,
    absences_of,
    add_absence,
    away_at,
    delete_absence,
    get_absence,
    save_absence,
    stand_ins_of,
    substitutions_between,
)

PAST = timedelta(days=60)
"""How long absences that are over are shown."""
MOST_LED: Final = 200
"""Absences of those whom one leads that are shown at once."""


@dataclass(frozen=True, slots=True)
class AwayNotice:
    """That a person is away until a moment, and who stands in; `reason` is not told to everybody."""

    user: str
    name: str
    until: datetime
    stand_ins: tuple[tuple[str, str], ...] = ()


def make_absence(work: Work, command: SaveAbsence) -> str:
    """Note when a person is away; the absence's id. For oneself, for those one leads, or as administrator."""
    arranging(work, command.user)
    absence = _checked(work, command, new_id(), None)
    add_absence(work.session, absence)
    tell(work, "absence.created", (ABSENCE, absence.id), None, _told(absence))
    return absence.id


def change_absence(work: Work, absence_id: str, command: SaveAbsence) -> Absence:
    """Make an absence as the command says; it stays the same person's."""
    before = absence_with(work, absence_id)
    arranging(work, before.user_id)
    after = _checked(work, command, absence_id, before)
    save_absence(work.session, after)
    tell(work, "absence.changed", (ABSENCE, absence_id), _told(before), _told(after))
    return after


def remove_absence(work: Work, absence_id: str) -> None:
    """Forget an absence; one who came back earlier changes its end."""
    absence = absence_with(work, absence_id)
    arranging(work, absence.user_id)
    delete_absence(work.session, absence_id)
    tell(work, "absence.removed", (ABSENCE, absence_id), _told(absence), None)


def absence_with(work: Work, absence_id: str) -> Absence:
    """The absence with an id; NotFound without one, and for those who may not arrange it."""
    found = get_absence(work.session, absence_id)
    if found is None:
        raise missing("absence", absence_id)
    try:
        arranging(work, found.user_id)
    except AccessDenied:
        raise missing("absence", absence_id) from None
    return found


def absences_shown(work: Work, user_id: str) -> list[Absence]:
    """A person's absences: those of the last two months, the present one and coming ones, in order."""
    require_whole(work.actor)
    if user_id != work.actor.id:
        arranging(work, user_id)
    return absences_of(work.session, user_id, work.now - PAST)


@dataclass(frozen=True, slots=True)
class LedAbsence:
    """An absence, and who stands in meanwhile."""

    absence: Absence
    stand_ins: tuple[str, ...]


def absences_led(work: Work) -> tuple[LedAbsence, ...]:
    """Present and coming absences of those whom one leads, in order; of everybody else for administrators.

    Nobody's while acting for another. One more than `MOST_LED` when there are more.
    """
    require_whole(work.actor)
    me = work.actor
    if me.on_behalf is not None:
        return ()
    people = None if me.administrator else led_by(me.id or "", work.context.today)
    found = absences_after(work.session, people, work.now, MOST_LED + 1)
    others = [each for each in found if each.user_id != me.id]
    last = max((each.ends for each in others), default=work.now)
    standing = substitutions_between(work.session, work.now, last) if others else []
    return tuple(
        LedAbsence(
            absence,
            tuple(
                dict.fromkeys(
                    each.substitute
                    for each in standing
                    if each.absent == absence.user_id and each.starts < absence.ends and each.over > absence.starts
                )
            ),
        )
        for absence in others
    )


def away_notices(work: Work, users: Collection[str]) -> tuple[AwayNotice, ...]:
    """Who of these is away now, until when, and who stands in: told to whoever gives them work. It refuses nothing."""
    away = away_at(work.session, users, work.now)
    standing = stand_ins_of(work.session, away, work.now)
    found = []
    for user_id, absence in away.items():
        user = get_user(work.session, user_id)
        if user is None:
            continue
        doing = [each.substitute for each in standing.get(user_id, ()) if each.kind != "inform"]
        others = [get_user(work.session, each) for each in doing]
        names = dict.fromkeys((each.id, each.name) for each in others if each is not None)
        found.append(AwayNotice(user_id, user.name, absence.ends, tuple(names)))
    return tuple(found)


def _checked(work: Work, command: SaveAbsence, absence_id: str, before: Absence | None) -> Absence:
    faults: list[Violation] = []
    if before is None:
        check_person(work, "/user", command.user, faults)
    elif before.user_id != command.user:
        faults.append(Violation("/user", "read_only", "An absence stays the same person's."))
    starts, ends = check_period(command.starts, command.ends, faults)
    if command.reason not in REASONS:
        known = ", ".join(REASONS)
        faults.append(Violation("/reason", "unknown_choice", "A reason is one of {known}.", {"known": known}))
    note = clean("/note", command.note, LONGEST_NOTE, faults)
    refuse(faults)
    made = (before.created_at, before.created_by) if before is not None else (work.now, work.actor.id)
    return Absence(absence_id, command.user, starts, ends, command.reason, note, *made)


def _told(absence: Absence) -> dict[str, object]:
    """What the event log keeps: when, not why, which may be about somebody's health."""
    return {name: value for name, value in asdict(absence).items() if name in ("user_id", "starts", "ends")}
