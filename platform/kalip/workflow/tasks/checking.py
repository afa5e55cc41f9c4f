"""Checks what people and rules say of tasks; every fault is collected and told at once."""

from collections.abc import Mapping
from datetime import UTC, datetime

from kalip.base.errors import AccessDenied, BadRequest, NotFound, Violation
from kalip.base.names import did_you_mean, is_name
from kalip.fields import FieldFault
from kalip.fields.texts import clean_text
from kalip.model import Entity
from kalip.records import Work, require_visible
from kalip.records.readers import active_people, may_see
from kalip.records.sharing import may_share
from kalip.workflow.tasks.commands import LONGEST_NOTE, LONGEST_TITLE, PRIORITIES, Outcome

PERSON = "person"
"""The source of tasks that somebody gave by hand."""
LONGEST_LABEL = 100
MOST_OUTCOMES = 12


def clean(pointer: str, text: object, longest: int, faults: list[Violation], *, required: str = "") -> str:
    """A text without blanks around it; `required` says what is wrong with an empty one."""
    try:
        cleaned = clean_text(text.strip() if isinstance(text, str) else text, longest) or ""
    except FieldFault as fault:
        faults.append(fault.violation(pointer))
        return ""
    if required and not cleaned:
        faults.append(Violation(pointer, "required", required))
    return cleaned


def clean_title(text: object, faults: list[Violation]) -> str:
    """A task's title: one line."""
    title = clean("/title", text, LONGEST_TITLE, faults, required="Say what is to be done.")
    if "\n" in title:
        faults.append(Violation("/title", "line_break", "Only one line is allowed here."))
    return title


def clean_note(text: object, faults: list[Violation]) -> str:
    """What else is to be said."""
    return clean("/note", text, LONGEST_NOTE, faults)


def check_priority(name: object, faults: list[Violation]) -> int:
    """The priority as a number; higher ones come first."""
    if name in PRIORITIES:
        return PRIORITIES.index(str(name))
    known = ", ".join(PRIORITIES)
    faults.append(Violation("/priority", "unknown_choice", "A priority is one of {known}.", {"known": known}))
    return 1


def check_due(value: object, faults: list[Violation], pointer: str = "/due") -> datetime | None:
    """A moment with its time zone, or nothing."""
    if value is None:
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    message = "The moment must name its time zone, such as 2026-01-31T08:30:00Z."
    faults.append(Violation(pointer, "no_time_zone", message))
    return None


def check_record(work: Work, entity: str | None, record_id: str | None, faults: list[Violation]) -> Entity | None:
    """The entity of the record that a task is about; one that the actor can't see is not there."""
    if entity is None and record_id is None:
        return None
    try:
        return require_visible(work, str(entity), str(record_id))
    except (AccessDenied, BadRequest, NotFound):
        faults.append(Violation("/record_id", "not_found", "There is no such record."))
        return None


def check_holder(
    work: Work,
    given: tuple[str | None, str | None],
    about: tuple[str, str] | None,
    faults: list[Violation],
    *,
    vouched: bool = False,
) -> None:
    """Whether a task may be given to a user or role, of which one is named.

    The task lets its holder see the record it is about. So who can't see it yet is given the task only by whoever
    may share the record, or where that is `vouched` for.
    """
    user, role = given
    if (user is None) == (role is None):
        faults.append(Violation("/user", "required", "Give the task to a person or to a role."))
    elif role is not None:
        if role not in work.model.roles:
            hint = did_you_mean(role, work.model.roles)
            faults.append(
                Violation("/role", "unknown_choice", "There is no role '{role}'. {hint}", {"role": role, "hint": hint})
            )
    else:
        person = active_people(work, [str(user)]).get(str(user))
        if person is None:
            faults.append(Violation("/user", "not_found", "There is no such person, or the person is kept out."))
        elif about is not None and not (vouched or may_see(work, person, *about) or _may_show(work, *about)):
            message = "{name} may not see this record. Ask somebody who may share it to share it with {name} first."
            faults.append(Violation("/user", "not_eligible", message, {"name": person.name}))


def _may_show(work: Work, entity: str, record_id: str) -> bool:
    """Whether the actor, who sees the record, may let others see it."""
    return may_share(work, work.entity(entity), record_id)


def check_outcomes(outcomes: Mapping[str, Outcome], entity: Entity | None, faults: list[Violation]) -> None:
    """Whether a task can end in these ways."""
    if not 1 <= len(outcomes) <= MOST_OUTCOMES:
        message = "A task has 1 to {most} outcomes."
        faults.append(Violation("/outcomes", "too_many", message, {"most": MOST_OUTCOMES}))
    for name, outcome in outcomes.items():
        at = f"/outcomes/{name[:60]}"
        if not is_name(name):
            message = "An outcome's name has lower-case letters, digits and underscores."
            faults.append(Violation("/outcomes", "pattern", message))
            continue
        for text in dict(outcome.label.pairs).values() or ("",):
            clean(f"{at}/label", text, LONGEST_LABEL, faults, required="The outcome has no label.")
        for field in outcome.fields:
            known = entity.fields.get(field) if entity is not None else None
            if known is None or known.type == "children":
                message = "There is no field '{path}' that could be asked for."
                faults.append(Violation(f"{at}/fields", "unknown_field", message, {"path": field}))
