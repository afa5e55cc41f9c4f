"""What people follow: watched records tell of changes and comments, those that one talks about of comments."""

from kalip.base.errors import AccessDenied
from kalip.records import Work, require_visible
from kalip.storage.notifications import FollowLevel, follow_level, set_follow


def follow(work: Work, entity: str, record_id: str) -> None:
    """Have the actor told of each change and comment of a record that the actor may see."""
    _choose(work, entity, record_id, "watch")


def unfollow(work: Work, entity: str, record_id: str) -> None:
    """Have the actor told of nothing more; commenting on the record doesn't make the actor follow it again."""
    _choose(work, entity, record_id, "off")


def how_followed(work: Work, entity: str, record_id: str) -> FollowLevel:
    """How the actor follows a record; off for who doesn't."""
    return follow_level(work.session, work.actor.id or "", entity, record_id) or "off"


def _choose(work: Work, entity: str, record_id: str, level: FollowLevel) -> None:
    if work.actor.id is None:
        raise AccessDenied("Only a person follows records.")
    found = require_visible(work, entity, record_id)
    set_follow(work.session, work.actor.id, (found.name, record_id), level, work.now)
