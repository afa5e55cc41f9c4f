"""Tells with whom a record is shared, and of what is taken back: only who was told of a share is told of its end."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kalip.fields.moments import parse_moment
from kalip.records import Work
from kalip.records.journal import SHARE_ENDED
from kalip.storage import Event
from kalip.storage.groups import members_of
from kalip.storage.organisation import people_within
from kalip.storage.shares import get_share
from kalip.workflow.notifications.telling import Notice
from kalip.workflow.notifications.wording import MOMENT

MOST_TOLD: Final = 200
"""Of a larger group or unit the first by name; the others find the record where they look for such."""
_MINE: Final = "{actor} shared {record} with you: {reason}"
_OURS: Final = "{actor} shared {record} with {group}: {reason}"
_MINE_UNTIL: Final = "{actor} shared {record} with you until {until}: {reason}"
_OURS_UNTIL: Final = "{actor} shared {record} with {group} until {until}: {reason}"
_MINE_ENDED: Final = "{actor} no longer shares {record} with you."
_OURS_ENDED: Final = "{actor} no longer shares {record} with {group}."


def notice_of(work: Work, event: Event) -> Notice | None:
    """What to say of a share or its end; nothing of one that ended before anybody was told, or of itself."""
    facts = event.after or {}
    share, until = str(facts["share"]), facts.get("until")
    mine, key = facts["kind"] == "user", f"share:{share}"
    record_id, params = event.record_id, {"reason": facts["reason"]} | ({} if mine else {"group": facts["name"]})
    follows, text = "", _MINE if mine else _OURS
    if event.kind == SHARE_ENDED:
        if until is not None and parse_moment(until) <= event.at:
            return None
        key, follows, text = f"share-ended:{share}", key, _MINE_ENDED if mine else _OURS_ENDED
    else:
        found = get_share(work.session, share)
        if found is None:
            return None
        record_id = found.record_id  # It may have been merged into another meanwhile.
        if until is not None:
            params["until"], text = {MOMENT: until}, _MINE_UNTIL if mine else _OURS_UNTIL
    users, by = _users(work, facts), event.actor or "system"
    return Notice(users, "shared", text, key, params, event.entity, record_id, by=by, follows=follows)


def _users(work: Work, facts: Mapping[str, Any]) -> Sequence[str]:
    grantee = str(facts["grantee"])
    if facts["kind"] == "user":
        return [grantee]
    if facts["kind"] == "group":
        return members_of(work.session, grantee)[:MOST_TOLD]
    return people_within(work.session, grantee, work.now.date())[:MOST_TOLD]
