"""Events of people and their places as short words: what a synchronisation changed, or would."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kalip.records.services import Work
from kalip.storage import Event
from kalip.storage.groups import get_group
from kalip.storage.organisation import get_unit

_PLAIN: Final[Mapping[str, str]] = {
    "user.created": "new",
    "user.kept_out": "kept out",
    "user.let_in": "let in again",
}


def changes_told(work: Work, events: Sequence[Event]) -> tuple[str, ...]:
    """What happened, in order; once each."""
    return tuple(dict.fromkeys(line for each in events for line in _lines(work, each)))


def _lines(work: Work, event: Event) -> list[str]:
    before, after = event.before or {}, event.after or {}
    if event.kind in _PLAIN:
        return [_PLAIN[event.kind]]
    if event.kind == "group.members_changed":
        group = get_group(work.session, event.record_id)
        name = group.code if group is not None else event.record_id
        return [f"into the group {name}" if after.get("added") else f"out of the group {name}"]
    if event.kind == "position.created":
        return [f"in the unit {_unit(work, after)}"]
    if event.kind == "position.changed" and after.get("until") is not None:
        return [f"out of a unit after {after['until']}"]
    if event.kind == "unit.created":
        return [f"new unit {after.get('code')}"]
    return [f"{name}: {_shown(before.get(name))} → {_shown(after[name])}" for name in after]


def _unit(work: Work, after: Mapping[str, Any]) -> str:
    unit = get_unit(work.session, str(after.get("unit")))
    return unit.code if unit is not None else str(after.get("unit"))


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in {None, ""} else str(value)
