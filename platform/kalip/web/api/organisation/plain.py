"""What the organisation looks like as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kalip.fields.moments import maybe_moment_text, moment_text
from kalip.records.organisation import AwayNotice, Branch
from kalip.storage.groups import Group
from kalip.storage.organisation import Position, Unit
from kalip.storage.substitutions import Absence, Substitution
from kalip.web.locale import gettext

Json = dict[str, Any]


def unit_json(unit: Unit) -> Json:
    """A unit."""
    return {
        "id": unit.id,
        "code": unit.code,
        "name": unit.name,
        "parent": unit.parent,
        "manager": unit.manager,
        "calendar": unit.calendar,
        "active": unit.active,
    }


def branch_json(branch: Branch) -> Json:
    """A unit in the tree."""
    counts = {"depth": branch.depth, "people": branch.people, "people_below": branch.people_below}
    return {**unit_json(branch.unit), **counts}


def position_json(position: Position) -> Json:
    """A position."""
    return {
        "id": position.id,
        "user": position.user_id,
        "unit": position.unit,
        "title": position.title,
        "head": position.head,
        "since": None if position.since is None else position.since.isoformat(),
        "until": None if position.until is None else position.until.isoformat(),
    }


def group_json(group: Group, members: Sequence[str] | None = None) -> Json:
    """A group, with the ids of its people when they are given."""
    found: Json = {"id": group.id, "code": group.code, "name": group.name}
    return found if members is None else {**found, "members": list(members)}


def absence_json(absence: Absence) -> Json:
    """An absence."""
    return {
        "id": absence.id,
        "user": absence.user_id,
        "starts": moment_text(absence.starts),
        "ends": moment_text(absence.ends),
        "reason": absence.reason,
        "note": absence.note,
    }


def substitution_json(substitution: Substitution, now: datetime) -> Json:
    """A substitution; `state` is coming, active or over."""
    state = "over" if substitution.over <= now else "active" if substitution.in_force(now) else "coming"
    return {
        "id": substitution.id,
        "absent": substitution.absent,
        "substitute": substitution.substitute,
        "starts": moment_text(substitution.starts),
        "ends": moment_text(substitution.ends),
        "kind": substitution.kind,
        "entities": list(substitution.entities),
        "note": substitution.note,
        "moves": substitution.moves,
        "ended_at": maybe_moment_text(substitution.ended_at),
        "state": state,
    }


def away_json(notice: AwayNotice) -> Json:
    """That somebody who is given work is away, and who stands in."""
    until = moment_text(notice.until)
    names = ", ".join(name for _, name in notice.stand_ins)
    if names:
        text = gettext("{name} is away until {until}; {others} stands in.", name=notice.name, until=until, others=names)
    else:
        text = gettext("{name} is away until {until}.", name=notice.name, until=until)
    stand_ins = [user for user, _ in notice.stand_ins]
    return {"code": "away", "user": notice.user, "until": until, "stand_ins": stand_ins, "message": text}
