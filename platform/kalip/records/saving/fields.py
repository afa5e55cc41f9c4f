"""Refuses values of fields that the actor may not fill in or change, in a way that tells nothing of what they hold.

Only what somebody said is asked about: defaults, rules, moves and maps of metadata write every field.
"""

from collections.abc import Mapping, Sequence

from kalip.access import Sight, place_of
from kalip.access.masking import DOTS
from kalip.records.saving.drafts import Draft
from kalip.records.services import Work

FORBIDDEN = "no_right"
REFUSED = "You may not change this field."


def is_closed(work: Work, draft: Draft, name: str) -> bool:
    """Whether a value is refused unread: the field can't be written in any stage, nor always be seen.

    Such a value is never compared with the one that is stored: whether they are the same would be told by the answer.
    """
    sight = _sight(work, draft, name)
    if sight is None or draft.new or sight.ever_writes(name):
        return False
    return not sight.shows_all(name)


def is_masked_value(work: Work, draft: Draft, name: str, raw: object) -> bool:
    """Whether somebody only sends back what was shown of a masked field."""
    sight = _sight(work, draft, name)
    if sight is None or not sight.guards(name):
        return False
    texts = raw.get("", ()) if isinstance(raw, Mapping) else (raw,)
    first = next(iter(texts), None) if isinstance(texts, Sequence) else None
    return isinstance(first, str) and first.startswith(DOTS)


def refuse_fields(work: Work, draft: Draft) -> None:
    """Blame the fields that were said and may not be written in the record's stage; their values are dropped.

    What is read there and stays as it is may be said. An empty value for a new record is no value.
    """
    place = place_of_draft(draft)
    for name in sorted(draft.explicit.intersection(work.sight(draft.entity).rights)):
        sight = _sight(work, draft, name)
        if sight is None or sight.may_write(name, place, new=draft.new):
            continue
        said = name in draft.changed or _is_blamed(draft, name)
        if draft.new and not said:
            continue
        if (
            draft.new
            and draft.values.get(name) in (None, "", ())
            and not draft.links.get(name)
            and not _lines(draft, name)
        ):
            _drop(draft, name)
        elif said or sight.level(name, place) != "read":
            _drop(draft, name)
            refuse(draft, name)


def place_of_draft(draft: Draft) -> str:
    """The stage that counts: where the record is, or where a new one starts."""
    known = draft.after if draft.new else draft.before
    return place_of(known.get("pipeline"), known.get("stage"))


def refuse(draft: Draft, name: str) -> None:
    """Say that a field may not be written."""
    draft.blame(name, FORBIDDEN, REFUSED)


def _sight(work: Work, draft: Draft, name: str) -> Sight | None:
    """The sight that decides about a field; None where nothing is narrowed, or the house itself gives the value."""
    sight = work.sight(draft.entity)
    if name not in sight.rights or name in draft.grounds.given:
        return None
    root = draft
    while root.parent is not None:
        root = root.parent
    return None if root is not draft and _top_field(draft) in root.grounds.given else sight


def _top_field(draft: Draft) -> str:
    """The field of the outermost record in which a line stands."""
    return draft.pointer.strip("/").split("/")[0]


def _is_blamed(draft: Draft, name: str) -> bool:
    start = f"{draft.pointer}/{name}"
    return any(each.pointer == start or each.pointer.startswith(f"{start}/") for each in draft.violations)


def _lines(draft: Draft, name: str) -> bool:
    return name in draft.lines and not draft.lines[name].is_empty


def _drop(draft: Draft, name: str) -> None:
    """Forget what was said, and what was found wrong with it."""
    start = f"{draft.pointer}/{name}"
    draft.values.pop(name, None)
    draft.links.pop(name, None)
    draft.lines.pop(name, None)
    draft.violations = [
        each for each in draft.violations if each.pointer != start and not each.pointer.startswith(f"{start}/")
    ]
