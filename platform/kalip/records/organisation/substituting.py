"""Who stands in for whom, and when: arranged, ended early, shown. It ends by itself with its period."""

from dataclasses import asdict
from datetime import datetime, timedelta

from kalip.base.errors import AccessDenied, Violation
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
from kalip.records.accounts.mine import require_whole
from kalip.records.jobs import Job, enqueue
from kalip.records.naming import known_entities
from kalip.records.organisation.checking import arranging, check_period, check_person, clean, missing, refuse, tell
from kalip.records.organisation.commands import KINDS, LONGEST_NOTE, SUBSTITUTION, NewSubstitution
from kalip.records.services import Work
from kalip.records.standing_in import chain_of
from kalip.storage import get_user
from kalip.storage.organisation import hold_tree
from kalip.storage.substitutions import (
    Substitution,
    SubstitutionKind,
    add_substitution,
    change_substitution,
    get_substitution,
    substitutions_between,
    substitutions_of,
)

SETTLE = "substitutions.settle"
"""The kind of job that does what is due when a substitution begins or ends."""
PAST = timedelta(days=60)
"""How long substitutions that are over are shown."""


def make_substitution(work: Work, command: NewSubstitution) -> str:
    """Let a person stand in for another; the substitution's id. For oneself, for those one leads, or as administrator.

    One's rights (kind all) are given away by oneself or an administrator, not by who leads one.
    RecordRejected with every fault; a circle of people who would stand in for each other at once is one.
    """
    arranging(work, command.absent)
    # Two who name each other at once would close a circle that neither of them sees.
    hold_tree(work.session)
    made = _checked(work, command)
    add_substitution(work.session, made)
    for moment in sorted({work.now, made.starts, made.ends}):
        if moment >= work.now:
            _settle_at(work, made, moment)
    tell(work, "substitution.created", (SUBSTITUTION, made.id), None, _told(made))
    return made.id


def end_substitution(work: Work, substitution_id: str) -> Substitution:
    """End a substitution now; one that is over stays as it is. The substitute may end it, too."""
    found = substitution_with(work, substitution_id)
    if found.over <= work.now:
        return found
    ended = min(work.now, found.ends)
    change_substitution(work.session, substitution_id, ended_at=ended)
    work.memory.clear()
    _settle_at(work, found, work.now)
    tell(work, "substitution.ended", (SUBSTITUTION, substitution_id), None, {**_told(found), "ended_at": ended})
    return get_substitution(work.session, substitution_id) or found


def substitution_with(work: Work, substitution_id: str) -> Substitution:
    """The substitution with an id; NotFound without one, and for those whom it doesn't concern."""
    found = get_substitution(work.session, substitution_id)
    if found is None or not _concerned(work, found):
        raise missing("substitution", substitution_id)
    return found


def substitutions_shown(work: Work, user_id: str) -> list[Substitution]:
    """Who stands in for a person and for whom the person stands in: past ones of two months, present and coming."""
    require_whole(work.actor)
    if user_id != work.actor.id:
        arranging(work, user_id)
    return substitutions_of(work.session, user_id, work.now - PAST)


def _settle_at(work: Work, substitution: Substitution, moment: datetime) -> None:
    key = f"{SETTLE}:{substitution.id}:{moment.isoformat()}"
    enqueue(work, Job(SETTLE, {"substitution": substitution.id}, key, run_at=moment))


def _concerned(work: Work, substitution: Substitution) -> bool:
    me = work.actor
    if me.on_behalf is None and not me.narrowed and me.id == substitution.substitute:
        return True
    try:
        arranging(work, substitution.absent)
    except AccessDenied:
        return False
    return True


def _checked(work: Work, command: NewSubstitution) -> Substitution:
    faults: list[Violation] = []
    check_person(work, "/absent", command.absent, faults)
    check_person(work, "/substitute", command.substitute, faults)
    if command.absent == command.substitute:
        faults.append(Violation("/substitute", "not_eligible", "Nobody stands in for oneself."))
    starts, ends = check_period(command.starts, command.ends, faults)
    kind: SubstitutionKind | None = next((each for each in KINDS if each == command.kind), None)
    if kind is None:
        faults.append(Violation("/kind", "unknown_choice", "A substitution is inform, tasks or all."))
    for name in command.entities:
        if name not in work.model.entities:
            params = {"name": name[:60], "hint": did_you_mean(name[:60], known_entities(work))}
            faults.append(Violation("/entities", "unknown_choice", "There is no entity '{name}'. {hint}", params))
    if kind == "all" and not (work.actor.administrator or work.actor.id == command.absent):
        message = "Only the person or an administrator gives away all rights."
        faults.append(Violation("/kind", "not_eligible", message))
    if command.moves and kind == "inform":
        message = "Tasks are handed over to one who stands in for tasks."
        faults.append(Violation("/moves", "not_eligible", message))
    note = clean("/note", command.note, LONGEST_NOTE, faults)
    refuse(faults)
    if ends <= work.now:
        refuse([Violation("/ends", "out_of_range", "This time is over already.")])
    made = Substitution(
        id=new_id(),
        absent=command.absent,
        substitute=command.substitute,
        starts=starts,
        ends=ends,
        kind=kind or "inform",
        created_at=work.now,
        entities=tuple(sorted(set(command.entities))),
        note=note,
        moves=command.moves,
        created_by=work.actor.id,
    )
    refuse(_circle(work, made))
    return made


def _circle(work: Work, made: Substitution) -> list[Violation]:
    circle = chain_of(substitutions_between(work.session, made.starts, made.ends), made)
    if not circle:
        return []
    people = [get_user(work.session, each) for each in circle]
    names = " → ".join(each.name if each is not None else "?" for each in people)
    message = "This closes a circle: {names}. Somebody has to be there."
    return [Violation("/substitute", "circle", message, {"names": names})]


def _told(substitution: Substitution) -> dict[str, object]:
    names = ("absent", "substitute", "starts", "ends", "kind", "entities", "moves")
    values = asdict(substitution)
    return {name: list(values[name]) if name == "entities" else values[name] for name in names}
